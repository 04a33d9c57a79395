// Trace record of an engine in this cycle (docs/microarchitecture.md, "Trace records").
//
// Bound to every engine as u_probe; read by the lock-step harness after the inputs of a cycle have
// settled and before its clock edge. Never part of the datapath.
module em_engine_probe (
  input em_pkg::state_e state_i,
  input logic           last_i,
  input logic [7:0]     strobes_i
);
  logic [63:0] rec  /*verilator public_flat_rd*/;

  assign rec = {48'd0, strobes_i, 5'd0, last_i, state_i};
endmodule
