/* Closed forms of interval and latency against the recurrence, which knows no formula. */
#include <stdlib.h>
#include <string.h>

#include "models/explore/closed.h"
#include "models/time/timing.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

/* Depths of 1 to 8, or 2 to 4 frames. */
static void draw_depths(em_random *random, em_design *design) {
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (strcmp(key->section, "depth_tokens") == 0 && em_design_key_applies(key, &design->shape)) {
      em_design_set(design, key, em_random_count(random, 1, 8));
    }
  }
  design->depth_tokens.frame = em_random_count(random, 2, 4);
  if (design->shape.head == EM_HEAD_FLATTEN) {
    design->depth_tokens.store = design->shape.l * em_random_count(random, 2, 4);
  }
}

typedef struct {
  em_graph graph;
  em_closed closed;
  em_steady steady;
  em_timing timing;
} subject;

static void look_at(uint64_t seed, bool drawn, subject *s) {
  em_random random = em_random_seeded(seed, 77);
  em_design design;
  em_random_design(seed, &design);
  if (drawn) {
    draw_depths(&random, &design);
  }
  em_graph_build(&s->graph, &design);
  uint64_t *workspace = malloc(em_timing_workspace_words(&s->graph) * sizeof *workspace);
  em_timing_steady(&s->graph, EM_TIMING_STEPS, workspace, &s->steady);
  em_timing_run(&s->graph, NULL, 1, workspace, &s->timing);
  em_closed_of(&s->graph, &s->closed);
  free(workspace);
}

static void the_interval_is_the_largest_term(void **state) {
  (void)state;
  subject *s = malloc(sizeof *s);
  uint32_t exact[4] = {0}, bounds = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(6000); seed++) {
    look_at(seed, true, s);
    uint64_t closed = s->closed.cycles * s->steady.period_frames, timed = s->steady.period_cycles * s->closed.frames;
    assert_true(s->closed.covered && s->steady.exact);
    if (s->closed.bound) {
      assert_true(closed >= timed);
      bounds++;
    } else {
      assert_int_equal(closed, timed);
      exact[s->graph.design.shape.head]++;
    }
  }
  for (uint32_t head = 0; head < 4; head++) {
    assert_true(exact[head] > EM_REPEAT(600));
  }
  assert_true(bounds > 0);
  free(s);
}

static void frames_and_stores_of_one_frame_are_not_covered(void **state) {
  (void)state;
  subject *s = malloc(sizeof *s);
  uint32_t longer = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(1000); seed++) {
    look_at(seed, false, s);
    const em_design *d = &s->graph.design;
    bool one = d->depth_tokens.frame < 2 ||
               (d->shape.head == EM_HEAD_FLATTEN && d->shape.l > 1 && d->depth_tokens.store < 2 * d->shape.l);
    assert_int_equal(s->closed.covered, !one);
    uint64_t closed = s->closed.cycles * s->steady.period_frames, timed = s->steady.period_cycles * s->closed.frames;
    longer += one && timed > closed;
  }
  assert_true(longer > 0);
  free(s);
}

static void latency_is_a_sum_where_nothing_blocks(void **state) {
  (void)state;
  subject *s = malloc(sizeof *s);
  uint32_t flows = 0, longer = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(6000); seed++) {
    look_at(seed, true, s);
    flows += s->closed.flows;
    if (s->closed.flows) {
      assert_int_equal(s->closed.latency_cycles, s->timing.latency_cycles);
    } else {
      assert_true(s->closed.latency_cycles <= s->timing.latency_cycles);
      longer += s->closed.latency_cycles < s->timing.latency_cycles;
    }
  }
  assert_true(flows > EM_REPEAT(1000) && longer > 0);
  free(s);
}

static void the_least_depth_is_the_last_that_sets_no_longer_interval(void **state) {
  (void)state;
  for (uint64_t chain = 1; chain < 60; chain++) {
    for (uint64_t cycles = 1; cycles < 60; cycles++) {
      uint64_t depth = em_least_depth(chain, 7, cycles);
      assert_true(7 * chain <= depth * cycles && 7 * chain > (depth - 1) * cycles);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_interval_is_the_largest_term),
      cmocka_unit_test(frames_and_stores_of_one_frame_are_not_covered),
      cmocka_unit_test(latency_is_a_sum_where_nothing_blocks),
      cmocka_unit_test(the_least_depth_is_the_last_that_sets_no_longer_interval),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
