// A small memory of flip-flops: one write port with a mask, Readers synchronous read ports.
//
// Same contract as em_sram_macro: an address given with `read_i` in one cycle gives its word from
// the next cycle until the next read; a read of the word being written gives the old word. One mask
// bit enables MaskW bits.
//
// A wide word is kept in banks of about 64 bits: tools see a few masked writes to each of many
// narrow memories, not many masked writes to one wide memory, which they handle badly.
module em_sram_flops #(
  parameter int unsigned Words = 16,
  parameter int unsigned Width = 32,
  parameter int unsigned MaskW = 8,
  parameter int unsigned Readers = 1,
  localparam int unsigned Masks = Width / MaskW,
  localparam int unsigned AddrW = em_pkg::idx_width(Words)
) (
  input  logic                     clk_i,
  input  logic                     write_i,
  input  logic [AddrW-1:0]         waddr_i,
  input  logic [Width-1:0]         wdata_i,
  input  logic [Masks-1:0]         wmask_i,
  input  logic [Readers-1:0]       read_i,
  input  logic [Readers*AddrW-1:0] raddr_i,
  output logic [Readers*Width-1:0] rdata_o
);
  localparam int unsigned BankMasks = em_pkg::max2(1, 64 / MaskW);
  localparam int unsigned Banks = (Masks + BankMasks - 1) / BankMasks;

  for (genvar b = 0; b < Banks; b++) begin : g_bank
    localparam int unsigned First = b * BankMasks;
    localparam int unsigned Count = (b == Banks - 1) ? Masks - First : BankMasks;
    localparam int unsigned BankW = Count * MaskW;

    logic [BankW-1:0] mem_q [Words];

    always_ff @(posedge clk_i) begin
      if (write_i) begin
        for (int unsigned i = 0; i < Count; i++) begin
          if (wmask_i[First + i]) begin
            mem_q[waddr_i][i*MaskW +: MaskW] <= wdata_i[(First + i)*MaskW +: MaskW];
          end
        end
      end
    end

    for (genvar r = 0; r < Readers; r++) begin : g_reader
      logic [BankW-1:0] rdata_q;

      always_ff @(posedge clk_i) begin
        if (read_i[r]) begin
          rdata_q <= mem_q[raddr_i[r*AddrW +: AddrW]];
        end
      end

      assign rdata_o[r*Width + First*MaskW +: BankW] = rdata_q;
    end
  end
endmodule
