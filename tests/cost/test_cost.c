/*
 * The cost model: its parts are everything a design has, once; its figures with the shipped fit are sane, grow
 * with the lanes and with the work, and are nothing where nothing is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/cost/fit_reach.h"
#include "sim/files/fit_file.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

#define FIT "configs/technology/calibration.yaml" /* tests run in the project's root */

static int load_fit(void **state) {
  em_fit_data *fit = malloc(sizeof *fit);
  em_error error = {""};
  em_status status = em_fit_load(FIT, fit, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  *state = fit;
  return 0;
}

static int free_fit(void **state) {
  free(*state);
  return 0;
}

static const em_cost_fit *fit_of(void **state) {
  return &((const em_fit_data *)*state)->coefficients;
}

static em_graph *graph_of(uint64_t seed) {
  em_design design;
  em_graph *graph = malloc(sizeof *graph);
  em_random_design(seed, &design);
  em_graph_build(graph, &design);
  return graph;
}

/* ---- Parts and names ---- */

static void parts_hold_every_engine_buffer_and_memory_once(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_graph *graph = graph_of(seed);
    uint32_t seen[4] = {0}, count = em_part_count(graph);
    for (uint32_t i = 0; i < count; i++) {
      em_part part = em_part_at(graph, i);
      assert_int_equal(part.index, seen[part.kind]); /* in order, none twice */
      seen[part.kind]++;
    }
    assert_int_equal(seen[EM_PART_ENGINE], graph->engine_count);
    assert_int_equal(seen[EM_PART_BUFFER], graph->buffer_count);
    assert_int_equal(seen[EM_PART_MEMORY], graph->memory_count);
    assert_int_equal(seen[EM_PART_APB], 1);
    free(graph);
  }
}

static void parts_have_names_of_their_own(void **state) {
  (void)state;
  em_graph *graph = graph_of(7);
  uint32_t count = em_part_count(graph);
  for (uint32_t i = 0; i < count; i++) {
    char name[EM_NAME_CHARS], other[EM_NAME_CHARS];
    em_part_name(graph, i, name);
    for (uint32_t j = 0; j < i; j++) {
      em_part_name(graph, j, other);
      assert_string_not_equal(name, other);
    }
  }
  free(graph);
}

static void features_have_names_and_nothing_stands_past_them(void **state) {
  (void)state;
  for (uint32_t kind = 0; kind < EM_COST_KINDS; kind++) {
    for (uint32_t q = 0; q < EM_COST_QUANTITIES; q++) {
      uint32_t count = 0;
      while (em_cost_feature_name((em_cost_kind)kind, (em_cost_quantity)q, count) != NULL) {
        count++;
      }
      bool none = q == EM_COST_DEPTH && (kind == EM_COST_BUFFER || kind == EM_COST_MEMORY || kind == EM_COST_APB);
      assert_in_range(count, none ? 0 : 1, none ? 0 : EM_COST_FEATURES);
    }
  }
  for (uint64_t seed = 1; seed <= EM_REPEAT(50); seed++) {
    em_graph *graph = graph_of(seed);
    for (uint32_t part = 0; part < em_part_count(graph); part++) {
      for (uint32_t q = EM_COST_GATES; q <= EM_COST_FLOPS; q++) {
        double features[EM_COST_FEATURES];
        em_part p = em_part_at(graph, part);
        em_cost_features(graph, NULL, p, (em_cost_quantity)q, features);
        for (uint32_t i = 0; i < EM_COST_FEATURES; i++) {
          bool named = em_cost_feature_name(em_part_cost_kind(graph, p), (em_cost_quantity)q, i) != NULL;
          assert_true(features[i] >= 0 && (named || features[i] <= 0));
        }
      }
    }
    free(graph);
  }
}

/* ---- Size ---- */

static void sizes_are_positive_and_a_macro_has_no_gates(void **state) {
  const em_cost_fit *fit = fit_of(state);
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_graph *graph = graph_of(seed);
    for (uint32_t part = 0; part < em_part_count(graph); part++) {
      em_part p = em_part_at(graph, part);
      em_part_size size;
      em_fit_size(fit, graph, part, &size);
      if (p.kind == EM_PART_MEMORY && graph->memories[p.index].macro) {
        const em_memory *m = &graph->memories[p.index];
        assert_true(size.gates_ge <= 0 && size.flops <= 0);
        assert_int_equal(size.macros, m->readers);
        assert_int_equal(size.macro_words, m->words);
        assert_int_equal(size.macro_word_bits, m->lanes * m->lane_bits);
      } else {
        assert_int_equal(size.macros, 0);
        assert_true(size.flops > 0);
        /* A flip-flop of the library has 4 gate equivalents; what a fit is off by is far less. */
        assert_true(size.gates_ge > 3 * size.flops);
      }
    }
    free(graph);
  }
}

