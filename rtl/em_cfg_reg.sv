// One configuration register. Not reset: the loader writes every register before the core runs.
module em_cfg_reg #(
  parameter int unsigned Width = em_pkg::ShiftW
) (
  input  logic             clk_i,
  input  logic             write_i,
  input  logic [Width-1:0] wdata_i,
  output logic [Width-1:0] value_o
);
  always_ff @(posedge clk_i) begin
    if (write_i) begin
      value_o <= wdata_i;
    end
  end
endmodule
