// APB3 slave: global registers, and the configuration bus of all units.
//
// No wait states: pready_o is always high. A request is registered in its setup cycle, so that the
// bus is quiet between requests and a unit is written in the access cycle. Units are loaded while
// the core is held: a write to anything but CTRL while it runs is an error (pslverr) and has no
// effect; so is any access past the last unit. Addresses that nothing answers read as 0.
//
// Unit 0: 0x00 id, 0x04 design hash low, 0x08 high, 0x0C CTRL (bit 0: run), 0x10 cycles since run,
// 0x14 status (bit 0: an input frame's tlast was wrong since run).
// The counters are cleared when the core starts and keep their values when it is held again.
module em_apb #(
  parameter int unsigned Units = 8,
  parameter logic [63:0] DesignHash = 64'h0
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         psel_i,
  input  logic         penable_i,
  input  logic         pwrite_i,
  input  logic [31:0]  paddr_i,
  input  logic [31:0]  pwdata_i,
  input  logic [3:0]   pstrb_i,
  output logic [31:0]  prdata_o,
  output logic         pready_o,
  output logic         pslverr_o,

  output em_pkg::cfg_t cfg_o,
  input  logic [31:0]  rdata_i,        // OR of all units' read data

  input  logic         tlast_error_i,
  output logic         running_o       // registered: the core is out of reset
);
  localparam logic [31:0] Id = 32'h454D_414D;  // "EMAM"
  localparam logic [18:0] RegId = 19'd0;
  localparam logic [18:0] RegHashLow = 19'd1;
  localparam logic [18:0] RegHashHigh = 19'd2;
  localparam logic [18:0] RegCtrl = 19'd3;
  localparam logic [18:0] RegCycles = 19'd4;
  localparam logic [18:0] RegStatus = 19'd5;

  logic setup;
  logic is_global;
  logic is_ctrl;
  logic refused;
  logic write_q;
  logic [7:0] unit_q;
  logic [2:0] mem_q;
  logic [18:0] addr_q;
  logic [31:0] wdata_q;
  logic [3:0] wstrb_q;

  assign setup = psel_i & ~penable_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q <= 1'b0;
    end else begin
      write_q <= setup & pwrite_i;
    end
    if (setup) begin
      unit_q  <= paddr_i[31:24];
      mem_q   <= paddr_i[23:21];
      addr_q  <= paddr_i[20:2];
      wdata_q <= pwdata_i;
      wstrb_q <= pstrb_i;
    end
  end

  assign is_global = unit_q == 8'd0 && mem_q == 3'd0;
  assign is_ctrl   = is_global && addr_q == RegCtrl;
  assign refused   = (write_q & running_o & ~is_ctrl) || unit_q >= 8'(Units);

  // Run control. `start` is the cycle before cycle 0.
  logic running_q;
  logic start;
  logic ctrl_write;

  assign ctrl_write = write_q & is_ctrl & wstrb_q[0];
  assign start      = ctrl_write & wdata_q[0] & ~running_q;
  assign running_o  = running_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
    end else if (ctrl_write) begin
      running_q <= wdata_q[0];
    end
  end

  logic [31:0] cycles_q;
  logic tlast_error_q;
  logic reset_q;

  always_ff @(posedge clk_i) begin
    reset_q <= ~rst_ni;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start) begin
      cycles_q      <= '0;
      tlast_error_q <= 1'b0;
    end else if (running_q) begin
      cycles_q      <= cycles_q + 32'd1;
      tlast_error_q <= tlast_error_q | tlast_error_i;
    end
  end

  always_comb begin
    cfg_o.clear = start | reset_q;
    cfg_o.count = running_q;
    cfg_o.write = write_q & ~refused;
    cfg_o.unit  = unit_q;
    cfg_o.mem   = mem_q;
    cfg_o.addr  = addr_q;
    cfg_o.wdata = wdata_q;
    cfg_o.wstrb = wstrb_q;
  end

  logic [31:0] global_rdata;

  always_comb begin
    global_rdata = '0;
    if (is_global) begin
      unique case (addr_q)
        RegId:       global_rdata = Id;
        RegHashLow:  global_rdata = DesignHash[31:0];
        RegHashHigh: global_rdata = DesignHash[63:32];
        RegCtrl:     global_rdata = {31'd0, running_q};
        RegCycles:   global_rdata = cycles_q;
        RegStatus:   global_rdata = {31'd0, tlast_error_q};
        default:     global_rdata = '0;
      endcase
    end
  end

  assign prdata_o  = global_rdata | rdata_i;
  assign pready_o  = 1'b1;
  assign pslverr_o = psel_i & penable_i & refused;

  logic unused_paddr;
  assign unused_paddr = ^paddr_i[1:0];
endmodule