/* Gates of the first engine of a kind. */
static double gates_of(const em_cost_fit *fit, const em_design *design, em_engine_id id) {
  em_graph *graph = malloc(sizeof *graph);
  double gates = -1;
  em_graph_build(graph, design);
  for (uint32_t e = 0; e < graph->engine_count && gates < 0; e++) {
    if (graph->engines[e].id == id) {
      em_part_size size;
      em_fit_size(fit, graph, e, &size);
      gates = size.gates_ge;
    }
  }
  free(graph);
  return gates;
}

static void sizes_grow_with_the_lanes(void **state) {
  const em_cost_fit *fit = fit_of(state);
  em_design design;
  for (uint64_t seed = 1;; seed++) {
    em_random_design(seed, &design);
    if (design.shape.d == 12 && design.shape.ed == 24 && design.shape.n == 8) {
      break;
    }
  }
  const struct {
    uint32_t *lanes;
    em_engine_id engine;
  } knobs[] = {{&design.in_proj.in, EM_ENGINE_IN_PROJ}, {&design.in_proj.out, EM_ENGINE_IN_PROJ},
               {&design.norm_units, EM_ENGINE_NORM},    {&design.conv_lanes, EM_ENGINE_CONV},
               {&design.ssm_lanes, EM_ENGINE_SSM},      {&design.out_proj.out, EM_ENGINE_OUT_PROJ}};
  for (size_t i = 0; i < sizeof knobs / sizeof knobs[0]; i++) {
    uint32_t before = *knobs[i].lanes;
    double last = 0;
    for (uint32_t lanes = 1; lanes <= 4; lanes *= 2) {
      *knobs[i].lanes = lanes;
      double gates = gates_of(fit, &design, knobs[i].engine);
      assert_true(gates > last);
      last = gates;
    }
    *knobs[i].lanes = before;
  }
}

/* ---- Work ---- */

static em_run_activity *run_activity(const em_case *a_case) {
  em_run_activity *activity = malloc(sizeof *activity);
  em_run run = em_run_new(a_case, 1, 0, 0);
  em_run_finish(&run, UINT64_MAX);
  em_core_activity(&a_case->core, run.state, activity);
  em_run_free(&run);
  return activity;
}

enum { GATE_MIN_FLOPS = 4 };

static em_part_work work_of(const em_cost_fit *fit, const em_graph *graph, const em_run_activity *activity,
                            uint32_t part) {
  em_part_use use;
  em_fit_use(fit, graph, activity, GATE_MIN_FLOPS, part, &use);
  return use.work;
}

static void work_of_nothing_is_nothing(void **state) {
  em_graph *graph = graph_of(3);
  em_run_activity *activity = calloc(1, sizeof *activity);
  for (uint32_t part = 0; part < em_part_count(graph); part++) {
    em_part_work work = work_of(fit_of(state), graph, activity, part);
    assert_true(work.switching_mac <= 0 && work.flop_cycles <= 0 && work.flop_cycles_gated <= 0);
    assert_true(work.macro_reads <= 0 && work.macro_writes <= 0);
  }
  free(activity);
  free(graph);
}

static void work_when_idle_is_that_of_counters_and_clocks(void **state) {
  em_graph *graph = graph_of(3);
  em_run_activity *activity = calloc(1, sizeof *activity);
  activity->cycles = 1000;
  for (uint32_t part = 0; part < em_part_count(graph); part++) {
    em_part kind = em_part_at(graph, part);
    em_part_size size;
    em_fit_size(fit_of(state), graph, part, &size);
    em_part_work work = work_of(fit_of(state), graph, activity, part);
    assert_true(work.switching_mac < 0.1 * 1000); /* a tenth of a MAC a cycle */
    assert_true(fabs(work.flop_cycles - 1000 * size.flops) < 1e-6 * (1 + work.flop_cycles));
    assert_true(work.flop_cycles_gated <= 40 * 1000); /* strobes, and groups that are too small */
    assert_true(kind.kind != EM_PART_MEMORY || work.flop_cycles_gated <= 0);
    assert_true(work.switching_mac <= 0 || (kind.kind != EM_PART_BUFFER && kind.kind != EM_PART_MEMORY));
  }
  free(activity);
  free(graph);
}

/* ---- Clock gates ---- */

