// Trace record of a memory in this cycle, the word that is written, and its mask (a bit a lane).
//
// Fields of an access that does not happen are 0; so are lanes of `wdata` that the mask leaves out.
module em_sram_probe #(
  parameter int unsigned Lanes = 4,
  parameter int unsigned LaneWidth = 8,
  parameter int unsigned MaskLanes = 1,
  parameter int unsigned Readers = 1,
  parameter int unsigned AddrW = 4,
  localparam int unsigned Width = Lanes * LaneWidth,
  localparam int unsigned MaskW = MaskLanes * LaneWidth,
  localparam int unsigned Masks = Lanes / MaskLanes
) (
  input logic                     write_i,
  input logic [AddrW-1:0]         waddr_i,
  input logic [Width-1:0]         wdata_i,
  input logic [Masks-1:0]         wmask_i,
  input logic [Readers-1:0]       read_i,
  input logic [Readers*AddrW-1:0] raddr_i
);
  logic [63:0] rec         /*verilator public_flat_rd*/;
  logic [Width-1:0] wdata  /*verilator public_flat_rd*/;
  logic [Lanes-1:0] wmask  /*verilator public_flat_rd*/;

  always_comb begin
    rec     = '0;
    rec[60] = write_i;
    if (write_i) begin
      rec[19:0] = 20'(waddr_i);
    end
    for (int unsigned r = 0; r < Readers; r++) begin
      rec[61 + r] = read_i[r];
      if (read_i[r]) begin
        rec[20 * (r + 1) +: 20] = 20'(raddr_i[r*AddrW +: AddrW]);
      end
    end
  end

  always_comb begin
    wdata = '0;
    wmask = '0;
    if (write_i) begin
      for (int unsigned i = 0; i < Masks; i++) begin
        if (wmask_i[i]) begin
          wdata[i*MaskW +: MaskW]         = wdata_i[i*MaskW +: MaskW];
          wmask[i*MaskLanes +: MaskLanes] = '1;
        end
      end
    end
  end
endmodule
