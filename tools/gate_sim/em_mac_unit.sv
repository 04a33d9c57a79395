// The unit of energy: an INT8 multiply, a 24-bit accumulate and their registers.
//
// One linear lane with one product a cycle and room for 256 of them, behind registers for its operands. Its write-back
// is there and stays idle.
module em_mac_unit (
  input  logic       clk_i,
  input  logic       mac_i,
  input  logic       first_i,
  input  logic [7:0] x_i,
  input  logic [7:0] w_i,
  input  logic       wb_i,
  output logic [7:0] y_o
);
  logic [7:0] x_q;
  logic [7:0] w_q;

  always_ff @(posedge clk_i) begin
    x_q <= x_i;
    w_q <= w_i;
  end

  em_linear_lane #(
    .InFeatures(256),
    .InLanes   (1)
  ) u_lane (
    .clk_i          (clk_i),
    .mac_i          (mac_i),
    .first_i        (first_i),
    .x_i            (x_q),
    .w_i            (w_q),
    .wb1_i          (wb_i),
    .bias_i         ('0),
    .acc_shift_i    ('0),
    .bias_shift_i   ('0),
    .out_shift_i    ('0),
    .wb2_i          (wb_i),
    .residual_i     ('0),
    .post_shift_i   ('0),
    .res_tok_shift_i('0),
    .res_out_shift_i('0),
    .res_shift_i    ('0),
    .y_o            (y_o)
  );
endmodule
