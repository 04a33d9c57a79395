// em_sequencer with em_norm_control and its em_divider_steps: exactly 10 * Groups + 3 cycles, every
// strobe and index where the table has it.
module formal_norm_control #(
  parameter int unsigned Groups = 2,
  localparam int unsigned T = 10 * Groups + 3,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups)
) (
  input logic clk_i,
  input logic rst_ni,
  input logic valid_i,
  input logic ready_i
);
  logic start, last, read, scan, stat, stat_first, t1, num, step, write;
  logic [GroupW-1:0] index, windex;
  em_pkg::state_e state;

  em_sequencer #(.Cycles(T)) u_sequencer (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .ready_i(ready_i), .last_i(last),
    .start_o(start), .state_o(state)
  );
  em_norm_control #(.Groups(Groups)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start), .read_o(read), .scan_o(scan),
    .index_o(index), .stat_o(stat), .stat_first_o(stat_first), .t1_o(t1), .num_o(num),
    .step_o(step), .write_o(write), .windex_o(windex), .last_o(last)
  );
  (* hierconn *) wire [2:0] \u_dut.u_divider_steps.bit_q ;
  (* hierconn *) wire \u_dut.scanning_q ;
  (* hierconn *) wire \u_dut.divide_first_q ;
`include "token_cycle.svh"

  // a + n of group j is cycle Groups + n + 9j: `d` of n counts from a + n of group 0.
  wire [7:0] d0 = k - 8'(Groups);
  wire [7:0] d1 = d0 - 8'd1;
  wire [7:0] d2 = d0 - 8'd2;
  wire [7:0] d3 = d0 - 8'd3;
  wire [7:0] d11 = d0 - 8'd11;
  wire scans = busy && k < 8'(Groups);
  wire reads = busy && d0 < 8'(9 * Groups) && d0 % 8'd9 == 8'd0;
  wire steps = busy && d3 < 8'(9 * Groups) && d3 % 8'd9 < 8'd8;

  always_comb begin
    if (started) begin
      assert (scan == scans && read == (scans || reads));
      assert (stat == (busy && k - 8'd1 < 8'(Groups)) && (!stat || stat_first == (k == 8'd1)));
      assert (t1 == (busy && d1 < 8'(9 * Groups) && d1 % 8'd9 == 8'd0));
      assert (num == (busy && d2 < 8'(9 * Groups) && d2 % 8'd9 == 8'd0));
      assert (step == steps);
      assert (write == (busy && d11 < 8'(9 * Groups) && d11 % 8'd9 == 8'd0));
      assert (!scans || 8'(index) == k);
      assert (!reads || 8'(index) == d0 / 8'd9);
      assert (!write || 8'(windex) == d11 / 8'd9);
      // Invariants.
      assert (8'(index) == (scans ? k : !busy || k == 8'(Groups) || (d0 + 8'd8) / 8'd9 >= 8'(Groups)
                            ? 8'd0 : (d0 + 8'd8) / 8'd9));
      assert (8'(windex) == (!busy || k < 8'(Groups + 11) ? 8'd0 : (d11 + 8'd8) / 8'd9));
      assert (8'(\u_dut.u_divider_steps.bit_q ) == (steps ? d3 % 8'd9 : 8'd0));
      assert (\u_dut.scanning_q == (scans && k != 8'd0));
      assert (\u_dut.divide_first_q == (busy && k == 8'(Groups)));
    end
  end
endmodule
