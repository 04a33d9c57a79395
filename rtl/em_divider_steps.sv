// Drives the dividers of an engine: one load, eight steps, then the result's cycle.
//
// `load_i` in cycle c gives `step_o` in cycles c+1..c+8 with `bit_o` = 0..7, and `done_o` in cycle
// c+9, which may be the cycle of the next load.
module em_divider_steps (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       load_i,
  output logic       step_o,
  output logic [2:0] bit_o,
  output logic       done_o
);
  logic step_q;
  logic done_q;
  logic [2:0] bit_q;
  logic final_step;

  assign final_step = step_q && bit_q == 3'd7;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      step_q <= 1'b0;
      bit_q  <= '0;
      done_q <= 1'b0;
    end else begin
      step_q <= load_i | (step_q & ~final_step);
      done_q <= final_step;
      if (step_q) begin
        bit_q <= bit_q + 3'd1;
      end
    end
  end

  assign step_o = step_q;
  assign bit_o  = bit_q;
  assign done_o = done_q;
endmodule
