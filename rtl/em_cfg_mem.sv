// A memory's end of the configuration bus: turns 32-bit writes into masked writes of its word.
//
// Byte address = word * stride + byte in word; stride is the smallest power of two that is at least
// 4 and at least Bytes. Bytes past the word and words past the memory are ignored. Combinational:
// the memory is written in the cycle of the bus's `write`.
module em_cfg_mem #(
  parameter int unsigned Unit = 0,
  parameter int unsigned Memory = 1,
  parameter int unsigned Words = 16,
  parameter int unsigned Bytes = 4,
  localparam int unsigned AddrW = em_pkg::idx_width(Words)
) (
  input  em_pkg::cfg_t       cfg_i,
  output logic               write_o,
  output logic [AddrW-1:0]   addr_o,
  output logic [Bytes*8-1:0] data_o,
  output logic [Bytes-1:0]   mask_o
);
  // The word is Groups times 32 bits; GroupW address bits choose one of them.
  localparam int unsigned Groups = (Bytes + 3) / 4;
  localparam int unsigned GroupW = $clog2(Groups);

  logic select;
  logic [18:0] word;
  logic [18:0] group;

  assign select = cfg_i.write && cfg_i.unit == 8'(Unit) && cfg_i.mem == 3'(Memory);
  assign data_o = (Bytes * 8)'({Groups{cfg_i.wdata}});

  always_comb begin
    word    = '0;
    group   = '0;
    write_o = 1'b0;
    addr_o  = '0;
    mask_o  = '0;
    if (select) begin
      word    = cfg_i.addr >> GroupW;
      group   = cfg_i.addr & ~(19'h7ffff << GroupW);
      write_o = 32'(word) < Words;
      addr_o  = AddrW'(word);
      for (int unsigned i = 0; i < Bytes; i++) begin
        mask_o[i] = cfg_i.wstrb[i % 4] && group == 19'(i / 4);
      end
    end
  end

  logic unused_cfg;
  assign unused_cfg = ^cfg_i;
endmodule
