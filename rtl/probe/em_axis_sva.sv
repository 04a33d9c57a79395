// AXI4-Stream: what is offered stays until it is taken. Bound to both streams; on the input
// it checks the master.
module em_axis_sva #(
  parameter int unsigned Bytes = 4
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic [Bytes*8-1:0] tdata_i,
  input logic               tvalid_i,
  input logic               tready_i,
  input logic               tlast_i
);
  logic off;
  assign off = !em_sva_pkg::settled || !rst_ni;

  ValidStays: assert property (@(posedge clk_i) disable iff (off)
    tvalid_i && !tready_i |=> tvalid_i);
  PayloadStays: assert property (@(posedge clk_i) disable iff (off)
    tvalid_i && !tready_i |=> $stable(tdata_i) && $stable(tlast_i));
endmodule
