// Splits the index of a port access into a memory word and the place in that word.
//
// A word holds PerWord accesses; Count is the number of accesses of a token (index < Count).
// Combinational. A power of two costs nothing; any other PerWord costs a constant divider of the
// index's few bits, unless all of a token is in one word.
module em_index_split #(
  parameter int unsigned PerWord = 1,
  parameter int unsigned Count = 1,
  localparam int unsigned IndexW = em_pkg::idx_width(Count),
  localparam int unsigned WordW = em_pkg::idx_width((Count + PerWord - 1) / PerWord),
  localparam int unsigned PlaceW = em_pkg::idx_width(PerWord)
) (
  input  logic [IndexW-1:0] index_i,
  output logic [WordW-1:0]  word_o,
  output logic [PlaceW-1:0] place_o
);
  if (PerWord == 1) begin : g_whole
    assign word_o  = index_i;
    assign place_o = '0;
  end else if (Count <= PerWord) begin : g_single
    assign word_o  = '0;
    assign place_o = PlaceW'(index_i);
  end else if (PerWord == 2 ** $clog2(PerWord)) begin : g_power
    assign word_o  = index_i[IndexW-1:PlaceW];
    assign place_o = index_i[PlaceW-1:0];
  end else begin : g_divide
    logic [IndexW-1:0] word;

    assign word    = index_i / IndexW'(PerWord);
    assign word_o  = WordW'(word);
    assign place_o = PlaceW'(index_i - word * IndexW'(PerWord));
  end
endmodule
