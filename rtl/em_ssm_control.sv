// Cycle control of the ssm engine: Loads reads of p, then Steps steps of Lanes states.
//
// `start_i` is cycle 0 of a token. Cycles 0..Loads-1 read p (p_read_o, p_index_o); each word
// arrives a cycle later (load_o, load_index_o). Step s is fetched in cycle Loads + s and runs
// through the stages s1..s6 of docs/microarchitecture.md in the six cycles after; s5 and s6 only
// for the last step of a channel group. `last_o` is the last step's s6: cycle Loads + Steps + 5.
// A channel group takes PerGroup steps; sub_o is a step's place among them, group_o its channel
// group, word_o its flat index. A number after a name is the stage it belongs to, 0 the fetch.
module em_ssm_control #(
  parameter int unsigned Loads = 18,
  parameter int unsigned Steps = 40,
  parameter int unsigned PerGroup = 1,
  localparam int unsigned Groups = Steps / PerGroup,
  localparam int unsigned LoadW = em_pkg::idx_width(Loads),
  localparam int unsigned WordW = em_pkg::idx_width(Steps),
  localparam int unsigned SubW = em_pkg::idx_width(PerGroup),
  localparam int unsigned GroupW = em_pkg::idx_width(Groups)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              start_i,

  output logic              p_read_o,
  output logic [LoadW-1:0]  p_index_o,
  output logic              load_o,
  output logic [LoadW-1:0]  load_index_o,

  output logic [4:0]        step_o,         // step_o[n]: a step is in stage n, 0..4
  output logic [4:0]        group_first_o,  // it is its channel group's first
  output logic [6:4]        group_done_o,   // stages 4..6: a channel group's last step
  output logic [WordW-1:0]  word0_o,
  output logic [WordW-1:0]  word2_o,
  output logic [WordW-1:0]  word4_o,
  output logic [SubW-1:0]   sub1_o,
  output logic [SubW-1:0]   sub4_o,
  output logic [GroupW-1:0] group0_o,
  output logic [GroupW-1:0] group4_o,
  output logic [GroupW-1:0] group5_o,
  output logic [GroupW-1:0] group6_o,
  output logic              last_o
);
  // Loads of p.
  logic loading_q;
  logic load_end;
  logic load_q;
  logic [LoadW-1:0] p_index_q;
  logic [LoadW-1:0] load_index_q;

  assign p_read_o     = start_i | loading_q;
  assign p_index_o    = p_index_q;
  assign load_end     = p_read_o && p_index_q == LoadW'(Loads - 1);
  assign load_o       = load_q;
  assign load_index_o = load_index_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      loading_q <= 1'b0;
      load_q    <= 1'b0;
      p_index_q <= '0;
    end else begin
      loading_q <= p_read_o & ~load_end;
      load_q    <= p_read_o;
      if (p_read_o) begin
        p_index_q <= load_end ? '0 : p_index_q + LoadW'(1);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (p_read_o) begin
      load_index_q <= p_index_q;
    end
  end

  // Steps, from the cycle after the last load; the counters rest at 0.
  logic running_q;
  logic word_end;
  logic sub_end;
  logic [WordW-1:0] word_q;
  logic [SubW-1:0] sub_q;
  logic [GroupW-1:0] group_q;

  assign word_end = word_q == WordW'(Steps - 1);
  assign sub_end  = sub_q == SubW'(PerGroup - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      word_q    <= '0;
      sub_q     <= '0;
      group_q   <= '0;
    end else begin
      running_q <= load_end | (running_q & ~word_end);
      if (running_q) begin
        word_q <= word_end ? '0 : word_q + WordW'(1);
        sub_q  <= sub_end ? '0 : sub_q + SubW'(1);
        if (sub_end) begin
          group_q <= word_end ? '0 : group_q + GroupW'(1);
        end
      end
    end
  end

  // Stages.
  logic [4:1] step_q;
  logic [4:1] first_q;
  logic [6:1] done_q;

  assign step_o        = {step_q, running_q};
  assign group_first_o = {first_q, running_q && sub_q == '0};
  assign group_done_o  = done_q[6:4];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      step_q  <= '0;
      first_q <= '0;
      done_q  <= '0;
    end else begin
      step_q  <= step_o[3:0];
      first_q <= group_first_o[3:0];
      done_q  <= {done_q[5:1], running_q & sub_end};
    end
  end

  logic [WordW-1:0] word1_q, word2_q, word3_q, word4_q;
  logic [SubW-1:0] sub1_q, sub2_q, sub3_q, sub4_q;
  logic [GroupW-1:0] group1_q, group2_q, group3_q, group4_q, group5_q, group6_q;

  always_ff @(posedge clk_i) begin
    if (step_o[0]) begin
      word1_q  <= word_q;
      sub1_q   <= sub_q;
      group1_q <= group_q;
    end
    if (step_o[1]) begin
      word2_q  <= word1_q;
      sub2_q   <= sub1_q;
      group2_q <= group1_q;
    end
    if (step_o[2]) begin
      word3_q  <= word2_q;
      sub3_q   <= sub2_q;
      group3_q <= group2_q;
    end
    if (step_o[3]) begin
      word4_q  <= word3_q;
      sub4_q   <= sub3_q;
      group4_q <= group3_q;
    end
    if (done_q[4]) begin
      group5_q <= group4_q;
    end
    if (done_q[5]) begin
      group6_q <= group5_q;
    end
  end

  assign word0_o  = word_q;
  assign word2_o  = word2_q;
  assign word4_o  = word4_q;
  assign sub1_o   = sub1_q;
  assign sub4_o   = sub4_q;
  assign group0_o = group_q;
  assign group4_o = group4_q;
  assign group5_o = group5_q;
  assign group6_o = group6_q;
  assign last_o   = done_q[6] && group6_q == GroupW'(Groups - 1);
endmodule
