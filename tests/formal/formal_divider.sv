// em_divider under em_divider_steps: code = sat(round(num / den), 8), ties to even, nine cycles
// after the load, at the widths that designs have.
//
// Without a multiplier: `product` is quotient * den, kept by the same shift and add that makes the
// quotient, so that num = quotient * den + rest is linear.
module formal_divider #(
  parameter int unsigned NumW = 36,
  parameter int unsigned DenW = 27
) (
  input logic            clk_i,
  input logic            rst_ni,
  input logic            load_i,
  input logic [NumW-1:0] num_i,
  input logic [DenW-1:0] den_i
);
  localparam int unsigned W = em_pkg::max2(NumW, DenW + 9) + 9;

  logic step, done, load;
  logic [2:0] bit_at;
  logic signed [7:0] code;

  em_divider_steps u_steps (
    .clk_i(clk_i), .rst_ni(rst_ni), .load_i(load), .step_o(step), .bit_o(bit_at), .done_o(done)
  );
  em_divider #(.NumW(NumW), .DenW(DenW)) u_dut (
    .clk_i(clk_i), .load_i(load), .step_i(step), .num_i(num_i), .den_i(den_i), .en_i(done),
    .code_o(code)
  );
  localparam int unsigned RemW = em_pkg::max2(NumW - 1, DenW + 8);
  (* hierconn *) wire [RemW-1:0] \u_dut.rem_q ;
  (* hierconn *) wire [7:0] \u_dut.quotient_q ;
  (* hierconn *) wire \u_dut.sign_q ;
  wire [W-1:0] rem = W'(\u_dut.rem_q );
  wire [7:0] quotient = \u_dut.quotient_q ;

  logic started = 1'b0;
  logic valid_q;            // a load has been since the reset
  logic [3:0] steps_q;      // steps since the load
  logic [NumW-1:0] num_q;
  logic [DenW-1:0] den_q;
  logic [W-1:0] product_q;  // quotient * den
  logic running;
  assign running = valid_q && steps_q < 4'd8;
  assign load = load_i && !running;
  wire [W-1:0] magnitude = num_q[NumW-1] ? W'(-num_q) & ((W'(1) << NumW) - W'(1)) : W'(num_q);

  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    if (load) begin
      num_q     <= num_i;
      product_q <= '0;
      steps_q   <= '0;
    end else if (step) begin
      steps_q   <= steps_q + 4'd1;
      product_q <= (product_q << 1) + (rem >= (W'(den_i) << 7) ? W'(den_i) : '0);
    end
    den_q   <= den_i;
    valid_q <= rst_ni && (load || valid_q);
  end

  always_comb begin
    assume (started || !rst_ni);
    assume (num_i != {1'b1, {(NumW - 1){1'b0}}});
    assume (den_i != '0);
    assume (!started || !valid_q || steps_q == '0 || den_i == den_q);
  end

  // The result by its definition: quotient and rest of the magnitude, nearest, ties to even.
  wire [W-1:0] rest = magnitude - product_q;
  wire up = (rest << 1) > W'(den_i) || ((rest << 1) == W'(den_i) && quotient[0]);
  wire [8:0] rounded = 9'(quotient) + 9'(up);
  wire negative = num_q[NumW-1];
  wire [7:0] want = negative ? (rounded >= 9'd128 ? 8'h80 : -rounded[7:0])
                             : (rounded >= 9'd128 ? 8'h7f : rounded[7:0]);
  // The magnitude is below 2^8 * den: else bit 7 is set in the first step and the result saturates.
  wire large = magnitude >= (W'(den_i) << 7);

  always_comb begin
    if (started && valid_q) begin
      assert (step == (steps_q < 4'd8));
      assert (!step || 4'(bit_at) == steps_q);
      assert (!done || steps_q == 4'd8);
      assert (!done || large || (rest < W'(den_i) && code == $signed(want)));
      assert (!done || !large || code == (negative ? 8'sh80 : 8'sh7f));
      // Invariants.
      assert (steps_q <= 4'd8);
      assert (\u_dut.sign_q == negative && num_q != {1'b1, {(NumW - 1){1'b0}}});
      if (steps_q == 4'd0) assert (rem == magnitude && quotient == 8'd0 && product_q == '0);
      for (int unsigned n = 1; n <= 8; n++) begin
        if (steps_q == 4'(n)) begin
          assert (quotient < 8'(1 << n) || n == 8);
          assert (quotient[n-1] == large);
          assert (large || magnitude << n == rem + (product_q << 8));
          assert (large || (rem < (W'(den_i) << 8) && product_q <= magnitude));
        end
      end
    end
    if (started && !valid_q) assert (!step && !done);
    if (started && !step) assert (bit_at == 3'd0);
  end
endmodule
