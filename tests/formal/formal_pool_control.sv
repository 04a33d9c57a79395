// em_sequencer with em_pool_control: Groups + 1 cycles, 9 * Groups + 2 for the last token of a
// frame, every strobe and index where the table has it.
module formal_pool_control #(
  parameter int unsigned Groups = 2,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups)
) (
  input logic clk_i,
  input logic rst_ni,
  input logic valid_i,
  input logic ready_i,
  input logic last_token_i
);
  logic start, last, read, add, num, step, write;
  logic [GroupW-1:0] index, add_index, windex;
  em_pkg::state_e state;

  em_sequencer #(.Cycles(Groups + 1), .AltCycles(9 * Groups + 2)) u_sequencer (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .ready_i(ready_i), .last_i(last),
    .start_o(start), .state_o(state)
  );
  em_pool_control #(.Groups(Groups)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start), .last_token_i(last_token_i),
    .read_o(read), .index_o(index), .add_o(add), .add_index_o(add_index), .num_o(num),
    .step_o(step), .write_o(write), .windex_o(windex), .last_o(last)
  );
  (* hierconn *) wire [2:0] \u_dut.u_divider_steps.bit_q ;
  (* hierconn *) wire \u_dut.adding_q ;

  logic token_q;  // last_token_i is the token's
  always_ff @(posedge clk_i) token_q <= last_token_i;
  always_comb assume (start || k_q == 8'd0 || last_token_i == token_q);
  wire [7:0] T = last_token_i ? 8'(9 * Groups + 2) : 8'(Groups + 1);
`include "token_cycle.svh"

  wire dividing = busy && last_token_i;
  wire adding = busy && !last_token_i;
  wire [7:0] k1 = k - 8'd1;
  wire [7:0] k2 = k - 8'd2;
  wire [7:0] k10 = k - 8'd10;
  wire reads = adding ? k < 8'(Groups) : dividing && k < 8'(9 * Groups) && k % 8'd9 == 8'd0;
  wire steps = dividing && k2 < 8'(9 * Groups) && k2 % 8'd9 < 8'd8;
  wire [7:0] done = (k + 8'd8) / 8'd9;  // divisions that were read before k

  always_comb begin
    if (started) begin
      assert (read == reads && (!reads || 8'(index) == (adding ? k : k / 8'd9)));
      assert (add == (adding && k1 < 8'(Groups)) && (!add || 8'(add_index) == k1));
      assert (num == (dividing && k1 < 8'(9 * Groups) && k1 % 8'd9 == 8'd0));
      assert (step == steps);
      assert (write == (dividing && k10 < 8'(9 * Groups) && k10 % 8'd9 == 8'd0));
      assert (!write || 8'(windex) == k10 / 8'd9);
      // Invariants.
      assert (8'(index) == (adding && k < 8'(Groups) ? k
                            : dividing && done < 8'(Groups) ? done : 8'd0));
      assert (8'(windex) == (dividing && k >= 8'd10 ? (k10 + 8'd8) / 8'd9 : 8'd0));
      assert (8'(\u_dut.u_divider_steps.bit_q ) == (steps ? k2 % 8'd9 : 8'd0));
      assert (\u_dut.adding_q == (adding && k != 8'd0 && k < 8'(Groups)));
    end
  end
endmodule
