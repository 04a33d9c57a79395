// Addresses of a memory are words that it has; no port reads the word being written.
module em_sram_sva #(
  parameter int unsigned Words = 16,
  parameter int unsigned Readers = 1,
  parameter int unsigned AddrW = 4
) (
  input logic                     clk_i,
  input logic                     write_i,
  input logic [AddrW-1:0]         waddr_i,
  input logic [Readers-1:0]       read_i,
  input logic [Readers*AddrW-1:0] raddr_i
);
  logic off;
  assign off = !em_sva_pkg::settled;

  WriteInRange: assert property (@(posedge clk_i) disable iff (off)
    write_i |-> 32'(waddr_i) < Words);

  for (genvar r = 0; r < Readers; r++) begin : g_reader
    logic [AddrW-1:0] raddr;
    assign raddr = raddr_i[r*AddrW +: AddrW];

    ReadInRange: assert property (@(posedge clk_i) disable iff (off)
      read_i[r] |-> 32'(raddr) < Words);
    NoCollision: assert property (@(posedge clk_i) disable iff (off)
      !(write_i && read_i[r] && waddr_i == raddr));
  end
endmodule
