// AXI4-Stream input: one frame of Beats beats of Bytes elements each, into the frame buffer.
//
// A beat is accepted in a cycle of tvalid and tready; tready is high while the core runs and the
// frame buffer has a free slot, and does not depend on tvalid. The first byte (bits 7:0) is the
// first element. The frame's last beat commits it (`last_o`); tlast must mark exactly that beat:
// `tlast_error_o` is high in the cycle of an accepted beat that disagrees.
module em_axis_in #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Bytes = 4,
  parameter int unsigned Beats = 80,
  localparam int unsigned BeatW = em_pkg::idx_width(Beats)
) (
  input  logic               clk_i,
  input  logic               rst_ni,  // low while the core is held
  input  em_pkg::cfg_t       cfg_i,
  output logic [31:0]        cfg_rdata_o,

  input  logic [Bytes*8-1:0] tdata_i,
  input  logic               tvalid_i,
  output logic               tready_o,
  input  logic               tlast_i,

  input  logic               y_ready_i,
  output logic               y_write_o,
  output logic [BeatW-1:0]   y_index_o,
  output logic [Bytes*8-1:0] y_data_o,

  output logic               last_o,
  output logic               tlast_error_o
);
  em_pkg::state_e state;
  logic beat;
  logic beat_last;
  logic [BeatW-1:0] beat_q;

  assign tready_o  = rst_ni & y_ready_i;
  assign beat      = tvalid_i & tready_o;
  assign beat_last = beat_q == BeatW'(Beats - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q <= '0;
    end else if (beat) begin
      beat_q <= beat_last ? '0 : beat_q + BeatW'(1);
    end
  end

  assign y_write_o     = beat;
  assign y_index_o     = beat_q;
  assign y_data_o      = tdata_i;
  assign last_o        = beat & beat_last;
  assign tlast_error_o = beat & (tlast_i != beat_last);

  always_comb begin
    if (beat) begin
      state = em_pkg::Busy;
    end else if (y_ready_i) begin
      state = em_pkg::Starved;
    end else begin
      state = em_pkg::Blocked;
    end
  end

  logic unused_reg_write;

  em_cfg_unit #(
    .Unit     (Unit),
    .Registers(1)
  ) u_cfg (
    .clk_i      (clk_i),
    .cfg_i      (cfg_i),
    .state_i    (state),
    .last_i     (last_o),
    .reg_write_o(unused_reg_write),
    .rdata_o    (cfg_rdata_o)
  );
endmodule
