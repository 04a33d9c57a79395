/*
 * Designs at the ends of their keys' ranges: either refused with the key's name, or every size is what it is in exact
 * arithmetic, and their timing ends.
 */
#include <stdlib.h>
#include <string.h>

#include "models/time/timing.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/smallest.h"

/* Low, high, a power of two or anything. */
static uint32_t extreme(em_random *random, uint32_t min, uint32_t max) {
  uint32_t power = 1u << em_random_count(random, 0, 22);
  switch (em_random_count(random, 0, 4)) {
    case 0: return min;
    case 1:
    case 2: return max;
    case 3: return power < min ? min : power > max ? max : power;
    default: return em_random_count(random, min, max);
  }
}

/* A divisor of `dimension` in 1..max, mostly the smallest or the largest. */
static uint32_t lanes(em_random *random, uint32_t dimension, uint32_t max) {
  uint32_t divisor = em_random_chance(random, 50) ? max : extreme(random, 1, max);
  if (em_random_chance(random, 40)) {
    return 1;
  }
  while (dimension % divisor != 0) {
    divisor--;
  }
  return divisor;
}

static em_design extreme_design(uint64_t seed) {
  em_random random = em_random_seeded(seed, 77);
  em_design d = {.name = "extreme", .clock_mhz = 100, .vdd_mv = 800, .macro_min_bits = 1024};
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    em_design_set(&d, key, extreme(&random, key->min, key->max));
  }
  em_shape *s = &d.shape;
  s->h = em_random_chance(&random, 50) ? 1 : s->h;
  s->p = s->h == 1 || em_random_chance(&random, 70) ? 1 : s->p;
  s->h = s->h < s->p ? s->p : s->h / s->p * s->p;
  s->w = s->w < s->p ? s->p : s->w / s->p * s->p;
  while ((uint64_t)(s->h / s->p) * (s->w / s->p) > 1u << 22) {
    s->h = (s->h / s->p + 1) / 2 * s->p;
  }
  s->l = (s->h / s->p) * (s->w / s->p);
  s->ed = s->ed < s->d ? s->d : s->ed / s->d * s->d;
  if (s->head == EM_HEAD_NONE) {
    s->head_hidden = 0;
    s->outputs = s->d;
  }
  if (s->head == EM_HEAD_FLATTEN) {
    s->d = s->d > 65536 / s->l ? 65536 / s->l : s->d;
    s->d = s->d == 0 ? 1 : s->d;
    s->ed = s->d;
    d.depth_tokens.store = s->l;
  }
  d.in_bytes = lanes(&random, s->c, 64);
  d.out_bytes = lanes(&random, s->outputs, 64);
  d.patch_embed = (em_lanes){lanes(&random, s->c, 4096), lanes(&random, s->d, 4096)};
  d.norm_units = lanes(&random, s->d, 4096);
  d.in_proj = (em_lanes){lanes(&random, s->d, 4096), lanes(&random, 2 * s->ed, 4096)};
  d.conv_lanes = lanes(&random, s->ed, 4096);
  d.param_proj = (em_lanes){lanes(&random, s->ed, 4096), lanes(&random, s->r + 2 * s->n, 4096)};
  d.delta_proj = (em_lanes){lanes(&random, s->r, 4096), lanes(&random, s->ed, 4096)};
  d.ssm_lanes =
      em_random_chance(&random, 50) ? lanes(&random, s->n, 65536) : s->n * lanes(&random, s->ed, 65536 / s->n);
  d.out_proj = (em_lanes){lanes(&random, s->ed, 4096), lanes(&random, s->d, 4096)};
  d.pool_lanes = lanes(&random, s->d, 4096);
  uint32_t middle = s->head_hidden > 0 ? s->head_hidden : s->outputs;
  d.head_0 = (em_lanes){lanes(&random, s->d, 4096), lanes(&random, middle, 4096)};
  d.head_1 =
      (em_lanes){s->head_hidden > 0 ? lanes(&random, s->head_hidden, 4096) : 1, lanes(&random, s->outputs, 4096)};
  return d;
}

static bool is(double exact, uint64_t value) {
  return exact == (double)value; /* below 2^53 both are exact */
}

