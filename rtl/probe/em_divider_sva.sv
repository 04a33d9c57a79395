// Protocol of a divider: load and step exclude each other, and the denominator is positive.
module em_divider_sva #(
  parameter int unsigned NumW = 36,
  parameter int unsigned DenW = 27
) (
  input logic                   clk_i,
  input logic                   load_i,
  input logic                   step_i,
  input logic                   en_i,
  input logic signed [NumW-1:0] num_i,
  input logic [DenW-1:0]        den_i
);
  logic off;
  assign off = !em_sva_pkg::settled;

  LoadOrStep: assert property (@(posedge clk_i) disable iff (off)
    !(load_i && step_i));
  ResultAfterSteps: assert property (@(posedge clk_i) disable iff (off)
    !(en_i && step_i));
  PositiveDenominator: assert property (@(posedge clk_i) disable iff (off)
    step_i || en_i |-> den_i != '0);
  NumeratorInRange: assert property (@(posedge clk_i) disable iff (off)
    load_i |-> num_i != {1'b1, {(NumW - 1){1'b0}}});
endmodule
