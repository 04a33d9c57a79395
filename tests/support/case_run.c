#include "tests/support/case_run.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

em_case *em_case_of(const em_design *design, uint64_t seed, uint64_t frame_count) {
  em_case *a_case = calloc(1, sizeof *a_case);
  em_graph *graph = malloc(sizeof *graph);
  const em_design_key *key;
  em_error error = {"?"};
  assert_non_null(a_case);
  assert_non_null(graph);
  a_case->design = *design;
  if (em_design_check(&a_case->design, &key, &error) != EM_OK) {
    fail_msg("design: %s", error.text);
  }
  const em_shape *s = &a_case->design.shape;
  em_graph_build(graph, design);
  em_random_network(seed, s, design->silu_segments, design->exp_segments, &a_case->network);
  if (em_core_init(&a_case->core, graph, &a_case->network, &error) != EM_OK) {
    fail_msg("core: %s", error.text);
  }
  free(graph);
  a_case->frame_count = frame_count;
  a_case->frame_codes = s->h * s->w * s->c;
  a_case->results_per_frame = em_results_per_frame(s);
  a_case->frames = malloc(frame_count * a_case->frame_codes);
  assert_non_null(a_case->frames);
  em_random_frames(seed, s, frame_count, a_case->frames);
  return a_case;
}

em_case *em_case_new(uint64_t seed, uint64_t frame_count) {
  em_design design;
  em_random_design(seed, &design);
  return em_case_of(&design, seed, frame_count);
}

void em_case_free(em_case *a_case) {
  em_core_free(&a_case->core);
  em_network_free(&a_case->network);
  free(a_case->frames);
  free(a_case);
}

uint64_t em_run_output_bytes(const em_run *run) {
  const em_case *c = run->a_case;
  return c->frame_count * c->results_per_frame * c->design.shape.outputs;
}

em_run em_run_new(const em_case *a_case, uint64_t pins_seed, uint32_t stall_in_percent, uint32_t stall_out_percent) {
  em_run run = {.a_case = a_case,
                .state = aligned_alloc(EM_LANES, a_case->core.state_bytes),
                .pins_seed = pins_seed,
                .stall_in_percent = stall_in_percent,
                .stall_out_percent = stall_out_percent};
  run.outputs = calloc(em_run_output_bytes(&run), 1);
  assert_non_null(run.state);
  assert_non_null(run.outputs);
  em_state_reset(&a_case->core, run.state);
  return run;
}

void em_run_free(em_run *run) {
  free(run->state);
  free(run->outputs);
}

em_run em_run_snapshot(const em_run *run) {
  em_run copy = *run;
  copy.state = aligned_alloc(EM_LANES, run->a_case->core.state_bytes);
  copy.outputs = malloc(em_run_output_bytes(run));
  assert_non_null(copy.state);
  assert_non_null(copy.outputs);
  memcpy(copy.state, run->state, run->a_case->core.state_bytes);
  memcpy(copy.outputs, run->outputs, em_run_output_bytes(run));
  return copy;
}

/* The pins change at most every 2^window cycles. */
static uint32_t window(const em_run *run) {
  return (uint32_t)(run->pins_seed % 6);
}

static bool stalls(const em_run *run, uint64_t purpose, uint32_t percent) {
  em_random random = em_random_seeded(run->pins_seed + purpose, run->state->cycle >> window(run));
  return em_random_chance(&random, percent);
}

em_pins em_run_pins(const em_run *run) {
  const em_case *c = run->a_case;
  bool left = run->in_codes < c->frame_count * c->frame_codes;
  return (em_pins){.in_valid = left && !stalls(run, 0, run->stall_in_percent),
                   .in_data = c->frames + run->in_codes,
                   .out_ready = !stalls(run, UINT64_C(1) << 40, run->stall_out_percent)};
}

void em_run_step(em_run *run, uint64_t max_cycles, em_step *step) {
  const em_case *c = run->a_case;
  bool steady = run->stall_in_percent == 0 && run->stall_out_percent == 0;
  uint64_t period = steady ? 1u << 20 : UINT64_C(1) << window(run), limit = period - run->state->cycle % period;
  em_pins pins = em_run_pins(run);
  em_core_advance(&c->core, run->state, &pins, max_cycles < limit ? max_cycles : limit, step);
  run->in_codes += (uint64_t)step->in_beats * c->design.in_bytes;
  if (step->result_out) {
    uint32_t outputs = c->design.shape.outputs;
    memcpy(run->outputs + run->results++ * outputs, em_core_output(&c->core, run->state), outputs);
  }
  if (run->state->cycle > 1u << 24) {
    fail_msg("%s: no end after %lu cycles", c->design.name, (unsigned long)run->state->cycle);
  }
}

bool em_run_done(const em_run *run) {
  return run->results == run->a_case->frame_count * run->a_case->results_per_frame;
}

void em_run_finish(em_run *run, uint64_t max_cycles) {
  em_step step;
  while (!em_run_done(run)) {
    em_run_step(run, max_cycles, &step);
  }
}

void em_run_assert_same(const em_run *a, const em_run *b) {
  const em_core *core = &a->a_case->core;
  em_run left = em_run_snapshot(a), right = em_run_snapshot(b);
  em_core_settle(core, left.state);
  em_core_settle(core, right.state);
  for (uint32_t e = 0; e < core->graph.engine_count; e++) {
    em_state_engines(core, left.state)[e] = em_core_counters(core, left.state, e);
    em_state_engines(core, right.state)[e] = em_core_counters(core, right.state, e);
  }
  assert_int_equal(left.state->cycle, right.state->cycle);
  assert_int_equal(left.results, right.results);
  assert_int_equal(left.in_codes, right.in_codes);
  assert_memory_equal(left.state, right.state, core->state_bytes);
  assert_memory_equal(left.outputs, right.outputs, em_run_output_bytes(&left));
  em_run_free(&left);
  em_run_free(&right);
}
