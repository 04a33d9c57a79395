// em_sequencer with em_conv_control: exactly 2 * Groups + 3 cycles, every stage in its cycle.
module formal_conv_control #(
  parameter int unsigned Groups = 2,
  localparam int unsigned T = 2 * Groups + 3,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups),
  localparam int unsigned StepW = em_pkg::idx_width(2 * Groups)
) (
  input logic clk_i,
  input logic rst_ni,
  input logic valid_i,
  input logic ready_i
);
  logic start, last;
  logic [3:0] stage, gate;
  logic [StepW-1:0] step;
  logic [GroupW-1:0] group0, group1, group3;
  em_pkg::state_e state;

  em_sequencer #(.Cycles(T)) u_sequencer (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .ready_i(ready_i), .last_i(last),
    .start_o(start), .state_o(state)
  );
  em_conv_control #(.Groups(Groups)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start), .stage_o(stage), .gate_o(gate),
    .step_o(step), .group0_o(group0), .group1_o(group1), .group3_o(group3), .last_o(last)
  );
  (* hierconn *) wire [GroupW-1:0] \u_dut.group2_q ;
`include "token_cycle.svh"

  logic [3:0] in;
  logic [7:0] at;
  always_comb begin
    for (int unsigned n = 0; n < 4; n++) begin
      at    = k - 8'(n);
      in[n] = busy && at < 8'(2 * Groups);
      if (started) begin
        assert (stage[n] == in[n]);
        assert (!in[n] || gate[n] == (at >= 8'(Groups)));
        assert (n != 0 || 8'(step) == (in[0] ? k : 8'd0));
        assert (n != 0 || 8'(group0) == (in[0] ? at % 8'(Groups) : 8'd0));
        assert (n != 0 || in[0] || !gate[0]);
        assert (n != 1 || !in[1] || 8'(group1) == at % 8'(Groups));
        assert (n != 2 || !in[2] || 8'(\u_dut.group2_q ) == at % 8'(Groups));
        assert (n != 3 || !in[3] || 8'(group3) == at % 8'(Groups));
      end
    end
  end
endmodule
