/* Binding a network to a graph, and the layout of the state. */
#include <stdlib.h>
#include <string.h>

#include "models/machine/core.h"

/* Places `bytes` at the end of a growing block, aligned to a row; returns the offset. */
static size_t place(size_t *end, size_t bytes) {
  size_t offset = (*end + EM_LANES - 1) / EM_LANES * EM_LANES;
  *end = offset + bytes;
  return offset;
}

uint32_t em_slot_bytes(const em_buffer *buffer) {
  return buffer->slot_words * buffer->word_lanes;
}

static size_t engine_memory_bytes(const em_shape *s, em_kind kind) {
  switch (kind) {
    case EM_CONV: return (size_t)s->ed * (s->k - 1);
    case EM_SSM: return (size_t)s->ed * s->n * sizeof(int32_t);
    case EM_POOL: return s->d * sizeof(int32_t);
    case EM_AXIS_IN:
    case EM_LINEAR:
    case EM_NORM:
    case EM_AXIS_OUT: return 0;
  }
  return 0;
}

static size_t larger(size_t a, size_t b) {
  return a > b ? a : b;
}

/* Rows that hold any engine's inputs, outputs, memory and scratch. */
static void lay_out_rows(em_core *core, size_t *end) {
  const em_graph *graph = &core->graph;
  size_t bytes[EM_CORE_ROWS] = {0};
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    for (uint32_t i = 0; i < engine->input_count; i++) {
      const em_buffer *buffer = &graph->buffers[engine->inputs[i].buffer];
      size_t elements = (size_t)buffer->elements * buffer->take_tokens;
      bytes[i] = larger(bytes[i], (engine->holds_input ? engine->linear.in : elements) * EM_LANES);
    }
    for (uint32_t i = 0; i < engine->output_count; i++) {
      size_t elements = graph->buffers[engine->outputs[i].buffer].elements;
      bytes[EM_CORE_OUTPUT_ROWS + i] = larger(bytes[EM_CORE_OUTPUT_ROWS + i], elements * EM_LANES);
    }
    bytes[EM_CORE_OUTPUT_ROWS] = larger(bytes[EM_CORE_OUTPUT_ROWS], (size_t)graph->design.shape.outputs * EM_LANES);
    bytes[EM_CORE_MEMORY_ROWS] = larger(bytes[EM_CORE_MEMORY_ROWS], em_unit_memory_bytes(graph, e));
    bytes[EM_CORE_SCRATCH_ROWS] = larger(bytes[EM_CORE_SCRATCH_ROWS], em_unit_scratch_bytes(graph, e, 1));
  }
  core->rows_offset = place(end, 0);
  for (uint32_t i = 0; i < EM_CORE_ROWS; i++) {
    core->row_offsets[i] = place(end, bytes[i]);
  }
}

static void lay_out_state(em_core *core) {
  const em_graph *graph = &core->graph;
  const em_shape *s = &graph->design.shape;
  size_t end = sizeof(em_state);
  core->finish_offset = place(&end, graph->engine_count * sizeof(uint64_t));
  core->engines_offset = place(&end, graph->engine_count * sizeof(em_engine_state));
  core->buffers_offset = place(&end, graph->buffer_count * sizeof(em_buffer_state));
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    core->memory_offset[e] = place(&end, engine_memory_bytes(s, graph->engines[e].kind));
  }
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    const em_buffer *buffer = &graph->buffers[b];
    core->data_offset[b] = place(&end, (size_t)buffer->depth_tokens * em_slot_bytes(buffer));
  }
  core->output_offset = place(&end, s->outputs);
  core->patch_offset = place(&end, (size_t)s->p * s->p * s->c);
  lay_out_rows(core, &end);
  core->state_bytes = (end + EM_LANES - 1) / EM_LANES * EM_LANES;
}

em_status em_core_init(em_core *core, const em_graph *graph, const em_network *network, em_error *error) {
  core->graph = *graph;
  core->toggles = NULL;
  core->units = calloc(graph->engine_count, sizeof *core->units);
  core->tokens = calloc(graph->engine_count, sizeof *core->tokens);
  em_status status = core->units == NULL || core->tokens == NULL
                         ? em_fail(error, EM_FAILED, "out of memory for the model")
                         : em_units_bind(core->units, &core->graph, network, error);
  if (status == EM_OK && !em_tokens_prepare(core->tokens, core->units, &core->graph, network)) {
    status = em_fail(error, EM_FAILED, "out of memory for the model");
  }
  if (status != EM_OK) {
    em_core_free(core);
    return status;
  }
  lay_out_state(core);
  return EM_OK;
}

em_status em_core_prepare(em_core *core, const em_network *network, em_error *error) {
  bool made = true;
  for (uint32_t e = 0; made && e < core->graph.engine_count; e++) {
    made = em_unit_prepare(&core->units[e], network);
  }
  made = made && em_tokens_prepare(core->tokens, core->units, &core->graph, network);
  return made ? EM_OK : em_fail(error, EM_FAILED, "out of memory for what was loaded");
}

em_status em_toggles_enable(em_core *core, const em_network *network, em_error *error) {
  core->toggles = calloc(1, sizeof *core->toggles);
  if (core->toggles == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for counting toggles");
  }
  const em_status status = em_toggles_open(core->toggles, &core->graph, network, error);
  core->toggles_offset = place(&core->state_bytes, core->toggles->bytes);
  return status;
}

void em_core_free(em_core *core) {
  if (core->units != NULL) {
    em_units_free(core->units, &core->graph);
  }
  free(core->units);
  if (core->tokens != NULL) {
    em_tokens_free(core->tokens, &core->graph);
  }
  free(core->tokens);
  if (core->toggles != NULL) {
    em_toggles_close(core->toggles);
  }
  free(core->toggles);
  core->units = NULL;
  core->tokens = NULL;
  core->toggles = NULL;
}
