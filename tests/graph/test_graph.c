/* The graph of a design: who speaks with whom, and how long everything takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/graph/graph.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

enum { DESIGNS = EM_REPEAT(2000) };

/* The table "Busy cycles" of docs/microarchitecture.md; `last` is that of a frame's last token. */
static uint64_t documented_busy(const em_design *design, const em_engine *engine, uint64_t *last) {
  const em_shape *s = &design->shape;
  uint64_t params = s->r + 2 * s->n, head_in = s->head == EM_HEAD_FLATTEN ? s->l * s->d : s->d;
  uint64_t head_out = s->head_hidden > 0 ? s->head_hidden : s->outputs;
  uint64_t in = 0, out = 0, cycles = 0;
  em_lanes lanes = {1, 1};
  switch (engine->id) {
    case EM_ENGINE_PATCH_EMBED: in = s->p * s->p * s->c, out = s->d, lanes = design->patch_embed; break;
    case EM_ENGINE_IN_PROJ: in = s->d, out = 2 * s->ed, lanes = design->in_proj; break;
    case EM_ENGINE_PARAM_PROJ: in = s->ed, out = params, lanes = design->param_proj; break;
    case EM_ENGINE_DELTA_PROJ: in = s->r, out = s->ed, lanes = design->delta_proj; break;
    case EM_ENGINE_OUT_PROJ: in = s->ed, out = s->d, lanes = design->out_proj; break;
    case EM_ENGINE_HEAD_0: in = head_in, out = head_out, lanes = design->head_0; break;
    case EM_ENGINE_HEAD_1: in = s->head_hidden, out = s->outputs, lanes = design->head_1; break;
    case EM_ENGINE_NORM: cycles = 10 * (s->d / design->norm_units) + 3; break;
    case EM_ENGINE_CONV: cycles = 2 * (s->ed / design->conv_lanes) + 3; break;
    case EM_ENGINE_SSM: cycles = params / design->param_proj.out + s->ed * s->n / design->ssm_lanes + 6; break;
    case EM_ENGINE_POOL: *last = 9 * (s->d / design->pool_lanes) + 2; return s->d / design->pool_lanes + 1;
    case EM_ENGINE_AXIS_IN: cycles = s->h * s->w * s->c / design->in_bytes; break;
    case EM_ENGINE_AXIS_OUT: cycles = 1 + s->outputs / design->out_bytes; break;
  }
  *last = cycles > 0 ? cycles : (in / lanes.in) * (out / lanes.out) + 3;
  return *last;
}

static void check_busy(const em_graph *graph) {
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    uint64_t last, every = documented_busy(&graph->design, &graph->engines[e], &last);
    assert_int_equal(graph->engines[e].busy_cycles, every);
    assert_int_equal(graph->engines[e].busy_last_cycles, last);
  }
}

static void graph_busy_cycles_are_the_documented_ones(void **state) {
  (void)state;
  em_random_graphs(DESIGNS, check_busy);
}

static uint32_t find_engine(const em_graph *graph, const char *name) {
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    char text[EM_NAME_CHARS];
    em_engine_name(graph, e, text);
    if (strcmp(text, name) == 0) {
      return e;
    }
  }
  fail_msg("no engine %s", name);
  return 0;
}

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

/* One row of the documented graph: buffer, codes of a token, writer, readers in their order ("" for none). */
static void assert_buffer(const em_graph *graph, const char *name, uint32_t elements, uint32_t depth,
                          const char *writer, const char *reader_0, const char *reader_1) {
  const em_buffer *b = find_buffer(graph, name);
  assert_int_equal(b->elements, elements);
  assert_int_equal(b->depth_tokens, depth);
  assert_int_equal(b->writer, find_engine(graph, writer));
  assert_int_equal(b->reader_count, reader_1[0] != '\0' ? 2 : 1);
  assert_int_equal(b->readers[0], find_engine(graph, reader_0));
  if (reader_1[0] != '\0') {
    assert_int_equal(b->readers[1], find_engine(graph, reader_1));
  }
}

/* "blocks.B.name" in `text`. */
static const char *in_block(char text[EM_NAME_CHARS], uint32_t block, const char *name) {
  snprintf(text, EM_NAME_CHARS, "blocks.%u.%s", block, name);
  return text;
}

