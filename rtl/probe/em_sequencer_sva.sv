// The engine's contract with em_sequencer: its last cycle is exactly where its busy formula says.
module em_sequencer_sva #(
  parameter int unsigned Cycles = 2,
  parameter int unsigned AltCycles = 2
) (
  input logic           clk_i,
  input logic           rst_ni,
  input em_pkg::state_e state_i,
  input logic           start_i,
  input logic           last_i
);
  logic off;
  assign off = !em_sva_pkg::settled || !rst_ni;

  // Cycle of the token, 0 in the start cycle.
  logic [31:0] cycle_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || last_i) begin
      cycle_q <= '0;
    end else if (state_i == em_pkg::Busy) begin
      cycle_q <= cycle_q + 32'd1;
    end
  end

  LastOnlyWhenBusy: assert property (@(posedge clk_i) disable iff (off)
    last_i |-> state_i == em_pkg::Busy);
  LastOnFormula: assert property (@(posedge clk_i) disable iff (off)
    last_i |-> cycle_q == Cycles - 1 || cycle_q == AltCycles - 1);
  NeverLonger: assert property (@(posedge clk_i) disable iff (off)
    cycle_q < Cycles || cycle_q < AltCycles);
  StartAtZero: assert property (@(posedge clk_i) disable iff (off)
    start_i |-> cycle_q == 0);
endmodule
