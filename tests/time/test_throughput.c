/* What limits, held against tries of this test's own. */
#include <stdlib.h>
#include <string.h>

#include "models/time/throughput.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

typedef struct {
  em_graph *graph;
  em_throughput *found;
  uint64_t *workspace;
} fixture;

static void find(fixture *f, const em_design *design) {
  em_error error;
  em_graph_build(f->graph, design);
  assert_int_equal(em_throughput_find(f->graph, f->found, &error), EM_OK);
}

static int setup(void **state) {
  fixture *f = calloc(1, sizeof *f);
  f->graph = malloc(sizeof *f->graph);
  f->found = malloc(sizeof *f->found);
  *state = f;
  return f->graph == NULL || f->found == NULL;
}

static int teardown(void **state) {
  fixture *f = *state;
  free(f->graph);
  free(f->found);
  free(f);
  return 0;
}

static em_steady steady_with(const em_design *design) {
  em_graph *graph = malloc(sizeof *graph);
  em_steady steady;
  em_graph_build(graph, design);
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  em_timing_steady(graph, EM_TIMING_STEPS, workspace, &steady);
  free(workspace);
  free(graph);
  return steady;
}

static bool longer(const em_steady *a, uint64_t cycles, uint64_t frames) {
  return a->period_cycles * frames > cycles * a->period_frames;
}

/* With the depths that are named the interval is the one that is promised; with any of them one less it is longer. */
static void throughput_names_the_smallest_depths_that_free(void **state) {
  fixture *f = *state;
  uint32_t limited = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(300); seed++) {
    em_design design;
    em_random_design(seed, &design);
    find(f, &design);
    assert_true(f->found->steady.exact);
    if (f->found->engines_limit) {
      assert_int_equal(f->found->depth_count, 0);
      continue;
    }
    for (uint32_t k = 0; k < f->found->depth_count; k++) {
      em_design_set(&design, f->found->depths[k].key, f->found->depths[k].freeing_depth);
    }
    em_steady freed = steady_with(&design);
    assert_int_equal(freed.period_cycles * f->found->freed_frames, f->found->freed_cycles * freed.period_frames);
    assert_true(longer(&f->found->steady, f->found->freed_cycles, f->found->freed_frames));
    for (uint32_t k = 0; k < f->found->depth_count; k++) {
      const em_depth_limit *d = &f->found->depths[k];
      bool store = strcmp(d->key->key, "store") == 0 && design.shape.head == EM_HEAD_FLATTEN;
      em_design_set(&design, d->key, d->freeing_depth - (store ? design.shape.l : 1));
      em_steady short_of = steady_with(&design);
      assert_true(longer(&short_of, f->found->freed_cycles, f->found->freed_frames));
      em_design_set(&design, d->key, d->freeing_depth);
    }
    limited++;
  }
  assert_true(limited > 10);
}

static void throughput_names_all_engines_that_tie(void **state) {
  fixture *f = *state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(300); seed++) {
    em_design design;
    em_random_design(seed, &design);
    find(f, &design);
    uint64_t *workspace = malloc(em_timing_workspace_words(f->graph) * sizeof *workspace), most = 0;
    em_timing *timing = malloc(sizeof *timing);
    em_timing_run(f->graph, NULL, 1, workspace, timing);
    for (uint32_t e = 0; e < f->graph->engine_count; e++) {
      most = timing->engines[e].busy > most ? timing->engines[e].busy : most;
    }
    assert_int_equal(most, f->found->busiest_cycles);
    for (uint32_t e = 0; e < f->graph->engine_count; e++) {
      assert_int_equal(f->found->busiest[e], timing->engines[e].busy == most);
    }
    free(timing);
    free(workspace);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(throughput_names_the_smallest_depths_that_free, setup, teardown),
      cmocka_unit_test_setup_teardown(throughput_names_all_engines_that_tie, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
