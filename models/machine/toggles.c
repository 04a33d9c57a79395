#include "models/machine/toggles.h"

#include <stdlib.h>
#include <string.h>

#include "models/network/contents.h"

enum { WRITE_PORT = 2, PORTS = 3 };

/* Counts of one memory; part of the state. Contents that never change have none. */
typedef struct {
  uint64_t port[PORTS]; /* bits: read ports 0 and 1, the write port */
} counts;

static counts *state_counts(const em_core *core, const em_state *state) {
  return (counts *)(void *)((uint8_t *)(uintptr_t)state + core->toggles_offset);
}

/* ---- Hamming distances ---- */

static uint64_t distance(const uint8_t *a, const uint8_t *b, size_t bytes) {
  uint64_t bits = 0, x, y;
  size_t i = 0;
  for (; i + sizeof x <= bytes; i += sizeof x) {
    memcpy(&x, a + i, sizeof x);
    memcpy(&y, b + i, sizeof y);
    bits += (uint64_t)__builtin_popcountll(x ^ y);
  }
  for (; i < bytes; i++) {
    bits += (uint64_t)__builtin_popcount(a[i] ^ b[i]);
  }
  return bits;
}

/* `groups` groups of `bytes`, one after another, the whole sequence `times` times; the last one stays in `latch`. */
static uint64_t sequence(const void *codes, size_t bytes, size_t groups, uint64_t times, uint8_t *latch) {
  const uint8_t *first = codes, *last = first + (groups - 1) * bytes;
  uint64_t bits = distance(latch, first, bytes) + times * distance(first, first + bytes, (groups - 1) * bytes);
  if (times > 1) {
    bits += (times - 1) * distance(last, first, bytes);
  }
  memcpy(latch, last, bytes);
  return bits;
}

/* The same once, of values in the low `value_bits` of 32. */
static uint64_t value_sequence(const int32_t *values, uint32_t value_bits, size_t lanes, size_t groups,
                               int32_t *latch) {
  const uint32_t mask = (uint32_t)((UINT64_C(1) << value_bits) - 1);
  uint64_t bits = 0;
  for (size_t i = 0; i < lanes; i++) {
    bits += (uint64_t)__builtin_popcount((uint32_t)(latch[i] ^ values[i]) & mask);
  }
  for (size_t i = lanes; i < groups * lanes; i++) {
    bits += (uint64_t)__builtin_popcount((uint32_t)(values[i - lanes] ^ values[i]) & mask);
  }
  memcpy(latch, values + (groups - 1) * lanes, lanes * sizeof *values);
  return bits;
}

/* ---- A token ---- */

typedef struct {
  const em_core *core;
  em_state *state;
  const em_engine *engine;
} token;

static uint8_t *latch_of(const token *t, uint32_t memory, uint32_t port) {
  return (uint8_t *)t->state + t->core->toggles[memory].latch_offset[port];
}

/* What the engine takes from an input; of the frame it takes a patch, which the computation has gathered. */
static void input(const token *t, uint32_t which) {
  const em_port *port = &t->engine->inputs[which];
  const uint32_t memory = t->core->graph.buffers[port->buffer].memory;
  const int8_t *codes = t->engine->holds_input ? em_core_patch(t->core, t->state, t->engine)
                                               : em_core_input(t->core, t->state, t->engine, which);
  state_counts(t->core, t->state)[memory].port[port->reader] +=
      sequence(codes, port->lanes, port->accesses, port->passes, latch_of(t, memory, port->reader));
}

static void output(const token *t, uint32_t which) {
  const em_port *port = &t->engine->outputs[which];
  const uint32_t memory = t->core->graph.buffers[port->buffer].memory;
  state_counts(t->core, t->state)[memory].port[WRITE_PORT] +=
      sequence(em_core_output_slot(t->core, t->state, t->engine, which), port->lanes, port->accesses, 1,
               latch_of(t, memory, WRITE_PORT));
}

/* The changing memory that the engine owns: history of all taps, ssm state or pool sums. */
static void own_memory(const token *t, uint32_t engine, uint32_t port) {
  const em_engine *e = t->engine;
  const em_shape *s = &t->core->graph.design.shape;
  const void *contents = em_state_memory(t->core, t->state, engine);
  const uint32_t memory = e->memories[e->kind == EM_POOL ? 0 : 2];
  uint64_t *bits = &state_counts(t->core, t->state)[memory].port[port];
  uint8_t *latch = latch_of(t, memory, port);
  if (e->kind == EM_CONV) {
    for (uint32_t tap = 0; tap + 1 < s->k; tap++) {
      *bits += sequence((const int8_t *)contents + (size_t)tap * s->ed, e->lanes, s->ed / e->lanes, 1,
                        latch + (size_t)tap * e->lanes);
    }
  } else {
    size_t values = e->kind == EM_SSM ? (size_t)s->ed * s->n : s->d;
    *bits += value_sequence(contents, t->core->graph.memories[memory].lane_bits, e->lanes, values / e->lanes,
                            (int32_t *)(void *)latch);
  }
}