static void assert_sizes(const em_graph *graph) {
  const em_shape *s = &graph->design.shape;
  assert_true(is((double)s->h * s->w * s->c, graph->buffers[0].elements));
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    const em_buffer *buffer = &graph->buffers[b];
    assert_true((double)buffer->slot_words * buffer->word_lanes >= buffer->elements);
    assert_true(is((double)buffer->slot_words * buffer->depth_tokens, graph->memories[buffer->memory].words));
    for (uint32_t r = 0; r < buffer->reader_count; r++) {
      assert_true(buffer->readers[r] < graph->engine_count);
    }
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    const em_linear_geometry *g = &engine->linear;
    if (engine->kind == EM_LINEAR) {
      double steps = (double)(g->in / g->in_lanes) * (double)(g->out / g->out_lanes);
      assert_true(is(steps + 3, engine->busy_cycles));
      assert_true(is((double)g->in_lanes * g->out_lanes, graph->memories[engine->memories[0]].lanes));
    }
  }
}

/* As `check` does; the frames of some are long. */
static void assert_timing(const em_graph *graph) {
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  em_timing *timing = malloc(sizeof *timing);
  em_run_activity *activity = malloc(sizeof *activity);
  em_steady steady;
  assert_non_null(workspace);
  em_timing_run(graph, NULL, 8, workspace, timing);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine_timing *t = &timing->engines[e];
    assert_true(t->busy + t->starved + t->blocked == timing->cycles && t->busy <= timing->cycles &&
                t->blocked <= timing->cycles);
  }
  em_timing_activity(graph, timing, activity);
  em_timing_steady(graph, 1 << 22, workspace, &steady);
  assert_true(steady.period_cycles > 0 && steady.period_frames > 0);
  free(activity);
  free(timing);
  free(workspace);
}

static void extreme_designs_are_refused_or_exact(void **state) {
  (void)state;
  em_graph *graph = malloc(sizeof *graph);
  uint32_t legal = 0, timed = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(20000); seed++) {
    em_design design = extreme_design(seed);
    const em_design_key *key;
    em_error error = {""};
    if (em_design_check(&design, &key, &error) != EM_OK) {
      assert_true(strchr(error.text, '.') != NULL && strchr(error.text, ':') != NULL);
      continue;
    }
    em_graph_build(graph, &design);
    assert_sizes(graph);
    legal++;
    if (timed < EM_REPEAT(40) && (uint64_t)design.shape.l * design.shape.m < 1 << 13) {
      assert_timing(graph);
      timed++;
    }
  }
  assert_true(legal > 1000 || EM_REPEAT(1000) < 1000);
  free(graph);
}

/* The two products that do not fit 32 bits, at the edge of what does. */
static void extreme_heads_and_frames_name_their_key(void **state) {
  (void)state;
  em_design d = {.name = "edge"};
  for (size_t i = 0; i < em_design_key_count; i++) {
    em_design_set(&d, &em_design_keys[i], 1);
  }
  const em_design_key *key;
  em_error error;
  d.shape = smallest_shape(EM_HEAD_MEAN);
  d.shape.head_hidden = 65536;
  d.shape.outputs = 65535;
  assert_int_equal(em_design_check(&d, &key, &error), EM_OK);
  d.shape.outputs = 65536;
  assert_int_equal(em_design_check(&d, &key, &error), EM_BAD_INPUT);
  assert_string_equal(key->section, "engines.head_1");
  assert_non_null(strstr(error.text, "engines.head_1.in_lanes"));
  d.head_1.out = 2;
  assert_int_equal(em_design_check(&d, &key, &error), EM_OK);
  d.shape.w = 4096;
  d.shape.h = 64;
  d.shape.l = 64 * 4096;
  d.shape.c = 4096;
  d.depth_tokens.frame = 3;
  assert_int_equal(em_design_check(&d, &key, &error), EM_OK);
  d.depth_tokens.frame = 4;
  assert_int_equal(em_design_check(&d, &key, &error), EM_BAD_INPUT);
  assert_non_null(strstr(error.text, "depth_tokens.frame: 4"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(extreme_designs_are_refused_or_exact),
      cmocka_unit_test(extreme_heads_and_frames_name_their_key),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
