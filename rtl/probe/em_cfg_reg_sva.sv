// The loader keeps requant shifts in [-8, 63] and align shifts of the ssm's drive in [-15, 16].
module em_cfg_reg_sva #(
  parameter int unsigned Width = 7
) (
  input logic             clk_i,
  input logic             write_i,
  input logic [Width-1:0] wdata_i
);
  logic off;
  assign off = !em_sva_pkg::settled;

  if (Width == em_pkg::ShiftW) begin : g_requant_shift
    RequantShiftInRange: assert property (@(posedge clk_i) disable iff (off)
      write_i |-> $signed(wdata_i) >= -7'sd8);
  end else if (Width == em_pkg::BxShiftW) begin : g_bx_shift
    BxShiftInRange: assert property (@(posedge clk_i) disable iff (off)
      write_i |-> $signed(wdata_i) >= -6'sd15 && $signed(wdata_i) <= 6'sd16);
  end else begin : g_unsigned_shift
    logic unused_write;
    assign unused_write = ^{clk_i, write_i, wdata_i, off};
  end
endmodule
