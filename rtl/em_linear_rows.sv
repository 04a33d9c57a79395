// Datapath of a linear engine: OutLanes rows of InLanes products, and each row's requantisation.
//
// Driven by em_linear_steps: in the cycle of mac_i the x chunk and the weight word are present, in
// that of wb1_i the bias word, in that of wb2_i the residual chunk. Weight byte o*InLanes + l is
// the weight of row o and input l. y_o is 0 unless wb2_i is high.
module em_linear_rows #(
  parameter int unsigned InFeatures = 20,
  parameter int unsigned OutFeatures = 20,
  parameter int unsigned InLanes = 4,
  parameter int unsigned OutLanes = 4,
  parameter bit InRequant = 1'b0,
  parameter bit Bias = 1'b0,
  parameter bit Relu = 1'b0,
  parameter int unsigned Groups = 0,
  parameter int unsigned Bound0 = OutFeatures,
  parameter int unsigned Bound1 = OutFeatures,
  parameter bit Residual = 1'b0,
  localparam int unsigned RowW = em_pkg::idx_width(OutFeatures / OutLanes)
) (
  input  logic                           clk_i,

  input  logic                           mac_i,
  input  logic                           first_i,
  input  logic [InLanes*8-1:0]           x_i,
  input  logic [em_pkg::ShiftW-1:0]      x_shift_i,
  input  logic [InLanes*OutLanes*8-1:0]  w_i,

  input  logic                           wb1_i,
  input  logic [OutLanes*8-1:0]          bias_i,
  input  logic [em_pkg::AccShiftW-1:0]   acc_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0] bias_shift_i,
  input  logic [em_pkg::ShiftW-1:0]      out_shift_i,

  input  logic                           wb2_i,
  input  logic [RowW-1:0]                row_i,
  input  logic [OutLanes*8-1:0]          residual_i,
  input  logic [3*em_pkg::ShiftW-1:0]    post_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0] res_tok_shift_i,
  input  logic [em_pkg::AlignShiftW-1:0] res_out_shift_i,
  input  logic [em_pkg::ShiftW-1:0]      res_shift_i,
  output logic [OutLanes*8-1:0]          y_o
);
  localparam int unsigned ShiftW = em_pkg::ShiftW;

  logic [InLanes*8-1:0] x;

  if (InRequant) begin : g_in_requant
    for (genvar i = 0; i < InLanes; i++) begin : g_lane
      em_requant #(
        .Width(8)
      ) u_x_requant (
        .en_i   (mac_i),
        .value_i(x_i[i*8 +: 8]),
        .shift_i(x_shift_i),
        .code_o (x[i*8 +: 8])
      );
    end
  end else begin : g_no_in_requant
    logic unused_x_shift;
    assign unused_x_shift = ^x_shift_i;
    assign x = x_i;
  end

  for (genvar o = 0; o < OutLanes; o++) begin : g_row
    // Output row_i * OutLanes + o is at or past a bound when row_i is at or past the bound's edge.
    localparam int unsigned Edge0 = (Bound0 > o) ? (Bound0 - o + OutLanes - 1) / OutLanes : 0;
    localparam int unsigned Edge1 = (Bound1 > o) ? (Bound1 - o + OutLanes - 1) / OutLanes : 0;

    logic past0;
    logic past1;
    logic [ShiftW-1:0] post_shift;

    if (Edge0 == 0) begin : g_past0
      assign past0 = 1'b1;
    end else begin : g_edge0
      assign past0 = 32'(row_i) >= Edge0;
    end
    if (Edge1 == 0) begin : g_past1
      assign past1 = 1'b1;
    end else begin : g_edge1
      assign past1 = 32'(row_i) >= Edge1;
    end

    always_comb begin
      post_shift = post_shift_i[0 +: ShiftW];
      if (Groups > 1 && past0) begin
        post_shift = post_shift_i[ShiftW +: ShiftW];
      end
      if (Groups > 2 && past1) begin
        post_shift = post_shift_i[2*ShiftW +: ShiftW];
      end
    end

    em_linear_lane #(
      .InFeatures(InFeatures),
      .InLanes   (InLanes),
      .Bias      (Bias),
      .Relu      (Relu),
      .Post      (Groups > 0),
      .Residual  (Residual)
    ) u_lane (
      .clk_i          (clk_i),
      .mac_i          (mac_i),
      .first_i        (first_i),
      .x_i            (x),
      .w_i            (w_i[o*InLanes*8 +: InLanes*8]),
      .wb1_i          (wb1_i),
      .bias_i         (bias_i[o*8 +: 8]),
      .acc_shift_i    (acc_shift_i),
      .bias_shift_i   (bias_shift_i),
      .out_shift_i    (out_shift_i),
      .wb2_i          (wb2_i),
      .residual_i     (residual_i[o*8 +: 8]),
      .post_shift_i   (post_shift),
      .res_tok_shift_i(res_tok_shift_i),
      .res_out_shift_i(res_out_shift_i),
      .res_shift_i    (res_shift_i),
      .y_o            (y_o[o*8 +: 8])
    );
  end
endmodule
