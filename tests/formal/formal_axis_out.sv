// em_axis_out: what is offered stays until it is taken; Beats beats a token, tlast on the last beat
// of the frame's last token and on no other; a token is released with its last beat.
module formal_axis_out #(
  parameter int unsigned Bytes = 1,
  parameter int unsigned Beats = 3,
  parameter int unsigned Tokens = 2,
  parameter bit Requant = 1'b0,
  localparam int unsigned BeatW = em_pkg::idx_width(Beats),
  localparam int unsigned TokenW = em_pkg::idx_width(Tokens)
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic               x_valid_i,
  input logic [Bytes*8-1:0] x_data_i,
  input logic               tready_i,
  input em_pkg::cfg_t       cfg_i
);
  logic x_read, tvalid, tlast, beat, last;
  logic [BeatW-1:0] x_index;
  logic [Bytes*8-1:0] tdata;
  logic [31:0] rdata;

  em_axis_out #(
    .Unit(5), .Bytes(Bytes), .Beats(Beats), .Tokens(Tokens), .Requant(Requant)
  ) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(rdata),
    .x_valid_i(x_valid_i), .x_read_o(x_read), .x_index_o(x_index), .x_data_i(x_data_i),
    .tdata_o(tdata), .tvalid_o(tvalid), .tready_i(tready_i), .tlast_o(tlast),
    .beat_o(beat), .last_o(last)
  );
  (* hierconn *) wire [BeatW-1:0] \u_dut.beat_q ;
  (* hierconn *) wire [TokenW-1:0] \u_dut.u_token_counter.token_q ;

  logic started = 1'b0;
  logic offered_q, last_q, reset_q, x_valid_q, release_q, read_q;
  logic [Bytes*8-1:0] tdata_q, x_data_q;
  logic [BeatW-1:0] beat_q;    // beats of this token that were taken
  logic [TokenW-1:0] token_q;  // tokens of this frame that were sent
  always_ff @(posedge clk_i) begin
    started   <= 1'b1;
    reset_q   <= !rst_ni;
    offered_q <= tvalid && !tready_i;
    tdata_q   <= tdata;
    last_q    <= tlast;
    x_valid_q <= x_valid_i;
    x_data_q  <= x_data_i;
    release_q <= last;
    read_q    <= x_read;
    if (!rst_ni) begin
      beat_q  <= '0;
      token_q <= '0;
    end else if (tvalid && tready_i) begin
      beat_q <= (32'(beat_q) == Beats - 1) ? '0 : beat_q + BeatW'(1);
      if (32'(beat_q) == Beats - 1) begin
        token_q <= (32'(token_q) == Tokens - 1) ? '0 : token_q + TokenW'(1);
      end
    end
  end

  always_comb begin
    // The token buffer: a token stays until it is released, data until the next read; the loader
    // writes no register while the core runs.
    assume (started || !rst_ni);
    assume (!started || reset_q || !x_valid_q || release_q || x_valid_i);
    assume (!started || read_q || x_data_i == x_data_q);
    assume (!cfg_i.write);
    if (started) begin
      assert (reset_q || !offered_q || (tvalid && tdata == tdata_q && tlast == last_q));
      assert (!tvalid || tlast == (32'(beat_q) == Beats - 1 && 32'(token_q) == Tokens - 1));
      assert (tvalid || !tlast);
      assert (last == (tvalid && tready_i && 32'(beat_q) == Beats - 1));
      assert (x_read == ((x_valid_i && !tvalid) || (tvalid && tready_i && !last)));
      assert (!x_read || 32'(x_index) == (tvalid ? 32'(beat_q) + 1 : 0));
      assert (!x_read || x_valid_i);
      assert (Requant || tdata == (tvalid ? x_data_i : '0));
      // Invariants.
      assert (\u_dut.beat_q == beat_q && 32'(beat_q) < Beats && (tvalid || beat_q == '0));
      assert (\u_dut.u_token_counter.token_q == token_q && 32'(token_q) < Tokens);
      assert (!tvalid || x_valid_i);
    end
  end
endmodule
