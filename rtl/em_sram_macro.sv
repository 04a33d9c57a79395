// Behaviour of an SRAM macro with one write and one read port; a black box for synthesis.
//
// An address given with `read_i` in one cycle gives its word from the next cycle until the next
// read. No unit reads the word that it writes in the same cycle. One mask bit enables MaskW bits.
module em_sram_macro #(
  parameter int unsigned Words = 1024,
  parameter int unsigned Width = 32,
  parameter int unsigned MaskW = 8,
  localparam int unsigned Masks = Width / MaskW,
  localparam int unsigned AddrW = em_pkg::idx_width(Words)
) (
  input  logic             clk_i,
  input  logic             write_i,
  input  logic [AddrW-1:0] waddr_i,
  input  logic [Width-1:0] wdata_i,
  input  logic [Masks-1:0] wmask_i,
  input  logic             read_i,
  input  logic [AddrW-1:0] raddr_i,
  output logic [Width-1:0] rdata_o
);
  logic [Width-1:0] mem_q [Words];

  for (genvar i = 0; i < Masks; i++) begin : g_write
    always_ff @(posedge clk_i) begin
      if (write_i && wmask_i[i]) begin
        mem_q[waddr_i][i*MaskW +: MaskW] <= wdata_i[i*MaskW +: MaskW];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (read_i) begin
      rdata_o <= mem_q[raddr_i];
    end
  end
endmodule
