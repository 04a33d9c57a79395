// One state of the ssm engine: discretisation and recurrence of one (channel, state) pair a cycle.
//
// s1_i: a_in = requant(delta*A, exp_in_shift), b_bar = requant(delta*B, b_bar_shift).
// s2_i: a_bar = exp table (a_in), bx = align(b_bar*x, bx_shift).
// s3_i: cur = sat(a_bar*h + bx, 24); h is the stored state, 0 where clear_i is high.
// From the cycle after s3, state_o = cur >> 7 (the floor; 24 - 7 bits fit 17 exactly, so the
// contract's saturation to 17 bits never acts) and cur_o hold until the next s3.
//
// Widths: products of two codes lie in [-127*128, 2^14], 16 bits. |bx| <= 2^14 * 2^15, 31 bits.
// |a_bar*h| <= 2^7 * 2^16, 25 bits. Their sum fits 32 bits.
module em_ssm_lane #(
  parameter int unsigned Segments = 11,
  localparam int unsigned Thresholds = Segments + 1,
  localparam int unsigned Regions = Segments + 2
) (
  input  logic                                      clk_i,

  input  logic                                      s1_i,
  input  logic signed [7:0]                         delta_i,
  input  logic signed [7:0]                         a_i,
  input  logic signed [7:0]                         b_i,
  input  logic signed [em_pkg::ShiftW-1:0]          exp_in_shift_i,
  input  logic signed [em_pkg::ShiftW-1:0]          b_bar_shift_i,

  input  logic                                      s2_i,
  input  logic signed [7:0]                         x_i,
  input  logic [Thresholds*em_pkg::ThresholdW-1:0]  thresholds_i,
  input  logic [Regions*em_pkg::SlopeW-1:0]         slopes_i,
  input  logic [Regions*em_pkg::InterceptW-1:0]     intercepts_i,
  input  logic [em_pkg::PwlShiftW-1:0]              pwl_shift_i,
  input  logic signed [em_pkg::BxShiftW-1:0]        bx_shift_i,

  input  logic                                      s3_i,
  input  logic                                      clear_i,
  input  logic signed [em_pkg::StateW-1:0]          h_i,
  output logic signed [em_pkg::CurW-1:0]            cur_o,
  output logic signed [em_pkg::StateW-1:0]          state_o
);
  localparam int unsigned BxW = 16 + em_pkg::BxLeftMax;
  localparam int unsigned SumW = BxW + 1;
  localparam int unsigned CurW = em_pkg::CurW;

  logic signed [15:0] delta_a;
  logic signed [15:0] delta_b;
  logic signed [15:0] b_bar_x;
  logic signed [7:0] a_in_d;
  logic signed [7:0] a_in_q;
  logic signed [7:0] b_bar_d;
  logic signed [7:0] b_bar_q;
  logic signed [7:0] a_bar_d;
  logic signed [7:0] a_bar_q;
  logic signed [BxW-1:0] bx_d;
  logic signed [BxW-1:0] bx_q;

  // s1
  always_comb begin
    delta_a = '0;
    delta_b = '0;
    if (s1_i) begin
      delta_a = delta_i * a_i;
      delta_b = delta_i * b_i;
    end
  end

  em_requant #(
    .Width(16)
  ) u_a_requant (
    .en_i   (s1_i),
    .value_i(delta_a),
    .shift_i(exp_in_shift_i),
    .code_o (a_in_d)
  );

  em_requant #(
    .Width(16)
  ) u_b_requant (
    .en_i   (s1_i),
    .value_i(delta_b),
    .shift_i(b_bar_shift_i),
    .code_o (b_bar_d)
  );

  always_ff @(posedge clk_i) begin
    if (s1_i) begin
      a_in_q  <= a_in_d;
      b_bar_q <= b_bar_d;
    end
  end

  // s2
  always_comb begin
    b_bar_x = '0;
    if (s2_i) begin
      b_bar_x = b_bar_q * x_i;
    end
  end

  em_pwl #(
    .Segments(Segments)
  ) u_exp (
    .en_i        (s2_i),
    .x_i         (a_in_q),
    .thresholds_i(thresholds_i),
    .slopes_i    (slopes_i),
    .intercepts_i(intercepts_i),
    .shift_i     (pwl_shift_i),
    .y_o         (a_bar_d)
  );

  em_align #(
    .Width(16)
  ) u_bx_align (
    .en_i    (s2_i),
    .value_i (b_bar_x),
    .shift_i (bx_shift_i),
    .result_o(bx_d)
  );

  always_ff @(posedge clk_i) begin
    if (s2_i) begin
      a_bar_q <= a_bar_d;
      bx_q    <= bx_d;
    end
  end

  // s3
  logic signed [em_pkg::StateW-1:0] h;
  logic signed [em_pkg::StateW+7:0] decayed;
  logic signed [SumW-1:0] sum;
  logic signed [CurW-1:0] cur_q;
  logic fits;

  always_comb begin
    h       = '0;
    decayed = '0;
    sum     = '0;
    fits    = 1'b0;
    if (s3_i) begin
      h       = clear_i ? '0 : h_i;
      decayed = a_bar_q * h;
      sum     = SumW'(decayed) + SumW'(bx_q);
      fits    = (&sum[SumW-1:CurW-1]) | ~(|sum[SumW-1:CurW-1]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (s3_i) begin
      cur_q <= fits ? sum[CurW-1:0] : {sum[SumW-1], {(CurW - 1){~sum[SumW-1]}}};
    end
  end

  assign cur_o   = cur_q;
  assign state_o = cur_q[CurW-1:em_pkg::StateDrop];
endmodule
