// One reader's side of a token buffer: its count of committed tokens and its place in the memory.
//
// `valid_o`: Take tokens or more are committed and not released; `room_o`: this reader leaves a
// slot free. Both are functions of the registered count. `read_i` with `index_i` (in units of Lanes
// elements, of the oldest token) gives `data_o` from the next cycle until the next read.
// `release_i` gives the Take oldest tokens back; the count changes at the end of the cycle.
//
// Slots are Slots * SlotWords words back to back. Take divides Slots, so a group of Take tokens
// never wraps around the end of the memory.
module em_token_reader #(
  parameter int unsigned Slots = 2,
  parameter int unsigned SlotWords = 1,
  parameter int unsigned WordLanes = 4,  // elements of a word
  parameter int unsigned Lanes = 4,      // elements of an access; divides WordLanes
  parameter int unsigned Count = 1,      // accesses of a token (of Take tokens)
  parameter int unsigned Take = 1,
  localparam int unsigned CountW = em_pkg::idx_width(Slots + 1),
  localparam int unsigned IndexW = em_pkg::idx_width(Count),
  localparam int unsigned AddrW = em_pkg::idx_width(Slots * SlotWords)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   commit_i,
  output logic                   room_o,

  output logic                   valid_o,
  input  logic                   read_i,
  input  logic [IndexW-1:0]      index_i,
  output logic [Lanes*8-1:0]     data_o,
  input  logic                   release_i,

  output logic [AddrW-1:0]       raddr_o,
  input  logic [WordLanes*8-1:0] rdata_i,

  output logic [CountW-1:0]      count_o
);
  localparam int unsigned PerWord = WordLanes / Lanes;
  localparam int unsigned PlaceW = em_pkg::idx_width(PerWord);
  localparam int unsigned WordW = em_pkg::idx_width((Count + PerWord - 1) / PerWord);

  if (Slots % Take != 0) begin : g_bad_take
    $error("em_token_reader: Take must divide Slots");
  end

  // Count of tokens: 0..Slots, because a commit needs room and a release needs Take tokens.
  logic [CountW-1:0] count_q;
  logic [CountW-1:0] count_d;

  assign count_d = count_q + CountW'(commit_i) - (release_i ? CountW'(Take) : '0);
  assign valid_o = count_q >= CountW'(Take);
  assign room_o  = count_q != CountW'(Slots);
  assign count_o = count_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
    end else if (commit_i || release_i) begin
      count_q <= count_d;
    end
  end

  // First word of the oldest token.
  logic [AddrW-1:0] base;

  if (Slots > Take) begin : g_base
    localparam int unsigned Final = (Slots - Take) * SlotWords;
    logic [AddrW-1:0] base_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        base_q <= '0;
      end else if (release_i) begin
        base_q <= (base_q == AddrW'(Final)) ? '0 : base_q + AddrW'(Take * SlotWords);
      end
    end

    assign base = base_q;
  end else begin : g_single_base
    assign base = '0;
  end

  logic [WordW-1:0] word;
  logic [PlaceW-1:0] place;

  em_index_split #(
    .PerWord(PerWord),
    .Count  (Count)
  ) u_split (
    .index_i(index_i),
    .word_o (word),
    .place_o(place)
  );

  assign raddr_o = base + AddrW'(word);

  if (PerWord > 1) begin : g_place
    logic [PlaceW-1:0] place_q;

    always_ff @(posedge clk_i) begin
      if (read_i) begin
        place_q <= place;
      end
    end

    assign data_o = rdata_i[place_q*Lanes*8 +: Lanes*8];
  end else begin : g_whole
    logic unused_read;
    assign unused_read = ^{read_i, place};
    assign data_o = rdata_i;
  end
endmodule
