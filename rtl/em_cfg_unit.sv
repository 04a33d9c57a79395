// A unit's end of the configuration bus: register write strobes and performance counters.
//
// `reg_write_o[i]` is high in the cycle in which register i of the unit (byte address 4*i, memory
// 0) is written with the bus's wdata. `rdata_o` is combinational: the addressed counter, or 0 when
// the bus addresses anything else, so that units' read data are joined by OR.
module em_cfg_unit #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Registers = 1
) (
  input  logic                 clk_i,
  input  em_pkg::cfg_t         cfg_i,
  input  em_pkg::state_e       state_i,
  input  logic                 last_i,
  output logic [Registers-1:0] reg_write_o,
  output logic [31:0]          rdata_o
);
  logic select;

  assign select = cfg_i.unit == 8'(Unit) && cfg_i.mem == 3'd0 && cfg_i.addr[18:5] == '0;

  always_comb begin
    reg_write_o = '0;
    if (cfg_i.write && select) begin
      for (int unsigned i = 0; i < Registers; i++) begin
        reg_write_o[i] = cfg_i.addr[4:0] == 5'(i);
      end
    end
  end

  em_perf_counters u_perf_counters (
    .clk_i    (clk_i),
    .clear_i  (cfg_i.clear),
    .count_i  (cfg_i.count),
    .state_i  (state_i),
    .last_i   (last_i),
    .select_i (select && cfg_i.addr[4:2] == 3'b100),
    .counter_i(cfg_i.addr[1:0]),
    .rdata_o  (rdata_o)
  );

  logic unused_cfg;
  assign unused_cfg = ^{cfg_i.wdata, cfg_i.wstrb};
endmodule
