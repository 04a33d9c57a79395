// Attaches the trace probes. Strobes are in the order of docs/microarchitecture.md, first in bit 0.
bind em_axis_in em_engine_probe u_probe (
  .state_i(state), .last_i(last_o), .strobes_i({7'd0, beat})
);

bind em_axis_out em_engine_probe u_probe (
  .state_i(state), .last_i(last_o), .strobes_i({7'd0, beat_o})
);

bind em_linear em_engine_probe u_probe (
  .state_i(state), .last_i(last), .strobes_i({5'd0, wb2, wb1, mac})
);

bind em_norm em_engine_probe u_probe (
  .state_i(state), .last_i(last), .strobes_i({3'd0, write, step, num, t1, stat})
);

bind em_conv em_engine_probe u_probe (
  .state_i(state), .last_i(last), .strobes_i({4'd0, g_write_o, x_write_o, req, mac})
);

bind em_ssm em_engine_probe u_probe (
  .state_i(state), .last_i(last), .strobes_i({1'b0, group_done[6:5], step[4:1], load})
);

bind em_pool em_engine_probe u_probe (
  .state_i(state), .last_i(last), .strobes_i({4'd0, write, step, num, add})
);

bind em_token_buffer em_token_buffer_probe #(
  .CountW(CountW)
) u_probe (
  .commit_i(commit_i), .release0_i(release0_i), .release1_i(release1_i),
  .count0_i(count0), .count1_i(count1)
);

bind em_sram em_sram_probe #(
  .Lanes(Lanes), .LaneWidth(LaneWidth), .MaskLanes(MaskLanes), .Readers(Readers), .AddrW(AddrW)
) u_probe (
  .write_i(write_i), .waddr_i(waddr_i), .wdata_i(wdata_i), .wmask_i(wmask_i),
  .read_i(read_i), .raddr_i(raddr_i)
);
