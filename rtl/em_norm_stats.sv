// Sum, maximum and minimum of a token, Lanes elements a cycle.
//
// In a cycle of `stat_i` the elements are taken in; with `first_i` they start a new token. The
// results hold from the next cycle until the next token's first elements.
// Widths: |sum| <= Features * 2^7, and -Features * 2^7 >= -2^(7 + clog2(Features)), so 8 +
// clog2(Features) bits hold it. The range is 1..255: max - min, but at least 1.
module em_norm_stats #(
  parameter int unsigned Features = 20,
  parameter int unsigned Lanes = 4,
  localparam int unsigned SumW = 8 + $clog2(Features)
) (
  input  logic                   clk_i,
  input  logic                   stat_i,
  input  logic                   first_i,
  input  logic [Lanes*8-1:0]     x_i,
  output logic signed [SumW-1:0] sum_o,
  output logic [7:0]             range_o
);
  logic signed [SumW-1:0] sum_q;
  logic signed [7:0] max_q;
  logic signed [7:0] min_q;
  logic signed [SumW-1:0] sum_d;
  logic signed [7:0] max_d;
  logic signed [7:0] min_d;
  logic signed [7:0] x;

  always_comb begin
    sum_d = '0;
    max_d = '0;
    min_d = '0;
    x     = '0;
    if (stat_i) begin
      sum_d = first_i ? '0 : sum_q;
      max_d = first_i ? 8'sh80 : max_q;
      min_d = first_i ? 8'sh7f : min_q;
      for (int unsigned i = 0; i < Lanes; i++) begin
        x     = $signed(x_i[i*8 +: 8]);
        sum_d = sum_d + SumW'(x);
        max_d = (x > max_d) ? x : max_d;
        min_d = (x < min_d) ? x : min_d;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (stat_i) begin
      sum_q <= sum_d;
      max_q <= max_d;
      min_q <= min_d;
    end
  end

  // The difference of two codes is 0..255: its eight low bits, unsigned.
  logic [7:0] difference;

  assign difference = max_q - min_q;
  assign sum_o      = sum_q;
  assign range_o    = (difference == 8'd0) ? 8'd1 : difference;
endmodule
