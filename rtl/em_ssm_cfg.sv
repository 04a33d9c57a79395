// Configuration of the ssm engine: exp_in_shift b_bar_shift bx_shift cur_shift dx_shift y_shift
// gated_shift, in the order of the APB map, the exp table (table 0), and the counters.
module em_ssm_cfg #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Segments = 11,
  localparam int unsigned Thresholds = Segments + 1,
  localparam int unsigned Regions = Segments + 2
) (
  input  logic                                      clk_i,
  input  em_pkg::cfg_t                              cfg_i,
  input  em_pkg::state_e                            state_i,
  input  logic                                      last_i,
  output logic [31:0]                               rdata_o,

  output logic [em_pkg::ShiftW-1:0]                 exp_in_shift_o,
  output logic [em_pkg::ShiftW-1:0]                 b_bar_shift_o,
  output logic [em_pkg::BxShiftW-1:0]               bx_shift_o,
  output logic [em_pkg::AccShiftW-1:0]              cur_shift_o,
  output logic [em_pkg::DxShiftW-1:0]               dx_shift_o,
  output logic [em_pkg::ShiftW-1:0]                 y_shift_o,
  output logic [em_pkg::ShiftW-1:0]                 gated_shift_o,

  output logic [Thresholds*em_pkg::ThresholdW-1:0]  thresholds_o,
  output logic [Regions*em_pkg::SlopeW-1:0]         slopes_o,
  output logic [Regions*em_pkg::InterceptW-1:0]     intercepts_o,
  output logic [em_pkg::PwlShiftW-1:0]              pwl_shift_o
);
  logic [6:0] reg_write;

  em_cfg_unit #(
    .Unit     (Unit),
    .Registers(7)
  ) u_unit (
    .clk_i      (clk_i),
    .cfg_i      (cfg_i),
    .state_i    (state_i),
    .last_i     (last_i),
    .reg_write_o(reg_write),
    .rdata_o    (rdata_o)
  );

  em_cfg_reg u_exp_in_shift (
    .clk_i(clk_i), .write_i(reg_write[0]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
    .value_o(exp_in_shift_o)
  );

  em_cfg_reg u_b_bar_shift (
    .clk_i(clk_i), .write_i(reg_write[1]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
    .value_o(b_bar_shift_o)
  );

  em_cfg_reg #(
    .Width(em_pkg::BxShiftW)
  ) u_bx_shift (
    .clk_i(clk_i), .write_i(reg_write[2]), .wdata_i(cfg_i.wdata[em_pkg::BxShiftW-1:0]),
    .value_o(bx_shift_o)
  );

  em_cfg_reg #(
    .Width(em_pkg::AccShiftW)
  ) u_cur_shift (
    .clk_i(clk_i), .write_i(reg_write[3]), .wdata_i(cfg_i.wdata[em_pkg::AccShiftW-1:0]),
    .value_o(cur_shift_o)
  );

  em_cfg_reg #(
    .Width(em_pkg::DxShiftW)
  ) u_dx_shift (
    .clk_i(clk_i), .write_i(reg_write[4]), .wdata_i(cfg_i.wdata[em_pkg::DxShiftW-1:0]),
    .value_o(dx_shift_o)
  );

  em_cfg_reg u_y_shift (
    .clk_i(clk_i), .write_i(reg_write[5]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
    .value_o(y_shift_o)
  );

  em_cfg_reg u_gated_shift (
    .clk_i(clk_i), .write_i(reg_write[6]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
    .value_o(gated_shift_o)
  );

  em_pwl_table #(
    .Unit    (Unit),
    .Table   (0),
    .Segments(Segments)
  ) u_exp_table (
    .clk_i       (clk_i),
    .cfg_i       (cfg_i),
    .thresholds_o(thresholds_o),
    .slopes_o    (slopes_o),
    .intercepts_o(intercepts_o),
    .shift_o     (pwl_shift_o)
  );
endmodule
