// The memory wrapper: every memory of the accelerator is one of these.
//
// One write port with a mask bit for each MaskLanes lanes, and 1 or 2 synchronous read ports. A
// word has Lanes lanes of LaneWidth bits, lane 0 in the least significant bits. An address given
// with `read_i` in one cycle gives its word from the next cycle until the next read of that port.
// A memory of MacroMinBits bits or more is an SRAM macro, one copy for each reader; a smaller one
// is made of flip-flops. Contents are not reset.
module em_sram #(
  parameter int unsigned Words = 16,
  parameter int unsigned Lanes = 4,
  parameter int unsigned LaneWidth = 8,
  parameter int unsigned MaskLanes = 1,  // divides Lanes
  parameter int unsigned Readers = 1,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned Width = Lanes * LaneWidth,
  localparam int unsigned Masks = Lanes / MaskLanes,
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
  if (Lanes % MaskLanes != 0) begin : g_bad_mask
    $error("em_sram: MaskLanes must divide Lanes");
  end

  if (Words * Width >= MacroMinBits) begin : g_macro
    for (genvar r = 0; r < Readers; r++) begin : g_copy
      em_sram_macro #(
        .Words(Words),
        .Width(Width),
        .MaskW(MaskLanes * LaneWidth)
      ) u_macro (
        .clk_i  (clk_i),
        .write_i(write_i),
        .waddr_i(waddr_i),
        .wdata_i(wdata_i),
        .wmask_i(wmask_i),
        .read_i (read_i[r]),
        .raddr_i(raddr_i[r*AddrW +: AddrW]),
        .rdata_o(rdata_o[r*Width +: Width])
      );
    end
  end else begin : g_flops
    em_sram_flops #(
      .Words  (Words),
      .Width  (Width),
      .MaskW  (MaskLanes * LaneWidth),
      .Readers(Readers)
    ) u_flops (
      .clk_i  (clk_i),
      .write_i(write_i),
      .waddr_i(waddr_i),
      .wdata_i(wdata_i),
      .wmask_i(wmask_i),
      .read_i (read_i),
      .raddr_i(raddr_i),
      .rdata_o(rdata_o)
    );
  end
endmodule
