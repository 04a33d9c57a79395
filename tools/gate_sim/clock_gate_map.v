// techmap: a flip-flop with an enable becomes one without, behind a clock gate. A reset becomes logic at its input, and
// opens the gate where it is stronger than the enable (SDFFE; SDFFCE resets only with the enable).

(* techmap_celltype = "$_DFFE_PP_" *)
module em_gated (
  input  C,
  input  D,
  input  E,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFE_PP0P_" *)
module em_gated_sdffe_p0 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E | R), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D & ~R), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFE_PP1P_" *)
module em_gated_sdffe_p1 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E | R), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D | R), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFE_PN0P_" *)
module em_gated_sdffe_n0 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E | ~R), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D & R), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFE_PN1P_" *)
module em_gated_sdffe_n1 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E | ~R), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D | ~R), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFCE_PP0P_" *)
module em_gated_sdffce_p0 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D & ~R), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFCE_PP1P_" *)
module em_gated_sdffce_p1 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D | R), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFCE_PN0P_" *)
module em_gated_sdffce_n0 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D & R), .Q(Q));
endmodule

(* techmap_celltype = "$_SDFFCE_PN1P_" *)
module em_gated_sdffce_n1 (
  input  C,
  input  D,
  input  E,
  input  R,
  output Q
);
  wire gated;
  em_clock_gate gate (.clk_i(C), .enable_i(E), .clk_o(gated));
  \$_DFF_P_ flop (.C(gated), .D(D | ~R), .Q(Q));
endmodule
