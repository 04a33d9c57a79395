/*
 * The core: time. Whatever the size of the steps, the stalls, the depths and what went before, values stay the same and
 * every cycle is accounted for.
 */
#include <stdlib.h>
#include <string.h>

#include "models/machine/schedule.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

static const uint32_t stall_percents[] = {0, 0, 15, 60};

/* A run of a case under stalls that follow from the seed. */
static em_run run_of(const em_case *a_case, uint64_t seed) {
  return em_run_new(a_case, seed, stall_percents[seed % 4], stall_percents[seed / 4 % 4]);
}

/* The records that two runs at the same cycle give. */
static void assert_same_records(const em_run *a, const em_run *b, em_records *of_a, em_records *of_b) {
  const em_core *core = &a->a_case->core;
  em_run left = em_run_snapshot(a), right = em_run_snapshot(b);
  em_pins pins = em_run_pins(a);
  em_core_settle(core, left.state);
  em_core_settle(core, right.state);
  em_schedule_record(core, left.state, &pins, of_a);
  em_schedule_record(core, right.state, &pins, of_b);
  assert_memory_equal(of_a->engines, of_b->engines, core->graph.engine_count * sizeof of_a->engines[0]);
  assert_memory_equal(of_a->buffers, of_b->buffers, core->graph.buffer_count * sizeof of_a->buffers[0]);
  assert_memory_equal(of_a->memories, of_b->memories, core->graph.memory_count * sizeof of_a->memories[0]);
  em_run_free(&left);
  em_run_free(&right);
}

static void core_steps_of_any_size_give_the_same_run(void **state) {
  (void)state;
  em_records *records = calloc(2, sizeof *records);
  for (uint64_t seed = 1; seed <= EM_REPEAT(150); seed++) {
    em_case *a_case = em_case_new(seed, 1 + seed % 3);
    em_run largest = run_of(a_case, seed), ticking = run_of(a_case, seed), drawn = run_of(a_case, seed);
    em_random random = {seed};
    em_step step;
    while (!em_run_done(&largest)) {
      em_run_step(&largest, UINT64_MAX, &step);
      uint64_t cycle = largest.state->cycle;
      while (ticking.state->cycle < cycle) {
        em_run_step(&ticking, 1, &step);
        assert_int_equal(step.cycles, 1);
      }
      while (drawn.state->cycle < cycle) {
        uint64_t left = cycle - drawn.state->cycle, size = em_random_count(&random, 1, 40);
        em_run_step(&drawn, size < left ? size : left, &step);
      }
      em_run_assert_same(&largest, &ticking);
      em_run_assert_same(&largest, &drawn);
      if (em_random_chance(&random, 10)) {
        assert_same_records(&largest, &ticking, &records[0], &records[1]);
      }
    }
    em_run_free(&largest);
    em_run_free(&ticking);
    em_run_free(&drawn);
    em_case_free(a_case);
  }
  free(records);
}

static void core_settle_within_a_cycle_is_idempotent(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    em_run plain = run_of(a_case, seed), settled = run_of(a_case, seed);
    em_step step;
    while (!em_run_done(&plain)) {
      em_core_settle(&a_case->core, settled.state);
      em_core_settle(&a_case->core, settled.state);
      em_run_step(&plain, UINT64_MAX, &step);
      em_run_step(&settled, UINT64_MAX, &step);
    }
    em_run_assert_same(&plain, &settled);
    em_run_free(&plain);
    em_run_free(&settled);
    em_case_free(a_case);
  }
}

static void core_snapshot_restored_continues_identically(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    em_case *a_case = em_case_new(seed, 2);
    em_run whole = run_of(a_case, seed);
    em_run_finish(&whole, UINT64_MAX);
    em_run run = run_of(a_case, seed);
    em_random random = {seed};
    uint64_t stop = em_random_next(&random) % whole.state->cycle;
    em_step step;
    while (run.state->cycle < stop) {
      em_run_step(&run, stop - run.state->cycle, &step);
    }
    em_run snapshot = em_run_snapshot(&run);
    em_run_finish(&run, UINT64_MAX);
    em_run_finish(&snapshot, 3);
    em_run_assert_same(&run, &whole);
    em_run_assert_same(&snapshot, &whole);
    em_run_free(&whole);
    em_run_free(&run);
    em_run_free(&snapshot);
    em_case_free(a_case);
  }
}

