# Verilator only: trace probes and assertions, bound to the modules of ../files.f.
em_engine_probe.sv
em_token_buffer_probe.sv
em_sram_probe.sv
em_bind_probes.sv
em_sva_pkg.sv
em_settle_sva.sv
em_sequencer_sva.sv
em_token_buffer_sva.sv
em_token_reader_sva.sv
em_sram_sva.sv
em_divider_sva.sv
em_cfg_reg_sva.sv
em_perf_counters_sva.sv
em_axis_sva.sv
em_apb_sva.sv
em_bind_sva.sv
