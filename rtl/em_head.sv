// Everything after the last block: the store, and what the network's head calls for.
//
//   none:    store -> (axis_out)
//   flatten: store, L tokens at once -> head_0 [-> hidden -> head_1] -> out -> (axis_out)
//   token:   store, token by token -> head_0 [-> hidden -> head_1] -> out -> (axis_out)
//   mean:    store -> pool -> pooled -> head_0 [-> hidden -> head_1] -> out -> (axis_out)
//
// The store_* ports are the writer's side of u_store_buf; the out_* ports are the reader's side of
// the buffer that axis_out reads. Configuration units: FirstUnit + 0 pool, 1 head_0, 2 head_1.
// Ports are grouped a conversation a line.
module em_head #(
  parameter int unsigned FirstUnit = 17,
  parameter int unsigned L = 16,
  parameter int unsigned D = 20,
  parameter int unsigned Head = em_pkg::HeadFlatten,
  parameter int unsigned HeadHidden = 20,
  parameter int unsigned Outputs = 57,
  parameter int unsigned StoreWriteLanes = 4,
  parameter int unsigned PoolLanes = 1,
  parameter int unsigned Head0InLanes = 4,
  parameter int unsigned Head0OutLanes = 4,
  parameter int unsigned Head1InLanes = 4,
  parameter int unsigned Head1OutLanes = 3,
  parameter int unsigned StoreDepth = 16,
  parameter int unsigned PooledDepth = 1,
  parameter int unsigned HiddenDepth = 1,
  parameter int unsigned OutDepth = 1,
  parameter int unsigned OutBytes = 1,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned OutElements = (Head == em_pkg::HeadNone) ? D : Outputs,
  localparam int unsigned StoreIndexW = em_pkg::idx_width(D / StoreWriteLanes),
  localparam int unsigned OutIndexW = em_pkg::idx_width(OutElements / OutBytes)
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  em_pkg::cfg_t                 cfg_i,
  output logic [31:0]                  cfg_rdata_o,

  output logic                         store_ready_o,
  input  logic                         store_write_i,
  input  logic [StoreIndexW-1:0]       store_index_i,
  input  logic [StoreWriteLanes*8-1:0] store_data_i,
  input  logic                         store_commit_i,

  output logic                         out_valid_o,
  input  logic                         out_read_i,
  input  logic [OutIndexW-1:0]         out_index_i,
  output logic [OutBytes*8-1:0]        out_data_o,
  input  logic                         out_release_i
);
  localparam bit Linear = Head != em_pkg::HeadNone;
  localparam bit Mean = Head == em_pkg::HeadMean;
  localparam bit Flatten = Head == em_pkg::HeadFlatten;
  localparam bit Hidden = Linear && HeadHidden > 0;

  // The store's reader, with the lanes and tokens that it takes at once.
  localparam int unsigned StoreLanes = Mean ? PoolLanes : Linear ? Head0InLanes : OutBytes;
  localparam int unsigned StoreTake = Flatten ? L : 1;

  localparam int unsigned Head0In = Flatten ? L * D : D;
  localparam int unsigned Head0Out = Hidden ? HeadHidden : Outputs;
  localparam int unsigned XIndexW = em_pkg::idx_width(Head0In / Head0InLanes);
  localparam int unsigned YIndexW = em_pkg::idx_width(Head0Out / Head0OutLanes);

  logic [31:0] pool_rdata, head_0_rdata, head_1_rdata;

  assign cfg_rdata_o = pool_rdata | head_0_rdata | head_1_rdata;

  logic store_valid, store_read, store_release;
  logic [em_pkg::idx_width(D * StoreTake / StoreLanes)-1:0] store_index;
  logic [StoreLanes*8-1:0] store_data;

  em_token_buffer #(
    .Elements    (D),
    .Depth       (StoreDepth),
    .WriteLanes  (StoreWriteLanes),
    .ReadLanes0  (StoreLanes),
    .Take0       (StoreTake),
    .MacroMinBits(MacroMinBits)
  ) u_store_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(store_ready_o), .write_i(store_write_i), .windex_i(store_index_i),
    .wdata_i(store_data_i), .commit_i(store_commit_i),
    .valid0_o(store_valid), .read0_i(store_read), .index0_i(store_index),
    .data0_o(store_data), .release0_i(store_release),
    .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
  );

  // head_0's conversations: h0x what it reads, h0y what it writes.
  logic h0x_valid, h0x_read, h0y_ready, h0y_write, head_0_last;
  logic [XIndexW-1:0] h0x_index;
  logic [Head0InLanes*8-1:0] h0x_data;
  logic [YIndexW-1:0] h0y_index;
  logic [Head0OutLanes*8-1:0] h0y_data;

  if (Mean) begin : g_mean
    logic pooled_ready, pooled_write, pool_frame_last;
    logic [em_pkg::idx_width(D / PoolLanes)-1:0] pooled_index;
    logic [PoolLanes*8-1:0] pooled_data;

    em_pool #(
      .Unit        (FirstUnit),
      .Features    (D),
      .Lanes       (PoolLanes),
      .Tokens      (L),
      .MacroMinBits(MacroMinBits)
    ) u_pool (
      .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(pool_rdata),
      .x_valid_i(store_valid), .x_read_o(store_read), .x_index_o(store_index),
      .x_data_i(store_data),
      .y_ready_i(pooled_ready), .y_write_o(pooled_write), .y_index_o(pooled_index),
      .y_data_o(pooled_data),
      .last_o(store_release), .frame_last_o(pool_frame_last)
    );

    em_token_buffer #(
      .Elements    (D),
      .Depth       (PooledDepth),
      .WriteLanes  (PoolLanes),
      .ReadLanes0  (Head0InLanes),
      .MacroMinBits(MacroMinBits)
    ) u_pooled_buf (
      .clk_i(clk_i), .rst_ni(rst_ni),
      .ready_o(pooled_ready), .write_i(pooled_write), .windex_i(pooled_index),
      .wdata_i(pooled_data), .commit_i(pool_frame_last),
      .valid0_o(h0x_valid), .read0_i(h0x_read), .index0_i(h0x_index),
      .data0_o(h0x_data), .release0_i(head_0_last),
      .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
    );
  end else if (Linear) begin : g_tokens
    assign h0x_valid     = store_valid;
    assign store_read    = h0x_read;
    assign store_index   = h0x_index;
    assign h0x_data      = store_data;
    assign store_release = head_0_last;
    assign pool_rdata    = '0;
  end else begin : g_none
    assign out_valid_o   = store_valid;
    assign store_read    = out_read_i;
    assign store_index   = out_index_i;
    assign out_data_o    = store_data;
    assign store_release = out_release_i;
    assign pool_rdata    = '0;
  end

  // The out buffer's writer: head_1 with a hidden layer, head_0 without.
  localparam int unsigned OutLanes = Hidden ? Head1OutLanes : Head0OutLanes;

  logic outw_ready, outw_write, outw_commit;
  logic [em_pkg::idx_width(Outputs / OutLanes)-1:0] outw_index;
  logic [OutLanes*8-1:0] outw_data;

  if (Linear) begin : g_linear
    em_linear #(
      .Unit        (FirstUnit + 1),
      .InFeatures  (Head0In),
      .OutFeatures (Head0Out),
      .InLanes     (Head0InLanes),
      .OutLanes    (Head0OutLanes),
      .InRequant   (1'b1),
      .Bias        (1'b1),
      .Relu        (Hidden),
      .Groups      (Hidden ? 1 : 0),
      .MacroMinBits(MacroMinBits)
    ) u_head_0 (
      .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(head_0_rdata),
      .x_valid_i(h0x_valid), .x_read_o(h0x_read), .x_index_o(h0x_index), .x_data_i(h0x_data),
      .res_valid_i(1'b1), .res_read_o(), .res_index_o(), .res_data_i('0),
      .y_ready_i(h0y_ready), .y_write_o(h0y_write), .y_index_o(h0y_index), .y_data_o(h0y_data),
      .last_o(head_0_last), .frame_last_o()
    );

    em_token_buffer #(
      .Elements    (Outputs),
      .Depth       (OutDepth),
      .WriteLanes  (OutLanes),
      .ReadLanes0  (OutBytes),
      .MacroMinBits(MacroMinBits)
    ) u_out_buf (
      .clk_i(clk_i), .rst_ni(rst_ni),
      .ready_o(outw_ready), .write_i(outw_write), .windex_i(outw_index),
      .wdata_i(outw_data), .commit_i(outw_commit),
      .valid0_o(out_valid_o), .read0_i(out_read_i), .index0_i(out_index_i),
      .data0_o(out_data_o), .release0_i(out_release_i),
      .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
    );
  end else begin : g_no_linear
    assign head_0_rdata = '0;
    assign {h0x_read, h0x_index, h0y_write, h0y_index, h0y_data, head_0_last} = '0;
    assign {h0x_valid, h0x_data} = '0;
    assign outw_ready = 1'b0;
  end

  if (Hidden) begin : g_hidden
    logic hidden_valid, hidden_read;
    logic [em_pkg::idx_width(HeadHidden / Head1InLanes)-1:0] hidden_index;
    logic [Head1InLanes*8-1:0] hidden_data;

    em_token_buffer #(
      .Elements    (HeadHidden),
      .Depth       (HiddenDepth),
      .WriteLanes  (Head0OutLanes),
      .ReadLanes0  (Head1InLanes),
      .MacroMinBits(MacroMinBits)
    ) u_hidden_buf (
      .clk_i(clk_i), .rst_ni(rst_ni),
      .ready_o(h0y_ready), .write_i(h0y_write), .windex_i(h0y_index),
      .wdata_i(h0y_data), .commit_i(head_0_last),
      .valid0_o(hidden_valid), .read0_i(hidden_read), .index0_i(hidden_index),
      .data0_o(hidden_data), .release0_i(outw_commit),
      .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
    );

    em_linear #(
      .Unit        (FirstUnit + 2),
      .InFeatures  (HeadHidden),
      .OutFeatures (Outputs),
      .InLanes     (Head1InLanes),
      .OutLanes    (Head1OutLanes),
      .Bias        (1'b1),
      .MacroMinBits(MacroMinBits)
    ) u_head_1 (
      .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(head_1_rdata),
      .x_valid_i(hidden_valid), .x_read_o(hidden_read), .x_index_o(hidden_index),
      .x_data_i(hidden_data),
      .res_valid_i(1'b1), .res_read_o(), .res_index_o(), .res_data_i('0),
      .y_ready_i(outw_ready), .y_write_o(outw_write), .y_index_o(outw_index),
      .y_data_o(outw_data),
      .last_o(outw_commit), .frame_last_o()
    );
  end else begin : g_no_hidden
    assign head_1_rdata = '0;
    assign h0y_ready    = outw_ready;
    assign outw_write   = h0y_write;
    assign outw_index   = h0y_index;
    assign outw_data    = h0y_data;
    assign outw_commit  = head_0_last;
  end

  // What a head does not have leaves these without a reader.
  logic unused_signals;
  assign unused_signals = ^{h0x_valid, h0x_read, h0x_index, h0x_data, h0y_ready, outw_ready,
                            outw_write, outw_index, outw_data, outw_commit, head_0_last, cfg_i};
endmodule
