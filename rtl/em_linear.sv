// The linear engine: y = W x (+ bias), InLanes x OutLanes products a cycle.
//
// It is patch_embed, in_proj, param_proj, delta_proj, out_proj, head_0 and head_1; the parameters
// choose what its write-back does. Timing: docs/microarchitecture.md, "linear"; a token takes
// n + 3 cycles with n = (InFeatures / InLanes) * (OutFeatures / OutLanes) steps.
//
// Conversations: x (input tokens), res (residual tokens, read with OutLanes; only with Residual), y
// (output tokens), each as em_token_buffer has it. The engine commits y and releases x and res when
// `last_o` is high; with Patch it releases x when `frame_last_o` is high, the last token of a
// frame. Row groups with a post requantisation: rows [0, Bound0), [Bound0, Bound1), [Bound1,
// OutFeatures), of which the first Groups exist.
module em_linear #(
  parameter int unsigned Unit = 0,
  parameter int unsigned InFeatures = 20,
  parameter int unsigned OutFeatures = 20,
  parameter int unsigned InLanes = 4,
  parameter int unsigned OutLanes = 4,
  parameter bit InRequant = 1'b0,
  parameter bit Bias = 1'b0,
  parameter bit Relu = 1'b0,
  parameter int unsigned Groups = 0,
  parameter int unsigned Bound0 = OutFeatures,
  parameter int unsigned Bound1 = OutFeatures,
  parameter bit Residual = 1'b0,
  parameter bit Patch = 1'b0,
  parameter int unsigned FrameHeight = 1,  // frame and patch: only with Patch
  parameter int unsigned FrameWidth = 1,
  parameter int unsigned FrameChannels = InFeatures,
  parameter int unsigned PatchSide = 1,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned Span = Patch ? FrameHeight * FrameWidth * FrameChannels : InFeatures,
  localparam int unsigned XIndexW = em_pkg::idx_width(Span / InLanes),
  localparam int unsigned RowW = em_pkg::idx_width(OutFeatures / OutLanes)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  em_pkg::cfg_t          cfg_i,
  output logic [31:0]           cfg_rdata_o,

  input  logic                  x_valid_i,
  output logic                  x_read_o,
  output logic [XIndexW-1:0]    x_index_o,
  input  logic [InLanes*8-1:0]  x_data_i,

  input  logic                  res_valid_i,
  output logic                  res_read_o,
  output logic [RowW-1:0]       res_index_o,
  input  logic [OutLanes*8-1:0] res_data_i,

  input  logic                  y_ready_i,
  output logic                  y_write_o,
  output logic [RowW-1:0]       y_index_o,
  output logic [OutLanes*8-1:0] y_data_o,

  output logic                  last_o,
  output logic                  frame_last_o
);
  localparam int unsigned Chunks = InFeatures / InLanes;
  localparam int unsigned Rows = OutFeatures / OutLanes;
  localparam int unsigned Steps = Chunks * Rows;
  localparam int unsigned BusyCycles = Steps + 3;
  localparam int unsigned StepW = em_pkg::idx_width(Steps);
  localparam int unsigned ChunkW = em_pkg::idx_width(Chunks);
  localparam int unsigned ShiftW = em_pkg::ShiftW;

  if (InFeatures % InLanes != 0 || OutFeatures % OutLanes != 0 ||
      (Patch && PatchSide * FrameChannels % InLanes != 0)) begin : g_bad_lanes
    $error("em_linear: lanes must divide the features (and a patch's row)");
  end

  // Control.
  em_pkg::state_e state;
  logic start;
  logic fetch;
  logic fetch_end;
  logic [ChunkW-1:0] chunk;
  logic [StepW-1:0] step;
  logic mac;
  logic first;
  logic bias_read;
  logic [RowW-1:0] bias_row;
  logic wb1;
  logic wb2;
  logic last;

  em_sequencer #(
    .Cycles(BusyCycles)
  ) u_sequencer (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(x_valid_i & (res_valid_i | ~Residual)),
    .ready_i(y_ready_i),
    .last_i (last),
    .start_o(start),
    .state_o(state)
  );

  em_linear_steps #(
    .Chunks(Chunks),
    .Rows  (Rows)
  ) u_steps (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .start_i    (start),
    .fetch_o    (fetch),
    .fetch_end_o(fetch_end),
    .chunk_o    (chunk),
    .step_o     (step),
    .mac_o      (mac),
    .first_o    (first),
    .bias_read_o(bias_read),
    .bias_row_o (bias_row),
    .wb1_o      (wb1),
    .wb1_row_o  (res_index_o),
    .wb2_o      (wb2),
    .wb2_row_o  (y_index_o),
    .last_o     (last)
  );

  assign x_read_o   = fetch;
  assign res_read_o = wb1 & Residual;
  assign y_write_o  = wb2;
  assign last_o     = last;

  if (Patch) begin : g_patch
    logic frame_end;
    logic unused_chunk;
    assign unused_chunk = ^chunk;

    em_patch_address #(
      .Height  (FrameHeight),
      .Width   (FrameWidth),
      .Channels(FrameChannels),
      .Side    (PatchSide),
      .Lanes   (InLanes)
    ) u_patch_address (
      .clk_i          (clk_i),
      .rst_ni         (rst_ni),
      .step_i         (fetch),
      .row_group_end_i(fetch_end),
      .next_i         (last),
      .chunk_o        (x_index_o),
      .last_o         (frame_end)
    );

    assign frame_last_o = last & frame_end;
  end else begin : g_sequential
    logic unused_end;
    assign unused_end   = fetch_end;
    assign x_index_o    = chunk;
    assign frame_last_o = last;
  end

  // Configuration.
  logic [ShiftW-1:0] x_shift;
  logic [em_pkg::AccShiftW-1:0] acc_shift;
  logic [em_pkg::AlignShiftW-1:0] bias_shift;
  logic [ShiftW-1:0] out_shift;
  logic [3*ShiftW-1:0] post_shift;
  logic [em_pkg::AlignShiftW-1:0] res_tok_shift;
  logic [em_pkg::AlignShiftW-1:0] res_out_shift;
  logic [ShiftW-1:0] res_shift;

  em_linear_cfg #(
    .Unit     (Unit),
    .InRequant(InRequant),
    .Bias     (Bias),
    .Groups   (Groups),
    .Residual (Residual)
  ) u_cfg (
    .clk_i          (clk_i),
    .cfg_i          (cfg_i),
    .state_i        (state),
    .last_i         (last),
    .rdata_o        (cfg_rdata_o),
    .x_shift_o      (x_shift),
    .acc_shift_o    (acc_shift),
    .bias_shift_o   (bias_shift),
    .out_shift_o    (out_shift),
    .post_shift_o   (post_shift),
    .res_tok_shift_o(res_tok_shift),
    .res_out_shift_o(res_out_shift),
    .res_shift_o    (res_shift)
  );

  // Memories.
  logic [InLanes*OutLanes*8-1:0] weights;
  logic [InLanes*OutLanes*8-1:0] weight_wdata;
  logic [InLanes*OutLanes-1:0] weight_wmask;
  logic [StepW-1:0] weight_waddr;
  logic weight_write;
  logic [OutLanes*8-1:0] bias;

  em_cfg_mem #(
    .Unit  (Unit),
    .Memory(1),
    .Words (Steps),
    .Bytes (InLanes * OutLanes)
  ) u_weight_cfg (
    .cfg_i(cfg_i), .write_o(weight_write), .addr_o(weight_waddr), .data_o(weight_wdata),
    .mask_o(weight_wmask)
  );

  em_sram #(
    .Words       (Steps),
    .Lanes       (InLanes * OutLanes),
    .MacroMinBits(MacroMinBits)
  ) u_weight_mem (
    .clk_i(clk_i), .write_i(weight_write), .waddr_i(weight_waddr),
    .wdata_i(weight_wdata), .wmask_i(weight_wmask),
    .read_i(fetch), .raddr_i(step), .rdata_o(weights)
  );

  if (Bias) begin : g_bias
    logic [OutLanes*8-1:0] bias_wdata;
    logic [OutLanes-1:0] bias_wmask;
    logic [RowW-1:0] bias_waddr;
    logic bias_write;

    em_cfg_mem #(
      .Unit  (Unit),
      .Memory(2),
      .Words (Rows),
      .Bytes (OutLanes)
    ) u_bias_cfg (
      .cfg_i(cfg_i), .write_o(bias_write), .addr_o(bias_waddr), .data_o(bias_wdata),
      .mask_o(bias_wmask)
    );

    em_sram #(
      .Words       (Rows),
      .Lanes       (OutLanes),
      .MacroMinBits(MacroMinBits)
    ) u_bias_mem (
      .clk_i(clk_i), .write_i(bias_write), .waddr_i(bias_waddr),
      .wdata_i(bias_wdata), .wmask_i(bias_wmask),
      .read_i(bias_read), .raddr_i(bias_row), .rdata_o(bias)
    );
  end else begin : g_no_bias
    logic unused_bias_read;
    assign unused_bias_read = ^{bias_read, bias_row};
    assign bias = '0;
  end

  // Datapath.
  em_linear_rows #(
    .InFeatures (InFeatures),
    .OutFeatures(OutFeatures),
    .InLanes    (InLanes),
    .OutLanes   (OutLanes),
    .InRequant  (InRequant),
    .Bias       (Bias),
    .Relu       (Relu),
    .Groups     (Groups),
    .Bound0     (Bound0),
    .Bound1     (Bound1),
    .Residual   (Residual)
  ) u_rows (
    .clk_i          (clk_i),
    .mac_i          (mac),
    .first_i        (first),
    .x_i            (x_data_i),
    .x_shift_i      (x_shift),
    .w_i            (weights),
    .wb1_i          (wb1),
    .bias_i         (bias),
    .acc_shift_i    (acc_shift),
    .bias_shift_i   (bias_shift),
    .out_shift_i    (out_shift),
    .wb2_i          (wb2),
    .row_i          (y_index_o),
    .residual_i     (res_data_i),
    .post_shift_i   (post_shift),
    .res_tok_shift_i(res_tok_shift),
    .res_out_shift_i(res_out_shift),
    .res_shift_i    (res_shift),
    .y_o            (y_data_o)
  );
endmodule
