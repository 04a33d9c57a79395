/*
 * One token of one frame, an element a lane, against the units' batches with a frame a lane: codes, memories and every
 * count; codes at the ends of INT8, designs narrower and wider than a row of lanes.
 */
#include <stdlib.h>
#include <string.h>

#include "models/units/token.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

enum { WIDEST = 4096 };

/* Both sides of one engine. */
typedef struct {
  const em_case *a_case;
  uint32_t index;
  int8_t inputs[4][WIDEST], outputs[2][WIDEST + 1];
  int32_t memory[16 * WIDEST];
  em_node_count nodes[EM_ENGINE_NODES];
  int8_t *input_rows[4], *output_rows[2];
  int32_t *memory_rows;
  void *scratch;
  em_node_count row_nodes[EM_ENGINE_NODES];
} sides;

static void *rows(size_t bytes) {
  void *block = aligned_alloc(EM_LANES, (bytes / EM_LANES + 1) * EM_LANES);
  assert_non_null(block);
  memset(block, 0, bytes);
  return block;
}

static uint32_t input_elements(const sides *s, uint32_t input) {
  const em_graph *graph = &s->a_case->core.graph;
  const em_engine *e = &graph->engines[s->index];
  const em_buffer *buffer = &graph->buffers[e->inputs[input].buffer];
  return e->holds_input ? e->linear.in : buffer->elements * buffer->take_tokens;
}

static uint32_t output_elements(const sides *s, uint32_t output) {
  const em_graph *graph = &s->a_case->core.graph;
  const em_engine *e = &graph->engines[s->index];
  return e->kind == EM_AXIS_OUT ? graph->design.shape.outputs : graph->buffers[e->outputs[output].buffer].elements;
}

static sides *sides_new(const em_case *a_case, uint32_t index) {
  const em_graph *graph = &a_case->core.graph;
  sides *s = calloc(1, sizeof *s);
  assert_non_null(s);
  s->a_case = a_case;
  s->index = index;
  for (int i = 0; i < 4; i++) {
    s->input_rows[i] = rows(WIDEST * EM_LANES);
  }
  for (int i = 0; i < 2; i++) {
    s->output_rows[i] = rows(WIDEST * EM_LANES);
  }
  s->memory_rows = rows(em_unit_memory_bytes(graph, index));
  s->scratch = rows(em_unit_scratch_bytes(graph, index, 1));
  return s;
}

static void sides_free(sides *s) {
  for (int i = 0; i < 4; i++) {
    free(s->input_rows[i]);
  }
  free(s->output_rows[0]);
  free(s->output_rows[1]);
  free(s->memory_rows);
  free(s->scratch);
  free(s);
}

/* delta is not negative: it comes from behind a ReLU. */
static void draw_inputs(sides *s, em_random *random) {
  const em_engine *e = &s->a_case->core.graph.engines[s->index];
  for (uint32_t i = 0; i < e->input_count; i++) {
    const uint32_t elements = input_elements(s, i);
    assert_true(elements <= WIDEST);
    em_random_codes(random, (em_code_style)em_random_count(random, 0, EM_CODES_STYLES - 1), s->inputs[i], elements);
    for (uint32_t k = 0; k < elements; k++) {
      if (e->kind == EM_SSM && i == 2 && s->inputs[i][k] < 0) {
        s->inputs[i][k] = (int8_t) - (s->inputs[i][k] + 1);
      }
      s->input_rows[i][k * EM_LANES] = s->inputs[i][k];
    }
  }
}

