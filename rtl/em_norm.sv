// The norm engine: range normalisation of one token, Units elements at a time, each with its
// divider.
//
// Timing: docs/microarchitecture.md, "norm"; a token takes 10 * G + 3 cycles, G = Features / Units.
// Conversations: x (tokens of the block's input), y (normalised tokens), as em_token_buffer has
// them; y is committed and x released when `last_o` is high.
module em_norm #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Features = 20,
  parameter int unsigned Units = 4,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned Groups = Features / Units,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  em_pkg::cfg_t       cfg_i,
  output logic [31:0]        cfg_rdata_o,

  input  logic               x_valid_i,
  output logic               x_read_o,
  output logic [GroupW-1:0]  x_index_o,
  input  logic [Units*8-1:0] x_data_i,

  input  logic               y_ready_i,
  output logic               y_write_o,
  output logic [GroupW-1:0]  y_index_o,
  output logic [Units*8-1:0] y_data_o,

  output logic               last_o
);
  localparam int unsigned BusyCycles = 10 * Groups + 3;
  localparam int unsigned FeatureW = $clog2(Features);
  localparam int unsigned SumW = 8 + FeatureW;                     // em_norm_stats
  localparam int unsigned DrW = 8 + FeatureW;                      // em_norm_lane
  localparam int unsigned DenW = DrW + em_pkg::AlignShiftMax;      // em_norm_lane
  localparam int unsigned AlignShiftW = em_pkg::AlignShiftW;

  if (Features % Units != 0) begin : g_bad_units
    $error("em_norm: Units must divide Features");
  end

  em_pkg::state_e state;
  logic start;
  logic scan;
  logic stat;
  logic stat_first;
  logic t1;
  logic num;
  logic step;
  logic write;
  logic last;

  em_sequencer #(
    .Cycles(BusyCycles)
  ) u_sequencer (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .valid_i(x_valid_i),
    .ready_i(y_ready_i),
    .last_i (last),
    .start_o(start),
    .state_o(state)
  );

  em_norm_control #(
    .Groups(Groups)
  ) u_control (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .start_i     (start),
    .read_o      (x_read_o),
    .scan_o      (scan),
    .index_o     (x_index_o),
    .stat_o      (stat),
    .stat_first_o(stat_first),
    .t1_o        (t1),
    .num_o       (num),
    .step_o      (step),
    .write_o     (write),
    .windex_o    (y_index_o),
    .last_o      (last)
  );

  assign y_write_o = write;
  assign last_o    = last;

  // Configuration: gamma_shift beta_shift out_shift.
  logic [2:0] reg_write;
  logic [3*AlignShiftW-1:0] shifts;

  em_cfg_unit #(
    .Unit     (Unit),
    .Registers(3)
  ) u_cfg (
    .clk_i      (clk_i),
    .cfg_i      (cfg_i),
    .state_i    (state),
    .last_i     (last),
    .reg_write_o(reg_write),
    .rdata_o    (cfg_rdata_o)
  );

  for (genvar i = 0; i < 3; i++) begin : g_shift
    em_cfg_reg #(
      .Width(AlignShiftW)
    ) u_shift (
      .clk_i(clk_i), .write_i(reg_write[i]), .wdata_i(cfg_i.wdata[AlignShiftW-1:0]),
      .value_o(shifts[i*AlignShiftW +: AlignShiftW])
    );
  end

  // Memories: gamma and beta words are read with the elements of their group.
  logic [1:0] mem_write;
  logic [2*GroupW-1:0] mem_waddr;
  logic [2*Units*8-1:0] mem_wdata;
  logic [2*Units-1:0] mem_wmask;
  logic [Units*8-1:0] gamma;
  logic [Units*8-1:0] beta;
  logic group_read;

  assign group_read = x_read_o & ~scan;

  for (genvar i = 0; i < 2; i++) begin : g_mem_cfg
    em_cfg_mem #(
      .Unit  (Unit),
      .Memory(1 + i),
      .Words (Groups),
      .Bytes (Units)
    ) u_mem_cfg (
      .cfg_i(cfg_i), .write_o(mem_write[i]), .addr_o(mem_waddr[i*GroupW +: GroupW]),
      .data_o(mem_wdata[i*Units*8 +: Units*8]), .mask_o(mem_wmask[i*Units +: Units])
    );
  end

  em_sram #(
    .Words       (Groups),
    .Lanes       (Units),
    .MacroMinBits(MacroMinBits)
  ) u_gamma_mem (
    .clk_i(clk_i), .write_i(mem_write[0]), .waddr_i(mem_waddr[GroupW-1:0]),
    .wdata_i(mem_wdata[Units*8-1:0]), .wmask_i(mem_wmask[Units-1:0]),
    .read_i(group_read), .raddr_i(x_index_o), .rdata_o(gamma)
  );

  em_sram #(
    .Words       (Groups),
    .Lanes       (Units),
    .MacroMinBits(MacroMinBits)
  ) u_beta_mem (
    .clk_i(clk_i), .write_i(mem_write[1]), .waddr_i(mem_waddr[2*GroupW-1:GroupW]),
    .wdata_i(mem_wdata[2*Units*8-1:Units*8]), .wmask_i(mem_wmask[2*Units-1:Units]),
    .read_i(group_read), .raddr_i(x_index_o), .rdata_o(beta)
  );

  // What all lanes share. dr is the same for every group of a token, and so is den.
  logic signed [SumW-1:0] sum;
  logic [7:0] range;
  logic [DrW-1:0] dr_q;
  logic [DenW-1:0] den_q;

  em_norm_stats #(
    .Features(Features),
    .Lanes   (Units)
  ) u_stats (
    .clk_i  (clk_i),
    .stat_i (stat),
    .first_i(stat_first),
    .x_i    (x_data_i),
    .sum_o  (sum),
    .range_o(range)
  );

  always_ff @(posedge clk_i) begin
    if (t1) begin
      dr_q <= DrW'(Features) * DrW'(range);
    end
    if (num) begin
      den_q <= DenW'(dr_q) << shifts[2*AlignShiftW +: AlignShiftW];
    end
  end

  for (genvar i = 0; i < Units; i++) begin : g_lane
    em_norm_lane #(
      .Features(Features)
    ) u_lane (
      .clk_i        (clk_i),
      .t1_i         (t1),
      .x_i          (x_data_i[i*8 +: 8]),
      .sum_i        (sum),
      .num_i        (num),
      .dr_i         (dr_q),
      .gamma_i      (gamma[i*8 +: 8]),
      .beta_i       (beta[i*8 +: 8]),
      .gamma_shift_i(shifts[0 +: AlignShiftW]),
      .beta_shift_i (shifts[AlignShiftW +: AlignShiftW]),
      .step_i       (step),
      .den_i        (den_q),
      .en_i         (write),
      .y_o          (y_data_o[i*8 +: 8])
    );
  end
endmodule
