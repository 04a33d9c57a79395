// requant of the integer contract: code = sat(round(value / 2^shift), 8), ties to even.
//
// Combinational. `shift_i` is in [-MaxLeft, 63]; a negative shift multiplies. While `en_i` is low
// the result is 0, so that idle lanes do not toggle.
//
// With v = value * 2^(MaxLeft+1) and n = shift + MaxLeft >= 0, floor(v / 2^n) is
// floor(2 * value / 2^shift): bit 0 is the half, the bits above are the floor of the quotient, and
// the n bits shifted out are the rest. The floor plus one exceeds the floor's saturated value only
// at +127, where the result stays 127.
module em_requant #(
  parameter int unsigned Width = 32,
  parameter int unsigned MaxLeft = em_pkg::RequantLeftMax
) (
  input  logic                             en_i,
  input  logic signed [Width-1:0]          value_i,
  input  logic signed [em_pkg::ShiftW-1:0] shift_i,
  output logic signed [7:0]                code_o
);
  localparam int unsigned WideW = Width + MaxLeft + 1;

  logic [em_pkg::ShiftW-1:0] amount;
  logic signed [WideW-1:0] wide;
  logic signed [WideW-1:0] shifted;
  logic [WideW-1:0] lost;
  logic up;
  logic fits;

  always_comb begin
    amount  = '0;
    wide    = '0;
    shifted = '0;
    lost    = '0;
    up      = 1'b0;
    fits    = 1'b0;
    code_o  = '0;
    if (en_i) begin
      amount  = shift_i + em_pkg::ShiftW'(MaxLeft);
      wide    = {value_i, {(MaxLeft + 1){1'b0}}};
      shifted = wide >>> amount;
      lost    = wide & ~({WideW{1'b1}} << amount);
      up      = shifted[0] & ((|lost) | shifted[1]);
      fits    = (&shifted[WideW-1:8]) | ~(|shifted[WideW-1:8]);
      if (!fits) begin
        code_o = shifted[WideW-1] ? 8'h80 : 8'h7f;
      end else if (shifted[8:1] == 8'h7f) begin
        code_o = 8'h7f;
      end else begin
        code_o = shifted[8:1] + 8'(up);
      end
    end
  end
endmodule
