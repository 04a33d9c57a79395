// Behaviour of an SRAM macro with one write and one read port; a black box for synthesis.
//
// An address given with `read_i` in one cycle gives its word from the next cycle until the next
// read. No unit reads the word that it writes in the same cycle. One mask bit enables MaskW bits.
// Banks are as in em_sram_flops.
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
  localparam int unsigned BankMasks = em_pkg::max2(1, 64 / MaskW);
  localparam int unsigned Banks = (Masks + BankMasks - 1) / BankMasks;

  for (genvar b = 0; b < Banks; b++) begin : g_bank
    localparam int unsigned First = b * BankMasks;
    localparam int unsigned Count = (b == Banks - 1) ? Masks - First : BankMasks;
    localparam int unsigned BankW = Count * MaskW;

    logic [BankW-1:0] mem_q [Words];
    logic [BankW-1:0] rdata_q;

    always_ff @(posedge clk_i) begin
      if (write_i) begin
        for (int unsigned i = 0; i < Count; i++) begin
          if (wmask_i[First + i]) begin
            mem_q[waddr_i][i*MaskW +: MaskW] <= wdata_i[(First + i)*MaskW +: MaskW];
          end
        end
      end
      if (read_i) begin
        rdata_q <= mem_q[raddr_i];
      end
    end

    assign rdata_o[First*MaskW +: BankW] = rdata_q;
  end
endmodule
