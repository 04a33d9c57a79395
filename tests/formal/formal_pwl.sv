// em_pwl: sat(round((slope_r x + intercept_r) / 2^S), 8), r = number of thresholds <= x, for every
// table, input and shift. Rounding is em_requant's, which has its own proof; here its operand and
// the region are compared with the definition.
module formal_pwl #(
  parameter int unsigned Segments = 2,
  localparam int unsigned Thresholds = Segments + 1,
  localparam int unsigned Regions = Segments + 2
) (
  input logic signed [7:0]        x_i,
  input logic [Thresholds*9-1:0]  thresholds_i,
  input logic [Regions*16-1:0]    slopes_i,
  input logic [Regions*32-1:0]    intercepts_i,
  input logic [4:0]               shift_i
);
  logic signed [7:0] y, want, idle;

  em_pwl #(.Segments(Segments)) u_dut (
    .en_i(1'b1), .x_i(x_i), .thresholds_i(thresholds_i), .slopes_i(slopes_i),
    .intercepts_i(intercepts_i), .shift_i(shift_i), .y_o(y)
  );
  em_pwl #(.Segments(Segments)) u_idle (
    .en_i(1'b0), .x_i(x_i), .thresholds_i(thresholds_i), .slopes_i(slopes_i),
    .intercepts_i(intercepts_i), .shift_i(shift_i), .y_o(idle)
  );

  localparam int unsigned RegionW = $clog2(Regions);
  (* hierconn *) wire [RegionW-1:0] \u_dut.region ;
  (* hierconn *) wire [15:0] \u_dut.slope ;
  (* hierconn *) wire [31:0] \u_dut.intercept ;

  wire signed [15:0] found_slope = \u_dut.slope ;
  wire signed [31:0] found_intercept = \u_dut.intercept ;

  logic [Thresholds-1:0] reached;
  logic [7:0] count;
  logic signed [15:0] slope;
  logic signed [31:0] intercept;
  logic signed [23:0] product;
  logic signed [32:0] sum;
  always_comb begin
    count = '0;
    for (int unsigned i = 0; i < Thresholds; i++) begin
      reached[i] = $signed(thresholds_i[i*9 +: 9]) <= x_i;
      count      = count + 8'(reached[i]);
    end
    slope     = '0;
    intercept = '0;
    for (int unsigned r = 0; r < Regions; r++) begin
      if (count == 8'(r)) slope = slopes_i[r*16 +: 16];
      if (count == 8'(r)) intercept = intercepts_i[r*32 +: 32];
    end
    // The circuit's own slope and intercept, which are proved to be those of the definition.
    product = found_slope * x_i;
    sum     = 33'(product) + 33'(found_intercept);
  end
  em_requant #(.Width(33), .MaxLeft(0)) u_want (
    .en_i(1'b1), .value_i(sum), .shift_i({2'b0, shift_i}), .code_o(want)
  );
  always_comb begin
    assert (8'(\u_dut.region ) == count);
    assert (found_slope == slope && found_intercept == intercept);
    assert (y == want);
    assert (idle == 8'sd0);
  end
endmodule
