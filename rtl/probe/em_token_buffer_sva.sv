// Handshake of a token buffer: nobody touches a slot that is not his.
module em_token_buffer_sva #(
  parameter int unsigned Depth = 2,
  parameter int unsigned CountW = 2
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              ready_i,
  input logic              write_i,
  input logic              commit_i,
  input logic              valid0_i,
  input logic              read0_i,
  input logic              release0_i,
  input logic              valid1_i,
  input logic              read1_i,
  input logic              release1_i,
  input logic [CountW-1:0] count0_i,
  input logic [CountW-1:0] count1_i
);
  logic off;
  assign off = !em_sva_pkg::settled || !rst_ni;

  WriteNeedsSlot: assert property (@(posedge clk_i) disable iff (off) write_i |-> ready_i);
  CommitNeedsSlot: assert property (@(posedge clk_i) disable iff (off) commit_i |-> ready_i);
  Read0NeedsToken: assert property (@(posedge clk_i) disable iff (off) read0_i |-> valid0_i);
  Read1NeedsToken: assert property (@(posedge clk_i) disable iff (off) read1_i |-> valid1_i);
  Release0NeedsToken: assert property (@(posedge clk_i) disable iff (off)
    release0_i |-> valid0_i);
  Release1NeedsToken: assert property (@(posedge clk_i) disable iff (off)
    release1_i |-> valid1_i);
  CountsInRange: assert property (@(posedge clk_i) disable iff (off)
    32'(count0_i) <= Depth && 32'(count1_i) <= Depth);
endmodule
