// em_sequencer with em_ssm_control: exactly Loads + Steps + 6 cycles, every stage and index where
// the table has it.
module formal_ssm_control #(
  parameter int unsigned Loads = 2,
  parameter int unsigned Steps = 4,
  parameter int unsigned PerGroup = 2,
  localparam int unsigned T = Loads + Steps + 6,
  localparam int unsigned LoadW = em_pkg::idx_width(Loads),
  localparam int unsigned WordW = em_pkg::idx_width(Steps),
  localparam int unsigned SubW = em_pkg::idx_width(PerGroup),
  localparam int unsigned GroupW = em_pkg::idx_width(Steps / PerGroup)
) (
  input logic clk_i,
  input logic rst_ni,
  input logic valid_i,
  input logic ready_i
);
  logic start, last, p_read, load;
  logic [LoadW-1:0] p_index, load_index;
  logic [4:0] step, group_first;
  logic [6:4] group_done;
  logic [WordW-1:0] word0, word2, word4;
  logic [SubW-1:0] sub1, sub4;
  logic [GroupW-1:0] group0, group4, group5, group6;
  em_pkg::state_e state;

  em_sequencer #(.Cycles(T)) u_sequencer (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .ready_i(ready_i), .last_i(last),
    .start_o(start), .state_o(state)
  );
  em_ssm_control #(.Loads(Loads), .Steps(Steps), .PerGroup(PerGroup)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start),
    .p_read_o(p_read), .p_index_o(p_index), .load_o(load), .load_index_o(load_index),
    .step_o(step), .group_first_o(group_first), .group_done_o(group_done),
    .word0_o(word0), .word2_o(word2), .word4_o(word4), .sub1_o(sub1), .sub4_o(sub4),
    .group0_o(group0), .group4_o(group4), .group5_o(group5), .group6_o(group6), .last_o(last)
  );
  (* hierconn *) wire \u_dut.loading_q ;
  (* hierconn *) wire [SubW-1:0] \u_dut.sub_q ;
  (* hierconn *) wire [6:1] \u_dut.done_q ;
  (* hierconn *) wire [WordW-1:0] \u_dut.word1_q ;
  (* hierconn *) wire [WordW-1:0] \u_dut.word3_q ;
  (* hierconn *) wire [SubW-1:0] \u_dut.sub2_q ;
  (* hierconn *) wire [SubW-1:0] \u_dut.sub3_q ;
  (* hierconn *) wire [GroupW-1:0] \u_dut.group1_q ;
  (* hierconn *) wire [GroupW-1:0] \u_dut.group2_q ;
  (* hierconn *) wire [GroupW-1:0] \u_dut.group3_q ;
`include "token_cycle.svh"

  wire loads = busy && k < 8'(Loads);
  wire [7:0] s = k - 8'(Loads);  // the step in stage 0
  logic [7:0] at;
  logic [6:0] in, first, done;
  always_comb begin
    for (int unsigned n = 0; n < 7; n++) begin
      at       = s - 8'(n);
      in[n]    = busy && at < 8'(Steps);
      first[n] = in[n] && at % 8'(PerGroup) == 8'd0;
      done[n]  = in[n] && at % 8'(PerGroup) == 8'(PerGroup - 1);
      if (started && in[n]) begin
        assert (n != 0 || (8'(word0) == at && 8'(\u_dut.sub_q ) == at % 8'(PerGroup)));
        assert (n != 0 || 8'(group0) == at / 8'(PerGroup));
        assert (n != 1 || (8'(\u_dut.word1_q ) == at && 8'(sub1) == at % 8'(PerGroup)));
        assert (n != 1 || 8'(\u_dut.group1_q ) == at / 8'(PerGroup));
        assert (n != 2 || (8'(word2) == at && 8'(\u_dut.sub2_q ) == at % 8'(PerGroup)));
        assert (n != 2 || 8'(\u_dut.group2_q ) == at / 8'(PerGroup));
        assert (n != 3 || (8'(\u_dut.word3_q ) == at && 8'(\u_dut.sub3_q ) == at % 8'(PerGroup)));
        assert (n != 3 || 8'(\u_dut.group3_q ) == at / 8'(PerGroup));
        assert (n != 4 || (8'(word4) == at && 8'(sub4) == at % 8'(PerGroup)));
        assert (n != 4 || 8'(group4) == at / 8'(PerGroup));
        assert (n != 5 || !done[5] || 8'(group5) == at / 8'(PerGroup));
        assert (n != 6 || !done[6] || 8'(group6) == at / 8'(PerGroup));
      end
    end
    if (started) begin
      assert (p_read == loads && 8'(p_index) == (loads ? k : 8'd0));
      assert (load == (busy && k - 8'd1 < 8'(Loads)) && (!load || 8'(load_index) == k - 8'd1));
      assert (step == in[4:0] && group_first == first[4:0] && group_done == done[6:4]);
      // Invariants.
      assert (\u_dut.loading_q == (loads && k != 8'd0));
      assert (\u_dut.done_q == done[6:1]);
      assert (in[0] || (word0 == '0 && \u_dut.sub_q == '0 && group0 == '0));
    end
  end
endmodule
