// Reads of a token buffer stay within the token.
module em_token_reader_sva #(
  parameter int unsigned Count = 1,
  parameter int unsigned IndexW = 1
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              read_i,
  input logic [IndexW-1:0] index_i
);
  logic off;
  assign off = !em_sva_pkg::settled || !rst_ni;

  IndexInToken: assert property (@(posedge clk_i) disable iff (off)
    read_i |-> 32'(index_i) < Count);
endmodule
