// Performance counters of an engine: busy, starved and blocked cycles, and tokens (`last` cycles).
//
// They count while `count_i` is high, modulo 2^32, and return to 0 in the cycle of `clear_i`. Busy,
// starved and blocked exclude each other and together are every counted cycle.
// `rdata_o` is counter 0 busy, 1 starved, 2 blocked, 3 tokens; 0 while `select_i` is low.
module em_perf_counters (
  input  logic           clk_i,
  input  logic           clear_i,
  input  logic           count_i,
  input  em_pkg::state_e state_i,
  input  logic           last_i,
  input  logic           select_i,
  input  logic [1:0]     counter_i,
  output logic [31:0]    rdata_o
);
  logic [31:0] busy_q;
  logic [31:0] starved_q;
  logic [31:0] blocked_q;
  logic [31:0] tokens_q;

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      busy_q    <= '0;
      starved_q <= '0;
      blocked_q <= '0;
      tokens_q  <= '0;
    end else if (count_i) begin
      if (state_i == em_pkg::Busy) begin
        busy_q <= busy_q + 32'd1;
      end
      if (state_i == em_pkg::Starved) begin
        starved_q <= starved_q + 32'd1;
      end
      if (state_i == em_pkg::Blocked) begin
        blocked_q <= blocked_q + 32'd1;
      end
      if (last_i) begin
        tokens_q <= tokens_q + 32'd1;
      end
    end
  end

  always_comb begin
    rdata_o = '0;
    if (select_i) begin
      unique case (counter_i)
        2'd0: rdata_o = busy_q;
        2'd1: rdata_o = starved_q;
        2'd2: rdata_o = blocked_q;
        default: rdata_o = tokens_q;
      endcase
    end
  end
endmodule