static bool owns_memory(const em_engine *engine) {
  return engine->kind == EM_CONV || engine->kind == EM_SSM || engine->kind == EM_POOL;
}

void em_toggles_before(const em_core *core, em_state *state, uint32_t engine) {
  const token t = {core, state, &core->graph.engines[engine]};
  if (owns_memory(t.engine)) {
    own_memory(&t, engine, 0);
  }
}

void em_toggles_after(const em_core *core, em_state *state, uint32_t engine) {
  const em_engine *e = &core->graph.engines[engine];
  const token t = {core, state, e};
  const bool ends = em_engine_ends(e, em_state_engines(core, state)[engine].token);
  for (uint32_t i = 0; i < e->input_count; i++) {
    input(&t, i);
  }
  for (uint32_t i = 0; i < e->output_count && (ends || !e->holds_output); i++) {
    output(&t, i);
  }
  if (owns_memory(e) && !(e->kind == EM_POOL && ends)) { /* the mean leaves the sums as they are */
    own_memory(&t, engine, WRITE_PORT);
  }
}

void em_toggles_stream_in(const em_core *core, em_state *state, const int8_t *codes, uint32_t beats) {
  const token t = {core, state, &core->graph.engines[0]};
  uint32_t memory = core->graph.buffers[t.engine->outputs[0].buffer].memory;
  state_counts(core, state)[memory].port[WRITE_PORT] +=
      sequence(codes, t.engine->lanes, beats, 1, latch_of(&t, memory, WRITE_PORT));
}

void em_toggles_stream_out(const em_core *core, em_state *state) {
  const token t = {core, state, &core->graph.engines[core->graph.engine_count - 1]};
  input(&t, 0);
}

/* ---- Contents that never change ---- */

/* The words of the engine's memories[place] as every token reads them, one after another; two words of `words`. */
static void fill_contents(em_core *core, const em_engine *engine, uint32_t place, const int8_t *codes, int8_t *words) {
  const em_memory *memory = &core->graph.memories[engine->memories[place]];
  em_memory_toggles *toggles = &core->toggles[engine->memories[place]];
  const size_t bytes = memory->lanes;
  uint8_t *last = (uint8_t *)words, *next = last + bytes;
  memset(last, 0, bytes);
  for (uint32_t word = 0; word < memory->words; word++) {
    em_contents_word(&core->graph, engine, place, codes, word, (int8_t *)next);
    *(word == 0 ? &toggles->first : &toggles->inner) += distance(last, next, bytes);
    memcpy(last, next, bytes);
  }
  em_contents_word(&core->graph, engine, place, codes, 0, (int8_t *)next);
  toggles->closing = distance(last, next, bytes);
}

/* ---- Layout ---- */

/* Bytes of the widest group that passes a port of the memory. */
static size_t latch_bytes(const em_memory *memory) {
  return (size_t)memory->lanes * (memory->lane_bits == 8 ? 1 : sizeof(int32_t));
}

em_status em_toggles_enable(em_core *core, const em_network *network, em_error *error) {
  const em_graph *graph = &core->graph;
  size_t widest = 0;
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    widest = graph->memories[m].lanes > widest ? graph->memories[m].lanes : widest;
  }
  int8_t *words = malloc(2 * widest);
  core->toggles = calloc(graph->memory_count, sizeof *core->toggles);
  if (words == NULL || core->toggles == NULL) {
    free(words);
    return em_fail(error, EM_FAILED, "out of memory for counting toggles");
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const int8_t *codes[2];
    em_contents_codes(network, &graph->engines[e], codes);
    for (uint32_t place = 0; place < 2 && codes[place] != NULL; place++) {
      fill_contents(core, &graph->engines[e], place, codes[place], words);
    }
  }
  free(words);
  size_t end = core->state_bytes;
  core->toggles_offset = end;
  end += graph->memory_count * sizeof(counts);
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    for (uint32_t port = 0; !graph->memories[m].loaded && port < PORTS; port++) {
      core->toggles[m].latch_offset[port] = end;
      end += (latch_bytes(&graph->memories[m]) + 7) / 8 * 8;
    }
  }
  core->state_bytes = (end + EM_LANES - 1) / EM_LANES * EM_LANES;
  return EM_OK;
}

void em_toggles_add(const em_core *core, const em_state *state, em_memory_activity *memories) {
  const em_graph *graph = &core->graph;
  const counts *seen = state_counts(core, state);
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    const em_memory_toggles *t = &core->toggles[m];
    memories[m].read_toggles[0] += seen[m].port[0];
    memories[m].read_toggles[1] += seen[m].port[1];
    memories[m].write_toggles += seen[m].port[WRITE_PORT];
    if (graph->memories[m].loaded) {
      uint64_t tokens = em_state_engines(core, state)[graph->memories[m].owner].tokens;
      memories[m].read_toggles[0] += tokens == 0 ? 0 : t->first + tokens * t->inner + (tokens - 1) * t->closing;
    }
  }
}
