// Start, busy and idle reasons of an engine.
//
// A token starts in the first cycle in which the engine is idle, every input is valid and every
// output ready. `busy_o` covers the start cycle and all cycles to the one in which the engine
// raises `last_i`; the next token may start in the cycle after that. The engine must raise `last_i`
// in cycle Cycles - 1 of the token (cycle AltCycles - 1 of tokens that take another time; see
// em_pool), counted from the start cycle 0: its busy formula. em_sequencer_sva checks it.
module em_sequencer #(
  parameter int unsigned Cycles = 2,
  parameter int unsigned AltCycles = Cycles
) (
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic           valid_i,
  input  logic           ready_i,
  input  logic           last_i,
  output logic           start_o,
  output em_pkg::state_e state_o
);
  if (Cycles < 2 || AltCycles < 2) begin : g_bad_cycles
    $error("em_sequencer: a token takes at least two cycles");
  end

  logic active_q;
  logic busy;

  assign start_o = valid_i & ready_i & ~active_q;
  assign busy    = start_o | active_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
    end else begin
      active_q <= busy & ~last_i;
    end
  end

  always_comb begin
    if (busy) begin
      state_o = em_pkg::Busy;
    end else if (valid_i) begin
      state_o = em_pkg::Blocked;
    end else begin
      state_o = em_pkg::Starved;
    end
  end
endmodule
