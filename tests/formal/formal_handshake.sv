// The handshake graph of a whole accelerator cannot deadlock, whatever the depths of its buffers:
// while the streams go on, some engine is busy in every cycle.
//
// Engines are em_sequencer with busy times that the solver picks, cycle by cycle. Buffers are their
// counts (formal_token_buffer proves that those are all that valid and ready depend on), with free
// depths from 1 to 8, the store's from Tokens on.
module formal_edge #(
  parameter int unsigned Take = 1,  // tokens of a release
  parameter int unsigned Least = 1  // depth
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       started_i,
  input  logic       commit_i,
  input  logic       release_i,
  input  logic [3:0] depth_i,
  input  logic [7:0] written_i,   // tokens that the writer has committed
  input  logic [7:0] released_i,  // and the reader released
  output logic       valid_o,
  output logic       room_o
);
  logic [7:0] count_q;
  assign valid_o = count_q >= 8'(Take);
  assign room_o  = count_q != 8'(depth_i);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) count_q <= '0;
    else count_q <= count_q + 8'(commit_i) - (release_i ? 8'(Take) : 8'd0);
  end
  always_comb begin
    assume (depth_i >= 4'(Least) && depth_i <= 4'd8);
    if (started_i) begin
      assert (count_q == written_i - released_i);
      assert (count_q <= 8'(depth_i));
    end
  end
endmodule

module formal_handshake #(
  parameter int unsigned Blocks = 1,
  parameter int unsigned Tokens = 2,  // of a frame; the head takes them at once
  localparam int unsigned Engines = 3 + 7 * Blocks,
  localparam int unsigned Head = Engines - 2,
  localparam int unsigned Out = Engines - 1
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic [Engines-1:0] ends_i  // a busy engine's last cycle
);
  // Engine 0 is patch_embed, whose frames always come (axis_in's side is told in the docs); then 7
  // of each block: norm, in_proj, conv, param_proj, delta_proj, ssm, out_proj; head; axis_out.
  logic started = 1'b0;
  logic [Engines-1:0] valid, ready, last, busy;
  logic [Engines*8-1:0] count_q;  // tokens that an engine has ended
  (* anyconst *) logic [Blocks*32+7:0] depths;
  always_ff @(posedge clk_i) started <= 1'b1;
  always_comb assume (started || !rst_ni);

  for (genvar e = 0; e < Engines; e++) begin : g_engine
    em_pkg::state_e state;
    logic start;
    em_sequencer u_sequencer (
      .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid[e]), .ready_i(ready[e]), .last_i(last[e]),
      .start_o(start), .state_o(state)
    );
    assign busy[e] = state == em_pkg::Busy;
    assign last[e] = busy[e] & ~start & ends_i[e];
    always_ff @(posedge clk_i) begin
      if (!rst_ni) count_q[e*8 +: 8] <= '0;
      else if (last[e]) count_q[e*8 +: 8] <= count_q[e*8 +: 8] + 8'd1;
    end
    // An engine that is busy has its tokens and its slot: nobody takes them away.
    always_comb if (started && busy[e]) assert (valid[e] && ready[e]);
  end

  // Edges of a block: who writes and reads (0: whoever writes tok; 1 norm .. 7 out_proj), and which
  // buffer it is: tok u sz x g p delta q. tok, x and p have two readers, an edge each.
  function automatic int unsigned writer_of(int unsigned i);
    case (i)
      0, 1: writer_of = 0;
      2: writer_of = 1;
      3: writer_of = 2;
      4, 5, 6: writer_of = 3;
      7, 8: writer_of = 4;
      9: writer_of = 5;
      default: writer_of = 6;
    endcase
  endfunction

  function automatic int unsigned reader_of(int unsigned i);
    case (i)
      0: reader_of = 1;
      1, 10: reader_of = 7;
      2: reader_of = 2;
      3: reader_of = 3;
      4: reader_of = 4;
      5, 6, 8, 9: reader_of = 6;
      default: reader_of = 5;
    endcase
  endfunction

  function automatic int unsigned buffer_of(int unsigned i);
    case (i)
      0, 1: buffer_of = 0;
      2, 3: buffer_of = i - 1;
      4, 5: buffer_of = 3;
      6: buffer_of = 4;
      7, 8: buffer_of = 5;
      default: buffer_of = i - 3;
    endcase
  endfunction

  assign valid[0] = 1'b1;
  for (genvar b = 0; b < Blocks; b++) begin : g_block
    localparam int unsigned N = 7 * b + 1;  // norm; engine N - 1 writes its tok
    logic [10:0] v, r;

    for (genvar i = 0; i < 11; i++) begin : g_edge
      localparam int unsigned Writer = N - 1 + writer_of(i);
      localparam int unsigned Reader = N - 1 + reader_of(i);
      formal_edge u_edge (
        .clk_i(clk_i), .rst_ni(rst_ni), .started_i(started), .commit_i(last[Writer]),
        .release_i(last[Reader]), .depth_i(depths[b*32 + 4*buffer_of(i) +: 4]),
        .written_i(count_q[Writer*8 +: 8]), .released_i(count_q[Reader*8 +: 8]),
        .valid_o(v[i]), .room_o(r[i])
      );
    end
    assign ready[N-1] = r[0] & r[1];         // tok
    assign valid[N]   = v[0];                // norm
    assign ready[N]   = r[2];
    assign valid[N+1] = v[2];                // in_proj
    assign ready[N+1] = r[3];
    assign valid[N+2] = v[3];                // conv
    assign ready[N+2] = r[4] & r[5] & r[6];
    assign valid[N+3] = v[4];                // param_proj
    assign ready[N+3] = r[7] & r[8];
    assign valid[N+4] = v[7];                // delta_proj
    assign ready[N+4] = r[9];
    assign valid[N+5] = v[5] & v[6] & v[8] & v[9];  // ssm
    assign ready[N+5] = r[10];
    assign valid[N+6] = v[1] & v[10];        // out_proj
  end

  formal_edge #(.Take(Tokens), .Least(Tokens)) u_store (
    .clk_i(clk_i), .rst_ni(rst_ni), .started_i(started), .commit_i(last[Head-1]),
    .release_i(last[Head]), .depth_i(depths[Blocks*32 +: 4]),
    .written_i(count_q[(Head-1)*8 +: 8]), .released_i(8'(Tokens) * count_q[Head*8 +: 8]),
    .valid_o(valid[Head]), .room_o(ready[Head-1])
  );
  formal_edge u_out (
    .clk_i(clk_i), .rst_ni(rst_ni), .started_i(started), .commit_i(last[Head]),
    .release_i(last[Out]), .depth_i(depths[Blocks*32+4 +: 4]),
    .written_i(count_q[Head*8 +: 8]), .released_i(count_q[Out*8 +: 8]),
    .valid_o(valid[Out]), .room_o(ready[Head])
  );
  assign ready[Out] = 1'b1;

  always_comb if (started) assert (|busy);
endmodule
