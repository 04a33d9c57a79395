// Trace record of a token buffer in this cycle: commit, releases, and the counts before them.
module em_token_buffer_probe #(
  parameter int unsigned CountW = 2
) (
  input logic              commit_i,
  input logic              release0_i,
  input logic              release1_i,
  input logic [CountW-1:0] count0_i,
  input logic [CountW-1:0] count1_i
);
  logic [63:0] rec  /*verilator public_flat_rd*/;

  assign rec = {24'd0, 16'(count1_i), 16'(count0_i), 5'd0, release1_i, release0_i, commit_i};
endmodule
