// The pool engine: the mean over a frame's tokens, requantised in the same single rounding.
//
// Timing: docs/microarchitecture.md, "pool"; a token takes G + 1 cycles, a frame's last 9 * G + 2,
// G = Features / Lanes. Conversations: x (tokens of the store), y (means), as em_token_buffer has
// them. Every token needs room for a mean, although only the last writes it. x is released when
// `last_o` is high, y committed when `frame_last_o` is.
module em_pool #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Features = 20,
  parameter int unsigned Lanes = 4,
  parameter int unsigned Tokens = 16,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned Groups = Features / Lanes,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  em_pkg::cfg_t       cfg_i,
  output logic [31:0]        cfg_rdata_o,

  input  logic               x_valid_i,
  output logic               x_read_o,
  output logic [GroupW-1:0]  x_index_o,
  input  logic [Lanes*8-1:0] x_data_i,

  input  logic               y_ready_i,
  output logic               y_write_o,
  output logic [GroupW-1:0]  y_index_o,
  output logic [Lanes*8-1:0] y_data_o,

  output logic               last_o,
  output logic               frame_last_o
);
  localparam int unsigned BusyCycles = Groups + 1;
  localparam int unsigned BusyLastCycles = 9 * Groups + 2;
  localparam int unsigned SumW = 8 + $clog2(Tokens);   // em_pool_lane
  localparam int unsigned DenW = 16 + $clog2(Tokens);  // em_pool_lane
  localparam int unsigned AlignShiftW = em_pkg::AlignShiftW;

  if (Features % Lanes != 0) begin : g_bad_lanes
    $error("em_pool: Lanes must divide Features");
  end

  em_pkg::state_e state;
  logic start;
  logic first_token;
  logic last_token;
  logic add;
  logic [GroupW-1:0] add_index;
  logic num;
  logic step;
  logic write;
  logic last;

  em_sequencer #(
    .Cycles   (BusyCycles),
    .AltCycles(BusyLastCycles)
  ) u_sequencer (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(x_valid_i),
    .ready_i(y_ready_i),
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
    .last_o (last_token)
  );

  em_pool_control #(
    .Groups(Groups)
  ) u_control (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .start_i     (start),
    .last_token_i(last_token),
    .read_o      (x_read_o),
    .index_o     (x_index_o),
    .add_o       (add),
    .add_index_o (add_index),
    .num_o       (num),
    .step_o      (step),
    .write_o     (write),
    .windex_o    (y_index_o),
    .last_o      (last)
  );

  assign y_write_o    = write;
  assign last_o       = last;
  assign frame_last_o = last & last_token;

  // Configuration: num_shift den_shift.
  logic [1:0] reg_write;
  logic [AlignShiftW-1:0] num_shift;
  logic [AlignShiftW-1:0] den_shift;
  logic [DenW-1:0] den;

  em_cfg_unit #(
    .Unit     (Unit),
    .Registers(2)
  ) u_cfg (
    .clk_i      (clk_i),
    .cfg_i      (cfg_i),
    .state_i    (state),
    .last_i     (last),
    .reg_write_o(reg_write),
    .rdata_o    (cfg_rdata_o)
  );

  em_cfg_reg #(
    .Width(AlignShiftW)
  ) u_num_shift (
    .clk_i(clk_i), .write_i(reg_write[0]), .wdata_i(cfg_i.wdata[AlignShiftW-1:0]),
    .value_o(num_shift)
  );

  em_cfg_reg #(
    .Width(AlignShiftW)
  ) u_den_shift (
    .clk_i(clk_i), .write_i(reg_write[1]), .wdata_i(cfg_i.wdata[AlignShiftW-1:0]),
    .value_o(den_shift)
  );

  assign den = DenW'(Tokens) << den_shift;

  // Sums and lanes.
  logic [Lanes*SumW-1:0] sums;
  logic [Lanes*SumW-1:0] totals;

  em_sram #(
    .Words       (Groups),
    .Lanes       (Lanes),
    .LaneWidth   (SumW),
    .MaskLanes   (Lanes),
    .MacroMinBits(MacroMinBits)
  ) u_sum_mem (
    .clk_i(clk_i), .write_i(add), .waddr_i(add_index),
    .wdata_i(totals), .wmask_i(1'b1),
    .read_i(x_read_o), .raddr_i(x_index_o), .rdata_o(sums)
  );

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    em_pool_lane #(
      .Tokens(Tokens)
    ) u_lane (
      .clk_i      (clk_i),
      .en_i       (add | num),
      .clear_i    (first_token),
      .x_i        (x_data_i[i*8 +: 8]),
      .sum_i      (sums[i*SumW +: SumW]),
      .total_o    (totals[i*SumW +: SumW]),
      .num_i      (num),
      .num_shift_i(num_shift),
      .step_i     (step),
      .den_i      (den),
      .out_en_i   (write),
      .y_o        (y_data_o[i*8 +: 8])
    );
  end
endmodule
