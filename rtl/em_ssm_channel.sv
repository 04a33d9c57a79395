// One channel of the ssm engine: the sum over its states, the direct path, and the gate.
//
// x travels with its channel: x_i is present in s1 and x2_o is for the lanes in s2.
// s4_i: ysum = (s4_first_i ? 0 : ysum) + sum over States lanes of C*cur.
// s5_i: y = requant((ysum << cur_shift) + (D*x << dx_shift), y_shift).
// s6_i: q_o = requant(y*g, gated_shift); 0 in other cycles.
//
// Widths: |C*cur| <= 2^7 * 2^23, so |ysum| <= Total * 2^30 < 2^(30 + S) with S = clog2(Total + 1):
// 31 + S bits, shifted by at most 7. D*x has 16 bits, shifted by at most 31. Their sum one more
// than the wider.
module em_ssm_channel #(
  parameter int unsigned States = 8,  // lanes of this channel in a step
  parameter int unsigned Total = 8    // states of the channel
) (
  input  logic                             clk_i,

  input  logic                             s1_i,
  input  logic                             s2_i,
  input  logic                             s3_i,
  input  logic signed [7:0]                x_i,
  output logic signed [7:0]                x2_o,

  input  logic                             s4_i,
  input  logic                             s4_first_i,
  input  logic [States*8-1:0]              c_i,
  input  logic [States*em_pkg::CurW-1:0]   cur_i,

  input  logic                             s5_i,
  input  logic signed [7:0]                d_i,
  input  logic [em_pkg::AccShiftW-1:0]     cur_shift_i,
  input  logic [em_pkg::DxShiftW-1:0]      dx_shift_i,
  input  logic signed [em_pkg::ShiftW-1:0] y_shift_i,

  input  logic                             s6_i,
  input  logic signed [7:0]                g_i,
  input  logic signed [em_pkg::ShiftW-1:0] gated_shift_i,
  output logic signed [7:0]                q_o
);
  localparam int unsigned CurW = em_pkg::CurW;
  localparam int unsigned SumW = 31 + $clog2(Total + 1);
  localparam int unsigned YW =
      em_pkg::max2(SumW + em_pkg::AccShiftMax, 16 + em_pkg::DxShiftMax) + 1;

  logic signed [7:0] x2_q;
  logic signed [7:0] x3_q;
  logic signed [7:0] x4_q;
  logic signed [7:0] x5_q;

  always_ff @(posedge clk_i) begin
    if (s1_i) begin
      x2_q <= x_i;
    end
    if (s2_i) begin
      x3_q <= x2_q;
    end
    if (s3_i) begin
      x4_q <= x3_q;
    end
    if (s4_i) begin
      x5_q <= x4_q;
    end
  end

  assign x2_o = x2_q;

  // s4
  logic signed [CurW+7:0] product;
  logic signed [SumW-1:0] sum;
  logic signed [SumW-1:0] ysum_q;

  always_comb begin
    product = '0;
    sum     = '0;
    if (s4_i) begin
      for (int unsigned i = 0; i < States; i++) begin
        product = $signed(c_i[i*8 +: 8]) * $signed(cur_i[i*CurW +: CurW]);
        sum     = sum + SumW'(product);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (s4_i) begin
      ysum_q <= (s4_first_i ? '0 : ysum_q) + sum;
    end
  end

  // s5
  logic signed [15:0] dx;
  logic signed [YW-1:0] total;
  logic signed [7:0] y_d;
  logic signed [7:0] y_q;

  always_comb begin
    dx    = '0;
    total = '0;
    if (s5_i) begin
      dx    = d_i * x5_q;
      total = (YW'(ysum_q) <<< cur_shift_i) + (YW'(dx) <<< dx_shift_i);
    end
  end

  em_requant #(
    .Width(YW)
  ) u_y_requant (
    .en_i   (s5_i),
    .value_i(total),
    .shift_i(y_shift_i),
    .code_o (y_d)
  );

  always_ff @(posedge clk_i) begin
    if (s5_i) begin
      y_q <= y_d;
    end
  end

  // s6
  logic signed [15:0] gated;

  always_comb begin
    gated = '0;
    if (s6_i) begin
      gated = y_q * g_i;
    end
  end

  em_requant #(
    .Width(16)
  ) u_gated_requant (
    .en_i   (s6_i),
    .value_i(gated),
    .shift_i(gated_shift_i),
    .code_o (q_o)
  );
endmodule
