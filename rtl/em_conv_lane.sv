// One channel of the conv engine.
//
// Stage 1, mac_i: acc = sum of Taps products of weights with history and x; or pass_i: acc = x.
// Stage 2, req_i: w = requant((acc << acc_shift) + (bias << bias_shift), conv_shift); or move_i: w
// = acc.
// Stage 3: w_o goes to the piecewise-linear unit.
// Weight byte k belongs to the input k steps after the oldest; history byte 0 is the oldest.
// history_o is the history with x in, combinational.
//
// Widths: |acc| <= Taps * 2^14 < 2^(14 + C) with C = clog2(Taps + 1): 15 + C bits; the total as in
// em_linear_lane.
module em_conv_lane #(
  parameter int unsigned Taps = 4
) (
  input  logic                             clk_i,

  input  logic                             mac_i,
  input  logic                             pass_i,
  input  logic signed [7:0]                x_i,
  input  logic [Taps*8-1:0]                w_i,
  input  logic [(Taps-1)*8-1:0]            history_i,
  output logic [(Taps-1)*8-1:0]            history_o,

  input  logic                             req_i,
  input  logic                             move_i,
  input  logic signed [7:0]                bias_i,
  input  logic [em_pkg::AccShiftW-1:0]     acc_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0]   bias_shift_i,
  input  logic signed [em_pkg::ShiftW-1:0] conv_shift_i,

  output logic signed [7:0]                w_o
);
  localparam int unsigned AccW = 15 + $clog2(Taps + 1);
  localparam int unsigned TotalW =
      em_pkg::max2(AccW + em_pkg::AccShiftMax, 8 + em_pkg::AlignShiftMax) + 1;

  logic [Taps*8-1:0] window;
  logic signed [AccW-1:0] sum;
  logic signed [15:0] product;
  logic signed [AccW-1:0] acc_q;
  logic signed [TotalW-1:0] total;
  logic signed [7:0] code;

  assign window    = {x_i, history_i};
  assign history_o = window[Taps*8-1:8];

  always_comb begin
    sum     = '0;
    product = '0;
    if (mac_i) begin
      for (int unsigned k = 0; k < Taps; k++) begin
        product = $signed(w_i[k*8 +: 8]) * $signed(window[k*8 +: 8]);
        sum     = sum + AccW'(product);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (mac_i) begin
      acc_q <= sum;
    end else if (pass_i) begin
      acc_q <= AccW'(x_i);
    end
  end

  assign total = (TotalW'(acc_q) <<< acc_shift_i) + (TotalW'(bias_i) <<< bias_shift_i);

  em_requant #(
    .Width(TotalW)
  ) u_requant (
    .en_i   (req_i),
    .value_i(total),
    .shift_i(conv_shift_i),
    .code_o (code)
  );

  always_ff @(posedge clk_i) begin
    if (req_i) begin
      w_o <= code;
    end else if (move_i) begin
      w_o <= acc_q[7:0];
    end
  end
endmodule
