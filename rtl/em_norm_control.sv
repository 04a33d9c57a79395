// Cycle control of the norm engine: a scan of Groups groups, then one division for each group.
//
// `start_i` is cycle 0 of a token. read_o with index_o: cycles 0..Groups-1 (the scan) and
// a = Groups + 9j for each group j. scan_o marks the scan's reads. stat_o follows the scan's reads
// by a cycle, t1_o the groups' by one, num_o by two, step_o by 3..10, write_o by 11.
// A read of the next group falls on step 6 (a + 9) of the current one. `last_o` is the last write:
// cycle 10 * Groups + 2.
module em_norm_control #(
  parameter int unsigned Groups = 5,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              start_i,
  output logic              read_o,
  output logic              scan_o,
  output logic [GroupW-1:0] index_o,
  output logic              stat_o,
  output logic              stat_first_o,
  output logic              t1_o,
  output logic              num_o,
  output logic              step_o,
  output logic              write_o,
  output logic [GroupW-1:0] windex_o,
  output logic              last_o
);
  localparam logic [2:0] ReadBit = 3'd6;

  logic scanning_q;
  logic scan_end;
  logic divide_first_q;
  logic divide_read;
  logic index_end;
  logic [GroupW-1:0] index_q;
  logic [GroupW-1:0] windex_q;
  logic stat_q;
  logic stat_first_q;
  logic t1_q;
  logic num_q;
  logic [2:0] step_bit;

  assign scan_o    = start_i | scanning_q;
  assign index_end = index_q == GroupW'(Groups - 1);
  assign scan_end  = scan_o & index_end;

  // index_q is back at 0 after the last group's read: nothing is left to divide then.
  assign divide_read = divide_first_q | (step_o & (step_bit == ReadBit) & (index_q != '0));
  assign read_o      = scan_o | divide_read;
  assign index_o     = index_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      scanning_q     <= 1'b0;
      divide_first_q <= 1'b0;
      index_q        <= '0;
      windex_q       <= '0;
      stat_q         <= 1'b0;
      t1_q           <= 1'b0;
      num_q          <= 1'b0;
    end else begin
      scanning_q     <= scan_o & ~scan_end;
      divide_first_q <= scan_end;
      stat_q         <= scan_o;
      t1_q           <= divide_read;
      num_q          <= t1_q;
      if (read_o) begin
        index_q <= index_end ? '0 : index_q + GroupW'(1);
      end
      if (write_o) begin
        windex_q <= last_o ? '0 : windex_q + GroupW'(1);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (scan_o) begin
      stat_first_q <= index_q == '0;
    end
  end

  em_divider_steps u_divider_steps (
    .clk_i (clk_i),
    .rst_ni(rst_ni),
    .load_i(num_q),
    .step_o(step_o),
    .bit_o (step_bit),
    .done_o(write_o)
  );

  assign stat_o       = stat_q;
  assign stat_first_o = stat_first_q;
  assign t1_o         = t1_q;
  assign num_o        = num_q;
  assign windex_o     = windex_q;
  assign last_o       = write_o && windex_q == GroupW'(Groups - 1);
endmodule
