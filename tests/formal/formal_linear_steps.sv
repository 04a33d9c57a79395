// em_sequencer with em_linear_steps: a token takes exactly Chunks * Rows + 3 cycles, and every
// strobe and index is where the table of docs/microarchitecture.md has it, for any valid and ready.
module formal_linear_steps #(
  parameter int unsigned Chunks = 2,
  parameter int unsigned Rows = 2,
  localparam int unsigned Steps = Chunks * Rows,
  localparam int unsigned T = Steps + 3,
  localparam int unsigned ChunkW = em_pkg::idx_width(Chunks),
  localparam int unsigned RowW = em_pkg::idx_width(Rows),
  localparam int unsigned StepW = em_pkg::idx_width(Steps)
) (
  input logic clk_i,
  input logic rst_ni,
  input logic valid_i,
  input logic ready_i
);
  logic start, fetch, fetch_end, mac, first, bias_read, wb1, wb2, last;
  logic [ChunkW-1:0] chunk;
  logic [StepW-1:0] step;
  logic [RowW-1:0] bias_row, wb1_row, wb2_row;
  em_pkg::state_e state;

  em_sequencer #(.Cycles(T)) u_sequencer (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .ready_i(ready_i), .last_i(last),
    .start_o(start), .state_o(state)
  );
  em_linear_steps #(.Chunks(Chunks), .Rows(Rows)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .start_i(start),
    .fetch_o(fetch), .fetch_end_o(fetch_end), .chunk_o(chunk), .step_o(step),
    .mac_o(mac), .first_o(first), .bias_read_o(bias_read), .bias_row_o(bias_row),
    .wb1_o(wb1), .wb1_row_o(wb1_row), .wb2_o(wb2), .wb2_row_o(wb2_row), .last_o(last)
  );
  (* hierconn *) wire \u_dut.running_q ;
  (* hierconn *) wire [RowW-1:0] \u_dut.row_q ;
`include "token_cycle.svh"

  wire [7:0] k1 = k - 8'd1;
  wire [7:0] k2 = k - 8'd2;
  wire [7:0] k3 = k - 8'd3;
  wire in0 = busy && k < 8'(Steps);
  wire in1 = busy && k1 < 8'(Steps);
  wire in2 = busy && k2 < 8'(Steps) && k2 % 8'(Chunks) == 8'(Chunks - 1);
  wire in3 = busy && k3 < 8'(Steps) && k3 % 8'(Chunks) == 8'(Chunks - 1);

  always_comb begin
    if (started) begin
      assert (fetch == in0);
      assert (!in0 || (8'(step) == k && 8'(chunk) == k % 8'(Chunks)));
      assert (!in0 || fetch_end == (k % 8'(Chunks) == 8'(Chunks - 1)));
      assert (mac == in1);
      assert (!in1 || first == (k1 % 8'(Chunks) == 8'd0));
      assert (bias_read == (in1 && k1 % 8'(Chunks) == 8'(Chunks - 1)));
      assert (!in1 || 8'(bias_row) == k1 / 8'(Chunks));
      assert (wb1 == in2 && (!in2 || 8'(wb1_row) == k2 / 8'(Chunks)));
      assert (wb2 == in3 && (!in3 || 8'(wb2_row) == k3 / 8'(Chunks)));
      // Invariants.
      assert (in0 || (step == '0 && chunk == '0));
      assert (8'(\u_dut.row_q ) == (in0 ? k / 8'(Chunks) : 8'd0));
      assert (\u_dut.running_q == (in0 && k != 8'd0));
    end
  end
endmodule
