// Attaches the assertions.
bind em_sequencer em_sequencer_sva #(
  .Cycles(Cycles), .AltCycles(AltCycles)
) u_sva (
  .clk_i(clk_i), .rst_ni(rst_ni), .state_i(state_o), .start_i(start_o), .last_i(last_i)
);

bind em_token_buffer em_token_buffer_sva #(
  .Depth(Depth), .CountW(CountW)
) u_sva (
  .clk_i(clk_i), .rst_ni(rst_ni),
  .ready_i(ready_o), .write_i(write_i), .commit_i(commit_i),
  .valid0_i(valid0_o), .read0_i(read0_i), .release0_i(release0_i),
  .valid1_i(valid1_o), .read1_i(read1_i), .release1_i(release1_i),
  .count0_i(count0), .count1_i(count1)
);

bind em_token_reader em_token_reader_sva #(
  .Count(Count), .IndexW(IndexW)
) u_sva (
  .clk_i(clk_i), .rst_ni(rst_ni), .read_i(read_i), .index_i(index_i)
);

bind em_sram em_sram_sva #(
  .Words(Words), .Readers(Readers), .AddrW(AddrW)
) u_sva (
  .clk_i(clk_i), .write_i(write_i), .waddr_i(waddr_i), .read_i(read_i), .raddr_i(raddr_i)
);

bind em_divider em_divider_sva #(
  .NumW(NumW), .DenW(DenW)
) u_sva (
  .clk_i(clk_i), .load_i(load_i), .step_i(step_i), .en_i(en_i), .num_i(num_i), .den_i(den_i)
);

bind em_cfg_reg em_cfg_reg_sva #(
  .Width(Width)
) u_sva (
  .clk_i(clk_i), .write_i(write_i), .wdata_i(wdata_i)
);

bind em_perf_counters em_perf_counters_sva u_sva (
  .clk_i(clk_i), .clear_i(clear_i), .count_i(count_i), .state_i(state_i), .last_i(last_i),
  .busy_i(busy_q), .starved_i(starved_q), .blocked_i(blocked_q)
);

bind em_axis_in em_axis_sva #(
  .Bytes(Bytes)
) u_sva (
  .clk_i(clk_i), .rst_ni(rst_ni), .tdata_i(tdata_i), .tvalid_i(tvalid_i), .tready_i(tready_o),
  .tlast_i(tlast_i)
);

bind em_axis_out em_axis_sva #(
  .Bytes(Bytes)
) u_sva (
  .clk_i(clk_i), .rst_ni(rst_ni), .tdata_i(tdata_o), .tvalid_i(tvalid_o), .tready_i(tready_i),
  .tlast_i(tlast_o)
);

bind em_apb em_apb_sva u_sva (
  .clk_i(clk_i), .rst_ni(rst_ni),
  .psel_i(psel_i), .penable_i(penable_i), .pwrite_i(pwrite_i), .paddr_i(paddr_i),
  .pwdata_i(pwdata_i), .pstrb_i(pstrb_i), .pready_i(pready_o),
  .cfg_i(cfg_o), .running_i(running_o)
);

bind em_top em_settle_sva u_settle_sva (
  .clk_i(clk_i), .rst_ni(rst_ni)
);
