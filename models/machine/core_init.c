/* Binding a network to a graph, and the layout of the state. */
#include <stdlib.h>
#include <string.h>

#include "models/machine/core.h"
#include "models/network/contents.h"
#include "models/network/network_fits.h"

/* Places `bytes` at the end of a growing block, 32-byte aligned; returns the offset. */
static size_t place(size_t *end, size_t bytes) {
  size_t offset = (*end + 31) / 32 * 32;
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

static size_t scratch_bytes(const em_shape *s, const em_engine *engine) {
  if (engine->kind == EM_LINEAR) {
    return em_linear_scratch_bytes(&engine->linear) + engine->linear.in;
  }
  return engine->kind == EM_CONV ? s->ed * sizeof(int32_t) : 0;
}

static void lay_out_state(em_core *core) {
  const em_graph *graph = &core->graph;
  const em_shape *s = &graph->design.shape;
  size_t end = sizeof(em_state), scratch = 0;
  core->finish_offset = place(&end, graph->engine_count * sizeof(uint64_t));
  core->engines_offset = place(&end, graph->engine_count * sizeof(em_engine_state));
  core->buffers_offset = place(&end, graph->buffer_count * sizeof(em_buffer_state));
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    core->memory_offset[e] = place(&end, engine_memory_bytes(s, graph->engines[e].kind));
    size_t bytes = scratch_bytes(s, &graph->engines[e]);
    scratch = bytes > scratch ? bytes : scratch;
  }
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    const em_buffer *buffer = &graph->buffers[b];
    core->data_offset[b] = place(&end, (size_t)buffer->depth_tokens * em_slot_bytes(buffer));
  }
  core->output_offset = place(&end, s->outputs);
  core->scratch_offset = place(&end, scratch);
  core->state_bytes = end;
}

/* Copies `count` codes into the contents block and returns them; in the measuring pass (contents NULL) only counts. */
static int8_t *keep(em_core *core, size_t *end, const int8_t *codes, size_t count) {
  size_t offset = place(end, count);
  if (core->contents == NULL) {
    return NULL;
  }
  int8_t *copy = (int8_t *)core->contents + offset;
  if (codes != NULL) {
    memcpy(copy, codes, count);
  }
  return copy;
}

/* The convolution's weight [ed, k] as [k, ed]. */
static const int8_t *keep_by_tap(em_core *core, size_t *end, const int8_t *weight, const em_shape *s) {
  int8_t *copy = keep(core, end, NULL, (size_t)s->ed * s->k);
  for (uint32_t i = 0; copy != NULL && i < s->ed * s->k; i++) {
    copy[i % s->k * s->ed + i / s->k] = weight[i];
  }
  return copy;
}

static void fill_unit(em_core *core, const em_network *network, uint32_t index, size_t *end) {
  const em_engine *engine = &core->graph.engines[index];
  const em_shape *s = &network->shape;
  const em_block *b = engine->block == EM_NONE ? NULL : &network->blocks[engine->block];
  em_unit *unit = &core->units[index];
  em_registers_derive(&core->graph, network, index, unit->registers);
  switch (engine->kind) {
    case EM_LINEAR: {
      const int8_t *codes[2];
      em_contents_codes(network, engine, codes);
      int8_t *packed = keep(core, end, NULL, em_linear_packed_bytes(&engine->linear));
      if (packed != NULL) {
        em_linear_pack(&engine->linear, codes[0], packed);
      }
      const int8_t *kept_bias = codes[1] == NULL ? NULL : keep(core, end, codes[1], engine->linear.out);
      unit->linear = (em_linear_unit){&engine->linear, unit->registers, packed, kept_bias};
      break;
    }
    case EM_NORM: {
      const int8_t *gamma = keep(core, end, b->norm_gamma.codes, s->d);
      const int8_t *beta = keep(core, end, b->norm_beta.codes, s->d);
      unit->norm = (em_norm_unit){s->d, unit->registers, gamma, beta};
      break;
    }
    case EM_CONV:
      unit->conv.ed = s->ed;
      unit->conv.k = s->k;
      unit->conv.silu = s->conv_silu != 0;
      unit->conv.registers = unit->registers;
      unit->conv.weight = keep_by_tap(core, end, b->conv_weight.codes, s);
      unit->conv.bias = keep(core, end, b->conv_bias.codes, s->ed);
      if (s->conv_silu) {
        em_pwl_tabulate(&b->pwl_x, &unit->conv.x);
      }
      em_pwl_tabulate(&b->pwl_gate, &unit->conv.gate);
      break;
    case EM_SSM:
      unit->ssm.ed = s->ed;
      unit->ssm.n = s->n;
      unit->ssm.registers = unit->registers;
      unit->ssm.a = keep(core, end, b->a.codes, (size_t)s->ed * s->n);
      unit->ssm.d = keep(core, end, b->d.codes, s->ed);
      em_pwl_tabulate(&b->pwl_a_bar, &unit->ssm.exp);
      break;
    case EM_POOL: unit->pool = (em_pool_unit){s->d, s->l, unit->registers}; break;
    case EM_AXIS_IN:
    case EM_AXIS_OUT: break;
  }
}

em_status em_core_init(em_core *core, const em_graph *graph, const em_network *network, em_error *error) {
  em_status status = em_network_fits(network, &graph->design, error);
  if (status != EM_OK) {
    return status;
  }
  core->graph = *graph;
  core->contents = NULL;
  core->toggles = NULL;
  core->units = calloc(graph->engine_count, sizeof *core->units);
  size_t bytes = 0;
  for (uint32_t e = 0; core->units != NULL && e < graph->engine_count; e++) {
    fill_unit(core, network, e, &bytes);
  }
  core->contents = calloc(1, bytes + 1);
  if (core->units == NULL || core->contents == NULL) {
    em_core_free(core);
    return em_fail(error, EM_FAILED, "out of memory for the network's contents");
  }
  bytes = 0;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    fill_unit(core, network, e, &bytes);
  }
  lay_out_state(core);
  return EM_OK;
}

void em_core_free(em_core *core) {
  free(core->units);
  free(core->contents);
  free(core->toggles);
  core->units = NULL;
  core->contents = NULL;
  core->toggles = NULL;
}
