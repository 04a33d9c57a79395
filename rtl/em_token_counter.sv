// Place of the current token in its frame of Tokens tokens.
//
// `next_i` in the last cycle of a token moves to the next; first_o and last_o describe the current
// one.
module em_token_counter #(
  parameter int unsigned Tokens = 16
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic next_i,
  output logic first_o,
  output logic last_o
);
  localparam int unsigned TokenW = em_pkg::idx_width(Tokens);

  logic [TokenW-1:0] token_q;

  assign first_o = token_q == '0;
  assign last_o  = token_q == TokenW'(Tokens - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      token_q <= '0;
    end else if (next_i) begin
      token_q <= last_o ? '0 : token_q + TokenW'(1);
    end
  end
endmodule
