// APB3: the master's protocol, and what em_apb promises its units.
module em_apb_sva (
  input logic         clk_i,
  input logic         rst_ni,
  input logic         psel_i,
  input logic         penable_i,
  input logic         pwrite_i,
  input logic [31:0]  paddr_i,
  input logic [31:0]  pwdata_i,
  input logic [3:0]   pstrb_i,
  input logic         pready_i,
  input em_pkg::cfg_t cfg_i,
  input logic         running_i
);
  logic off;
  assign off = !em_sva_pkg::settled || !rst_ni;

  AccessAfterSetup: assert property (@(posedge clk_i) disable iff (off)
    psel_i && !penable_i |=> psel_i && penable_i);
  EnableNeedsSelect: assert property (@(posedge clk_i) disable iff (off)
    penable_i |-> psel_i);
  RequestStays: assert property (@(posedge clk_i) disable iff (off)
    psel_i && !penable_i |=>
    $stable({pwrite_i, paddr_i}) && (!pwrite_i || $stable({pwdata_i, pstrb_i})));
  NoWaitStates: assert property (@(posedge clk_i) disable iff (off)
    psel_i && penable_i |-> pready_i);
  LoadOnlyWhileHeld: assert property (@(posedge clk_i) disable iff (off)
    cfg_i.write && cfg_i.unit != 8'd0 |-> !running_i);
  CountWhileRunning: assert property (@(posedge clk_i) disable iff (off)
    cfg_i.count == running_i);

  logic unused_cfg;
  assign unused_cfg = ^cfg_i;
endmodule
