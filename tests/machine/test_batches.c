/*
 * Batches, full and partial, against the machine that computes a frame after another: every output, every node, every
 * toggle; and stretches of a run against the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "models/machine/batches.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

typedef struct {
  const em_case *a_case;
  em_state *state; /* that counts */
  int8_t *outputs;
} counted;

static uint64_t width(const em_case *a_case) {
  return (uint64_t)a_case->results_per_frame * a_case->design.shape.outputs;
}

static counted counted_new(const em_case *a_case) {
  counted c = {a_case, aligned_alloc(EM_LANES, a_case->core.state_bytes), calloc(a_case->frame_count, width(a_case))};
  assert_non_null(c.state);
  assert_non_null(c.outputs);
  em_state_reset(&a_case->core, c.state);
  return c;
}

static void counted_free(counted *c) {
  free(c->state);
  free(c->outputs);
}

/* Frames first..end-1 in batches of at most `most`. */
static void count_stretch(counted *c, uint64_t first, uint64_t end, uint32_t most) {
  const em_case *a_case = c->a_case;
  em_batches batches;
  em_error error;
  assert_int_equal(em_batches_open(&batches, &a_case->core, &error), EM_OK);
  const uint32_t lead = first < EM_BATCHES_LEAD ? (uint32_t)first : EM_BATCHES_LEAD;
  if (lead > 0) {
    int8_t *outputs = malloc(lead * width(a_case));
    em_batches_compute(&batches, a_case->frames + (first - lead) * a_case->frame_codes, lead, outputs);
    em_batches_restart(&batches);
    free(outputs);
  }
  for (uint64_t frame = first; frame < end; frame += most) {
    em_batches_compute(&batches, a_case->frames + frame * a_case->frame_codes,
                       end - frame < most ? (uint32_t)(end - frame) : most, c->outputs + frame * width(a_case));
  }
  em_batches_add(&batches, c->state);
  em_batches_close(&batches);
}

/* Toggles of loaded contents follow from the tokens, which batches do not count. */
static void assert_counts(const counted *c, const em_run *run) {
  const em_core *core = &c->a_case->core;
  const em_graph *graph = &core->graph;
  em_run_activity *left = malloc(sizeof *left), *right = malloc(sizeof *right);
  assert_memory_equal(c->outputs, run->outputs, em_run_output_bytes(run));
  em_core_activity(core, c->state, left);
  em_core_activity(core, run->state, right);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    assert_memory_equal(em_state_engines(core, c->state)[e].nodes, em_state_engines(core, run->state)[e].nodes,
                        sizeof em_state_engines(core, c->state)[e].nodes);
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    if (!graph->memories[m].loaded) {
      assert_memory_equal(left->memories[m].read_toggles, right->memories[m].read_toggles,
                          sizeof left->memories[m].read_toggles);
      assert_int_equal(left->memories[m].write_toggles, right->memories[m].write_toggles);
    }
  }
  free(left);
  free(right);
}

static em_case *toggling_case(uint64_t seed, uint64_t frames) {
  em_case *a_case = em_case_new(seed, frames);
  em_error error;
  assert_int_equal(em_toggles_enable(&a_case->core, &a_case->network, &error), EM_OK);
  return a_case;
}

static void batches_of_any_size_count_what_one_frame_after_another_does(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(60); seed++) {
    const uint64_t frames = seed % 4 == 0 ? EM_LANES + 1 + seed % 7 : 1 + seed % 6;
    em_case *a_case = toggling_case(seed, frames);
    em_run run = em_run_new(a_case, 0, 0, 0);
    em_run_finish(&run, UINT64_MAX);
    const uint32_t sizes[] = {EM_LANES, 1, 1 + (uint32_t)(seed * 5 % EM_LANES)};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      counted c = counted_new(a_case);
      count_stretch(&c, 0, frames, sizes[i]);
      assert_counts(&c, &run);
      counted_free(&c);
    }
    em_run_free(&run);
    em_case_free(a_case);
  }
}

static void batches_in_stretches_add_up_to_the_run(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(60); seed++) {
    const uint64_t frames = 2 + seed % 9, cut = 1 + seed % (frames - 1);
    em_case *a_case = toggling_case(seed, frames);
    em_run run = em_run_new(a_case, 0, 0, 0);
    em_run_finish(&run, UINT64_MAX);
    counted c = counted_new(a_case);
    count_stretch(&c, cut, frames, 3);
    count_stretch(&c, 0, cut, 2);
    assert_counts(&c, &run);
    counted_free(&c);
    em_run_free(&run);
    em_case_free(a_case);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(batches_of_any_size_count_what_one_frame_after_another_does),
      cmocka_unit_test(batches_in_stretches_add_up_to_the_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
