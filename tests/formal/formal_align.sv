// em_align: round(value / 2^shift), ties to even, exact to the left, for every value and shift.
module formal_align #(
  parameter int unsigned Width = 16,
  localparam int unsigned OutW = Width + 15
) (
  input logic                    en_i,
  input logic signed [Width-1:0] value_i,
  input logic signed [5:0]       shift_i
);
  localparam int unsigned W = OutW + 2;
  logic signed [OutW-1:0] code;

  em_align #(.Width(Width)) u_dut (
    .en_i(en_i), .value_i(value_i), .shift_i(shift_i), .result_o(code)
  );

  wire left = shift_i < 0;
  wire [5:0] amount = left ? -shift_i : shift_i;
  wire signed [W-1:0] value = W'(value_i);
  logic signed [W-1:0] quotient, whole, result;
  logic [W-1:0] rest, half;
  always_comb begin
    quotient = left ? value <<< amount : value >>> amount;
    whole    = quotient <<< amount;
    rest     = (left || amount == '0) ? '0 : value - whole;
    half     = (left || amount == '0) ? '1 : W'(1) << (amount - 6'd1);
    result   = quotient + W'(rest > half || (rest == half && quotient[0]));
  end

  always_comb begin
    assume (shift_i >= -15 && shift_i <= 16);
    assert (en_i || code == '0);
    assert (!en_i || W'(code) == result);
  end
endmodule
