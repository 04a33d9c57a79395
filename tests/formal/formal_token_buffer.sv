// em_token_buffer: no overflow, no underflow, order and contents kept, for any use by the rules.
//
// One token and one of its elements are watched, both free: the token is any commit that the solver
// picks. Whatever each reader reads of it is the code that was written last, until the next read.
// Asserts that name `u_dut.` are invariants of the registers; they make the induction close.
module formal_token_buffer #(
  parameter int unsigned Elements = 4,
  parameter int unsigned Depth = 2,
  parameter int unsigned WriteLanes = 2,
  parameter int unsigned Readers = 1,
  parameter int unsigned ReadLanes0 = 1,
  parameter int unsigned Take0 = 1,
  parameter int unsigned ReadLanes1 = 1,
  localparam int unsigned Count0 = Elements * Take0 / ReadLanes0,
  localparam int unsigned Count1 = Elements / ReadLanes1,
  localparam int unsigned WIndexW = em_pkg::idx_width(Elements / WriteLanes),
  localparam int unsigned Index0W = em_pkg::idx_width(Count0),
  localparam int unsigned Index1W = em_pkg::idx_width(Count1)
) (
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic                    write_i,
  input logic [WIndexW-1:0]      windex_i,
  input logic [WriteLanes*8-1:0] wdata_i,
  input logic                    commit_i,
  input logic                    read0_i,
  input logic [Index0W-1:0]      index0_i,
  input logic                    release0_i,
  input logic                    read1_i,
  input logic [Index1W-1:0]      index1_i,
  input logic                    release1_i,
  input logic                    pick_i  // watch the token of this commit
);
  localparam int unsigned WordLanes0 = em_pkg::lcm(WriteLanes, ReadLanes0);
  localparam int unsigned WordLanes =
      (Readers == 2) ? em_pkg::lcm(WordLanes0, ReadLanes1) : WordLanes0;
  localparam int unsigned SlotWords = (Elements + WordLanes - 1) / WordLanes;
  localparam int unsigned Words = Depth * SlotWords;

  logic ready, valid0, valid1;
  logic [ReadLanes0*8-1:0] data0;
  logic [ReadLanes1*8-1:0] data1;

  em_token_buffer #(
    .Elements(Elements), .Depth(Depth), .WriteLanes(WriteLanes), .Readers(Readers),
    .ReadLanes0(ReadLanes0), .Take0(Take0), .ReadLanes1(ReadLanes1)
  ) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(ready), .write_i(write_i), .windex_i(windex_i), .wdata_i(wdata_i),
    .commit_i(commit_i),
    .valid0_o(valid0), .read0_i(read0_i), .index0_i(index0_i), .data0_o(data0),
    .release0_i(release0_i),
    .valid1_o(valid1), .read1_i(read1_i), .index1_i(index1_i), .data1_o(data1),
    .release1_i(release1_i)
  );

  // The registers' names: memory_words.svh is written by prove.py for the parameters.
  (* hierconn *) wire [em_pkg::idx_width(Depth + 1)-1:0] \u_dut.count0 ;
  (* hierconn *) wire [em_pkg::idx_width(Depth + 1)-1:0] \u_dut.count1 ;
  (* hierconn *) wire [em_pkg::idx_width(Words)-1:0] \u_dut.wbase ;
  (* hierconn *) wire [em_pkg::idx_width(Words)-1:0] \u_dut.u_reader_0.base ;
`ifdef TWO_READERS
  (* hierconn *) wire [em_pkg::idx_width(Words)-1:0] \u_dut.g_reader_1.u_reader_1.base ;
  wire [31:0] base1 = 32'(\u_dut.g_reader_1.u_reader_1.base );
`else
  wire [31:0] base1 = 0;
