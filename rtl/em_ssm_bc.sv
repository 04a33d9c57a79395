// The B and C registers of the ssm engine, filled from p.
//
// p holds delta_in [Rank], B [States], C [States]. In a cycle of `load_i` the word of PLanes
// elements from load_index_i * PLanes on is present, and each register whose element is in it takes
// it. b_o and c_o are the Out elements from sub * Out on, combinational.
module em_ssm_bc #(
  parameter int unsigned Rank = 2,
  parameter int unsigned States = 8,
  parameter int unsigned PLanes = 1,
  parameter int unsigned Out = 8,  // divides States
  localparam int unsigned LoadW = em_pkg::idx_width((Rank + 2 * States) / PLanes),
  localparam int unsigned SubW = em_pkg::idx_width(States / Out)
) (
  input  logic                clk_i,
  input  logic                load_i,
  input  logic [LoadW-1:0]    load_index_i,
  input  logic [PLanes*8-1:0] p_i,

  input  logic [SubW-1:0]     b_sub_i,
  output logic [Out*8-1:0]    b_o,
  input  logic [SubW-1:0]     c_sub_i,
  output logic [Out*8-1:0]    c_o
);
  logic [2*States*8-1:0] bc_q;
  logic [States*8-1:0] b;
  logic [States*8-1:0] c;

  for (genvar i = 0; i < 2 * States; i++) begin : g_register
    localparam int unsigned Word = (Rank + i) / PLanes;
    localparam int unsigned Lane = (Rank + i) % PLanes;

    always_ff @(posedge clk_i) begin
      if (load_i && load_index_i == LoadW'(Word)) begin
        bc_q[i*8 +: 8] <= p_i[Lane*8 +: 8];
      end
    end
  end

  assign b = bc_q[States*8-1:0];
  assign c = bc_q[2*States*8-1:States*8];

  if (Out == States) begin : g_all
    logic unused_sub;
    assign unused_sub = ^{b_sub_i, c_sub_i};
    assign b_o = b;
    assign c_o = c;
  end else begin : g_some
    assign b_o = b[b_sub_i*Out*8 +: Out*8];
    assign c_o = c[c_sub_i*Out*8 +: Out*8];
  end

  // delta_in is only in delta_proj's share of p.
  logic unused_p;
  assign unused_p = ^p_i;
endmodule
