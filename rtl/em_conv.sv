// The conv engine: depthwise causal convolution of s, and SiLU of the result (x) and of z (g).
//
// Timing: docs/microarchitecture.md, "conv"; a token takes 2 * G + 3 cycles, G = Channels / Lanes.
// Conversations: sz (s and z of a token), x and g, as em_token_buffer has them; x and g are
// committed and sz released when `last_o` is high. The engine counts tokens: on the first of the
// Tokens of a frame the history reads as 0.
module em_conv #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Channels = 40,
  parameter int unsigned Taps = 4,
  parameter int unsigned Lanes = 4,
  parameter int unsigned Tokens = 16,
  parameter bit Silu = 1'b1,
  parameter int unsigned Segments = 17,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned Groups = Channels / Lanes,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups),
  localparam int unsigned StepW = em_pkg::idx_width(2 * Groups)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  em_pkg::cfg_t       cfg_i,
  output logic [31:0]        cfg_rdata_o,

  input  logic               sz_valid_i,
  output logic               sz_read_o,
  output logic [StepW-1:0]   sz_index_o,
  input  logic [Lanes*8-1:0] sz_data_i,

  input  logic               x_ready_i,
  output logic               x_write_o,
  output logic [GroupW-1:0]  x_index_o,
  output logic [Lanes*8-1:0] x_data_o,

  input  logic               g_ready_i,
  output logic               g_write_o,
  output logic [GroupW-1:0]  g_index_o,
  output logic [Lanes*8-1:0] g_data_o,

  output logic               last_o
);
  localparam int unsigned BusyCycles = 2 * Groups + 3;
  localparam int unsigned HistoryBytes = Lanes * (Taps - 1);

  if (Channels % Lanes != 0 || Taps < 2) begin : g_bad_shape
    $error("em_conv: Lanes must divide Channels; there are at least two taps");
  end

  em_pkg::state_e state;
  logic start;
  logic last;
  logic [3:0] stage;
  logic [3:0] gate;
  logic [GroupW-1:0] group0;
  logic [GroupW-1:0] group1;
  logic [GroupW-1:0] group3;
  logic mac;
  logic req;
  logic read_s;
  logic first_token;

  em_sequencer #(
    .Cycles(BusyCycles)
  ) u_sequencer (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(sz_valid_i),
    .ready_i(x_ready_i & g_ready_i),
    .last_i (last),
    .start_o(start),
    .state_o(state)
  );

  em_conv_control #(
    .Groups(Groups)
  ) u_control (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .start_i (start),
    .stage_o (stage),
    .gate_o  (gate),
    .step_o  (sz_index_o),
    .group0_o(group0),
    .group1_o(group1),
    .group3_o(group3),
    .last_o  (last)
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

  assign sz_read_o = stage[0];
  assign read_s    = stage[0] & ~gate[0];
  assign mac       = stage[1] & ~gate[1];
  assign req       = stage[2] & ~gate[2];
  assign x_write_o = stage[3] & ~gate[3];
  assign g_write_o = stage[3] & gate[3];
  assign x_index_o = group3;
  assign g_index_o = group3;
  assign g_data_o  = x_data_o;
  assign last_o    = last;

  // Configuration: acc_shift bias_shift conv_shift x_shift.
  logic [3:0] reg_write;
  logic [em_pkg::AccShiftW-1:0] acc_shift;
  logic [em_pkg::AlignShiftW-1:0] bias_shift;
  logic [em_pkg::ShiftW-1:0] conv_shift;

  em_cfg_unit #(
    .Unit     (Unit),
    .Registers(4)
  ) u_cfg (
    .clk_i      (clk_i),
    .cfg_i      (cfg_i),
    .state_i    (state),
    .last_i     (last),
    .reg_write_o(reg_write),
    .rdata_o    (cfg_rdata_o)
  );

  em_cfg_reg #(
    .Width(em_pkg::AccShiftW)
  ) u_acc_shift (
    .clk_i(clk_i), .write_i(reg_write[0]), .wdata_i(cfg_i.wdata[em_pkg::AccShiftW-1:0]),
    .value_o(acc_shift)
  );

  em_cfg_reg #(
    .Width(em_pkg::AlignShiftW)
  ) u_bias_shift (
    .clk_i(clk_i), .write_i(reg_write[1]), .wdata_i(cfg_i.wdata[em_pkg::AlignShiftW-1:0]),
    .value_o(bias_shift)
  );

  em_cfg_reg u_conv_shift (
    .clk_i(clk_i), .write_i(reg_write[2]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
    .value_o(conv_shift)
  );

  // Memories.
  logic weight_write;
  logic [GroupW-1:0] weight_waddr;
  logic [Lanes*Taps*8-1:0] weight_wdata;
  logic [Lanes*Taps-1:0] weight_wmask;
  logic [Lanes*Taps*8-1:0] weights;
  logic bias_write;
  logic [GroupW-1:0] bias_waddr;
  logic [Lanes*8-1:0] bias_wdata;
  logic [Lanes-1:0] bias_wmask;
  logic [Lanes*8-1:0] bias;
  logic [HistoryBytes*8-1:0] history_read;
  logic [HistoryBytes*8-1:0] history;
  logic [HistoryBytes*8-1:0] history_next;

  em_cfg_mem #(
    .Unit  (Unit),
    .Memory(1),
    .Words (Groups),
    .Bytes (Lanes * Taps)
  ) u_weight_cfg (
    .cfg_i(cfg_i), .write_o(weight_write), .addr_o(weight_waddr), .data_o(weight_wdata),
    .mask_o(weight_wmask)
  );

  em_sram #(
    .Words       (Groups),
    .Lanes       (Lanes * Taps),
    .MacroMinBits(MacroMinBits)
  ) u_weight_mem (
    .clk_i(clk_i), .write_i(weight_write), .waddr_i(weight_waddr),
    .wdata_i(weight_wdata), .wmask_i(weight_wmask),
    .read_i(read_s), .raddr_i(group0), .rdata_o(weights)
  );

  em_cfg_mem #(
    .Unit  (Unit),
    .Memory(2),
    .Words (Groups),
    .Bytes (Lanes)
  ) u_bias_cfg (
    .cfg_i(cfg_i), .write_o(bias_write), .addr_o(bias_waddr), .data_o(bias_wdata),
    .mask_o(bias_wmask)
  );

  em_sram #(
    .Words       (Groups),
    .Lanes       (Lanes),
    .MacroMinBits(MacroMinBits)
  ) u_bias_mem (
    .clk_i(clk_i), .write_i(bias_write), .waddr_i(bias_waddr),
    .wdata_i(bias_wdata), .wmask_i(bias_wmask),
    .read_i(mac), .raddr_i(group1), .rdata_o(bias)
  );

  em_sram #(
    .Words       (Groups),
    .Lanes       (HistoryBytes),
    .MaskLanes   (HistoryBytes),
    .MacroMinBits(MacroMinBits)
  ) u_history_mem (
    .clk_i(clk_i), .write_i(mac), .waddr_i(group1),
    .wdata_i(history_next), .wmask_i(1'b1),
    .read_i(read_s), .raddr_i(group0), .rdata_o(history_read)
  );

  assign history = first_token ? '0 : history_read;

  // Datapath.
  logic [Lanes*8-1:0] w;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    em_conv_lane #(
      .Taps(Taps)
    ) u_lane (
      .clk_i       (clk_i),
      .mac_i       (mac),
      .pass_i      (stage[1]),
      .x_i         (sz_data_i[i*8 +: 8]),
      .w_i         (weights[i*Taps*8 +: Taps*8]),
      .history_i   (history[i*(Taps-1)*8 +: (Taps-1)*8]),
      .history_o   (history_next[i*(Taps-1)*8 +: (Taps-1)*8]),
      .req_i       (req),
      .move_i      (stage[2]),
      .bias_i      (bias[i*8 +: 8]),
      .acc_shift_i (acc_shift),
      .bias_shift_i(bias_shift),
      .conv_shift_i(conv_shift),
      .w_o         (w[i*8 +: 8])
    );
  end

  em_conv_pwl #(
    .Unit    (Unit),
    .Lanes   (Lanes),
    .Silu    (Silu),
    .Segments(Segments)
  ) u_pwl (
    .clk_i          (clk_i),
    .cfg_i          (cfg_i),
    .x_shift_write_i(reg_write[3]),
    .x_i            (x_write_o),
    .gate_i         (g_write_o),
    .w_i            (w),
    .y_o            (x_data_o)
  );
endmodule
