// One output lane of a linear engine: dot product, accumulator, bias, requantisations, residual.
//
// mac_i: acc = (first_i ? 0 : acc) + sum of x*w over InLanes products.
// wb1_i: t = requant((acc << acc_shift) + (bias << bias_shift), out_shift).
// wb2_i: y_o = residual(post requant(relu(t))), each where the parameters ask for it; else 0.
// Without Bias there is nothing to align: acc_shift and bias_shift are 0.
//
// Widths: a product is in [-127*128, 2^14], so |acc| <= InFeatures * 2^14 < 2^(14 + C) with
// C = clog2(InFeatures + 1): 15 + C bits. acc << 7 has 22 + C bits and bias << 15 has 23; their sum
// one more than the wider. Residual: both operands have 8 + 15 bits, their sum 24.
module em_linear_lane #(
  parameter int unsigned InFeatures = 20,
  parameter int unsigned InLanes = 4,
  parameter bit Bias = 1'b0,
  parameter bit Relu = 1'b0,
  parameter bit Post = 1'b0,
  parameter bit Residual = 1'b0
) (
  input  logic                             clk_i,

  input  logic                             mac_i,
  input  logic                             first_i,
  input  logic [InLanes*8-1:0]             x_i,
  input  logic [InLanes*8-1:0]             w_i,

  input  logic                             wb1_i,
  input  logic signed [7:0]                bias_i,
  input  logic [em_pkg::AccShiftW-1:0]     acc_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0]   bias_shift_i,
  input  logic signed [em_pkg::ShiftW-1:0] out_shift_i,

  input  logic                             wb2_i,
  input  logic signed [7:0]                residual_i,
  input  logic signed [em_pkg::ShiftW-1:0] post_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0]   res_tok_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0]   res_out_shift_i,
  input  logic signed [em_pkg::ShiftW-1:0] res_shift_i,
  output logic signed [7:0]                y_o
);
  localparam int unsigned AccW = 15 + $clog2(InFeatures + 1);
  localparam int unsigned BiasedW =
      em_pkg::max2(AccW + em_pkg::AccShiftMax, 8 + em_pkg::AlignShiftMax) + 1;
  localparam int unsigned TotalW = Bias ? BiasedW : AccW;
  localparam int unsigned ResW = 8 + em_pkg::AlignShiftMax + 1;

  logic signed [AccW-1:0] acc_q;
  logic signed [AccW-1:0] sum;
  logic signed [15:0] product;

  always_comb begin
    sum     = '0;
    product = '0;
    if (mac_i) begin
      for (int unsigned i = 0; i < InLanes; i++) begin
        product = $signed(x_i[i*8 +: 8]) * $signed(w_i[i*8 +: 8]);
        sum     = sum + AccW'(product);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (mac_i) begin
      acc_q <= (first_i ? '0 : acc_q) + sum;
    end
  end

  logic signed [TotalW-1:0] total;
  logic signed [7:0] t_d;
  logic signed [7:0] t_q;

  if (Bias) begin : g_bias
    assign total = (TotalW'(acc_q) <<< acc_shift_i) + (TotalW'(bias_i) <<< bias_shift_i);
  end else begin : g_no_bias
    logic unused_bias;
    assign unused_bias = ^{bias_i, acc_shift_i, bias_shift_i};
    assign total = acc_q;
  end

  em_requant #(
    .Width(TotalW)
  ) u_out_requant (
    .en_i   (wb1_i),
    .value_i(total),
    .shift_i(out_shift_i),
    .code_o (t_d)
  );

  always_ff @(posedge clk_i) begin
    if (wb1_i) begin
      t_q <= t_d;
    end
  end

  logic signed [7:0] relu;
  logic signed [7:0] post;

  assign relu = (Relu && t_q < 0) ? '0 : t_q;

  if (Post) begin : g_post
    em_requant #(
      .Width(8)
    ) u_post_requant (
      .en_i   (wb2_i),
      .value_i(relu),
      .shift_i(post_shift_i),
      .code_o (post)
    );
  end else begin : g_no_post
    logic unused_post;
    assign unused_post = ^post_shift_i;
    assign post = wb2_i ? relu : '0;
  end

  if (Residual) begin : g_residual
    logic signed [ResW-1:0] both;

    assign both = (ResW'(residual_i) <<< res_tok_shift_i) + (ResW'(post) <<< res_out_shift_i);

    em_requant #(
      .Width(ResW)
    ) u_res_requant (
      .en_i   (wb2_i),
      .value_i(both),
      .shift_i(res_shift_i),
      .code_o (y_o)
    );
  end else begin : g_no_residual
    logic unused_residual;
    assign unused_residual = ^{residual_i, res_tok_shift_i, res_out_shift_i, res_shift_i};
    assign y_o = post;
  end
endmodule