`endif
  logic [Words*WordLanes*8-1:0] memory;
`include "memory_words.svh"
  wire [4:0] count0 = 5'(\u_dut.count0 );
  wire [4:0] count1 = 5'(\u_dut.count1 );
  wire [31:0] wbase = 32'(\u_dut.wbase );
  wire [31:0] base0 = 32'(\u_dut.u_reader_0.base );

  logic started = 1'b0;  // reset has been
  always_ff @(posedge clk_i) started <= 1'b1;

  // What writer and readers keep to.
  always_comb begin
    assume (started || !rst_ni);
    assume (!write_i || (ready && 32'(windex_i) < Elements / WriteLanes));
    assume (!commit_i || ready);
    assume (!read0_i || (valid0 && 32'(index0_i) < Count0));
    assume (!release0_i || valid0);
    assume (!read1_i || (Readers == 2 && valid1 && 32'(index1_i) < Count1));
    assume (!release1_i || (Readers == 2 && valid1));
  end

  // Slots, counted apart from the addresses: sums and steps modulo Depth.
  function automatic logic [4:0] around(logic [4:0] slot);
    around = (slot >= 5'(Depth)) ? slot - 5'(Depth) : slot;
  endfunction

  logic [4:0] wslot_q, slot0_q, slot1_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wslot_q <= '0;
      slot0_q <= '0;
      slot1_q <= '0;
    end else begin
      if (commit_i) wslot_q <= around(wslot_q + 5'd1);
      if (release0_i) slot0_q <= around(slot0_q + 5'(Take0));
      if (release1_i) slot1_q <= around(slot1_q + 5'd1);
    end
  end

  // The watched element, and where ports have it.
  (* anyconst *) logic [3:0] element;
  logic [3:0] windex, wlane, index1, lane1;
  logic [4:0] place0, index0, lane0;
  always_comb begin
    assume (32'(element) < Elements);
    windex = element / 4'(WriteLanes);
    wlane  = element % 4'(WriteLanes);
    index1 = element / 4'(ReadLanes1);
    lane1  = element % 4'(ReadLanes1);
  end

  // The element in the slot that is being written.
  logic written_q;
  logic [7:0] fresh_q;
  wire writes = write_i && 4'(windex_i) == windex;
  wire [7:0] write_code = 8'(wdata_i >> {wlane, 3'b0});
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      written_q <= 1'b0;
    end else begin
      written_q <= (written_q | writes) & ~commit_i;
    end
    if (writes) fresh_q <= write_code;
  end

  // The watched token: tokens in front of it at each reader, while it is not released there.
  logic watch0_q, watch1_q;
  logic [4:0] ahead0_q, ahead1_q;
  logic [7:0] code_q;
  wire watch = commit_i && pick_i && (written_q || writes) && !watch0_q && !watch1_q;
  wire here0 = watch0_q && ahead0_q < 5'(Take0);
  wire here1 = watch1_q && ahead1_q == 0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      watch0_q <= 1'b0;
      watch1_q <= 1'b0;
    end else begin
      watch0_q <= watch | (watch0_q & ~(release0_i & here0));
      watch1_q <= (watch & (Readers == 2)) | (watch1_q & ~(release1_i & here1));
      if (watch) begin
        code_q   <= writes ? write_code : fresh_q;
        ahead0_q <= count0 - (release0_i ? 5'(Take0) : 5'd0);
        ahead1_q <= count1 - 5'(release1_i);
      end else begin
        if (release0_i) ahead0_q <= ahead0_q - 5'(Take0);
        if (release1_i) ahead1_q <= ahead1_q - 5'd1;
      end
    end
  end

  // What a reader holds: the watched code, in one of its lanes, until it reads again.
  always_comb begin
    place0 = ahead0_q * 5'(Elements) + 5'(element);
    index0 = place0 / 5'(ReadLanes0);
    lane0  = place0 % 5'(ReadLanes0);
  end
  wire hit0 = read0_i && here0 && 5'(index0_i) == index0;
  wire hit1 = read1_i && here1 && 4'(index1_i) == index1;
  logic held0_q, held1_q;
  logic [7:0] want0_q, want1_q;
  logic [4:0] lane0_q, lane1_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      held0_q <= 1'b0;
      held1_q <= 1'b0;
    end else begin
      if (read0_i) begin
        held0_q <= hit0;
        want0_q <= code_q;
        lane0_q <= lane0;
      end
      if (read1_i) begin
        held1_q <= hit1;
        want1_q <= code_q;
        lane1_q <= 5'(lane1);
      end
    end
  end

  // A slot's copy of the element.
  logic [7:0] stored_w, stored_0, stored_1;
  always_comb begin
    stored_w = '0;
    stored_0 = '0;
    stored_1 = '0;
    for (int unsigned s = 0; s < Depth; s++) begin
      for (int unsigned e = 0; e < Elements; e++) begin
        if (element == 4'(e)) begin
          if (wslot_q == 5'(s)) stored_w = memory[(s*SlotWords*WordLanes + e)*8 +: 8];
          if (around(slot0_q + ahead0_q) == 5'(s)) stored_0 = memory[(s*SlotWords*WordLanes + e)*8 +: 8];
          if (around(slot1_q + ahead1_q) == 5'(s)) stored_1 = memory[(s*SlotWords*WordLanes + e)*8 +: 8];
        end
      end
    end
  end

  always_comb begin
    if (started) begin
      // Promised.
      assert (count0 <= Depth);
      assert (Readers == 1 || count1 <= Depth);
      assert (valid0 == (count0 >= Take0));
      assert (valid1 == (Readers == 2 && count1 != 0));
      assert (ready == (count0 != Depth && (Readers == 1 || count1 != Depth)));
      assert (!held0_q || 8'(data0 >> {lane0_q, 3'b0}) == want0_q);
      assert (!held1_q || 8'(data1 >> {lane1_q, 3'b0}) == want1_q);
      // Invariants.
      assert (wslot_q < 5'(Depth) && wbase == 32'(wslot_q) * SlotWords);
      assert (slot0_q < 5'(Depth) && base0 == 32'(slot0_q) * SlotWords);
      assert (slot0_q % 5'(Take0) == 0);
      assert (around(slot0_q + count0) == wslot_q);
      assert (!held0_q || 32'(lane0_q) < ReadLanes0);
      assert (!watch0_q || ahead0_q < count0);
      assert (!watch0_q || stored_0 == code_q);
      assert (!written_q || stored_w == fresh_q);
      if (Readers == 2) begin
        assert (slot1_q < 5'(Depth) && base1 == 32'(slot1_q) * SlotWords);
        assert (around(slot1_q + count1) == wslot_q);
        assert (!held1_q || 32'(lane1_q) < ReadLanes1);
        assert (!watch1_q || ahead1_q < count1);
        assert (!watch1_q || stored_1 == code_q);
      end else begin
        assert (!watch1_q && !held1_q);
      end
    end
  end
endmodule