/* Results of the case's frames, in whatever order they are sent; [frame_count][results of a frame]. */
static void run_frames(em_case *a_case, const uint64_t *order, int8_t *results) {
  int8_t *frames = a_case->frames, *reordered = malloc(a_case->frame_count * a_case->frame_codes);
  for (uint64_t i = 0; i < a_case->frame_count; i++) {
    memcpy(reordered + i * a_case->frame_codes, frames + order[i] * a_case->frame_codes, a_case->frame_codes);
  }
  a_case->frames = reordered;
  em_run run = em_run_new(a_case, 0, 0, 0);
  em_run_finish(&run, UINT64_MAX);
  uint64_t width = em_run_output_bytes(&run) / a_case->frame_count;
  for (uint64_t i = 0; i < a_case->frame_count; i++) {
    memcpy(results + order[i] * width, run.outputs + i * width, width);
  }
  em_run_free(&run);
  a_case->frames = frames;
  free(reordered);
}

static void core_frames_in_any_order_give_the_same_results(void **state) {
  (void)state;
  static const uint64_t forward[] = {0, 1, 2, 3}, backward[] = {3, 2, 1, 0};
  for (uint64_t seed = 1; seed <= EM_REPEAT(300); seed++) {
    em_case *a_case = em_case_new(seed, 4);
    memcpy(a_case->frames + 3 * a_case->frame_codes, a_case->frames, a_case->frame_codes);
    uint64_t width = (uint64_t)a_case->results_per_frame * a_case->design.shape.outputs;
    int8_t *first = malloc(4 * width), *second = malloc(4 * width);
    run_frames(a_case, forward, first);
    run_frames(a_case, backward, second);
    assert_memory_equal(first, second, 4 * width);
    assert_memory_equal(first, first + 3 * width, width); /* equal frames, equal results */
    free(first);
    free(second);
    em_case_free(a_case);
  }
}

static void core_stalls_change_no_result(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(300); seed++) {
    em_case *a_case = em_case_new(seed, 3);
    em_run smooth = em_run_new(a_case, 0, 0, 0);
    em_run_finish(&smooth, UINT64_MAX);
    for (uint64_t pins = 1; pins <= 3; pins++) {
      em_run stalled = em_run_new(a_case, seed * 7 + pins, (uint32_t)pins * 30, 95 - (uint32_t)pins * 30);
      em_run_finish(&stalled, UINT64_MAX);
      assert_memory_equal(stalled.outputs, smooth.outputs, em_run_output_bytes(&smooth));
      assert_true(stalled.state->cycle >= smooth.state->cycle);
      em_run_free(&stalled);
    }
    em_run_free(&smooth);
    em_case_free(a_case);
  }
}

static void core_every_depth_from_one_finishes_and_deeper_is_never_slower(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_design design;
    em_random_design(seed, &design);
    uint64_t cycles = UINT64_MAX;
    int8_t *outputs = NULL;
    for (uint32_t depth = 1; depth <= 7; depth++) {
      for (size_t i = 0; i < em_design_key_count; i++) {
        bool store = em_design_keys[i].offset == offsetof(em_design, depth_tokens.store);
        if (strcmp(em_design_keys[i].section, "depth_tokens") == 0) {
          bool whole = store && design.shape.head == EM_HEAD_FLATTEN;
          em_design_set(&design, &em_design_keys[i], whole ? depth * design.shape.l : depth);
        }
      }
      em_case *a_case = em_case_of(&design, seed, 3);
      em_run run = em_run_new(a_case, 0, 0, 0);
      em_run_finish(&run, UINT64_MAX);
      assert_true(run.state->cycle <= cycles);
      cycles = run.state->cycle;
      if (outputs == NULL) {
        outputs = malloc(em_run_output_bytes(&run));
        memcpy(outputs, run.outputs, em_run_output_bytes(&run));
      }
      assert_memory_equal(run.outputs, outputs, em_run_output_bytes(&run));
      em_run_free(&run);
      em_case_free(a_case);
    }
    free(outputs);
  }
}

