/* The timing recurrence against the core, which moves time by another mechanism; neither calls the other. */
#include <stdlib.h>
#include <string.h>

#include "models/time/timing.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"
#include "tests/support/smallest.h"

static void assert_counters(const em_timing *timing, const em_core *core, const em_state *state) {
  assert_int_equal(timing->cycles, state->cycle);
  for (uint32_t e = 0; e < core->graph.engine_count; e++) {
    em_engine_state counters = em_core_counters(core, state, e);
    assert_int_equal(timing->engines[e].busy, counters.busy);
    assert_int_equal(timing->engines[e].starved, counters.starved);
    assert_int_equal(timing->engines[e].blocked, counters.blocked);
    assert_int_equal(timing->engines[e].tokens, counters.tokens);
  }
}

static uint64_t *new_workspace(const em_graph *graph) {
  size_t bytes = em_timing_workspace_words(graph) * sizeof(uint64_t);
  uint64_t *workspace = malloc(bytes);
  assert_non_null(workspace);
  memset(workspace, 0x5a, bytes);
  return workspace;
}

static void check_case(const em_case *a_case) {
  uint64_t *workspace = new_workspace(&a_case->core.graph), latency = 0;
  em_timing *timing = malloc(sizeof *timing);
  em_timing_run(&a_case->core.graph, NULL, a_case->frame_count, workspace, timing);
  em_run run = em_run_new(a_case, 0, 0, 0);
  em_step step;
  while (!em_run_done(&run)) {
    em_run_step(&run, UINT64_MAX, &step);
    latency = step.result_out && run.results == a_case->results_per_frame ? run.state->cycle : latency;
  }
  assert_int_equal(timing->latency_cycles, latency);
  assert_counters(timing, &a_case->core, run.state);
  em_run_free(&run);
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

/* A random design with buffers of up to 11 slots; with long frames where `rows` is not 0. */
static void random_depths(uint64_t seed, uint32_t rows, em_design *design) {
  em_random_design(seed, design);
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    bool store = key->offset == offsetof(em_design, depth_tokens.store);
    if (strcmp(key->section, "depth_tokens") == 0 && !(store && design->shape.head == EM_HEAD_FLATTEN) &&
        em_design_key_applies(key, &design->shape)) {
      uint32_t depth = (uint32_t)((seed + i) * (seed + i) % 11 * (i % 2) + 1);
      em_design_set(design, key, depth < key->max ? depth : 1);
    }
  }
  if (rows > 0 && design->shape.head != EM_HEAD_FLATTEN) {
    design->shape.h = rows * design->shape.p;
    design->shape.l = rows * (design->shape.w / design->shape.p);
    design->in_bytes = 1;
  }
}

/* Depths far from each other: slots wrap at every length. */
static void timing_of_deep_and_shallow_buffers_is_the_cores(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    em_design design;
    random_depths(seed, 0, &design);
    em_case *a_case = em_case_of(&design, seed, 4);
    check_case(a_case);
    em_case_free(a_case);
  }
}

/* The core ticked by cycles, with the stimulus's stalls at both streams. */
static void check_case_under_stalls(const em_case *a_case, em_stimulus stalls) {
  const em_core *core = &a_case->core;
  uint64_t *workspace = new_workspace(&core->graph);
  uint64_t results = a_case->frame_count * a_case->results_per_frame, frames_in = 0, first = UINT64_MAX, latency = 0;
  em_timing *timing = malloc(sizeof *timing);
  em_state *state = aligned_alloc(EM_LANES, core->state_bytes);
  em_timing_run(&core->graph, &stalls, a_case->frame_count, workspace, timing);
  em_state_reset(core, state);
  const int8_t *beat = a_case->frames;
  for (uint64_t done = 0; done < results;) {
    em_step step;
    em_pins pins = {frames_in < a_case->frame_count && em_stimulus_valid(&stalls, state->cycle), beat,
                    em_stimulus_ready(&stalls, state->cycle)};
    em_core_advance(core, state, &pins, 1, &step);
    if (step.in_beats > 0) {
      em_stimulus_accepted(&stalls);
      beat += core->graph.engines[0].lanes;
      first = first == UINT64_MAX ? state->cycle - 1 : first;
    }
    frames_in += step.frame_in;
    done += step.result_out;
    latency = step.result_out && done == a_case->results_per_frame ? state->cycle - first : latency;
  }
  assert_int_equal(timing->latency_cycles, latency);
  assert_counters(timing, core, state);
  free(state);
  free(workspace);
  free(timing);
}

