/* The memories of a graph: what they hold, and how wide their words are. */
#include <stdlib.h>
#include <string.h>

#include "models/graph/graph.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

enum { DESIGNS = EM_REPEAT(2000) };

static const em_buffer *find_buffer(const em_graph *graph, const char *name) {
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    char text[EM_NAME_CHARS];
    em_buffer_name(graph, b, text);
    if (strcmp(text, name) == 0) {
      return &graph->buffers[b];
    }
  }
  fail_msg("no buffer %s", name);
  return NULL;
}

/* Codes that a role holds in all, by what the network and the state of an engine need. */
static uint64_t documented_codes(const em_shape *s, const em_engine *engine, em_memory_role role) {
  switch (role) {
    case EM_MEMORY_WEIGHT:
      return engine->kind == EM_CONV ? (uint64_t)s->ed * s->k : (uint64_t)engine->linear.in * engine->linear.out;
    case EM_MEMORY_BIAS: return engine->kind == EM_CONV ? s->ed : engine->linear.out;
    case EM_MEMORY_GAMMA:
    case EM_MEMORY_BETA:
    case EM_MEMORY_SUM: return s->d;
    case EM_MEMORY_HISTORY: return (uint64_t)s->ed * (s->k - 1);
    case EM_MEMORY_A:
    case EM_MEMORY_STATE: return (uint64_t)s->ed * s->n;
    case EM_MEMORY_D: return s->ed;
    case EM_MEMORY_BUFFER: break;
  }
  return 0;
}

static void check_memories(const em_graph *graph) {
  uint32_t biases = 0;
  for (uint32_t i = 0; i < graph->memory_count; i++) {
    const em_memory *m = &graph->memories[i];
    uint64_t codes = (uint64_t)m->words * m->lanes;
    assert_int_equal(m->macro, codes * m->lane_bits >= graph->design.macro_min_bits);
    if (m->role == EM_MEMORY_BUFFER) {
      const em_buffer *b = &graph->buffers[m->owner];
      assert_int_equal(b->memory, i);
      assert_int_equal(m->readers, b->reader_count);
      assert_int_equal(m->lanes, b->word_lanes);
      assert_int_equal(m->lane_bits, 8);
      assert_int_equal(m->words, b->depth_tokens * b->slot_words);
      assert_true(b->slot_words * b->word_lanes >= b->elements);
      assert_true((b->slot_words - 1) * b->word_lanes < b->elements);
      continue;
    }
    biases += m->role == EM_MEMORY_BIAS;
    assert_int_equal(codes, documented_codes(&graph->design.shape, &graph->engines[m->owner], m->role));
    bool sum = m->role == EM_MEMORY_SUM;
    assert_true(sum || m->lane_bits == (m->role == EM_MEMORY_STATE ? 17 : 8));
    /* L codes of -128 fit, and no bit is spare. */
    assert_true(!sum || (UINT64_C(1) << (m->lane_bits - 8) >= graph->design.shape.l));
    assert_true(!sum || m->lane_bits == 8 || UINT64_C(1) << (m->lane_bits - 9) < graph->design.shape.l);
  }
  /* patch_embed, a block's conv and delta_proj, and the heads have a bias. */
  const em_shape *s = &graph->design.shape;
  assert_int_equal(biases, 1 + 2 * s->m + (s->head != EM_HEAD_NONE) + (s->head_hidden > 0));
}

static void graph_memories_hold_what_they_must(void **state) {
  (void)state;
  em_random_graphs(DESIGNS, check_memories);
}

/* A word serves whole accesses of every port: its lanes are the least number that all of theirs divide. */
static void check_words(const em_graph *graph) {
  const em_design *d = &graph->design;
  const uint32_t channels = d->ssm_lanes > d->shape.n ? d->ssm_lanes / d->shape.n : 1;
  const struct {
    const char *buffer;
    uint32_t accesses[3];
  } rows[] = {{"frame", {d->in_bytes, d->patch_embed.in, 1}},
              {"blocks.0.tok", {d->patch_embed.out, d->norm_units, d->out_proj.out}},
              {"blocks.0.u", {d->norm_units, d->in_proj.in, 1}},
              {"blocks.0.sz", {d->in_proj.out, d->conv_lanes, 1}},
              {"blocks.0.x", {d->conv_lanes, d->param_proj.in, channels}},
              {"blocks.0.g", {d->conv_lanes, channels, 1}},
              {"blocks.0.p", {d->param_proj.out, d->delta_proj.in, 1}},
              {"blocks.0.delta", {d->delta_proj.out, channels, 1}},
              {"blocks.0.q", {channels, d->out_proj.in, 1}}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint32_t lanes = 1;
    while (lanes % rows[i].accesses[0] != 0 || lanes % rows[i].accesses[1] != 0 || lanes % rows[i].accesses[2] != 0) {
      lanes++;
    }
    assert_int_equal(find_buffer(graph, rows[i].buffer)->word_lanes, lanes);
  }
}

static void graph_words_serve_whole_accesses_of_every_port(void **state) {
  (void)state;
  em_random_graphs(DESIGNS, check_words);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(graph_memories_hold_what_they_must),
      cmocka_unit_test(graph_words_serve_whole_accesses_of_every_port),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
