// Configuration of a linear engine: unit registers that its parameters call for, and counters.
//
// Registers in the order of the APB map: x_shift acc_shift bias_shift out_shift post_shift0..2
// res_tok_shift res_out_shift res_shift. One that the engine has no use for does not exist and
// reads as 0 inside: a write to it is ignored.
module em_linear_cfg #(
  parameter int unsigned Unit = 0,
  parameter bit InRequant = 1'b0,
  parameter bit Bias = 1'b0,
  parameter int unsigned Groups = 0,
  parameter bit Residual = 1'b0
) (
  input  logic                           clk_i,
  input  em_pkg::cfg_t                   cfg_i,
  input  em_pkg::state_e                 state_i,
  input  logic                           last_i,
  output logic [31:0]                    rdata_o,

  output logic [em_pkg::ShiftW-1:0]      x_shift_o,
  output logic [em_pkg::AccShiftW-1:0]   acc_shift_o,
  output logic [em_pkg::AlignShiftW-1:0] bias_shift_o,
  output logic [em_pkg::ShiftW-1:0]      out_shift_o,
  output logic [3*em_pkg::ShiftW-1:0]    post_shift_o,
  output logic [em_pkg::AlignShiftW-1:0] res_tok_shift_o,
  output logic [em_pkg::AlignShiftW-1:0] res_out_shift_o,
  output logic [em_pkg::ShiftW-1:0]      res_shift_o
);
  localparam int unsigned Registers = 10;

  logic [Registers-1:0] reg_write;

  em_cfg_unit #(
    .Unit     (Unit),
    .Registers(Registers)
  ) u_unit (
    .clk_i      (clk_i),
    .cfg_i      (cfg_i),
    .state_i    (state_i),
    .last_i     (last_i),
    .reg_write_o(reg_write),
    .rdata_o    (rdata_o)
  );

  if (InRequant) begin : g_in_requant
    em_cfg_reg u_x_shift (
      .clk_i(clk_i), .write_i(reg_write[0]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
      .value_o(x_shift_o)
    );
  end else begin : g_no_in_requant
    assign x_shift_o = '0;
  end

  if (Bias) begin : g_bias
    em_cfg_reg #(
      .Width(em_pkg::AccShiftW)
    ) u_acc_shift (
      .clk_i(clk_i), .write_i(reg_write[1]), .wdata_i(cfg_i.wdata[em_pkg::AccShiftW-1:0]),
      .value_o(acc_shift_o)
    );
    em_cfg_reg #(
      .Width(em_pkg::AlignShiftW)
    ) u_bias_shift (
      .clk_i(clk_i), .write_i(reg_write[2]), .wdata_i(cfg_i.wdata[em_pkg::AlignShiftW-1:0]),
      .value_o(bias_shift_o)
    );
  end else begin : g_no_bias
    assign acc_shift_o  = '0;
    assign bias_shift_o = '0;
  end

  em_cfg_reg u_out_shift (
    .clk_i(clk_i), .write_i(reg_write[3]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
    .value_o(out_shift_o)
  );

  for (genvar g = 0; g < 3; g++) begin : g_post
    if (g < Groups) begin : g_used
      em_cfg_reg u_post_shift (
        .clk_i(clk_i), .write_i(reg_write[4 + g]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
        .value_o(post_shift_o[g*em_pkg::ShiftW +: em_pkg::ShiftW])
      );
    end else begin : g_unused
      assign post_shift_o[g*em_pkg::ShiftW +: em_pkg::ShiftW] = '0;
    end
  end

  if (Residual) begin : g_residual
    em_cfg_reg #(
      .Width(em_pkg::AlignShiftW)
    ) u_res_tok_shift (
      .clk_i(clk_i), .write_i(reg_write[7]), .wdata_i(cfg_i.wdata[em_pkg::AlignShiftW-1:0]),
      .value_o(res_tok_shift_o)
    );
    em_cfg_reg #(
      .Width(em_pkg::AlignShiftW)
    ) u_res_out_shift (
      .clk_i(clk_i), .write_i(reg_write[8]), .wdata_i(cfg_i.wdata[em_pkg::AlignShiftW-1:0]),
      .value_o(res_out_shift_o)
    );
    em_cfg_reg u_res_shift (
      .clk_i(clk_i), .write_i(reg_write[9]), .wdata_i(cfg_i.wdata[em_pkg::ShiftW-1:0]),
      .value_o(res_shift_o)
    );
  end else begin : g_no_residual
    assign res_tok_shift_o = '0;
    assign res_out_shift_o = '0;
    assign res_shift_o     = '0;
  end

  logic unused_writes;
  assign unused_writes = ^reg_write;
endmodule
