#include "models/network/load_words.h"

#include <stdlib.h>
#include <string.h>

#include "models/network/apb.h"
#include "models/network/contents.h"
#include "models/network/registers.h"

/* Where writes go, and how the last one went. */
typedef struct {
  em_put_word *put_word;
  void *context;
  em_error *error;
  em_status status;
} writer;

static void put(writer *w, uint32_t unit, uint32_t memory, uint32_t byte, uint32_t data) {
  if (w->status == EM_OK) {
    w->status = w->put_word(w->context, em_apb_address(unit, memory, byte), data, w->error);
  }
}

/* The engine's memories[place] from its codes, word by word. */
static void put_memory(writer *w, const em_graph *graph, const em_engine *engine, uint32_t place, const int8_t *codes) {
  const em_memory *memory = &graph->memories[engine->memories[place]];
  const uint32_t stride = em_apb_stride(memory->lanes);
  int8_t *bytes = calloc(1, stride);
  if (bytes == NULL) {
    w->status = em_fail(w->error, EM_FAILED, "out of memory for loading a network");
    return;
  }
  for (uint32_t word = 0; word < memory->words && w->status == EM_OK; word++) {
    em_contents_word(graph, engine, place, codes, word, bytes);
    for (uint32_t start = 0; start < memory->lanes; start += 4) {
      uint32_t data;
      memcpy(&data, bytes + start, sizeof data);
      put(w, engine->unit, place + 1, word * stride + start, data);
    }
  }
  free(bytes);
}

static void put_pwl(writer *w, uint32_t unit, uint32_t table, const em_pwl *pwl) {
  uint32_t base = EM_APB_TABLE * (table + 1);
  for (uint32_t i = 0; i <= pwl->segments; i++) {
    put(w, unit, 0, base + 4 * i, (uint32_t)pwl->thresholds[i]);
  }
  for (uint32_t i = 0; i <= pwl->segments + 1; i++) {
    put(w, unit, 0, base + EM_APB_SLOPE + 4 * i, (uint32_t)pwl->slopes[i]);
    put(w, unit, 0, base + EM_APB_INTERCEPT + 4 * i, (uint32_t)pwl->intercepts[i]);
  }
  put(w, unit, 0, base + EM_APB_PWL_SHIFT, pwl->shift);
}

static void put_engine(writer *w, const em_graph *graph, const em_network *network, uint32_t index) {
  const em_engine *engine = &graph->engines[index];
  int32_t registers[EM_MAX_REGISTERS];
  em_registers_derive(graph, network, index, registers);
  for (uint32_t i = 0; i < EM_MAX_REGISTERS && engine->kind != EM_AXIS_IN; i++) {
    put(w, engine->unit, 0, 4 * i, (uint32_t)registers[i]);
  }
  const int8_t *codes[2];
  em_contents_codes(network, engine, codes);
  for (uint32_t i = 0; i < 2 && w->status == EM_OK; i++) {
    if (codes[i] != NULL) {
      put_memory(w, graph, engine, i, codes[i]);
    }
  }
  if (engine->kind == EM_CONV && network->shape.conv_silu) {
    put_pwl(w, engine->unit, 0, &network->blocks[engine->block].pwl_x);
  }
  if (engine->kind == EM_CONV) {
    put_pwl(w, engine->unit, 1, &network->blocks[engine->block].pwl_gate);
  }
  if (engine->kind == EM_SSM) {
    put_pwl(w, engine->unit, 0, &network->blocks[engine->block].pwl_a_bar);
  }
}

em_status em_load_words(const em_graph *graph, const em_network *network, em_put_word *put_word, void *context,
                        em_error *error) {
  writer w = {put_word, context, error, EM_OK};
  for (uint32_t e = 0; e < graph->engine_count && w.status == EM_OK; e++) {
    put_engine(&w, graph, network, e);
  }
  return w.status;
}