static void compute(sides *s, uint32_t place) {
  const em_core *core = &s->a_case->core;
  em_token_io alone = {
      .place = place, .outputs = {s->outputs[0], s->outputs[1]}, .memory = s->memory, .scratch = s->scratch};
  em_unit_io batch = {.tokens = 1,
                      .place = place,
                      .frames = 1,
                      .outputs = {s->output_rows[0], s->output_rows[1]},
                      .memory = s->memory_rows,
                      .scratch = s->scratch};
  alone.nodes = s->nodes;
  batch.nodes = s->row_nodes;
  for (int i = 0; i < 4; i++) {
    alone.inputs[i] = s->inputs[i];
    batch.inputs[i] = s->input_rows[i];
  }
  em_unit_compute(&core->units[s->index], &batch);
  for (uint32_t i = 0; i < core->graph.engines[s->index].output_count; i++) {
    s->outputs[i][output_elements(s, i)] = 99; /* nothing is written past the end */
  }
  em_token_compute(&core->tokens[s->index], &core->units[s->index], &alone);
}

static void assert_same(const sides *s, bool writes) {
  const em_engine *e = &s->a_case->core.graph.engines[s->index];
  const em_shape *shape = &s->a_case->design.shape;
  for (uint32_t i = 0; writes && i < (e->kind == EM_AXIS_OUT ? 1 : e->output_count); i++) {
    for (uint32_t k = 0; k < output_elements(s, i); k++) {
      assert_int_equal(s->outputs[i][k], s->output_rows[i][k * EM_LANES]);
    }
    assert_true(e->kind == EM_AXIS_OUT || s->outputs[i][output_elements(s, i)] == 99);
  }
  const int8_t *history = (const int8_t *)s->memory, *history_rows = (const int8_t *)s->memory_rows;
  for (uint32_t i = 0; e->kind == EM_CONV && i < shape->ed * (shape->k - 1); i++) {
    assert_int_equal(history[i], history_rows[(size_t)i * EM_LANES]);
  }
  const uint32_t words = e->kind == EM_SSM ? shape->ed * shape->n : e->kind == EM_POOL ? shape->d : 0;
  for (uint32_t i = 0; i < words; i++) {
    assert_int_equal(s->memory[i], s->memory_rows[(size_t)i * EM_LANES]);
  }
  assert_memory_equal(s->nodes, s->row_nodes, sizeof s->nodes);
}

static void check_case(const em_case *a_case, uint64_t seed) {
  const em_graph *graph = &a_case->core.graph;
  em_random random = em_random_seeded(seed, 7);
  for (uint32_t index = 1; index < graph->engine_count; index++) {
    const em_engine *e = &graph->engines[index];
    sides *s = sides_new(a_case, index);
    assert_true(a_case->core.tokens[index].ready);
    for (uint32_t token = 0; token < 2 * e->tokens_per_frame && token < 12; token++) {
      const uint32_t place = token % e->tokens_per_frame;
      draw_inputs(s, &random);
      compute(s, place);
      assert_same(s, e->kind != EM_POOL || place + 1 == e->tokens_per_frame);
    }
    sides_free(s);
  }
}

static void a_token_alone_is_what_a_batch_of_one_is(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(150); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    check_case(a_case, seed);
    em_case_free(a_case);
  }
}

/* Inner widths of several rows of lanes, whole ones and not. */
static void rows_of_a_wide_design_follow_one_another(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(30); seed++) {
    em_random random = em_random_seeded(seed, 8);
    em_design design;
    em_random_design(seed, &design);
    em_shape *shape = &design.shape;
    shape->d = em_random_chance(&random, 30) ? 128 : em_random_count(&random, 17, 150);
    shape->ed = 2 * shape->d;
    shape->n = em_random_count(&random, 1, 20);
    shape->outputs = shape->head == EM_HEAD_NONE ? shape->d : em_random_count(&random, 1, 100);
    for (size_t i = 0; i < em_design_key_count; i++) {
      const em_design_key *key = &em_design_keys[i];
      if (strncmp(key->section, "engines", 7) == 0 || strcmp(key->section, "stream") == 0) {
        em_design_set(&design, key, 1);
      }
    }
    em_case *a_case = em_case_of(&design, seed, 1);
    check_case(a_case, seed);
    em_case_free(a_case);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_token_alone_is_what_a_batch_of_one_is),
      cmocka_unit_test(rows_of_a_wide_design_follow_one_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
