// Step control of a linear engine: Rows groups of rows, Chunks input chunks each, one step a cycle.
//
// `start_i` is the cycle of step 0. Step s = row * Chunks + chunk runs through four cycles:
//   fetch  read x chunk and weight word s
//   mac    multiply, add; `first_o` at chunk 0; `bias_read_o` at the last chunk
//   wb1    (row groups only) bias and first requantisation; residual is read
//   wb2    (row groups only) write-back
// `last_o` is the cycle of the last row group's wb2: Rows * Chunks + 2 cycles after the start.
module em_linear_steps #(
  parameter int unsigned Chunks = 4,
  parameter int unsigned Rows = 5,
  localparam int unsigned ChunkW = em_pkg::idx_width(Chunks),
  localparam int unsigned RowW = em_pkg::idx_width(Rows),
  localparam int unsigned StepW = em_pkg::idx_width(Chunks * Rows)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              start_i,

  output logic              fetch_o,
  output logic              fetch_end_o,  // the chunk is a row group's last
  output logic [ChunkW-1:0] chunk_o,
  output logic [StepW-1:0]  step_o,

  output logic              mac_o,
  output logic              first_o,
  output logic              bias_read_o,
  output logic [RowW-1:0]   bias_row_o,

  output logic              wb1_o,
  output logic [RowW-1:0]   wb1_row_o,

  output logic              wb2_o,
  output logic [RowW-1:0]   wb2_row_o,
  output logic              last_o
);
  logic running_q;
  logic [ChunkW-1:0] chunk_q;
  logic [RowW-1:0] row_q;
  logic [StepW-1:0] step_q;
  logic row_end;
  logic token_end;

  assign fetch_o     = start_i | running_q;
  assign row_end     = chunk_q == ChunkW'(Chunks - 1);
  assign token_end   = step_q == StepW'(Chunks * Rows - 1);
  assign fetch_end_o = row_end;
  assign chunk_o     = chunk_q;
  assign step_o      = step_q;

  // The counters rest at 0 between tokens.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      running_q <= 1'b0;
      chunk_q   <= '0;
      row_q     <= '0;
      step_q    <= '0;
    end else if (fetch_o) begin
      running_q <= ~token_end;
      chunk_q   <= row_end ? '0 : chunk_q + ChunkW'(1);
      step_q    <= token_end ? '0 : step_q + StepW'(1);
      if (row_end) begin
        row_q <= token_end ? '0 : row_q + RowW'(1);
      end
    end
  end

  logic mac_q;
  logic first_q;
  logic end_q;
  logic wb1_q;
  logic wb2_q;
  logic [RowW-1:0] row1_q;
  logic [RowW-1:0] row2_q;
  logic [RowW-1:0] row3_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      mac_q <= 1'b0;
      end_q <= 1'b0;
      wb1_q <= 1'b0;
      wb2_q <= 1'b0;
    end else begin
      mac_q <= fetch_o;
      end_q <= fetch_o & row_end;
      wb1_q <= end_q;
      wb2_q <= wb1_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (fetch_o) begin
      first_q <= chunk_q == '0;
      row1_q  <= row_q;
    end
    if (end_q) begin
      row2_q <= row1_q;
    end
    if (wb1_q) begin
      row3_q <= row2_q;
    end
  end

  assign mac_o       = mac_q;
  assign first_o     = first_q;
  assign bias_read_o = end_q;
  assign bias_row_o  = row1_q;
  assign wb1_o       = wb1_q;
  assign wb1_row_o   = row2_q;
  assign wb2_o       = wb2_q;
  assign wb2_row_o   = row3_q;
  assign last_o      = wb2_q && row3_q == RowW'(Rows - 1);
endmodule