/* One buffer of depth 1 among deep ones. */
static void core_single_shallow_buffer_finishes(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(40); seed++) {
    for (size_t i = 0; i < em_design_key_count; i++) {
      em_design design;
      em_random_design(seed, &design);
      bool store = em_design_keys[i].offset == offsetof(em_design, depth_tokens.store);
      if (strcmp(em_design_keys[i].section, "depth_tokens") != 0 ||
          !em_design_key_applies(&em_design_keys[i], &design.shape)) {
        continue;
      }
      bool whole = store && design.shape.head == EM_HEAD_FLATTEN;
      em_design_set(&design, &em_design_keys[i], whole ? design.shape.l : 1);
      em_case *a_case = em_case_of(&design, seed, 2);
      em_run run = em_run_new(a_case, 0, 0, 0);
      em_run_finish(&run, UINT64_MAX);
      em_run_free(&run);
      em_case_free(a_case);
    }
  }
}

static void core_every_cycle_of_every_engine_is_counted_once(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    em_case *a_case = em_case_new(seed, 2);
    const em_graph *graph = &a_case->core.graph;
    em_run run = run_of(a_case, seed);
    em_step step;
    while (!em_run_done(&run)) {
      em_run_step(&run, UINT64_MAX, &step);
      for (uint32_t e = 0; e < graph->engine_count; e++) {
        em_engine_state c = em_core_counters(&a_case->core, run.state, e);
        assert_int_equal(c.busy + c.starved + c.blocked, run.state->cycle);
      }
    }
    for (uint32_t e = 0; e < graph->engine_count; e++) { /* busy is T a token, and every engine did every token */
      const em_engine *engine = &graph->engines[e];
      em_engine_state c = em_core_counters(&a_case->core, run.state, e);
      uint64_t once = a_case->frame_count, each = once * a_case->design.shape.l, ending = once;
      em_head head = (em_head)a_case->design.shape.head;
      bool of_head =
          engine->id == EM_ENGINE_HEAD_0 || engine->id == EM_ENGINE_HEAD_1 || engine->id == EM_ENGINE_AXIS_OUT;
      bool per_frame = engine->id == EM_ENGINE_AXIS_IN || (of_head && head != EM_HEAD_NONE && head != EM_HEAD_TOKEN);
      uint64_t tokens = per_frame ? once : each;
      ending = engine->id == EM_ENGINE_POOL ? once : tokens;
      assert_int_equal(c.tokens, tokens);
      assert_int_equal(c.busy, (tokens - ending) * engine->busy_cycles + ending * engine->busy_last_cycles);
    }
    em_run_free(&run);
    em_case_free(a_case);
  }
}

static void core_network_of_another_shape_is_refused(void **state) {
  (void)state;
  em_case *a_case = em_case_new(1, 1);
  em_core *core = malloc(sizeof *core);
  em_error error;
  em_graph *graph = malloc(sizeof *graph);
  *graph = a_case->core.graph;
  graph->design.shape.k++;
  assert_int_equal(em_core_init(core, graph, &a_case->network, &error), EM_BAD_INPUT);
  assert_non_null(strstr(error.text, "shape.K is "));
  *graph = a_case->core.graph;
  graph->design.exp_segments++;
  assert_int_equal(em_core_init(core, graph, &a_case->network, &error), EM_BAD_INPUT);
  assert_non_null(strstr(error.text, "pwl blocks.0.A_bar has "));
  graph->design.exp_segments--;
  graph->design.silu_segments++;
  assert_int_equal(em_core_init(core, graph, &a_case->network, &error), EM_BAD_INPUT);
  assert_non_null(strstr(error.text, "segments, the design's units have "));
  free(graph);
  free(core);
  em_case_free(a_case);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(core_steps_of_any_size_give_the_same_run),
      cmocka_unit_test(core_settle_within_a_cycle_is_idempotent),
      cmocka_unit_test(core_snapshot_restored_continues_identically),
      cmocka_unit_test(core_frames_in_any_order_give_the_same_results),
      cmocka_unit_test(core_stalls_change_no_result),
      cmocka_unit_test(core_every_depth_from_one_finishes_and_deeper_is_never_slower),
      cmocka_unit_test(core_single_shallow_buffer_finishes),
      cmocka_unit_test(core_every_cycle_of_every_engine_is_counted_once),
      cmocka_unit_test(core_network_of_another_shape_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
