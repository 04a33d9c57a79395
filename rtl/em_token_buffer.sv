// A token buffer: the only way data moves between engines. One writer, one or two readers.
//
// Writer: while `ready_o` is high there is a free slot. `write_i` stores WriteLanes elements at
// `windex_i` (in units of WriteLanes) of that slot; `commit_i` hands the token to every reader.
// Reader r: while `valid<r>_o` is high its oldest token (head flatten: Take0 tokens) may be read,
// in any order; `read<r>_i` with `index<r>_i` (in units of its lanes) gives `data<r>_o` in the next
// cycle, held until the next read; `release<r>_i` gives the token back.
// `valid` and `ready` are functions of registered counts, which change at the end of the cycle of a
// commit or release. Writing or committing without `ready_o`, and reading or releasing without
// `valid`, are errors (em_token_buffer_sva).
//
// A memory word has the lcm of all ports' lanes, so that no access crosses a word; a slot has
// ceil(Elements / word) words. Where a reader takes several tokens at once, its lanes must divide
// Elements: then words do not end in unused lanes and consecutive tokens are consecutive elements.
module em_token_buffer #(
  parameter int unsigned Elements = 20,
  parameter int unsigned Depth = 2,
  parameter int unsigned WriteLanes = 4,
  parameter int unsigned Readers = 1,
  parameter int unsigned ReadLanes0 = 4,
  parameter int unsigned Take0 = 1,
  parameter int unsigned Span0 = Elements * Take0,  // elements that reader 0 addresses
  parameter int unsigned ReadLanes1 = 1,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned Count0 = Span0 / ReadLanes0,
  localparam int unsigned Count1 = Elements / ReadLanes1,
  localparam int unsigned WIndexW = em_pkg::idx_width(Elements / WriteLanes),
  localparam int unsigned Index0W = em_pkg::idx_width(Count0),
  localparam int unsigned Index1W = em_pkg::idx_width(Count1)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  output logic                    ready_o,
  input  logic                    write_i,
  input  logic [WIndexW-1:0]      windex_i,
  input  logic [WriteLanes*8-1:0] wdata_i,
  input  logic                    commit_i,

  output logic                    valid0_o,
  input  logic                    read0_i,
  input  logic [Index0W-1:0]      index0_i,
  output logic [ReadLanes0*8-1:0] data0_o,
  input  logic                    release0_i,

  output logic                    valid1_o,
  input  logic                    read1_i,
  input  logic [Index1W-1:0]      index1_i,
  output logic [ReadLanes1*8-1:0] data1_o,
  input  logic                    release1_i
);
  localparam int unsigned WordLanes0 = em_pkg::lcm(WriteLanes, ReadLanes0);
  localparam int unsigned WordLanes =
      (Readers == 2) ? em_pkg::lcm(WordLanes0, ReadLanes1) : WordLanes0;
  localparam int unsigned SlotWords = (Elements + WordLanes - 1) / WordLanes;
  localparam int unsigned Words = Depth * SlotWords;
  localparam int unsigned AddrW = em_pkg::idx_width(Words);
  localparam int unsigned CountW = em_pkg::idx_width(Depth + 1);
  localparam int unsigned PerWord = WordLanes / WriteLanes;
  localparam int unsigned PlaceW = em_pkg::idx_width(PerWord);
  localparam int unsigned WWordW = em_pkg::idx_width(SlotWords);

  if (Elements % WriteLanes != 0 || Span0 % ReadLanes0 != 0 ||
      (Readers == 2 && Elements % ReadLanes1 != 0) ||
      (Take0 > 1 && Elements % ReadLanes0 != 0)) begin : g_bad_lanes
    $error("em_token_buffer: every port's lanes must divide the elements it moves");
  end

  // The slot being written.
  logic [AddrW-1:0] wbase;
  logic [WWordW-1:0] wword;
  logic [PlaceW-1:0] wplace;
  logic [PerWord-1:0] wmask;

  if (Depth > 1) begin : g_wbase
    localparam int unsigned Final = (Depth - 1) * SlotWords;
    logic [AddrW-1:0] wbase_q;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        wbase_q <= '0;
      end else if (commit_i) begin
        wbase_q <= (wbase_q == AddrW'(Final)) ? '0 : wbase_q + AddrW'(SlotWords);
      end
    end

    assign wbase = wbase_q;
  end else begin : g_single_wbase
    assign wbase = '0;
  end

  em_index_split #(
    .PerWord(PerWord),
    .Count  (Elements / WriteLanes)
  ) u_write_split (
    .index_i(windex_i),
    .word_o (wword),
    .place_o(wplace)
  );

  always_comb begin
    for (int unsigned i = 0; i < PerWord; i++) begin
      wmask[i] = wplace == PlaceW'(i);
    end
  end

  logic [Readers-1:0] read;
  logic [Readers*AddrW-1:0] raddr;
  logic [Readers*WordLanes*8-1:0] rdata;

  em_sram #(
    .Words       (Words),
    .Lanes       (WordLanes),
    .LaneWidth   (8),
    .MaskLanes   (WriteLanes),
    .Readers     (Readers),
    .MacroMinBits(MacroMinBits)
  ) u_mem (
    .clk_i(clk_i), .write_i(write_i), .waddr_i(wbase + AddrW'(wword)),
    .wdata_i({PerWord{wdata_i}}), .wmask_i(wmask),
    .read_i(read), .raddr_i(raddr), .rdata_o(rdata)
  );

  logic room0;
  logic room1;
  logic [CountW-1:0] count0;
  logic [CountW-1:0] count1;

  assign ready_o = room0 & room1;
  assign read[0] = read0_i;

  em_token_reader #(
    .Slots    (Depth),
    .SlotWords(SlotWords),
    .WordLanes(WordLanes),
    .Lanes    (ReadLanes0),
    .Count    (Count0),
    .Take     (Take0)
  ) u_reader_0 (
    .clk_i    (clk_i),
    .rst_ni   (rst_ni),
    .commit_i (commit_i),
    .room_o   (room0),
    .valid_o  (valid0_o),
    .read_i   (read0_i),
    .index_i  (index0_i),
    .data_o   (data0_o),
    .release_i(release0_i),
    .raddr_o  (raddr[AddrW-1:0]),
    .rdata_i  (rdata[WordLanes*8-1:0]),
    .count_o  (count0)
  );

  if (Readers == 2) begin : g_reader_1
    assign read[1] = read1_i;

    em_token_reader #(
      .Slots    (Depth),
      .SlotWords(SlotWords),
      .WordLanes(WordLanes),
      .Lanes    (ReadLanes1),
      .Count    (Count1),
      .Take     (1)
    ) u_reader_1 (
      .clk_i    (clk_i),
      .rst_ni   (rst_ni),
      .commit_i (commit_i),
      .room_o   (room1),
      .valid_o  (valid1_o),
      .read_i   (read1_i),
      .index_i  (index1_i),
      .data_o   (data1_o),
      .release_i(release1_i),
      .raddr_o  (raddr[2*AddrW-1:AddrW]),
      .rdata_i  (rdata[2*WordLanes*8-1:WordLanes*8]),
      .count_o  (count1)
    );
  end else begin : g_no_reader_1
    assign room1    = 1'b1;
    assign valid1_o = 1'b0;
    assign data1_o  = '0;
    assign count1   = '0;
  end

  logic unused_counts;
  assign unused_counts = ^{count0, count1, read1_i, index1_i, release1_i};
endmodule