static void clock_groups_hold_most_flops_of_engines_and_all_of_memories(void **state) {
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_graph *graph = graph_of(seed);
    for (uint32_t part = 0; part < em_part_count(graph); part++) {
      em_part p = em_part_at(graph, part);
      em_part_size size;
      em_fit_size(fit_of(state), graph, part, &size);
      if (size.macros > 0) {
        continue;
      }
      em_clock_group groups[EM_CLOCK_GROUPS];
      uint32_t count = em_clock_groups(graph, NULL, p, groups);
      double grouped = 0;
      for (uint32_t i = 0; i < count; i++) {
        assert_true(groups[i].gates >= 1 && groups[i].flops >= 1 && groups[i].cycles <= 0);
        grouped += groups[i].gates * groups[i].flops;
      }
      assert_true(grouped <= size.flops * 1.03 + 1 && grouped >= size.flops * 0.88 - 8);
      if (p.kind == EM_PART_MEMORY) {
        assert_true(fabs(grouped - size.flops) < 0.5);
      }
    }
    free(graph);
  }
}

/* A gate for each mask of each word and one for the word that is read. */
static void clock_gates_of_a_memory_are_its_enables(void **state) {
  em_graph *graph = graph_of(3);
  em_run_activity *activity = calloc(1, sizeof *activity);
  activity->cycles = 1000;
  uint32_t memory = 0;
  while (graph->memories[memory].macro || graph->memories[memory].role != EM_MEMORY_WEIGHT) {
    memory++;
    assert_true(memory < graph->memory_count);
  }
  const em_memory *m = &graph->memories[memory];
  activity->memories[memory].reads[0] = 10;
  uint32_t part = graph->engine_count + graph->buffer_count + memory;
  em_part_use eight, nine;
  em_fit_use(fit_of(state), graph, activity, 8, part, &eight);
  em_fit_use(fit_of(state), graph, activity, 9, part, &nine); /* bytes are too small for a gate of their own */
  double width = m->lanes * 8.0, bits = m->words * width;
  assert_true(fabs(eight.work.gate_cycles - 1000.0 * (m->words * m->lanes + 1)) < 1e-6);
  assert_true(fabs(eight.work.flop_cycles_gated - 10 * width) < 1e-6);
  assert_true(fabs(nine.work.gate_cycles - (width < 9 ? 0 : 1000)) < 1e-6);
  assert_true(fabs(nine.work.flop_cycles_gated - (1000 * bits + (width < 9 ? 1000 : 10) * width)) < 1e-6 * bits * 1000);
  free(activity);
  free(graph);
}

/* Everything that happened, twice. */
static void double_activity(const em_graph *graph, em_run_activity *a) {
  a->cycles *= 2;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    em_engine_timing *t = &a->times[e];
    *t = (em_engine_timing){2 * t->busy, 2 * t->starved, 2 * t->blocked, 2 * t->tokens};
    for (uint32_t i = 0; i < EM_ACTIVITY_STROBES; i++) {
      a->engines[e].strobes[i] *= 2;
    }
    for (uint32_t i = 0; i < EM_ACTIONS; i++) {
      a->engines[e].actions[i] *= 2;
    }
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    em_memory_activity *x = &a->memories[m];
    *x = (em_memory_activity){{2 * x->reads[0], 2 * x->reads[1]},
                              2 * x->writes,
                              {2 * x->read_toggles[0], 2 * x->read_toggles[1]},
                              2 * x->write_toggles};
  }
}

static void assert_twice(double one, double two) {
  assert_true(fabs(two - 2 * one) <= 1e-9 * fabs(two));
}

static void work_is_linear_in_what_happened(void **state) {
  for (uint64_t seed = 1; seed <= EM_REPEAT(20); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    const em_graph *graph = &a_case->core.graph;
    em_run_activity *activity = run_activity(a_case);
    em_part_work *once = calloc(em_part_count(graph), sizeof *once);
    for (uint32_t part = 0; part < em_part_count(graph); part++) {
      once[part] = work_of(fit_of(state), graph, activity, part);
      bool macro = once[part].macro_reads + once[part].macro_writes > 0;
      assert_true(once[part].switching_mac >= 0 && once[part].flop_cycles_gated <= once[part].flop_cycles);
      assert_false(macro && em_part_at(graph, part).kind != EM_PART_MEMORY);
    }
    double_activity(graph, activity);
    for (uint32_t part = 0; part < em_part_count(graph); part++) {
      em_part_work twice = work_of(fit_of(state), graph, activity, part);
      assert_twice(once[part].switching_mac, twice.switching_mac);
      assert_twice(once[part].flop_cycles, twice.flop_cycles);
      assert_twice(once[part].flop_cycles_gated, twice.flop_cycles_gated);
      assert_twice(once[part].gate_cycles, twice.gate_cycles);
      assert_twice(once[part].macro_reads, twice.macro_reads);
      assert_twice(once[part].macro_writes, twice.macro_writes);
    }
    free(once);
    free(activity);
    em_case_free(a_case);
  }
}

