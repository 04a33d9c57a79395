// One element of range normalisation: y = sat(round(num / den), 8) with
// num = ((D*x - sum) * gamma << gamma_shift) + (D*range * beta << beta_shift).
//
// t1_i takes x and forms t1 = D*x - sum; num_i (the next cycle) forms num and starts the divider,
// which step_i and en_i drive as em_divider says. dr_i = D*range and den_i = dr << out_shift are
// shared by all lanes.
//
// Widths, with F = clog2(Features): |D*x| and |sum| <= D * 2^7 <= 2^(7 + F); |t1| = |sum over j of
// (x - x_j)| <= 255 * (D - 1) < 2^(8 + F), 9 + F bits. dr <= 255 * D < 2^(8 + F), 8 + F bits
// unsigned. |gamma|, |beta| <= 2^7 and shifts are at most 15, so |num| <= (255 * (D - 1) + 255 * D)
// * 2^22 < 2^(31 + F): 32 + F bits. den < 2^(8 + F + 15): 23 + F bits.
module em_norm_lane #(
  parameter int unsigned Features = 20,
  localparam int unsigned FeatureW = $clog2(Features),
  localparam int unsigned SumW = 8 + FeatureW,
  localparam int unsigned DrW = 8 + FeatureW,
  localparam int unsigned DenW = DrW + em_pkg::AlignShiftMax
) (
  input  logic                           clk_i,
  input  logic                           t1_i,
  input  logic signed [7:0]              x_i,
  input  logic signed [SumW-1:0]         sum_i,
  input  logic                           num_i,
  input  logic [DrW-1:0]                 dr_i,
  input  logic signed [7:0]              gamma_i,
  input  logic signed [7:0]              beta_i,
  input  logic [em_pkg::AlignShiftW-1:0] gamma_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0] beta_shift_i,
  input  logic                           step_i,
  input  logic [DenW-1:0]                den_i,
  input  logic                           en_i,
  output logic signed [7:0]              y_o
);
  localparam int unsigned T1W = 9 + FeatureW;
  localparam int unsigned NumW = 32 + FeatureW;

  localparam logic signed [T1W-1:0] FeaturesT1 = T1W'(Features);

  logic signed [T1W-1:0] t1_q;
  logic signed [T1W+7:0] gamma_part;
  logic signed [DrW+8:0] beta_part;
  logic signed [NumW-1:0] num;

  always_ff @(posedge clk_i) begin
    if (t1_i) begin
      t1_q <= FeaturesT1 * T1W'(x_i) - T1W'(sum_i);
    end
  end

  always_comb begin
    gamma_part = '0;
    beta_part  = '0;
    num        = '0;
    if (num_i) begin
      gamma_part = t1_q * gamma_i;
      beta_part  = $signed({1'b0, dr_i}) * beta_i;
      num        = (NumW'(gamma_part) <<< gamma_shift_i) + (NumW'(beta_part) <<< beta_shift_i);
    end
  end

  em_divider #(
    .NumW(NumW),
    .DenW(DenW)
  ) u_divider (
    .clk_i (clk_i),
    .load_i(num_i),
    .step_i(step_i),
    .num_i (num),
    .den_i (den_i),
    .en_i  (en_i),
    .code_o(y_o)
  );
endmodule
