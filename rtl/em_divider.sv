// One lane of sequential division: code = sat(round(num / den), 8), ties to even.
//
// Protocol (em_divider_steps drives it for all lanes of an engine): `load_i` for one cycle takes
// num_i; `step_i` in each of the next eight cycles finds one bit of the quotient, bit 7 first; from
// the cycle after the last step until the next load, code_o holds the result. den_i is positive and
// stable from the cycle after the load until the result is taken; load_i and step_i exclude each
// other.
//
// Only the quotient's last bits can matter: bit 7 set means |num| / den >= 128, which saturates for
// either sign. Otherwise |num| < den * 2^7, and after each step the doubled remainder is below
// den * 2^8, so RemW = max(NumW - 1, DenW + 8) bits never overflow. (When bit 7 is set the
// remainder may overflow; nothing depends on it any more.) |num| must be below 2^(NumW-1).
//
// The remainder is doubled once a step: after eight, rem = 2^8 * (num mod den), so comparing it
// with den * 2^7 compares the rest with one half.
module em_divider #(
  parameter int unsigned NumW = 36,
  parameter int unsigned DenW = 27
) (
  input  logic                   clk_i,
  input  logic                   load_i,
  input  logic                   step_i,
  input  logic signed [NumW-1:0] num_i,
  input  logic [DenW-1:0]        den_i,
  input  logic                   en_i,  // code_o is 0 while low
  output logic signed [7:0]      code_o
);
  localparam int unsigned RemW = em_pkg::max2(NumW - 1, DenW + 8);

  logic sign_q;
  logic [RemW-1:0] rem_q;
  logic [7:0] quotient_q;
  logic [RemW-1:0] top;
  logic reached;

  assign top     = RemW'({den_i, 7'b0});
  assign reached = rem_q >= top;

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      sign_q     <= num_i[NumW-1];
      rem_q      <= RemW'(num_i[NumW-1] ? -num_i : num_i);
      quotient_q <= '0;
    end else if (step_i) begin
      rem_q      <= (reached ? rem_q - top : rem_q) << 1;
      quotient_q <= {quotient_q[6:0], reached};
    end
  end

  logic up;
  logic [7:0] magnitude;

  always_comb begin
    up        = 1'b0;
    magnitude = '0;
    code_o    = '0;
    if (en_i) begin
      up        = reached & (rem_q != top | quotient_q[0]);
      magnitude = {1'b0, quotient_q[6:0]} + 8'(up);
      if (quotient_q[7]) begin
        code_o = sign_q ? 8'h80 : 8'h7f;
      end else if (sign_q) begin
        code_o = -magnitude;
      end else begin
        code_o = magnitude[7] ? 8'h7f : magnitude;
      end
    end
  end
endmodule
