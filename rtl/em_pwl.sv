// One evaluation of a piecewise-linear table: y = sat(round((slope_r*x + intercept_r) / 2^S), 8),
// r = number of thresholds <= x (integer contract, pwl).
//
// Combinational. The table comes flat, entry 0 in the least significant bits. While `en_i` is low
// the result is 0.
//
// Widths: |slope*x| <= 2^15 * 2^7 = 2^22 and |intercept| <= 2^31, so the sum fits 33 bits signed.
module em_pwl #(
  parameter int unsigned Segments = 17,
  localparam int unsigned Thresholds = Segments + 1,
  localparam int unsigned Regions = Segments + 2
) (
  input  logic                                      en_i,
  input  logic signed [7:0]                         x_i,
  input  logic [Thresholds*em_pkg::ThresholdW-1:0]  thresholds_i,
  input  logic [Regions*em_pkg::SlopeW-1:0]         slopes_i,
  input  logic [Regions*em_pkg::InterceptW-1:0]     intercepts_i,
  input  logic [em_pkg::PwlShiftW-1:0]              shift_i,
  output logic signed [7:0]                         y_o
);
  localparam int unsigned RegionW = $clog2(Regions);
  localparam int unsigned SumW = em_pkg::InterceptW + 1;

  logic [RegionW-1:0] region;
  logic signed [em_pkg::SlopeW-1:0] slope;
  logic signed [em_pkg::InterceptW-1:0] intercept;
  logic signed [em_pkg::SlopeW+7:0] product;
  logic signed [SumW-1:0] sum;

  always_comb begin
    region    = '0;
    slope     = '0;
    intercept = '0;
    product   = '0;
    sum       = '0;
    if (en_i) begin
      for (int unsigned i = 0; i < Thresholds; i++) begin
        if ($signed(thresholds_i[i*em_pkg::ThresholdW +: em_pkg::ThresholdW]) <=
            em_pkg::ThresholdW'(x_i)) begin
          region = region + RegionW'(1);
        end
      end
      slope     = $signed(slopes_i[region*em_pkg::SlopeW +: em_pkg::SlopeW]);
      intercept = $signed(intercepts_i[region*em_pkg::InterceptW +: em_pkg::InterceptW]);
      product   = slope * x_i;
      sum       = SumW'(product) + SumW'(intercept);
    end
  end

  em_requant #(
    .Width  (SumW),
    .MaxLeft(0)
  ) u_requant (
    .en_i   (en_i),
    .value_i(sum),
    .shift_i({{(em_pkg::ShiftW - em_pkg::PwlShiftW){1'b0}}, shift_i}),
    .code_o (y_o)
  );
endmodule
