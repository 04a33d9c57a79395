// Starts the assertions after four cycles of reset in a row; bound to em_top.
module em_settle_sva (
  input logic clk_i,
  input logic rst_ni
);
  logic [2:0] cycles_q = '0;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      cycles_q <= '0;
    end else if (cycles_q != 3'd4) begin
      cycles_q <= cycles_q + 3'd1;
    end
    if (cycles_q == 3'd4) begin
      em_sva_pkg::settled <= 1'b1;
    end
  end
endmodule
