// AXI4-Stream output: Beats beats of Bytes elements for each token of its buffer.
//
// `valid_q` says that the beat that was read is offered; tvalid, tdata and tlast then stay until
// tready. A token is fetched in a cycle in which nothing is offered: 1 + Beats cycles a token and
// the cycles without tready. The accept of a token's last beat releases it (`last_o`). tlast marks
// the last beat of a frame, that is of Tokens tokens. With Requant (a network without head) each
// code is requantised by out_shift; otherwise it is the result itself.
module em_axis_out #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Bytes = 4,
  parameter int unsigned Beats = 5,
  parameter int unsigned Tokens = 1,
  parameter bit Requant = 1'b0,
  localparam int unsigned BeatW = em_pkg::idx_width(Beats)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  em_pkg::cfg_t       cfg_i,
  output logic [31:0]        cfg_rdata_o,

  input  logic               x_valid_i,
  output logic               x_read_o,
  output logic [BeatW-1:0]   x_index_o,
  input  logic [Bytes*8-1:0] x_data_i,

  output logic [Bytes*8-1:0] tdata_o,
  output logic               tvalid_o,
  input  logic               tready_i,
  output logic               tlast_o,

  output logic               beat_o,
  output logic               last_o
);
  em_pkg::state_e state;
  logic valid_q;
  logic fetch;
  logic beat_last;
  logic token_last;
  logic [BeatW-1:0] beat_q;

  assign fetch     = x_valid_i & ~valid_q;
  assign beat_o    = valid_q & tready_i;
  assign beat_last = beat_q == BeatW'(Beats - 1);
  assign last_o    = beat_o & beat_last;

  // Beat 0 is read by the fetch, beat b + 1 by the accept of beat b; beat_q rests at 0.
  assign x_read_o  = fetch | (beat_o & ~beat_last);
  assign x_index_o = fetch ? '0 : beat_q + BeatW'(1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      beat_q  <= '0;
    end else begin
      valid_q <= fetch | (valid_q & ~last_o);
      if (beat_o) begin
        beat_q <= beat_last ? '0 : beat_q + BeatW'(1);
      end
    end
  end

  em_token_counter #(
    .Tokens(Tokens)
  ) u_token_counter (
    .clk_i  (clk_i),
    .rst_ni (rst_ni),
    .next_i (last_o),
    .first_o(),
    .last_o (token_last)
  );

  assign tvalid_o = valid_q;
  assign tlast_o  = valid_q & beat_last & token_last;

  always_comb begin
    if (fetch || beat_o) begin
      state = em_pkg::Busy;
    end else if (valid_q) begin
      state = em_pkg::Blocked;
    end else begin
      state = em_pkg::Starved;
    end
  end

  logic reg_write;

  em_cfg_unit #(
    .Unit     (Unit),
    .Registers(1)
  ) u_cfg (
    .clk_i      (clk_i),
    .cfg_i      (cfg_i),
    .state_i    (state),
    .last_i     (last_o),
    .reg_write_o(reg_write),
    .rdata_o    (cfg_rdata_o)
  );

  if (Requant) begin : g_requant
    logic [em_pkg::ShiftW-1:0] out_shift;

    em_cfg_reg u_out_shift (
      .clk_i(clk_i), .write_i(reg_write), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
      .value_o(out_shift)
    );

    for (genvar i = 0; i < Bytes; i++) begin : g_lane
      em_requant #(
        .Width(8)
      ) u_requant (
        .en_i   (valid_q),
        .value_i(x_data_i[i*8 +: 8]),
        .shift_i(out_shift),
        .code_o (tdata_o[i*8 +: 8])
      );
    end
  end else begin : g_plain
    logic unused_reg_write;
    assign unused_reg_write = reg_write;
    assign tdata_o = valid_q ? x_data_i : '0;
  end
endmodule