static void check_block_wiring(const em_graph *graph, uint32_t block) {
  const em_shape *s = &graph->design.shape;
  char norm[EM_NAME_CHARS], in_proj[EM_NAME_CHARS], conv[EM_NAME_CHARS], param_proj[EM_NAME_CHARS];
  char delta_proj[EM_NAME_CHARS], ssm[EM_NAME_CHARS], out_proj[EM_NAME_CHARS], before[EM_NAME_CHARS];
  char buffer[EM_NAME_CHARS];
  in_block(norm, block, "norm");
  in_block(in_proj, block, "in_proj");
  in_block(conv, block, "conv");
  in_block(param_proj, block, "param_proj");
  in_block(delta_proj, block, "delta_proj");
  in_block(ssm, block, "ssm");
  in_block(out_proj, block, "out_proj");
  const char *from = block == 0 ? "patch_embed" : in_block(before, block - 1, "out_proj");
  assert_buffer(graph, in_block(buffer, block, "tok"), s->d, graph->design.depth_tokens.tok, from, norm, out_proj);
  assert_buffer(graph, in_block(buffer, block, "u"), s->d, graph->design.depth_tokens.u, norm, in_proj, "");
  assert_buffer(graph, in_block(buffer, block, "sz"), 2 * s->ed, graph->design.depth_tokens.sz, in_proj, conv, "");
  assert_buffer(graph, in_block(buffer, block, "x"), s->ed, graph->design.depth_tokens.x, conv, param_proj, ssm);
  assert_buffer(graph, in_block(buffer, block, "g"), s->ed, graph->design.depth_tokens.g, conv, ssm, "");
  assert_buffer(graph, in_block(buffer, block, "p"), s->r + 2 * s->n, graph->design.depth_tokens.p, param_proj,
                delta_proj, ssm);
  assert_buffer(graph, in_block(buffer, block, "delta"), s->ed, graph->design.depth_tokens.delta, delta_proj, ssm, "");
  assert_buffer(graph, in_block(buffer, block, "q"), s->ed, graph->design.depth_tokens.q, ssm, out_proj, "");
}

static void check_wiring(const em_graph *graph) {
  const em_shape *s = &graph->design.shape;
  char last[EM_NAME_CHARS];
  in_block(last, s->m - 1, "out_proj");
  bool mean = s->head == EM_HEAD_MEAN, hidden = s->head_hidden > 0, none = s->head == EM_HEAD_NONE;
  assert_buffer(graph, "frame", s->h * s->w * s->c, graph->design.depth_tokens.frame, "axis_in", "patch_embed", "");
  for (uint32_t block = 0; block < s->m; block++) {
    check_block_wiring(graph, block);
  }
  assert_buffer(graph, "store", s->d, graph->design.depth_tokens.store, last,
                none   ? "axis_out"
                : mean ? "pool"
                       : "head_0",
                "");
  assert_int_equal(find_buffer(graph, "store")->take_tokens, s->head == EM_HEAD_FLATTEN ? s->l : 1);
  if (mean) {
    assert_buffer(graph, "pooled", s->d, graph->design.depth_tokens.pooled, "pool", "head_0", "");
  }
  if (hidden) {
    assert_buffer(graph, "hidden", s->head_hidden, graph->design.depth_tokens.hidden, "head_0", "head_1", "");
  }
  if (!none) {
    assert_buffer(graph, "out", s->outputs, graph->design.depth_tokens.out, hidden ? "head_1" : "head_0", "axis_out",
                  "");
  }
  assert_int_equal(graph->engine_count, 3 + 7 * s->m + mean + !none + hidden);
  assert_int_equal(graph->buffer_count, 2 + 8 * s->m + mean + !none + hidden);
  assert_int_equal(graph->engines[find_engine(graph, "patch_embed")].holds_input, true);
  assert_int_equal(graph->engines[find_engine(graph, "patch_embed")].tokens_per_release, s->l);
}

static void graph_buffers_join_the_documented_engines(void **state) {
  (void)state;
  em_random_graphs(DESIGNS, check_wiring);
}

/* Engines are in topological order: whatever an engine reads was written by an earlier one. */
static void check_order(const em_graph *graph) {
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    for (uint32_t r = 0; r < graph->buffers[b].reader_count; r++) {
      uint16_t reader = graph->buffers[b].readers[r];
      assert_true(reader > graph->buffers[b].writer);
      bool found = false;
      for (uint32_t i = 0; i < graph->engines[reader].input_count; i++) {
        found = found || (graph->engines[reader].inputs[i].buffer == b && graph->engines[reader].inputs[i].reader == r);
      }
      assert_true(found);
    }
  }
}

static void graph_engines_are_in_topological_order(void **state) {
  (void)state;
  em_random_graphs(DESIGNS, check_order);
}

/* "Address map": 1 axis_in, 2 patch_embed, 3+7B.. in a block, then pool, head_0, head_1, axis_out from 3+7M. */
static void check_units(const em_graph *graph) {
  uint32_t base = 3 + 7 * graph->design.shape.m;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    uint32_t expected = engine->id == EM_ENGINE_AXIS_IN       ? 1
                        : engine->id == EM_ENGINE_PATCH_EMBED ? 2
                        : engine->block != EM_NONE            ? 3 + 7u * engine->block + (engine->id - EM_ENGINE_NORM)
                                                              : base + (engine->id - EM_ENGINE_POOL);
    assert_int_equal(engine->unit, expected);
  }
}

static void graph_units_are_those_of_the_address_map(void **state) {
  (void)state;
  em_random_graphs(DESIGNS, check_units);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(graph_busy_cycles_are_the_documented_ones),
      cmocka_unit_test(graph_buffers_join_the_documented_engines),
      cmocka_unit_test(graph_engines_are_in_topological_order),
      cmocka_unit_test(graph_units_are_those_of_the_address_map),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
