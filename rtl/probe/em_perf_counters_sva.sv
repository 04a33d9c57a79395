// Every counted cycle is exactly one of busy, starved and blocked.
module em_perf_counters_sva (
  input logic           clk_i,
  input logic           clear_i,
  input logic           count_i,
  input em_pkg::state_e state_i,
  input logic           last_i,
  input logic [31:0]    busy_i,
  input logic [31:0]    starved_i,
  input logic [31:0]    blocked_i
);
  logic off;
  logic held;
  assign off  = !em_sva_pkg::settled || clear_i;
  assign held = !em_sva_pkg::settled || !count_i;

  logic [31:0] cycles_q;

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      cycles_q <= '0;
    end else if (count_i) begin
      cycles_q <= cycles_q + 32'd1;
    end
  end

  SumIsTotal: assert property (@(posedge clk_i) disable iff (off)
    busy_i + starved_i + blocked_i == cycles_q);
  LastIsBusy: assert property (@(posedge clk_i) disable iff (held)
    last_i |-> state_i == em_pkg::Busy);
endmodule
