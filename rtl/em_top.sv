// The accelerator: frames in over AXI4-Stream, results out over AXI4-Stream, contents over APB.
//
// This is the only module that reads em_design_pkg, the package that is generated from a design
// file; everything below takes parameters. The package's whole content, each `localparam int
// unsigned` unless said otherwise:
//
//   shape   H W C (frame), P (patch side), L (tokens), D, ED, N, R, K, M (blocks), ConvSilu (0 or
//           1), Head (0 none, 1 flatten, 2 mean, 3 token), HeadHidden (0 without a hidden layer), Outputs
//   stream  InBytes OutBytes
//   lanes   PatchEmbedInLanes PatchEmbedOutLanes NormUnits InProjInLanes InProjOutLanes ConvLanes
//           ParamProjInLanes ParamProjOutLanes DeltaProjInLanes DeltaProjOutLanes SsmLanes
//           OutProjInLanes OutProjOutLanes PoolLanes Head0InLanes Head0OutLanes Head1InLanes
//           Head1OutLanes
//   depths  FrameDepth TokDepth UDepth SzDepth XDepth GDepth PDepth DeltaDepth QDepth StoreDepth
//           PooledDepth HiddenDepth OutDepth
//   others  SiluSegments ExpSegments MacroMinBits; logic [63:0] DesignHash
//
// A parameter that the head does not use has any value from 1 on (HeadHidden: 0).
//
// Reset is synchronous. After it, and whenever CTRL.run is 0, the core is held in reset and its
// memories and registers can be loaded over APB; cycle 0 is the first cycle of running_o.
module em_top (
  input  logic                                clk_i,
  input  logic                                rst_ni,

  input  logic                                psel_i,
  input  logic                                penable_i,
  input  logic                                pwrite_i,
  input  logic [31:0]                         paddr_i,
  input  logic [31:0]                         pwdata_i,
  input  logic [3:0]                          pstrb_i,
  output logic [31:0]                         prdata_o,
  output logic                                pready_o,
  output logic                                pslverr_o,

  input  logic [em_design_pkg::InBytes*8-1:0]  s_axis_tdata_i,
  input  logic                                 s_axis_tvalid_i,
  output logic                                 s_axis_tready_o,
  input  logic                                 s_axis_tlast_i,

  output logic [em_design_pkg::OutBytes*8-1:0] m_axis_tdata_o,
  output logic                                 m_axis_tvalid_o,
  input  logic                                 m_axis_tready_i,
  output logic                                 m_axis_tlast_o,

  output logic                                 running_o
);
  localparam int unsigned L = em_design_pkg::L;
  localparam int unsigned D = em_design_pkg::D;
  localparam int unsigned M = em_design_pkg::M;
  localparam int unsigned Frame = em_design_pkg::H * em_design_pkg::W * em_design_pkg::C;
  localparam int unsigned MacroMinBits = em_design_pkg::MacroMinBits;
  localparam int unsigned UnitHead = em_pkg::UnitBlocks + em_pkg::UnitsPerBlock * M;
  localparam int unsigned UnitAxisOut = UnitHead + 3;
  localparam bit HasHead = em_design_pkg::Head != em_pkg::HeadNone;
  localparam bit PerToken = !HasHead || em_design_pkg::Head == em_pkg::HeadToken;

  // Configuration; the core's reset is the registered run bit.
  em_pkg::cfg_t cfg;
  logic core_rst_n;
  logic tlast_error;
  logic [31:0] axis_in_rdata, patch_embed_rdata, head_rdata, axis_out_rdata;
  logic [31:0] blocks_rdata;
  logic [M*32-1:0] block_rdata;

  em_apb #(
    .Units     (UnitAxisOut + 1),
    .DesignHash(em_design_pkg::DesignHash)
  ) u_apb (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .psel_i(psel_i), .penable_i(penable_i), .pwrite_i(pwrite_i), .paddr_i(paddr_i),
    .pwdata_i(pwdata_i), .pstrb_i(pstrb_i),
    .prdata_o(prdata_o), .pready_o(pready_o), .pslverr_o(pslverr_o),
    .cfg_o(cfg),
    .rdata_i(axis_in_rdata | patch_embed_rdata | blocks_rdata | head_rdata | axis_out_rdata),
    .tlast_error_i(tlast_error),
    .running_o(core_rst_n)
  );

  assign running_o = core_rst_n;

  always_comb begin
    blocks_rdata = '0;
    for (int unsigned b = 0; b < M; b++) begin
      blocks_rdata = blocks_rdata | block_rdata[b*32 +: 32];
    end
  end

  // Frame in.
  localparam int unsigned InBytes = em_design_pkg::InBytes;
  localparam int unsigned InBeats = Frame / InBytes;
  localparam int unsigned EmbedIn = em_design_pkg::PatchEmbedInLanes;
  localparam int unsigned EmbedOut = em_design_pkg::PatchEmbedOutLanes;

  logic frame_ready, frame_write, frame_commit, frame_valid, frame_read, frame_release;
  logic [em_pkg::idx_width(InBeats)-1:0] frame_windex;
  logic [InBytes*8-1:0] frame_wdata;
  logic [em_pkg::idx_width(Frame / EmbedIn)-1:0] frame_index;
  logic [EmbedIn*8-1:0] frame_data;

  em_axis_in #(
    .Unit (em_pkg::UnitAxisIn),
    .Bytes(InBytes),
    .Beats(InBeats)
  ) u_axis_in (
    .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_i(cfg), .cfg_rdata_o(axis_in_rdata),
    .tdata_i(s_axis_tdata_i), .tvalid_i(s_axis_tvalid_i), .tready_o(s_axis_tready_o),
    .tlast_i(s_axis_tlast_i),
    .y_ready_i(frame_ready), .y_write_o(frame_write), .y_index_o(frame_windex),
    .y_data_o(frame_wdata),
    .last_o(frame_commit), .tlast_error_o(tlast_error)
  );

  em_token_buffer #(
    .Elements    (Frame),
    .Depth       (em_design_pkg::FrameDepth),
    .WriteLanes  (InBytes),
    .ReadLanes0  (EmbedIn),
    .MacroMinBits(MacroMinBits)
  ) u_frame_buf (
    .clk_i(clk_i), .rst_ni(core_rst_n),
    .ready_o(frame_ready), .write_i(frame_write), .windex_i(frame_windex),
    .wdata_i(frame_wdata), .commit_i(frame_commit),
    .valid0_o(frame_valid), .read0_i(frame_read), .index0_i(frame_index),
    .data0_o(frame_data), .release0_i(frame_release),
    .valid1_o(), .read1_i(1'b0), .index1_i('0), .data1_o(), .release1_i(1'b0)
  );

  logic embed_ready, embed_write, embed_last;
  logic [em_pkg::idx_width(D / EmbedOut)-1:0] embed_index;
  logic [EmbedOut*8-1:0] embed_data;

  em_linear #(
    .Unit         (em_pkg::UnitPatchEmbed),
    .InFeatures   (em_design_pkg::P * em_design_pkg::P * em_design_pkg::C),
    .OutFeatures  (D),
    .InLanes      (EmbedIn),
    .OutLanes     (EmbedOut),
    .InRequant    (1'b1),
    .Bias         (1'b1),
    .Patch        (1'b1),
    .FrameHeight  (em_design_pkg::H),
    .FrameWidth   (em_design_pkg::W),
    .FrameChannels(em_design_pkg::C),
    .PatchSide    (em_design_pkg::P),
    .MacroMinBits (MacroMinBits)
  ) u_patch_embed (
    .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_i(cfg), .cfg_rdata_o(patch_embed_rdata),
    .x_valid_i(frame_valid), .x_read_o(frame_read), .x_index_o(frame_index),
    .x_data_i(frame_data),
    .res_valid_i(1'b1), .res_read_o(), .res_index_o(), .res_data_i('0),
    .y_ready_i(embed_ready), .y_write_o(embed_write), .y_index_o(embed_index),
    .y_data_o(embed_data),
    .last_o(embed_last), .frame_last_o(frame_release)
  );

  // Blocks. link b is what block b writes: the next block's token buffer, or the store.
  localparam int unsigned LinkLanes = em_design_pkg::OutProjOutLanes;
  localparam int unsigned LinkIndexW = em_pkg::idx_width(D / LinkLanes);

  logic [M-1:0] link_ready;
  logic [M-1:0] link_write;
  logic [M-1:0] link_commit;
  logic [M*LinkIndexW-1:0] link_index;
  logic [M*LinkLanes*8-1:0] link_data;

  for (genvar b = 0; b < M; b++) begin : g_block
    localparam int unsigned InLanes = (b == 0) ? EmbedOut : LinkLanes;

    logic tok_ready, tok_write, tok_commit;
    logic [em_pkg::idx_width(D / InLanes)-1:0] tok_index;
    logic [InLanes*8-1:0] tok_data;

    if (b == 0) begin : g_from_embed
      assign embed_ready = tok_ready;
      assign tok_write   = embed_write;
      assign tok_index   = embed_index;
      assign tok_data    = embed_data;
      assign tok_commit  = embed_last;
    end else begin : g_from_block
      assign link_ready[b-1] = tok_ready;
      assign tok_write       = link_write[b-1];
      assign tok_index       = link_index[(b-1)*LinkIndexW +: LinkIndexW];
      assign tok_data        = link_data[(b-1)*LinkLanes*8 +: LinkLanes*8];
      assign tok_commit      = link_commit[b-1];
    end

    em_block #(
      .FirstUnit        (em_pkg::UnitBlocks + em_pkg::UnitsPerBlock * b),
      .L                (L),
      .D                (D),
      .ED               (em_design_pkg::ED),
      .N                (em_design_pkg::N),
      .R                (em_design_pkg::R),
      .K                (em_design_pkg::K),
      .ConvSilu         (em_design_pkg::ConvSilu != 0),
      .TokWriteLanes    (InLanes),
      .NormUnits        (em_design_pkg::NormUnits),
      .InProjInLanes    (em_design_pkg::InProjInLanes),
      .InProjOutLanes   (em_design_pkg::InProjOutLanes),
      .ConvLanes        (em_design_pkg::ConvLanes),
      .ParamProjInLanes (em_design_pkg::ParamProjInLanes),
      .ParamProjOutLanes(em_design_pkg::ParamProjOutLanes),
      .DeltaProjInLanes (em_design_pkg::DeltaProjInLanes),
      .DeltaProjOutLanes(em_design_pkg::DeltaProjOutLanes),
      .SsmLanes         (em_design_pkg::SsmLanes),
      .OutProjInLanes   (em_design_pkg::OutProjInLanes),
      .OutProjOutLanes  (em_design_pkg::OutProjOutLanes),
      .TokDepth         (em_design_pkg::TokDepth),
      .UDepth           (em_design_pkg::UDepth),
      .SzDepth          (em_design_pkg::SzDepth),
      .XDepth           (em_design_pkg::XDepth),
      .GDepth           (em_design_pkg::GDepth),
      .PDepth           (em_design_pkg::PDepth),
      .DeltaDepth       (em_design_pkg::DeltaDepth),
      .QDepth           (em_design_pkg::QDepth),
      .SiluSegments     (em_design_pkg::SiluSegments),
      .ExpSegments      (em_design_pkg::ExpSegments),
      .MacroMinBits     (MacroMinBits)
    ) u_block (
      .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_i(cfg), .cfg_rdata_o(block_rdata[b*32 +: 32]),
      .tok_ready_o(tok_ready), .tok_write_i(tok_write), .tok_index_i(tok_index),
      .tok_data_i(tok_data), .tok_commit_i(tok_commit),
      .next_ready_i(link_ready[b]), .next_write_o(link_write[b]),
      .next_index_o(link_index[b*LinkIndexW +: LinkIndexW]),
      .next_data_o(link_data[b*LinkLanes*8 +: LinkLanes*8]), .next_commit_o(link_commit[b])
    );
  end

  // Head and result out.
  localparam int unsigned OutBytes = em_design_pkg::OutBytes;
  localparam int unsigned OutBeats = (HasHead ? em_design_pkg::Outputs : D) / OutBytes;

  logic out_valid, out_read, out_last;
  logic [em_pkg::idx_width(OutBeats)-1:0] out_index;
  logic [OutBytes*8-1:0] out_data;

  em_head #(
    .FirstUnit      (UnitHead),
    .L              (L),
    .D              (D),
    .Head           (em_design_pkg::Head),
    .HeadHidden     (em_design_pkg::HeadHidden),
    .Outputs        (em_design_pkg::Outputs),
    .StoreWriteLanes(LinkLanes),
    .PoolLanes      (em_design_pkg::PoolLanes),
    .Head0InLanes   (em_design_pkg::Head0InLanes),
    .Head0OutLanes  (em_design_pkg::Head0OutLanes),
    .Head1InLanes   (em_design_pkg::Head1InLanes),
    .Head1OutLanes  (em_design_pkg::Head1OutLanes),
    .StoreDepth     (em_design_pkg::StoreDepth),
    .PooledDepth    (em_design_pkg::PooledDepth),
    .HiddenDepth    (em_design_pkg::HiddenDepth),
    .OutDepth       (em_design_pkg::OutDepth),
    .OutBytes       (OutBytes),
    .MacroMinBits   (MacroMinBits)
  ) u_head (
    .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_i(cfg), .cfg_rdata_o(head_rdata),
    .store_ready_o(link_ready[M-1]), .store_write_i(link_write[M-1]),
    .store_index_i(link_index[(M-1)*LinkIndexW +: LinkIndexW]),
    .store_data_i(link_data[(M-1)*LinkLanes*8 +: LinkLanes*8]),
    .store_commit_i(link_commit[M-1]),
    .out_valid_o(out_valid), .out_read_i(out_read), .out_index_i(out_index),
    .out_data_o(out_data), .out_release_i(out_last)
  );

  em_axis_out #(
    .Unit   (UnitAxisOut),
    .Bytes  (OutBytes),
    .Beats  (OutBeats),
    .Tokens (PerToken ? L : 1),
    .Requant(!HasHead)
  ) u_axis_out (
    .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_i(cfg), .cfg_rdata_o(axis_out_rdata),
    .x_valid_i(out_valid), .x_read_o(out_read), .x_index_o(out_index), .x_data_i(out_data),
    .tdata_o(m_axis_tdata_o), .tvalid_o(m_axis_tvalid_o), .tready_i(m_axis_tready_i),
    .tlast_o(m_axis_tlast_o),
    .beat_o(), .last_o(out_last)
  );
endmodule
