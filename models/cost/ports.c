#include "models/cost/ports.h"

uint32_t em_ssm_channels(const em_design *design) {
  return design->ssm_lanes > design->shape.n ? design->ssm_lanes / design->shape.n : 1;
}

uint32_t em_buffer_read_lanes(const em_graph *graph, const em_buffer *buffer, uint32_t reader) {
  const em_engine *e = &graph->engines[buffer->readers[reader]];
  switch (e->kind) {
    case EM_LINEAR: return e->linear.residual && reader == 1 ? e->linear.out_lanes : e->linear.in_lanes;
    case EM_SSM: return buffer->id == EM_BUFFER_P ? graph->design.param_proj.out : em_ssm_channels(&graph->design);
    case EM_AXIS_IN:
    case EM_NORM:
    case EM_CONV:
    case EM_POOL:
    case EM_AXIS_OUT: break;
  }
  return e->lanes;
}

uint32_t em_buffer_write_lanes(const em_graph *graph, const em_buffer *buffer) {
  const em_engine *e = &graph->engines[buffer->writer];
  switch (e->kind) {
    case EM_LINEAR: return e->linear.out_lanes;
    case EM_SSM: return em_ssm_channels(&graph->design);
    case EM_AXIS_IN:
    case EM_NORM:
    case EM_CONV:
    case EM_POOL:
    case EM_AXIS_OUT: break;
  }
  return e->lanes;
}

uint32_t em_buffer_read_accesses(const em_graph *graph, const em_buffer *buffer, uint32_t reader) {
  uint32_t lanes = em_buffer_read_lanes(graph, buffer, reader);
  if (buffer->id == EM_BUFFER_P && reader == 0) {
    return graph->design.shape.r / lanes;
  }
  return buffer->elements * buffer->take_tokens / lanes;
}
