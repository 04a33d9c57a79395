/* The timing recurrence against the core, which moves time by another mechanism; neither calls the other. */
#include <stdlib.h>
#include <string.h>

#include "models/time/timing.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

/* When the core delivered results and what every engine counted, without stalls. */
typedef struct {
  uint64_t first, last, before_last; /* cycle after the last beat of the first, last and last but one frame */
  em_run run;
} measured;

static measured measure(const em_case *a_case) {
  measured m = {.run = em_run_new(a_case, 0, 0, 0)};
  em_step step;
  while (!em_run_done(&m.run)) {
    em_run_step(&m.run, UINT64_MAX, &step);
    if (step.result_out && m.run.results % a_case->results_per_frame == 0) {
      m.before_last = m.last;
      m.last = m.run.state->cycle;
      m.first = m.first == 0 ? m.last : m.first;
    }
  }
  return m;
}

static void check_case(const em_case *a_case) {
  const em_graph *graph = &a_case->core.graph;
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  em_timing *timing = malloc(sizeof *timing);
  memset(workspace, 0x5a, em_timing_workspace_words(graph) * sizeof *workspace);
  em_timing_run(graph, a_case->frame_count, workspace, NULL, NULL, timing);
  measured m = measure(a_case);
  assert_int_equal(timing->cycles, m.run.state->cycle);
  assert_int_equal(timing->latency_cycles, m.first);
  assert_int_equal(timing->interval_cycles, a_case->frame_count == 1 ? 0 : m.last - m.before_last);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    em_engine_state counters = em_core_counters(&a_case->core, m.run.state, e);
    assert_int_equal(timing->engines[e].busy, counters.busy);
    assert_int_equal(timing->engines[e].starved, counters.starved);
    assert_int_equal(timing->engines[e].blocked, counters.blocked);
    assert_int_equal(timing->engines[e].tokens, counters.tokens);
  }
  em_run_free(&m.run);
  free(workspace);
  free(timing);
}

static void timing_of_random_designs_is_the_cores(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(800); seed++) {
    em_case *a_case = em_case_new(seed, 1 + seed % 4);
    check_case(a_case);
    em_case_free(a_case);
  }
}

/* Depths far from each other: the workspace's rings wrap at every length. */
static void timing_of_deep_and_shallow_buffers_is_the_cores(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    em_design design;
    em_random_design(seed, &design);
    for (size_t i = 0; i < em_design_key_count; i++) {
      bool store = em_design_keys[i].offset == offsetof(em_design, depth_tokens.store);
      if (strcmp(em_design_keys[i].section, "depth_tokens") == 0 && !store) {
        uint32_t depth = (uint32_t)((seed + i) * (seed + i) % 11 * (i % 2) + 1);
        em_design_set(&design, &em_design_keys[i], depth < em_design_keys[i].max ? depth : 1);
      }
    }
    em_case *a_case = em_case_of(&design, seed, 4);
    check_case(a_case);
    em_case_free(a_case);
  }
}

/* Start and finish of every token, as seen by an observer of the recurrence. */
typedef struct {
  uint64_t tokens[EM_MAX_ENGINES], finish[EM_MAX_ENGINES], busy[EM_MAX_ENGINES];
} observed;

static void observe(void *context, uint32_t engine, uint64_t token, uint64_t start, uint64_t finish) {
  observed *o = context;
  assert_int_equal(token, o->tokens[engine]); /* in order, and one at a time */
  assert_true(start >= o->finish[engine] && finish > start);
  o->tokens[engine]++;
  o->finish[engine] = finish;
  o->busy[engine] += finish - start;
}

static void timing_observer_sees_every_token_in_order(void **state) {
  (void)state;
  observed *o = malloc(sizeof *o);
  em_timing *timing = malloc(sizeof *timing);
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    const em_graph *graph = &a_case->core.graph;
    uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
    memset(o, 0, sizeof *o);
    em_timing_run(graph, 3, workspace, observe, o, timing);
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      assert_int_equal(o->tokens[e], timing->engines[e].tokens);
      assert_int_equal(o->busy[e], timing->engines[e].busy);
      assert_true(o->finish[e] <= timing->cycles);
    }
    assert_int_equal(o->finish[graph->engine_count - 1], timing->cycles);
    free(workspace);
    em_case_free(a_case);
  }
  free(timing);
  free(o);
}

/* One frame in a design worked out by hand from the busy cycles: D = ED = N = R = 1, one token, one lane everywhere. */
static void timing_of_the_smallest_design_is_the_sum_of_its_engines(void **state) {
  (void)state;
  em_design design = {.name = "smallest",
                      .shape = {.h = 1,
                                .w = 1,
                                .c = 1,
                                .p = 1,
                                .l = 1,
                                .d = 1,
                                .ed = 1,
                                .n = 1,
                                .r = 1,
                                .k = 2,
                                .m = 1,
                                .head = EM_HEAD_NONE,
                                .outputs = 1}};
  for (size_t i = 0; i < em_design_key_count; i++) {
    if (em_design_keys[i].offset >= sizeof design.shape + offsetof(em_design, shape)) {
      em_design_set(&design, &em_design_keys[i], 1);
    }
  }
  em_case *a_case = em_case_of(&design, 1, 1);
  uint64_t *workspace = malloc(em_timing_workspace_words(&a_case->core.graph) * sizeof *workspace);
  em_timing *timing = malloc(sizeof *timing);
  em_timing_run(&a_case->core.graph, 1, workspace, NULL, NULL, timing);
  /* axis_in 1, patch_embed 1 + 3, norm 10 + 3, in_proj 2 + 3, conv 2 + 3, param_proj 3 + 3, delta_proj 1 + 3,
   * ssm 3 + 1 + 6, out_proj 1 + 3, axis_out 1 + 1: no two of them overlap */
  assert_int_equal(timing->latency_cycles, 1 + 4 + 13 + 5 + 5 + 6 + 4 + 10 + 4 + 2);
  assert_int_equal(timing->cycles, timing->latency_cycles);
  assert_int_equal(timing->interval_cycles, 0);
  check_case(a_case);
  free(timing);
  free(workspace);
  em_case_free(a_case);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(timing_of_random_designs_is_the_cores),
      cmocka_unit_test(timing_of_deep_and_shallow_buffers_is_the_cores),
      cmocka_unit_test(timing_observer_sees_every_token_in_order),
      cmocka_unit_test(timing_of_the_smallest_design_is_the_sum_of_its_engines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
