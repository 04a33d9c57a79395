// One Mamba block: seven engines joined by token buffers, from its token buffer to the next one.
//
//   tok -> norm -> u -> in_proj -> sz -> conv -> x -> param_proj -> p -> delta_proj -> delta
//   (p, x, delta, g) -> ssm -> q;   (q, tok) -> out_proj -> the next block's tok, or the store
//
// The tok_* ports are the writer's side of u_tok_buf; the next_* ports write the next buffer.
// Reader order: tok 0 norm, 1 out_proj; x 0 param_proj, 1 ssm; p 0 delta_proj, 1 ssm.
// Configuration units: FirstUnit + 0 norm, 1 in_proj, 2 conv, 3 param_proj, 4 delta_proj, 5 ssm,
// 6 out_proj. Ports are grouped a conversation a line.
module em_block #(
  parameter int unsigned FirstUnit = 3,
  parameter int unsigned L = 16,
  parameter int unsigned D = 20,
  parameter int unsigned ED = 40,
  parameter int unsigned N = 8,
  parameter int unsigned R = 2,
  parameter int unsigned K = 4,
  parameter bit ConvSilu = 1'b1,
  parameter int unsigned TokWriteLanes = 4,
  parameter int unsigned NormUnits = 4,
  parameter int unsigned InProjInLanes = 4,
  parameter int unsigned InProjOutLanes = 4,
  parameter int unsigned ConvLanes = 4,
  parameter int unsigned ParamProjInLanes = 4,
  parameter int unsigned ParamProjOutLanes = 1,
  parameter int unsigned DeltaProjInLanes = 1,
  parameter int unsigned DeltaProjOutLanes = 4,
  parameter int unsigned SsmLanes = 8,
  parameter int unsigned OutProjInLanes = 4,
  parameter int unsigned OutProjOutLanes = 4,
  parameter int unsigned TokDepth = 2,
  parameter int unsigned UDepth = 2,
  parameter int unsigned SzDepth = 2,
  parameter int unsigned XDepth = 2,
  parameter int unsigned GDepth = 2,
  parameter int unsigned PDepth = 2,
  parameter int unsigned DeltaDepth = 2,
  parameter int unsigned QDepth = 2,
  parameter int unsigned SiluSegments = 17,
  parameter int unsigned ExpSegments = 11,
  parameter int unsigned MacroMinBits = 8192,
  localparam int unsigned TokIndexW = em_pkg::idx_width(D / TokWriteLanes),
  localparam int unsigned NextIndexW = em_pkg::idx_width(D / OutProjOutLanes)
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  em_pkg::cfg_t                 cfg_i,
  output logic [31:0]                  cfg_rdata_o,

  output logic                         tok_ready_o,
  input  logic                         tok_write_i,
  input  logic [TokIndexW-1:0]         tok_index_i,
  input  logic [TokWriteLanes*8-1:0]   tok_data_i,
  input  logic                         tok_commit_i,

  input  logic                         next_ready_i,
  output logic                         next_write_o,
  output logic [NextIndexW-1:0]        next_index_o,
  output logic [OutProjOutLanes*8-1:0] next_data_o,
  output logic                         next_commit_o
);
  localparam int unsigned PWidth = R + 2 * N;
  localparam int unsigned SsmChans = em_pkg::max2(1, SsmLanes / N);

  // Read data of the units, and the last cycle of a token in each.
  logic [31:0] norm_rdata, in_proj_rdata, conv_rdata, param_proj_rdata, delta_proj_rdata;
  logic [31:0] ssm_rdata, out_proj_rdata;
  logic norm_last, in_proj_last, conv_last, param_proj_last, delta_proj_last, ssm_last;
  logic out_proj_last;

  assign cfg_rdata_o = norm_rdata | in_proj_rdata | conv_rdata | param_proj_rdata |
                       delta_proj_rdata | ssm_rdata | out_proj_rdata;
  assign next_commit_o = out_proj_last;

  // Conversations: <buffer>_* is the writer's, <buffer>_<reader>_* a reader's.
  logic tok_norm_valid, tok_norm_read;
  logic [em_pkg::idx_width(D / NormUnits)-1:0] tok_norm_index;
  logic [NormUnits*8-1:0] tok_norm_data;
  logic tok_out_proj_valid, tok_out_proj_read;
  logic [em_pkg::idx_width(D / OutProjOutLanes)-1:0] tok_out_proj_index;
  logic [OutProjOutLanes*8-1:0] tok_out_proj_data;

  logic u_ready, u_write;
  logic [em_pkg::idx_width(D / NormUnits)-1:0] u_index;
  logic [NormUnits*8-1:0] u_data;
  logic u_in_proj_valid, u_in_proj_read;
  logic [em_pkg::idx_width(D / InProjInLanes)-1:0] u_in_proj_index;
  logic [InProjInLanes*8-1:0] u_in_proj_data;

  logic sz_ready, sz_write;
  logic [em_pkg::idx_width(2 * ED / InProjOutLanes)-1:0] sz_index;
  logic [InProjOutLanes*8-1:0] sz_data;
  logic sz_conv_valid, sz_conv_read;
  logic [em_pkg::idx_width(2 * ED / ConvLanes)-1:0] sz_conv_index;
  logic [ConvLanes*8-1:0] sz_conv_data;

  logic x_ready, x_write;
  logic [em_pkg::idx_width(ED / ConvLanes)-1:0] x_index;
  logic [ConvLanes*8-1:0] x_data;
  logic x_param_proj_valid, x_param_proj_read;
  logic [em_pkg::idx_width(ED / ParamProjInLanes)-1:0] x_param_proj_index;
  logic [ParamProjInLanes*8-1:0] x_param_proj_data;
  logic x_ssm_valid, x_ssm_read;
  logic [em_pkg::idx_width(ED / SsmChans)-1:0] x_ssm_index;
  logic [SsmChans*8-1:0] x_ssm_data;

  logic g_ready, g_write;
  logic [em_pkg::idx_width(ED / ConvLanes)-1:0] g_index;
  logic [ConvLanes*8-1:0] g_data;
  logic g_ssm_valid, g_ssm_read;
  logic [em_pkg::idx_width(ED / SsmChans)-1:0] g_ssm_index;
  logic [SsmChans*8-1:0] g_ssm_data;

  logic p_ready, p_write;
  logic [em_pkg::idx_width(PWidth / ParamProjOutLanes)-1:0] p_index;
  logic [ParamProjOutLanes*8-1:0] p_data;
  logic p_delta_proj_valid, p_delta_proj_read;
  logic [em_pkg::idx_width(R / DeltaProjInLanes)-1:0] p_delta_proj_index;
  logic [DeltaProjInLanes*8-1:0] p_delta_proj_data;
  logic p_ssm_valid, p_ssm_read;
  logic [em_pkg::idx_width(PWidth / ParamProjOutLanes)-1:0] p_ssm_index;
  logic [ParamProjOutLanes*8-1:0] p_ssm_data;

  logic delta_ready, delta_write;
  logic [em_pkg::idx_width(ED / DeltaProjOutLanes)-1:0] delta_index;
  logic [DeltaProjOutLanes*8-1:0] delta_data;
  logic delta_ssm_valid, delta_ssm_read;
  logic [em_pkg::idx_width(ED / SsmChans)-1:0] delta_ssm_index;
  logic [SsmChans*8-1:0] delta_ssm_data;

  logic q_ready, q_write;
  logic [em_pkg::idx_width(ED / SsmChans)-1:0] q_index;
  logic [SsmChans*8-1:0] q_data;
  logic q_out_proj_valid, q_out_proj_read;
  logic [em_pkg::idx_width(ED / OutProjInLanes)-1:0] q_out_proj_index;
  logic [OutProjInLanes*8-1:0] q_out_proj_data;

  em_token_buffer #(
    .Elements    (D),
    .Depth       (TokDepth),
    .WriteLanes  (TokWriteLanes),
    .Readers     (2),
    .ReadLanes0  (NormUnits),
    .ReadLanes1  (OutProjOutLanes),
    .MacroMinBits(MacroMinBits)
  ) u_tok_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(tok_ready_o), .write_i(tok_write_i), .windex_i(tok_index_i),
    .wdata_i(tok_data_i), .commit_i(tok_commit_i),
    .valid0_o(tok_norm_valid), .read0_i(tok_norm_read), .index0_i(tok_norm_index),
    .data0_o(tok_norm_data), .release0_i(norm_last),
    .valid1_o(tok_out_proj_valid), .read1_i(tok_out_proj_read), .index1_i(tok_out_proj_index),
    .data1_o(tok_out_proj_data), .release1_i(out_proj_last)
  );

  em_token_buffer #(
    .Elements    (D),
    .Depth       (UDepth),
    .WriteLanes  (NormUnits),
    .ReadLanes0  (InProjInLanes),
    .MacroMinBits(MacroMinBits)
  ) u_u_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(u_ready), .write_i(u_write), .windex_i(u_index),
    .wdata_i(u_data), .commit_i(norm_last),
    .valid0_o(u_in_proj_valid), .read0_i(u_in_proj_read), .index0_i(u_in_proj_index),
    .data0_o(u_in_proj_data), .release0_i(in_proj_last),
    .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
  );

  em_token_buffer #(
    .Elements    (2 * ED),
    .Depth       (SzDepth),
    .WriteLanes  (InProjOutLanes),
    .ReadLanes0  (ConvLanes),
    .MacroMinBits(MacroMinBits)
  ) u_sz_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(sz_ready), .write_i(sz_write), .windex_i(sz_index),
    .wdata_i(sz_data), .commit_i(in_proj_last),
    .valid0_o(sz_conv_valid), .read0_i(sz_conv_read), .index0_i(sz_conv_index),
    .data0_o(sz_conv_data), .release0_i(conv_last),
    .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
  );

  em_token_buffer #(
    .Elements    (ED),
    .Depth       (XDepth),
    .WriteLanes  (ConvLanes),
    .Readers     (2),
    .ReadLanes0  (ParamProjInLanes),
    .ReadLanes1  (SsmChans),
    .MacroMinBits(MacroMinBits)
  ) u_x_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(x_ready), .write_i(x_write), .windex_i(x_index),
    .wdata_i(x_data), .commit_i(conv_last),
    .valid0_o(x_param_proj_valid), .read0_i(x_param_proj_read), .index0_i(x_param_proj_index),
    .data0_o(x_param_proj_data), .release0_i(param_proj_last),
    .valid1_o(x_ssm_valid), .read1_i(x_ssm_read), .index1_i(x_ssm_index),
    .data1_o(x_ssm_data), .release1_i(ssm_last)
  );

  em_token_buffer #(
    .Elements    (ED),
    .Depth       (GDepth),
    .WriteLanes  (ConvLanes),
    .ReadLanes0  (SsmChans),
    .MacroMinBits(MacroMinBits)
  ) u_g_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(g_ready), .write_i(g_write), .windex_i(g_index),
    .wdata_i(g_data), .commit_i(conv_last),
    .valid0_o(g_ssm_valid), .read0_i(g_ssm_read), .index0_i(g_ssm_index),
    .data0_o(g_ssm_data), .release0_i(ssm_last),
    .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
  );

  em_token_buffer #(
    .Elements    (PWidth),
    .Depth       (PDepth),
    .WriteLanes  (ParamProjOutLanes),
    .Readers     (2),
    .ReadLanes0  (DeltaProjInLanes),
    .Span0       (R),
    .ReadLanes1  (ParamProjOutLanes),
    .MacroMinBits(MacroMinBits)
  ) u_p_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(p_ready), .write_i(p_write), .windex_i(p_index),
    .wdata_i(p_data), .commit_i(param_proj_last),
    .valid0_o(p_delta_proj_valid), .read0_i(p_delta_proj_read), .index0_i(p_delta_proj_index),
    .data0_o(p_delta_proj_data), .release0_i(delta_proj_last),
    .valid1_o(p_ssm_valid), .read1_i(p_ssm_read), .index1_i(p_ssm_index),
    .data1_o(p_ssm_data), .release1_i(ssm_last)
  );

  em_token_buffer #(
    .Elements    (ED),
    .Depth       (DeltaDepth),
    .WriteLanes  (DeltaProjOutLanes),
    .ReadLanes0  (SsmChans),
    .MacroMinBits(MacroMinBits)
  ) u_delta_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(delta_ready), .write_i(delta_write), .windex_i(delta_index),
    .wdata_i(delta_data), .commit_i(delta_proj_last),
    .valid0_o(delta_ssm_valid), .read0_i(delta_ssm_read), .index0_i(delta_ssm_index),
    .data0_o(delta_ssm_data), .release0_i(ssm_last),
    .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
  );

  em_token_buffer #(
    .Elements    (ED),
    .Depth       (QDepth),
    .WriteLanes  (SsmChans),
    .ReadLanes0  (OutProjInLanes),
    .MacroMinBits(MacroMinBits)
  ) u_q_buf (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .ready_o(q_ready), .write_i(q_write), .windex_i(q_index),
    .wdata_i(q_data), .commit_i(ssm_last),
    .valid0_o(q_out_proj_valid), .read0_i(q_out_proj_read), .index0_i(q_out_proj_index),
    .data0_o(q_out_proj_data), .release0_i(out_proj_last),
    .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
  );

  em_norm #(
    .Unit        (FirstUnit),
    .Features    (D),
    .Units       (NormUnits),
    .MacroMinBits(MacroMinBits)
  ) u_norm (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(norm_rdata),
    .x_valid_i(tok_norm_valid), .x_read_o(tok_norm_read), .x_index_o(tok_norm_index),
    .x_data_i(tok_norm_data),
    .y_ready_i(u_ready), .y_write_o(u_write), .y_index_o(u_index), .y_data_o(u_data),
    .last_o(norm_last)
  );

  em_linear #(
    .Unit        (FirstUnit + 1),
    .InFeatures  (D),
    .OutFeatures (2 * ED),
    .InLanes     (InProjInLanes),
    .OutLanes    (InProjOutLanes),
    .Groups      (2),
    .Bound0      (ED),
    .MacroMinBits(MacroMinBits)
  ) u_in_proj (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(in_proj_rdata),
    .x_valid_i(u_in_proj_valid), .x_read_o(u_in_proj_read), .x_index_o(u_in_proj_index),
    .x_data_i(u_in_proj_data),
    .res_valid_i(1'b1), .res_read_o(), .res_index_o(), .res_data_i('0),
    .y_ready_i(sz_ready), .y_write_o(sz_write), .y_index_o(sz_index), .y_data_o(sz_data),
    .last_o(in_proj_last), .frame_last_o()
  );

  em_conv #(
    .Unit        (FirstUnit + 2),
    .Channels    (ED),
    .Taps        (K),
    .Lanes       (ConvLanes),
    .Tokens      (L),
    .Silu        (ConvSilu),
    .Segments    (SiluSegments),
    .MacroMinBits(MacroMinBits)
  ) u_conv (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(conv_rdata),
    .sz_valid_i(sz_conv_valid), .sz_read_o(sz_conv_read), .sz_index_o(sz_conv_index),
    .sz_data_i(sz_conv_data),
    .x_ready_i(x_ready), .x_write_o(x_write), .x_index_o(x_index), .x_data_o(x_data),
    .g_ready_i(g_ready), .g_write_o(g_write), .g_index_o(g_index), .g_data_o(g_data),
    .last_o(conv_last)
  );

  em_linear #(
    .Unit        (FirstUnit + 3),
    .InFeatures  (ED),
    .OutFeatures (PWidth),
    .InLanes     (ParamProjInLanes),
    .OutLanes    (ParamProjOutLanes),
    .Groups      (3),
    .Bound0      (R),
    .Bound1      (R + N),
    .MacroMinBits(MacroMinBits)
  ) u_param_proj (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(param_proj_rdata),
    .x_valid_i(x_param_proj_valid), .x_read_o(x_param_proj_read), .x_index_o(x_param_proj_index),
    .x_data_i(x_param_proj_data),
    .res_valid_i(1'b1), .res_read_o(), .res_index_o(), .res_data_i('0),
    .y_ready_i(p_ready), .y_write_o(p_write), .y_index_o(p_index), .y_data_o(p_data),
    .last_o(param_proj_last), .frame_last_o()
  );

  em_linear #(
    .Unit        (FirstUnit + 4),
    .InFeatures  (R),
    .OutFeatures (ED),
    .InLanes     (DeltaProjInLanes),
    .OutLanes    (DeltaProjOutLanes),
    .Bias        (1'b1),
    .Relu        (1'b1),
    .Groups      (1),
    .MacroMinBits(MacroMinBits)
  ) u_delta_proj (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(delta_proj_rdata),
    .x_valid_i(p_delta_proj_valid), .x_read_o(p_delta_proj_read), .x_index_o(p_delta_proj_index),
    .x_data_i(p_delta_proj_data),
    .res_valid_i(1'b1), .res_read_o(), .res_index_o(), .res_data_i('0),
    .y_ready_i(delta_ready), .y_write_o(delta_write), .y_index_o(delta_index),
    .y_data_o(delta_data),
    .last_o(delta_proj_last), .frame_last_o()
  );

  em_ssm #(
    .Unit        (FirstUnit + 5),
    .Channels    (ED),
    .States      (N),
    .Rank        (R),
    .Lanes       (SsmLanes),
    .PLanes      (ParamProjOutLanes),
    .Tokens      (L),
    .Segments    (ExpSegments),
    .MacroMinBits(MacroMinBits)
  ) u_ssm (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(ssm_rdata),
    .p_valid_i(p_ssm_valid), .p_read_o(p_ssm_read), .p_index_o(p_ssm_index),
    .p_data_i(p_ssm_data),
    .x_valid_i(x_ssm_valid), .x_read_o(x_ssm_read), .x_index_o(x_ssm_index),
    .x_data_i(x_ssm_data),
    .delta_valid_i(delta_ssm_valid), .delta_read_o(delta_ssm_read),
    .delta_index_o(delta_ssm_index), .delta_data_i(delta_ssm_data),
    .g_valid_i(g_ssm_valid), .g_read_o(g_ssm_read), .g_index_o(g_ssm_index),
    .g_data_i(g_ssm_data),
    .q_ready_i(q_ready), .q_write_o(q_write), .q_index_o(q_index), .q_data_o(q_data),
    .last_o(ssm_last)
  );

  em_linear #(
    .Unit        (FirstUnit + 6),
    .InFeatures  (ED),
    .OutFeatures (D),
    .InLanes     (OutProjInLanes),
    .OutLanes    (OutProjOutLanes),
    .Residual    (1'b1),
    .MacroMinBits(MacroMinBits)
  ) u_out_proj (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .cfg_rdata_o(out_proj_rdata),
    .x_valid_i(q_out_proj_valid), .x_read_o(q_out_proj_read), .x_index_o(q_out_proj_index),
    .x_data_i(q_out_proj_data),
    .res_valid_i(tok_out_proj_valid), .res_read_o(tok_out_proj_read),
    .res_index_o(tok_out_proj_index), .res_data_i(tok_out_proj_data),
    .y_ready_i(next_ready_i), .y_write_o(next_write_o), .y_index_o(next_index_o),
    .y_data_o(next_data_o),
    .last_o(out_proj_last), .frame_last_o()
  );
endmodule
