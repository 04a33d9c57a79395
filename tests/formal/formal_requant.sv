// em_requant: sat(round(value / 2^shift), 8), ties to even, for every value and every shift.
//
// The definition is told apart from the circuit: quotient by floor, rest by subtraction, and the
// rest compared with a half.
module formal_requant #(
  parameter int unsigned Width = 32,
  parameter int unsigned MaxLeft = 8
) (
  input logic                    en_i,
  input logic signed [Width-1:0] value_i,
  input logic signed [6:0]       shift_i
);
  localparam int unsigned W = Width + MaxLeft + 2;
  logic signed [7:0] code;

  em_requant #(.Width(Width), .MaxLeft(MaxLeft)) u_dut (
    .en_i(en_i), .value_i(value_i), .shift_i(shift_i), .code_o(code)
  );

  wire left = shift_i < 0;
  wire [6:0] amount = left ? -shift_i : shift_i;
  wire signed [W-1:0] value = W'(value_i);
  logic signed [W-1:0] quotient, whole, result;
  logic [W-1:0] rest, half;
  always_comb begin
    quotient = left ? value <<< amount : value >>> amount;
    whole    = quotient <<< amount;
    rest     = (left || amount == '0) ? '0 : value - whole;
    half     = (left || amount == '0) ? '1 : W'(1) << (amount - 7'd1);
    result   = quotient + W'(rest > half || (rest == half && quotient[0]));
    // Past the width the rest of a negative value is 2^shift - |value|, beyond any register; there
    // |value / 2^shift| is at most a half, and exactly a half goes to the even 0.
    if (!left && 32'(amount) >= Width) result = '0;
  end

  always_comb begin
    assume (32'(amount) <= MaxLeft || !left);
    assert (en_i || code == 8'sd0);
    assert (!en_i || result < -128 || result > 127 || code == 8'(result));
    assert (!en_i || result >= -128 || code == 8'sh80);
    assert (!en_i || result <= 127 || code == 8'sh7f);
  end
endmodule
