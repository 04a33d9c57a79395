// Write-back of the conv engine: the SiLU units and their two tables.
//
// In a cycle of x_i the Lanes codes w_i become x: SiLU by table 0 or, without Silu, requantised by
// x_shift. In a cycle of gate_i they become g: SiLU by table 1. The two exclude each other, so each
// lane has one unit and the table is chosen once for all lanes. y_o is 0 in other cycles.
// Registers: x_shift (x_shift_write_i), tables 0 (only with Silu) and 1 of the unit.
module em_conv_pwl #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Lanes = 4,
  parameter bit Silu = 1'b1,
  parameter int unsigned Segments = 17
) (
  input  logic               clk_i,
  input  em_pkg::cfg_t       cfg_i,
  input  logic               x_shift_write_i,

  input  logic               x_i,
  input  logic               gate_i,
  input  logic [Lanes*8-1:0] w_i,
  output logic [Lanes*8-1:0] y_o
);
  localparam int unsigned ThresholdBits = (Segments + 1) * em_pkg::ThresholdW;
  localparam int unsigned SlopeBits = (Segments + 2) * em_pkg::SlopeW;
  localparam int unsigned InterceptBits = (Segments + 2) * em_pkg::InterceptW;
  localparam int unsigned PwlShiftW = em_pkg::PwlShiftW;

  logic [ThresholdBits-1:0] gate_thresholds, thresholds;
  logic [SlopeBits-1:0] gate_slopes, slopes;
  logic [InterceptBits-1:0] gate_intercepts, intercepts;
  logic [PwlShiftW-1:0] gate_shift, shift;

  em_pwl_table #(
    .Unit    (Unit),
    .Table   (1),
    .Segments(Segments)
  ) u_gate_table (
    .clk_i       (clk_i),
    .cfg_i       (cfg_i),
    .thresholds_o(gate_thresholds),
    .slopes_o    (gate_slopes),
    .intercepts_o(gate_intercepts),
    .shift_o     (gate_shift)
  );

  logic evaluate;
  logic [Lanes*8-1:0] silu;

  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    em_pwl #(
      .Segments(Segments)
    ) u_pwl (
      .en_i        (evaluate),
      .x_i         (w_i[i*8 +: 8]),
      .thresholds_i(thresholds),
      .slopes_i    (slopes),
      .intercepts_i(intercepts),
      .shift_i     (shift),
      .y_o         (silu[i*8 +: 8])
    );
  end

  if (Silu) begin : g_silu
    logic [ThresholdBits-1:0] x_thresholds;
    logic [SlopeBits-1:0] x_slopes;
    logic [InterceptBits-1:0] x_intercepts;
    logic [PwlShiftW-1:0] x_shift;
    logic unused_write;

    em_pwl_table #(
      .Unit    (Unit),
      .Table   (0),
      .Segments(Segments)
    ) u_x_table (
      .clk_i       (clk_i),
      .cfg_i       (cfg_i),
      .thresholds_o(x_thresholds),
      .slopes_o    (x_slopes),
      .intercepts_o(x_intercepts),
      .shift_o     (x_shift)
    );

    assign unused_write = x_shift_write_i;
    assign evaluate     = x_i | gate_i;
    assign thresholds   = gate_i ? gate_thresholds : x_thresholds;
    assign slopes       = gate_i ? gate_slopes : x_slopes;
    assign intercepts   = gate_i ? gate_intercepts : x_intercepts;
    assign shift        = gate_i ? gate_shift : x_shift;
    assign y_o          = silu;
  end else begin : g_requant
    logic [em_pkg::ShiftW-1:0] x_shift;
    logic [Lanes*8-1:0] requant;

    em_cfg_reg u_x_shift (
      .clk_i(clk_i), .write_i(x_shift_write_i), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
      .value_o(x_shift)
    );

    for (genvar i = 0; i < Lanes; i++) begin : g_lane
      em_requant #(
        .Width(8)
      ) u_requant (
        .en_i   (x_i),
        .value_i(w_i[i*8 +: 8]),
        .shift_i(x_shift),
        .code_o (requant[i*8 +: 8])
      );
    end

    assign evaluate   = gate_i;
    assign thresholds = gate_thresholds;
    assign slopes     = gate_slopes;
    assign intercepts = gate_intercepts;
    assign shift      = gate_shift;
    assign y_o        = silu | requant;
  end
endmodule
