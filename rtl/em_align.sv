// align of the integer contract: result = round(value / 2^shift), ties to even, no saturation.
//
// Combinational. `shift_i` is in [-15, 16]; a negative shift multiplies, exactly. While `en_i` is
// low the result is 0. The result has Width + 15 bits: |value| < 2^(Width-1) grows by at most 2^15,
// and a right shift by 1 or more followed by the rounding cannot exceed |value|.
// The derivation of half and rest is em_requant's.
module em_align #(
  parameter int unsigned Width = 16,
  localparam int unsigned OutW = Width + em_pkg::BxLeftMax
) (
  input  logic                               en_i,
  input  logic signed [Width-1:0]            value_i,
  input  logic signed [em_pkg::BxShiftW-1:0] shift_i,
  output logic signed [OutW-1:0]             result_o
);
  localparam int unsigned WideW = OutW + 1;
  localparam int unsigned AmountW = em_pkg::BxShiftW;

  logic [AmountW-1:0] amount;
  logic signed [WideW-1:0] wide;
  logic signed [WideW-1:0] shifted;
  logic [WideW-1:0] lost;
  logic up;

  always_comb begin
    amount   = '0;
    wide     = '0;
    shifted  = '0;
    lost     = '0;
    up       = 1'b0;
    result_o = '0;
    if (en_i) begin
      amount   = shift_i + AmountW'(em_pkg::BxLeftMax);
      wide     = {value_i, {(em_pkg::BxLeftMax + 1){1'b0}}};
      shifted  = wide >>> amount;
      lost     = wide & ~({WideW{1'b1}} << amount);
      up       = shifted[0] & ((|lost) | shifted[1]);
      result_o = shifted[WideW-1:1] + OutW'(up);
    end
  end
endmodule