static void timing_under_stalls_is_the_cores(void **state) {
  (void)state;
  static const double stalls[] = {0, 0.05, 0.3, 0.75};
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    em_case *a_case = em_case_new(seed, 1 + seed % 5);
    check_case_under_stalls(a_case, (em_stimulus){seed, stalls[seed / 4 % 4], stalls[seed % 4], false});
    em_case_free(a_case);
  }
}

/* ---- Patterns ---- */

static void ignore(void *context, const em_token_time *time) {
  (void)context;
  (void)time;
}

/* Every token one by one, which an observer enforces. */
static void plain_run(const em_graph *graph, uint64_t frames, uint64_t *workspace, em_timing *timing) {
  em_recurrence r;
  em_recurrence_start(&r, graph, NULL, workspace, ignore, NULL);
  for (uint64_t f = 0; f < frames; f++) {
    em_recurrence_frame(&r);
  }
  *timing = (em_timing){.frames = frames, .cycles = r.cycles};
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    timing->engines[e] = em_recurrence_counters(&r, e);
  }
}

static void assert_same_timing(const em_graph *graph, const em_timing *a, const em_timing *b) {
  assert_int_equal(a->cycles, b->cycles);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    assert_memory_equal(&a->engines[e], &b->engines[e], sizeof a->engines[e]);
  }
}

static void check_leaps(uint64_t seed, uint32_t rows, uint64_t frames) {
  em_design design;
  const em_design_key *key;
  em_error error;
  random_depths(seed, rows, &design);
  assert_int_equal(em_design_check(&design, &key, &error), EM_OK);
  em_graph *graph = malloc(sizeof *graph);
  em_timing *leaping = malloc(sizeof *leaping), *plain = malloc(sizeof *plain);
  em_graph_build(graph, &design);
  uint64_t *workspace = new_workspace(graph);
  em_timing_run(graph, NULL, frames, workspace, leaping);
  plain_run(graph, frames, workspace, plain);
  assert_same_timing(graph, leaping, plain);
  free(workspace);
  free(plain);
  free(leaping);
  free(graph);
}

static void timing_of_many_frames_is_that_of_every_frame(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(2000); seed++) {
    check_leaps(seed, 0, 3 + seed * 7919 % 300);
  }
}

static void timing_of_long_frames_is_that_of_every_token(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    check_leaps(seed, (uint32_t)(20 + seed * 104729 % 700), 1 + seed % 5);
  }
}

static void steady_state_is_what_every_later_period_takes(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(300); seed++) {
    em_design design;
    random_depths(seed, 0, &design);
    em_graph *graph = malloc(sizeof *graph);
    em_timing *timing = malloc(sizeof *timing);
    em_graph_build(graph, &design);
    uint64_t *workspace = new_workspace(graph), cycles = 0, busiest = 0;
    em_steady steady;
    em_timing_steady(graph, EM_TIMING_STEPS, workspace, &steady);
    assert_true(steady.exact);
    for (uint64_t periods = 0; periods < 4; periods++) {
      plain_run(graph, steady.warm_up_frames + periods * steady.period_frames, workspace, timing);
      assert_int_equal(timing->cycles - cycles, periods == 0 ? timing->cycles : steady.period_cycles);
      cycles = timing->cycles;
    }
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      uint64_t busy = timing->engines[e].busy / timing->frames;
      busiest = busy > busiest ? busy : busiest;
    }
    assert_true(steady.period_cycles >= busiest * steady.period_frames);
    assert_true(steady.shortest_gap_cycles * steady.period_frames <= steady.period_cycles);
    assert_true(steady.longest_gap_cycles * steady.period_frames >= steady.period_cycles);
    free(workspace);
    free(timing);
    free(graph);
  }
}

