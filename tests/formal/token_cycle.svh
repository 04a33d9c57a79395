  // k: the cycle within the token, 0 in its start. A token ends in cycle T - 1 and in no other.
  logic started = 1'b0;  // reset has been
  logic [7:0] k_q;
  wire busy = state == em_pkg::Busy;
  wire [7:0] k = start ? 8'd0 : k_q;
  always_ff @(posedge clk_i) begin
    started <= 1'b1;
    k_q     <= (!rst_ni || !busy || last) ? 8'd0 : k + 8'd1;
  end

  always_comb begin
    assume (started || !rst_ni);
    if (started) begin
      assert (last == (busy && k == 8'(T - 1)));
      assert (start == (valid_i && ready_i && k_q == 8'd0));
      assert (busy == (start || k_q != 8'd0));
      assert (busy || (state == em_pkg::Starved) == !valid_i);
      assert (k_q < 8'(T));
    end
  end
