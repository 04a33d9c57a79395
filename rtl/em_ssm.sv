// The ssm engine: selective state space recurrence and gate, Lanes states a cycle.
//
// Timing: docs/microarchitecture.md, "ssm"; a token takes P + S + 6 cycles with
// P = (Rank + 2 * States) / PLanes and S = Channels * States / Lanes.
// Conversations: p (delta_in, B, C of a token, read with PLanes), x, delta, g (read with Chans),
// and q, as em_token_buffer has them; q is committed and the inputs released when `last_o` is high.
// The engine counts tokens: on the first of the Tokens of a frame the state reads as 0.
// Lanes divides States, or is a multiple of it with Lanes / States dividing Channels.
module em_ssm #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Channels = 40,
  parameter int unsigned States = 8,
  parameter int unsigned Rank = 2,
  parameter int unsigned Lanes = 8,
  parameter int unsigned PLanes = 1,
  parameter int unsigned Tokens = 16,
  parameter int unsigned Segments = 11,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned Chans = em_pkg::max2(1, Lanes / States),
  localparam int unsigned Loads = (Rank + 2 * States) / PLanes,
  localparam int unsigned LoadW = em_pkg::idx_width(Loads),
  localparam int unsigned GroupW = em_pkg::idx_width(Channels / Chans)
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  em_pkg::cfg_t        cfg_i,
  output logic [31:0]         cfg_rdata_o,

  input  logic                p_valid_i,
  output logic                p_read_o,
  output logic [LoadW-1:0]    p_index_o,
  input  logic [PLanes*8-1:0] p_data_i,

  input  logic                x_valid_i,
  output logic                x_read_o,
  output logic [GroupW-1:0]   x_index_o,
  input  logic [Chans*8-1:0]  x_data_i,

  input  logic                delta_valid_i,
  output logic                delta_read_o,
  output logic [GroupW-1:0]   delta_index_o,
  input  logic [Chans*8-1:0]  delta_data_i,

  input  logic                g_valid_i,
  output logic                g_read_o,
  output logic [GroupW-1:0]   g_index_o,
  input  logic [Chans*8-1:0]  g_data_i,

  input  logic                q_ready_i,
  output logic                q_write_o,
  output logic [GroupW-1:0]   q_index_o,
  output logic [Chans*8-1:0]  q_data_o,

  output logic                last_o
);
  localparam int unsigned PerGroup = em_pkg::max2(1, States / Lanes);
  localparam int unsigned PerChannel = Lanes / Chans;
  localparam int unsigned Groups = Channels / Chans;
  localparam int unsigned Steps = Groups * PerGroup;
  localparam int unsigned BusyCycles = Loads + Steps + 6;
  localparam int unsigned WordW = em_pkg::idx_width(Steps);
  localparam int unsigned SubW = em_pkg::idx_width(PerGroup);
  localparam int unsigned Thresholds = Segments + 1;
  localparam int unsigned Regions = Segments + 2;

  if (Steps * Lanes != Channels * States || Loads * PLanes != Rank + 2 * States) begin : g_bad_lanes
    $error("em_ssm: Lanes must divide States or be a multiple of it; PLanes must divide p");
  end

  // Control.
  em_pkg::state_e state;
  logic start;
  logic last;
  logic first_token;
  logic load;
  logic [LoadW-1:0] load_index;
  logic [4:0] step;
  logic [4:0] group_first;
  logic [6:4] group_done;
  logic [WordW-1:0] word0;
  logic [WordW-1:0] word2;
  logic [WordW-1:0] word4;
  logic [SubW-1:0] sub1;
  logic [SubW-1:0] sub4;
  logic [GroupW-1:0] group0;
  logic [GroupW-1:0] group4;

  em_sequencer #(
    .Cycles(BusyCycles)
  ) u_sequencer (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(p_valid_i & x_valid_i & delta_valid_i & g_valid_i),
    .ready_i(q_ready_i),
    .last_i (last),
    .start_o(start),
    .state_o(state)
  );

  em_token_counter #(
    .Tokens(Tokens)
  ) u_token_counter (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .next_i (last),
    .first_o(first_token),
    .last_o ()
  );

  em_ssm_control #(
    .Loads   (Loads),
    .Steps   (Steps),
    .PerGroup(PerGroup)
  ) u_control (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .start_i      (start),
    .p_read_o     (p_read_o),
    .p_index_o    (p_index_o),
    .load_o       (load),
    .load_index_o (load_index),
    .step_o       (step),
    .group_first_o(group_first),
    .group_done_o (group_done),
    .word0_o      (word0),
    .word2_o      (word2),
    .word4_o      (word4),
    .sub1_o       (sub1),
    .sub4_o       (sub4),
    .group0_o     (group0),
    .group4_o     (group4),
    .group5_o     (g_index_o),
    .group6_o     (q_index_o),
    .last_o       (last)
  );

  assign x_read_o      = group_first[0];
  assign x_index_o     = group0;
  assign delta_read_o  = group_first[0];
  assign delta_index_o = group0;
  assign g_read_o      = group_done[5];
  assign q_write_o     = group_done[6];
  assign last_o        = last;

  logic unused_first;
  assign unused_first = ^group_first[3:1];

  // Configuration.
  logic [em_pkg::ShiftW-1:0] exp_in_shift;
  logic [em_pkg::ShiftW-1:0] b_bar_shift;
  logic [em_pkg::BxShiftW-1:0] bx_shift;
  logic [em_pkg::AccShiftW-1:0] cur_shift;
  logic [em_pkg::DxShiftW-1:0] dx_shift;
  logic [em_pkg::ShiftW-1:0] y_shift;
  logic [em_pkg::ShiftW-1:0] gated_shift;
  logic [Thresholds*em_pkg::ThresholdW-1:0] thresholds;
  logic [Regions*em_pkg::SlopeW-1:0] slopes;
  logic [Regions*em_pkg::InterceptW-1:0] intercepts;
  logic [em_pkg::PwlShiftW-1:0] pwl_shift;

  em_ssm_cfg #(
    .Unit    (Unit),
    .Segments(Segments)
  ) u_cfg (
    .clk_i         (clk_i),
    .cfg_i         (cfg_i),
    .state_i       (state),
    .last_i        (last),
    .rdata_o       (cfg_rdata_o),
    .exp_in_shift_o(exp_in_shift),
    .b_bar_shift_o (b_bar_shift),
    .bx_shift_o    (bx_shift),
    .cur_shift_o   (cur_shift),
    .dx_shift_o    (dx_shift),
    .y_shift_o     (y_shift),
    .gated_shift_o (gated_shift),
    .thresholds_o  (thresholds),
    .slopes_o      (slopes),
    .intercepts_o  (intercepts),
    .pwl_shift_o   (pwl_shift)
  );

  // Memories.
  logic a_write;
  logic [WordW-1:0] a_waddr;
  logic [Lanes*8-1:0] a_wdata;
  logic [Lanes-1:0] a_wmask;
  logic [Lanes*8-1:0] a;
  logic d_write;
  logic [GroupW-1:0] d_waddr;
  logic [Chans*8-1:0] d_wdata;
  logic [Chans-1:0] d_wmask;
  logic [Chans*8-1:0] d;
  logic [Lanes*em_pkg::StateW-1:0] h;
  logic [Lanes*em_pkg::StateW-1:0] h_next;

  em_cfg_mem #(
    .Unit  (Unit),
    .Memory(1),
    .Words (Steps),
    .Bytes (Lanes)
  ) u_a_cfg (
    .cfg_i(cfg_i), .write_o(a_write), .addr_o(a_waddr), .data_o(a_wdata), .mask_o(a_wmask)
  );

  em_sram #(
    .Words       (Steps),
    .Lanes       (Lanes),
    .MacroMinBits(MacroMinBits)
  ) u_a_mem (
    .clk_i(clk_i), .write_i(a_write), .waddr_i(a_waddr),
    .wdata_i(a_wdata), .wmask_i(a_wmask),
    .read_i(step[0]), .raddr_i(word0), .rdata_o(a)
  );

  em_cfg_mem #(
    .Unit  (Unit),
    .Memory(2),
    .Words (Groups),
    .Bytes (Chans)
  ) u_d_cfg (
    .cfg_i(cfg_i), .write_o(d_write), .addr_o(d_waddr), .data_o(d_wdata), .mask_o(d_wmask)
  );

  em_sram #(
    .Words       (Groups),
    .Lanes       (Chans),
    .MacroMinBits(MacroMinBits)
  ) u_d_mem (
    .clk_i(clk_i), .write_i(d_write), .waddr_i(d_waddr),
    .wdata_i(d_wdata), .wmask_i(d_wmask),
    .read_i(group_done[4]), .raddr_i(group4), .rdata_o(d)
  );

  em_sram #(
    .Words       (Steps),
    .Lanes       (Lanes),
    .LaneWidth   (em_pkg::StateW),
    .MaskLanes   (Lanes),
    .MacroMinBits(MacroMinBits)
  ) u_state_mem (
    .clk_i(clk_i), .write_i(step[4]), .waddr_i(word4),
    .wdata_i(h_next), .wmask_i(1'b1),
    .read_i(step[2]), .raddr_i(word2), .rdata_o(h)
  );

  // Datapath.
  logic [PerChannel*8-1:0] b;
  logic [PerChannel*8-1:0] c;

  em_ssm_bc #(
    .Rank  (Rank),
    .States(States),
    .PLanes(PLanes),
    .Out   (PerChannel)
  ) u_bc (
    .clk_i       (clk_i),
    .load_i      (load),
    .load_index_i(load_index),
    .p_i         (p_data_i),
    .b_sub_i     (sub1),
    .b_o         (b),
    .c_sub_i     (sub4),
    .c_o         (c)
  );

  em_ssm_datapath #(
    .Lanes   (Lanes),
    .Chans   (Chans),
    .States  (States),
    .Segments(Segments)
  ) u_datapath (
    .clk_i         (clk_i),
    .step_i        (step[4:1]),
    .s4_first_i    (group_first[4]),
    .s5_i          (group_done[5]),
    .s6_i          (group_done[6]),
    .clear_i       (first_token),
    .delta_i       (delta_data_i),
    .x_i           (x_data_i),
    .a_i           (a),
    .b_i           (b),
    .h_i           (h),
    .state_o       (h_next),
    .c_i           (c),
    .d_i           (d),
    .g_i           (g_data_i),
    .q_o           (q_data_o),
    .exp_in_shift_i(exp_in_shift),
    .b_bar_shift_i (b_bar_shift),
    .bx_shift_i    (bx_shift),
    .cur_shift_i   (cur_shift),
    .dx_shift_i    (dx_shift),
    .y_shift_i     (y_shift),
    .gated_shift_i (gated_shift),
    .thresholds_i  (thresholds),
    .slopes_i      (slopes),
    .intercepts_i  (intercepts),
    .pwl_shift_i   (pwl_shift)
  );
endmodule
