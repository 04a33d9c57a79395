// Cycle control of the conv engine: Groups steps for the channels of s, then Groups for those of z.
//
// `start_i` is cycle 0 of a token, the first step's. Each step runs through four stages: 0 reads,
// 1 multiplies (s) or passes (z), 2 requantises, 3 evaluates and writes. For stage n, `stage_o[n]`
// says that a step is in it, `gate_o[n]` that the step belongs to z; group1_o and group3_o are its
// channel group in stages 1 and 3. `last_o` is the last step's stage 3: cycle 2 * Groups + 2.
module em_conv_control #(
  parameter int unsigned Groups = 5,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups),
  localparam int unsigned StepW = em_pkg::idx_width(2 * Groups)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              start_i,
  output logic [3:0]        stage_o,
  output logic [3:0]        gate_o,
  output logic [StepW-1:0]  step_o,
  output logic [GroupW-1:0] group0_o,
  output logic [GroupW-1:0] group1_o,
  output logic [GroupW-1:0] group3_o,
  output logic              last_o
);
  logic running_q;
  logic fetch;
  logic group_end;
  logic gate_q;
  logic [StepW-1:0] step_q;
  logic [GroupW-1:0] group_q;

  assign fetch     = start_i | running_q;
  assign group_end = group_q == GroupW'(Groups - 1);

  // The counters rest at 0 between tokens.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      gate_q    <= 1'b0;
      step_q    <= '0;
      group_q   <= '0;
    end else if (fetch) begin
      running_q <= ~(group_end & gate_q);
      gate_q    <= gate_q ^ group_end;
      step_q    <= (group_end & gate_q) ? '0 : step_q + StepW'(1);
      group_q   <= group_end ? '0 : group_q + GroupW'(1);
    end
  end

  logic [3:1] stage_q;
  logic [3:1] gate_stage_q;
  logic [GroupW-1:0] group1_q;
  logic [GroupW-1:0] group2_q;
  logic [GroupW-1:0] group3_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      stage_q <= '0;
    end else begin
      stage_q <= stage_o[2:0];
    end
  end

  always_ff @(posedge clk_i) begin
    gate_stage_q <= gate_o[2:0];
    if (stage_o[0]) begin
      group1_q <= group_q;
    end
    if (stage_o[1]) begin
      group2_q <= group1_q;
    end
    if (stage_o[2]) begin
      group3_q <= group2_q;
    end
  end

  assign stage_o  = {stage_q, fetch};
  assign gate_o   = {gate_stage_q, gate_q};
  assign step_o   = step_q;
  assign group0_o = group_q;
  assign group1_o = group1_q;
  assign group3_o = group3_q;
  assign last_o   = stage_o[3] && gate_o[3] && group3_q == GroupW'(Groups - 1);
endmodule