/* ---- Tokens one by one ---- */

/* Start and finish of every token, as seen by an observer of the recurrence. */
typedef struct {
  uint64_t tokens[EM_MAX_ENGINES], finish[EM_MAX_ENGINES], busy[EM_MAX_ENGINES];
} observed;

static void observe(void *context, const em_token_time *t) {
  observed *o = context;
  assert_int_equal(t->token, o->tokens[t->engine]); /* in order, and one at a time */
  assert_int_equal(t->start, o->finish[t->engine] + t->starved_cycles + t->blocked_cycles);
  assert_true(t->finish > t->start);
  o->tokens[t->engine]++;
  o->finish[t->engine] = t->finish;
  o->busy[t->engine] += t->finish - t->start - t->pause_cycles;
}

static void timing_observer_sees_every_token_in_order(void **state) {
  (void)state;
  observed *o = malloc(sizeof *o);
  em_graph *graph = malloc(sizeof *graph);
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_design design;
    em_random_design(seed, &design);
    em_graph_build(graph, &design);
    uint64_t *workspace = new_workspace(graph);
    em_recurrence r;
    em_stimulus stalls = {seed, (double)(seed % 2) * 0.4, (double)(seed % 3) * 0.3, false};
    memset(o, 0, sizeof *o);
    em_recurrence_start(&r, graph, &stalls, workspace, observe, o);
    for (uint32_t f = 0; f < 3; f++) {
      em_recurrence_frame(&r);
    }
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      em_engine_timing t = em_recurrence_counters(&r, e);
      assert_int_equal(o->tokens[e], t.tokens);
      assert_int_equal(o->busy[e], t.busy);
      assert_true(o->finish[e] <= r.cycles);
    }
    assert_int_equal(o->finish[graph->engine_count - 1], r.cycles);
    free(workspace);
  }
  free(graph);
  free(o);
}

/* One frame in a design worked out by hand from the busy cycles: D = ED = N = R = 1, one token, one lane everywhere. */
static void timing_of_the_smallest_design_is_the_sum_of_its_engines(void **state) {
  (void)state;
  em_design design = {.name = "smallest", .shape = smallest_shape(EM_HEAD_NONE)};
  for (size_t i = 0; i < em_design_key_count; i++) {
    if (em_design_keys[i].offset >= sizeof design.shape + offsetof(em_design, shape)) {
      em_design_set(&design, &em_design_keys[i], 1);
    }
  }
  em_case *a_case = em_case_of(&design, 1, 1);
  uint64_t *workspace = malloc(em_timing_workspace_words(&a_case->core.graph) * sizeof *workspace);
  em_timing *timing = malloc(sizeof *timing);
  em_timing_run(&a_case->core.graph, NULL, 1, workspace, timing);
  /* axis_in 1, patch_embed 1 + 3, norm 10 + 3, in_proj 2 + 3, conv 2 + 3, param_proj 3 + 3, delta_proj 1 + 3,
   * ssm 3 + 1 + 6, out_proj 1 + 3, axis_out 1 + 1: no two of them overlap */
  assert_int_equal(timing->latency_cycles, 1 + 4 + 13 + 5 + 5 + 6 + 4 + 10 + 4 + 2);
  assert_int_equal(timing->cycles, timing->latency_cycles);
  check_case(a_case);
  free(timing);
  free(workspace);
  em_case_free(a_case);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(timing_of_random_designs_is_the_cores),
      cmocka_unit_test(timing_of_deep_and_shallow_buffers_is_the_cores),
      cmocka_unit_test(timing_under_stalls_is_the_cores),
      cmocka_unit_test(timing_of_many_frames_is_that_of_every_frame),
      cmocka_unit_test(timing_of_long_frames_is_that_of_every_token),
      cmocka_unit_test(steady_state_is_what_every_later_period_takes),
      cmocka_unit_test(timing_observer_sees_every_token_in_order),
      cmocka_unit_test(timing_of_the_smallest_design_is_the_sum_of_its_engines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
