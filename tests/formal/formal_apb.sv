// em_apb: APB3 without wait states, against a plain copy of the register map of
// docs/microarchitecture.md, for any master that keeps to the protocol.
module formal_apb #(
  parameter int unsigned Units = 14,
  parameter logic [63:0] DesignHash = 64'h0123_4567_89ab_cdef
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        psel_i,
  input logic        penable_i,
  input logic        pwrite_i,
  input logic [31:0] paddr_i,
  input logic [31:0] pwdata_i,
  input logic [3:0]  pstrb_i,
  input logic [31:0] rdata_i,
  input logic        tlast_error_i
);
  logic [31:0] prdata;
  logic pready, pslverr, running;
  em_pkg::cfg_t cfg;

  em_apb #(.Units(Units), .DesignHash(DesignHash)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .psel_i(psel_i), .penable_i(penable_i), .pwrite_i(pwrite_i),
    .paddr_i(paddr_i), .pwdata_i(pwdata_i), .pstrb_i(pstrb_i), .prdata_o(prdata),
    .pready_o(pready), .pslverr_o(pslverr), .cfg_o(cfg), .rdata_i(rdata_i),
    .tlast_error_i(tlast_error_i), .running_o(running)
  );
  (* hierconn *) wire [31:0] \u_dut.cycles_q ;
  (* hierconn *) wire \u_dut.tlast_error_q ;
  (* hierconn *) wire \u_dut.write_q ;

  logic started = 1'b0;
  logic setup_q, reset_q, write_q;
  logic [31:0] addr_q, data_q;
  logic [3:0] strb_q;
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    reset_q <= !rst_ni;
    setup_q <= psel_i && !penable_i;
    write_q <= pwrite_i;
    addr_q  <= paddr_i;
    data_q  <= pwdata_i;
    strb_q  <= pstrb_i;
  end

  // The master: setup, access with the same request, back. A reset ends a transfer.
  always_comb begin
    assume (started || !rst_ni);
    if (started) begin
      assume (!setup_q || (psel_i && penable_i) || reset_q || !rst_ni);
      assume (!penable_i || (psel_i && setup_q && !reset_q));
      assume (!penable_i || (pwrite_i == write_q && paddr_i == addr_q && pwdata_i == data_q && pstrb_i == strb_q));
    end
  end

  // The map, again.
  wire access = psel_i && penable_i && !reset_q;
  wire [7:0] unit = paddr_i[31:24];
  wire global_reg = paddr_i[31:21] == '0;
  wire [18:0] word = paddr_i[20:2];
  wire ctrl = global_reg && word == 19'd3;
  wire refuses = 32'(unit) >= Units || (pwrite_i && run_q && !ctrl);
  wire sets_run = access && pwrite_i && ctrl && pstrb_i[0];
  logic run_q, error_q;
  logic [31:0] cycles_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q    <= 1'b0;
      cycles_q <= '0;
      error_q  <= 1'b0;
    end else begin
      if (sets_run) run_q <= pwdata_i[0];
      if (sets_run && pwdata_i[0] && !run_q) begin
        cycles_q <= '0;
        error_q  <= 1'b0;
      end else if (run_q) begin
        cycles_q <= cycles_q + 32'd1;
        error_q  <= error_q | tlast_error_i;
      end
    end
  end

  logic [31:0] value;
  always_comb begin
    value = '0;
    if (global_reg && word == 19'd0) value = 32'h454d_414d;
    if (global_reg && word == 19'd1) value = DesignHash[31:0];
    if (global_reg && word == 19'd2) value = DesignHash[63:32];
    if (global_reg && word == 19'd3) value = {31'd0, run_q};
    if (global_reg && word == 19'd4) value = cycles_q;
    if (global_reg && word == 19'd5) value = {31'd0, error_q};
  end

  always_comb begin
    if (started) begin
      assert (pready);
      assert (running == run_q && cfg.count == run_q);
      assert (pslverr == (access && refuses));
      assert (!access || prdata == (value | rdata_i));
      // The configuration bus: one write in the access cycle, of what was asked, to a held core.
      assert (!access || cfg.write == (pwrite_i && !refuses));
      assert (!cfg.write || access || reset_q || !rst_ni);
      assert (!access || (cfg.unit == unit && cfg.mem == paddr_i[23:21] && cfg.addr == word));
      assert (!cfg.write || cfg.unit == 8'd0 || !running);
      assert (!access || (cfg.wdata == pwdata_i && cfg.wstrb == pstrb_i));
      assert (!rst_ni || cfg.clear == (reset_q || (sets_run && pwdata_i[0] && !run_q)));
      // Invariants.
      assert (\u_dut.write_q == (setup_q && write_q && !reset_q));
      assert (!setup_q || (cfg.unit == addr_q[31:24] && cfg.mem == addr_q[23:21] &&
                           cfg.addr == addr_q[20:2] && cfg.wdata == data_q && cfg.wstrb == strb_q));
      assert (\u_dut.cycles_q == cycles_q && \u_dut.tlast_error_q == error_q);
    end
  end
endmodule
