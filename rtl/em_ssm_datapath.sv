// Datapath of the ssm engine: Lanes states and their Chans channels a step.
//
// Lanes are states of Chans channels, PerChannel = Lanes / Chans each, channel-major. Driven by
// em_ssm_control; in stage 1 the A word, delta, x and B are present, in stage 3 the state word, in
// stage 4 C, in stage 5 the D word, in stage 6 the gate. state_o is to be written in stage 4.
module em_ssm_datapath #(
  parameter int unsigned Lanes = 8,
  parameter int unsigned Chans = 1,
  parameter int unsigned States = 8,
  parameter int unsigned Segments = 11,
  localparam int unsigned PerChannel = Lanes / Chans,
  localparam int unsigned Thresholds = Segments + 1,
  localparam int unsigned Regions = Segments + 2
) (
  input  logic                                      clk_i,
  input  logic [4:1]                                step_i,
  input  logic                                      s4_first_i,
  input  logic                                      s5_i,
  input  logic                                      s6_i,
  input  logic                                      clear_i,

  input  logic [Chans*8-1:0]                        delta_i,
  input  logic [Chans*8-1:0]                        x_i,
  input  logic [Lanes*8-1:0]                        a_i,
  input  logic [PerChannel*8-1:0]                   b_i,
  input  logic [Lanes*em_pkg::StateW-1:0]           h_i,
  output logic [Lanes*em_pkg::StateW-1:0]           state_o,
  input  logic [PerChannel*8-1:0]                   c_i,
  input  logic [Chans*8-1:0]                        d_i,
  input  logic [Chans*8-1:0]                        g_i,
  output logic [Chans*8-1:0]                        q_o,

  input  logic [em_pkg::ShiftW-1:0]                 exp_in_shift_i,
  input  logic [em_pkg::ShiftW-1:0]                 b_bar_shift_i,
  input  logic [em_pkg::BxShiftW-1:0]               bx_shift_i,
  input  logic [em_pkg::AccShiftW-1:0]              cur_shift_i,
  input  logic [em_pkg::DxShiftW-1:0]               dx_shift_i,
  input  logic [em_pkg::ShiftW-1:0]                 y_shift_i,
  input  logic [em_pkg::ShiftW-1:0]                 gated_shift_i,
  input  logic [Thresholds*em_pkg::ThresholdW-1:0]  thresholds_i,
  input  logic [Regions*em_pkg::SlopeW-1:0]         slopes_i,
  input  logic [Regions*em_pkg::InterceptW-1:0]     intercepts_i,
  input  logic [em_pkg::PwlShiftW-1:0]              pwl_shift_i
);
  localparam int unsigned CurW = em_pkg::CurW;
  localparam int unsigned StateW = em_pkg::StateW;

  logic [Chans*8-1:0] x2;
  logic [Lanes*CurW-1:0] cur;

  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    localparam int unsigned Chan = l / PerChannel;
    localparam int unsigned State = l % PerChannel;

    em_ssm_lane #(
      .Segments(Segments)
    ) u_lane (
      .clk_i         (clk_i),
      .s1_i          (step_i[1]),
      .delta_i       (delta_i[Chan*8 +: 8]),
      .a_i           (a_i[l*8 +: 8]),
      .b_i           (b_i[State*8 +: 8]),
      .exp_in_shift_i(exp_in_shift_i),
      .b_bar_shift_i (b_bar_shift_i),
      .s2_i          (step_i[2]),
      .x_i           (x2[Chan*8 +: 8]),
      .thresholds_i  (thresholds_i),
      .slopes_i      (slopes_i),
      .intercepts_i  (intercepts_i),
      .pwl_shift_i   (pwl_shift_i),
      .bx_shift_i    (bx_shift_i),
      .s3_i          (step_i[3]),
      .clear_i       (clear_i),
      .h_i           (h_i[l*StateW +: StateW]),
      .cur_o         (cur[l*CurW +: CurW]),
      .state_o       (state_o[l*StateW +: StateW])
    );
  end

  for (genvar i = 0; i < Chans; i++) begin : g_channel
    em_ssm_channel #(
      .States(PerChannel),
      .Total (States)
    ) u_channel (
      .clk_i        (clk_i),
      .s1_i         (step_i[1]),
      .s2_i         (step_i[2]),
      .s3_i         (step_i[3]),
      .x_i          (x_i[i*8 +: 8]),
      .x2_o         (x2[i*8 +: 8]),
      .s4_i         (step_i[4]),
      .s4_first_i   (s4_first_i),
      .c_i          (c_i),
      .cur_i        (cur[i*PerChannel*CurW +: PerChannel*CurW]),
      .s5_i         (s5_i),
      .d_i          (d_i[i*8 +: 8]),
      .cur_shift_i  (cur_shift_i),
      .dx_shift_i   (dx_shift_i),
      .y_shift_i    (y_shift_i),
      .s6_i         (s6_i),
      .g_i          (g_i[i*8 +: 8]),
      .gated_shift_i(gated_shift_i),
      .q_o          (q_o[i*8 +: 8])
    );
  end
endmodule
