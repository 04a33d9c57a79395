// One element of the pool engine: a running sum over the tokens, and its mean.
//
// total_o = (clear_i ? 0 : sum_i) + x_i, combinational while en_i is high, else 0. num_i divides
// total << num_shift by den_i; step_i and out_en_i drive the divider as em_divider says.
//
// Widths, with T = clog2(Tokens): |total| <= Tokens * 2^7 and -Tokens * 2^7 >= -2^(7 + T): 8 + T
// bits. |num| <= Tokens * 2^7 * 2^15 <= 2^(22 + T), 24 + T bits for em_divider. den <= Tokens *
// 2^15, 16 + T bits.
module em_pool_lane #(
  parameter int unsigned Tokens = 16,
  localparam int unsigned SumW = 8 + $clog2(Tokens),
  localparam int unsigned DenW = 16 + $clog2(Tokens)
) (
  input  logic                           clk_i,
  input  logic                           en_i,
  input  logic                           clear_i,
  input  logic signed [7:0]              x_i,
  input  logic signed [SumW-1:0]         sum_i,
  output logic signed [SumW-1:0]         total_o,
  input  logic                           num_i,
  input  logic [em_pkg::AlignShiftW-1:0] num_shift_i,
  input  logic                           step_i,
  input  logic [DenW-1:0]                den_i,
  input  logic                           out_en_i,
  output logic signed [7:0]              y_o
);
  localparam int unsigned NumW = 24 + $clog2(Tokens);

  logic signed [NumW-1:0] num;

  always_comb begin
    total_o = '0;
    num     = '0;
    if (en_i) begin
      total_o = (clear_i ? '0 : sum_i) + SumW'(x_i);
    end
    if (num_i) begin
      num = NumW'(total_o) <<< num_shift_i;
    end
  end

  em_divider #(
    .NumW(NumW),
    .DenW(DenW)
  ) u_divider (
    .clk_i (clk_i),
    .load_i(num_i),
    .step_i(step_i),
    .num_i (num),
    .den_i (den_i),
    .en_i  (out_en_i),
    .code_o(y_o)
  );
endmodule