static void work_without_counted_toggles_is_that_of_half_the_bits(void **state) {
  em_case *a_case = em_case_new(5, 1);
  const em_graph *graph = &a_case->core.graph;
  em_run_activity *activity = run_activity(a_case);
  assert_false(activity->toggles);
  for (uint32_t part = 0; part < em_part_count(graph); part++) {
    em_part_work assumed = work_of(fit_of(state), graph, activity, part);
    activity->toggles = true; /* and all of them 0 */
    em_part_work still = work_of(fit_of(state), graph, activity, part);
    activity->toggles = false;
    assert_true(still.switching_mac <= assumed.switching_mac);
  }
  free(activity);
  em_case_free(a_case);
}

/* ---- Beyond the fit ---- */

/* The largest features of one design, as if it were all that was synthesised. */
static em_fit_reach reach_of(const em_graph *graph) {
  em_fit_reach reach = {0};
  double features[EM_COST_FEATURES];
  for (uint32_t part = 0; part < em_part_count(graph); part++) {
    em_cost_kind kind = em_part_cost_kind(graph, em_part_at(graph, part));
    em_cost_features(graph, NULL, em_part_at(graph, part), EM_COST_GATES, features);
    for (uint32_t f = 0; f < EM_COST_FEATURES; f++) {
      reach.largest[kind][f] = fmax(reach.largest[kind][f], features[f]);
    }
  }
  return reach;
}

static double all_gates(const em_cost_fit *fit, const em_graph *graph) {
  double gates = 0;
  for (uint32_t part = 0; part < em_part_count(graph); part++) {
    em_part_size size;
    em_fit_size(fit, graph, part, &size);
    gates += size.gates_ge;
  }
  return gates;
}

static void beyond_is_nothing_at_the_reach_and_all_beyond_none(void **state) {
  for (uint64_t seed = 1; seed <= EM_REPEAT(50); seed++) {
    em_graph *graph = graph_of(seed);
    em_fit_reach reach = reach_of(graph), none = {0};
    em_fit_beyond beyond;
    em_fit_beyond_of(fit_of(state), &reach, graph, &beyond);
    assert_int_equal(beyond.count, 0);
    assert_true(beyond.share <= 0);
    em_fit_beyond_of(fit_of(state), &none, graph, &beyond);
    assert_true(fabs(beyond.share - 1) < 1e-12);
    free(graph);
  }
}

/* The norm's lanes alone were seen up to half: the share is what the other half costs. */
static void beyond_by_one_feature_names_it_and_its_gates(void **state) {
  const em_cost_fit *fit = fit_of(state);
  em_graph *graph = graph_of(1);
  em_fit_reach reach = reach_of(graph);
  em_fit_beyond beyond;
  double *lanes = &reach.largest[EM_COST_NORM][1], all = *lanes;
  assert_string_equal(em_cost_feature_name(EM_COST_NORM, EM_COST_GATES, 1), "lanes");
  *lanes = all / 2;
  em_fit_beyond_of(fit, &reach, graph, &beyond);
  double gates = fit->coefficients[EM_COST_NORM][EM_COST_GATES][1] * all / 2;
  assert_int_equal(beyond.worst.feature, 1);
  assert_int_equal(em_part_cost_kind(graph, em_part_at(graph, beyond.worst.part)), EM_COST_NORM);
  assert_true(fabs(beyond.worst.gates_ge - gates) < 1e-9 * gates);
  assert_int_equal(beyond.count, graph->design.shape.m);
  assert_true(fabs(beyond.share - gates * graph->design.shape.m / all_gates(fit, graph)) < 1e-12);
  free(graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_hold_every_engine_buffer_and_memory_once),
      cmocka_unit_test(parts_have_names_of_their_own),
      cmocka_unit_test(features_have_names_and_nothing_stands_past_them),
      cmocka_unit_test(sizes_are_positive_and_a_macro_has_no_gates),
      cmocka_unit_test(sizes_grow_with_the_lanes),
      cmocka_unit_test(work_of_nothing_is_nothing),
      cmocka_unit_test(clock_groups_hold_most_flops_of_engines_and_all_of_memories),
      cmocka_unit_test(clock_gates_of_a_memory_are_its_enables),
      cmocka_unit_test(work_when_idle_is_that_of_counters_and_clocks),
      cmocka_unit_test(work_is_linear_in_what_happened),
      cmocka_unit_test(work_without_counted_toggles_is_that_of_half_the_bits),
      cmocka_unit_test(beyond_is_nothing_at_the_reach_and_all_beyond_none),
      cmocka_unit_test(beyond_by_one_feature_names_it_and_its_gates),
  };
  return cmocka_run_group_tests(tests, load_fit, free_fit);
}
