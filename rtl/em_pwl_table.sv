// The registers of one piecewise-linear table, written over the configuration bus.
//
// Byte addresses in the unit's register space, with the table's base 0x1000 * (Table + 1):
//   +0x000 + 4i threshold i, +0x100 + 4r slope r, +0x200 + 4r intercept r, +0x300 shift.
// Contents are not reset: the loader writes every entry before the core runs. The table comes out
// flat, entry 0 in the least significant bits.
module em_pwl_table #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Table = 0,
  parameter int unsigned Segments = 17,
  localparam int unsigned Thresholds = Segments + 1,
  localparam int unsigned Regions = Segments + 2
) (
  input  logic                                      clk_i,
  input  em_pkg::cfg_t                              cfg_i,
  output logic [Thresholds*em_pkg::ThresholdW-1:0]  thresholds_o,
  output logic [Regions*em_pkg::SlopeW-1:0]         slopes_o,
  output logic [Regions*em_pkg::InterceptW-1:0]     intercepts_o,
  output logic [em_pkg::PwlShiftW-1:0]              shift_o
);
  logic select;
  logic [3:0] part;
  logic [5:0] entry;

  assign select = cfg_i.write && cfg_i.unit == 8'(Unit) && cfg_i.mem == 3'd0 &&
                  cfg_i.addr[18:10] == 9'(Table + 1);
  assign part   = cfg_i.addr[9:6];
  assign entry  = cfg_i.addr[5:0];

  always_ff @(posedge clk_i) begin
    if (select) begin
      for (int unsigned i = 0; i < Thresholds; i++) begin
        if (part == 4'd0 && entry == 6'(i)) begin
          thresholds_o[i*em_pkg::ThresholdW +: em_pkg::ThresholdW] <=
              cfg_i.wdata[em_pkg::ThresholdW-1:0];
        end
      end
      for (int unsigned i = 0; i < Regions; i++) begin
        if (part == 4'd1 && entry == 6'(i)) begin
          slopes_o[i*em_pkg::SlopeW +: em_pkg::SlopeW] <= cfg_i.wdata[em_pkg::SlopeW-1:0];
        end
        if (part == 4'd2 && entry == 6'(i)) begin
          intercepts_o[i*em_pkg::InterceptW +: em_pkg::InterceptW] <= cfg_i.wdata;
        end
      end
      if (part == 4'd3 && entry == 6'd0) begin
        shift_o <= cfg_i.wdata[em_pkg::PwlShiftW-1:0];
      end
    end
  end

  logic unused_cfg;
  assign unused_cfg = ^{cfg_i.clear, cfg_i.count, cfg_i.wstrb};
endmodule
