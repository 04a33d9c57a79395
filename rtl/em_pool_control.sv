// Cycle control of the pool engine: Groups reads in a row, or on the last token of a frame one
// division for each group.
//
// `start_i` is cycle 0 of a token; `last_token_i` holds for the token. read_o with index_o: cycles
// 0..Groups-1; on the last token a = 9j. add_o (not the last token) and num_o (the last) follow a
// read by a cycle with add_index_o; step_o by 2..9 and write_o with windex_o by 10.
// A read of the next group falls on step 7 (a + 9) of the current one. `last_o`: cycle Groups, or
// cycle 9 * Groups + 1 of the last token.
module em_pool_control #(
  parameter int unsigned Groups = 5,
  localparam int unsigned GroupW = em_pkg::idx_width(Groups)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              start_i,
  input  logic              last_token_i,
  output logic              read_o,
  output logic [GroupW-1:0] index_o,
  output logic              add_o,
  output logic [GroupW-1:0] add_index_o,
  output logic              num_o,
  output logic              step_o,
  output logic              write_o,
  output logic [GroupW-1:0] windex_o,
  output logic              last_o
);
  localparam logic [2:0] ReadBit = 3'd7;

  logic adding_q;
  logic add_q;
  logic num_q;
  logic index_end;
  logic [GroupW-1:0] index_q;
  logic [GroupW-1:0] add_index_q;
  logic [GroupW-1:0] windex_q;
  logic [2:0] step_bit;

  // index_q is back at 0 after the last group's read: nothing is left to divide then.
  assign read_o    = start_i | adding_q | (step_o & (step_bit == ReadBit) & (index_q != '0));
  assign index_end = index_q == GroupW'(Groups - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      adding_q <= 1'b0;
      add_q    <= 1'b0;
      num_q    <= 1'b0;
      index_q  <= '0;
      windex_q <= '0;
    end else begin
      adding_q <= (start_i | adding_q) & ~last_token_i & ~index_end;
      add_q    <= read_o & ~last_token_i;
      num_q    <= read_o & last_token_i;
      if (read_o) begin
        index_q <= index_end ? '0 : index_q + GroupW'(1);
      end
      if (write_o) begin
        windex_q <= (windex_q == GroupW'(Groups - 1)) ? '0 : windex_q + GroupW'(1);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (read_o) begin
      add_index_q <= index_q;
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

  assign index_o     = index_q;
  assign add_o       = add_q;
  assign add_index_o = add_index_q;
  assign num_o       = num_q;
  assign windex_o    = windex_q;
  assign last_o      = (add_q && add_index_q == GroupW'(Groups - 1)) ||
                       (write_o && windex_q == GroupW'(Groups - 1));
endmodule
