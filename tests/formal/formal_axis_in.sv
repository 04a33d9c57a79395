// em_axis_in: tready depends on the frame buffer only, every accepted beat is written at its place,
// the frame's last beat commits, and a tlast that disagrees is told, for any master.
module formal_axis_in #(
  parameter int unsigned Bytes = 2,
  parameter int unsigned Beats = 3,
  localparam int unsigned BeatW = em_pkg::idx_width(Beats)
) (
  input logic               clk_i,
  input logic               rst_ni,
  input em_pkg::cfg_t       cfg_i,
  input logic [Bytes*8-1:0] tdata_i,
  input logic               tvalid_i,
  input logic               tlast_i,
  input logic               y_ready_i
);
  logic tready, write, last, tlast_error;
  logic [BeatW-1:0] index;
  logic [Bytes*8-1:0] data;
  logic [31:0] rdata;

  em_axis_in #(.Unit(1), .Bytes(Bytes), .Beats(Beats)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(rdata),
    .tdata_i(tdata_i), .tvalid_i(tvalid_i), .tready_o(tready), .tlast_i(tlast_i),
    .y_ready_i(y_ready_i), .y_write_o(write), .y_index_o(index), .y_data_o(data),
    .last_o(last), .tlast_error_o(tlast_error)
  );

  logic started = 1'b0;
  logic [BeatW-1:0] taken_q;
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (!rst_ni) begin
      taken_q <= '0;
    end else if (tvalid_i && tready) begin
      taken_q <= (32'(taken_q) == Beats - 1) ? '0 : taken_q + BeatW'(1);
    end
  end
  wire ends = 32'(taken_q) == Beats - 1;

  always_comb begin
    assume (started || !rst_ni);
    if (started) begin
      assert (tready == (rst_ni && y_ready_i));
      assert (write == (tvalid_i && tready));
      assert (!write || (data == tdata_i && index == taken_q));
      assert (last == (write && ends));
      assert (tlast_error == (write && tlast_i != ends));
      assert (index == taken_q && 32'(taken_q) < Beats);
    end
  end
endmodule
