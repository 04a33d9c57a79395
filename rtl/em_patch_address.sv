// Frame chunk addresses of the patches, in the order in which patch_embed reads them.
//
// The frame is [Height, Width, Channels] row-major in chunks of Lanes elements. Chunk i of patch
// (py, px) holds its elements e = i * Lanes ..: row r = e / (Side*Channels), the rest within the
// row. Lanes divides Side * Channels, so a chunk stays within one row of one patch.
// `step_i` advances to the next chunk, with `row_group_end_i` back to the patch's first. `next_i`
// (with the last step of a token or later, not with a step of the next) moves to the next patch,
// row-major, and after the last patch to the first. `last_o`: this patch is the frame's last.
module em_patch_address #(
  parameter int unsigned Height = 8,
  parameter int unsigned Width = 8,
  parameter int unsigned Channels = 5,
  parameter int unsigned Side = 2,
  parameter int unsigned Lanes = 5,
  localparam int unsigned ChunkW = em_pkg::idx_width(Height * Width * Channels / Lanes)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              step_i,
  input  logic              row_group_end_i,
  input  logic              next_i,
  output logic [ChunkW-1:0] chunk_o,
  output logic              last_o
);
  localparam int unsigned PatchRow = Side * Channels / Lanes;   // chunks of a patch's row
  localparam int unsigned FrameRow = Width * Channels / Lanes;  // chunks of a frame's row
  localparam int unsigned PatchesX = Width / Side;
  localparam int unsigned PatchesY = Height / Side;
  localparam int unsigned InRowW = em_pkg::idx_width(PatchRow);
  localparam int unsigned PxW = em_pkg::idx_width(PatchesX);
  localparam int unsigned PyW = em_pkg::idx_width(PatchesY);

  // From the last chunk of a patch's row to the first of its next row; from the last patch of a row
  // of patches to the first of the next row (the frame rows between them are already read).
  localparam int unsigned NextRow = FrameRow - PatchRow + 1;
  localparam int unsigned NextPy = (Side - 1) * FrameRow + PatchRow;

  logic [PxW-1:0] px_q;
  logic [PyW-1:0] py_q;
  logic [ChunkW-1:0] base_q;
  logic [ChunkW-1:0] offset_q;
  logic [InRowW-1:0] in_row_q;
  logic last_x;
  logic last_y;

  assign last_x  = px_q == PxW'(PatchesX - 1);
  assign last_y  = py_q == PyW'(PatchesY - 1);
  assign last_o  = last_x & last_y;
  assign chunk_o = base_q + offset_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      px_q   <= '0;
      py_q   <= '0;
      base_q <= '0;
    end else if (next_i) begin
      px_q <= last_x ? '0 : px_q + PxW'(1);
      if (last_x) begin
        py_q <= last_y ? '0 : py_q + PyW'(1);
      end
      if (last_o) begin
        base_q <= '0;
      end else begin
        base_q <= base_q + (last_x ? ChunkW'(NextPy) : ChunkW'(PatchRow));
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      offset_q <= '0;
      in_row_q <= '0;
    end else if (step_i) begin
      if (row_group_end_i) begin
        offset_q <= '0;
        in_row_q <= '0;
      end else if (in_row_q == InRowW'(PatchRow - 1)) begin
        offset_q <= offset_q + ChunkW'(NextRow);
        in_row_q <= '0;
      end else begin
        offset_q <= offset_q + ChunkW'(1);
        in_row_q <= in_row_q + InRowW'(1);
      end
    end
  end
endmodule
