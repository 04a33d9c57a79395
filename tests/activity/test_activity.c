/*
 * Activity by closed formula against the sum of the schedule's records over all cycles, and the operations behind it
 * against what the network needs whatever the lanes.
 */
#include <stdlib.h>
#include <string.h>

#include "models/activity/activity.h"
#include "models/machine/schedule.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

/* Activity of everything. */
typedef struct {
  em_engine_activity engines[EM_MAX_ENGINES];
  em_memory_activity memories[EM_MAX_MEMORIES];
} tally;

/* Adds one cycle's records. */
static void count_cycle(const em_graph *graph, const em_records *records, tally *t) {
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    for (uint32_t i = 0; i < EM_STROBES; i++) {
      t->engines[e].strobes[i] += records->engines[e] >> (EM_RECORD_STROBE_BIT + i) & 1;
    }
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    t->memories[m].writes += records->memories[m] >> EM_RECORD_WRITE_BIT & 1;
    t->memories[m].reads[0] += records->memories[m] >> EM_RECORD_READ_BIT & 1;
    t->memories[m].reads[1] += records->memories[m] >> (EM_RECORD_READ_BIT + 1) & 1;
  }
}

/* Ticks through a run under stalls. */
static void count_run(const em_case *a_case, uint64_t seed, em_records *records, tally *t) {
  memset(t, 0, sizeof *t);
  em_run run = em_run_new(a_case, seed, seed % 3 == 0 ? 40 : 0, seed % 2 == 0 ? 40 : 0);
  em_step step;
  while (!em_run_done(&run)) {
    em_pins pins = em_run_pins(&run);
    em_core_settle(&a_case->core, run.state);
    em_schedule_record(&a_case->core, run.state, &pins, records);
    count_cycle(&a_case->core.graph, records, t);
    em_run_step(&run, 1, &step);
  }
  em_run_free(&run);
}

/* The same by the closed formulas, from the tokens that the frames have. */
static void add_run(const em_case *a_case, tally *t) {
  const em_graph *graph = &a_case->core.graph;
  memset(t, 0, sizeof *t);
  em_run run = em_run_new(a_case, 0, 0, 0);
  em_run_finish(&run, UINT64_MAX);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    uint64_t tokens = em_core_counters(&a_case->core, run.state, e).tokens;
    em_activity_add(graph, e, tokens, &t->engines[e], t->memories);
  }
  em_run_free(&run);
}

static void activity_is_the_sum_of_all_records(void **state) {
  (void)state;
  tally *counted = malloc(sizeof *counted), *formula = malloc(sizeof *formula);
  em_records *records = malloc(sizeof *records);
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    em_case *a_case = em_case_new(seed, 1 + seed % 3);
    const em_graph *graph = &a_case->core.graph;
    count_run(a_case, seed, records, counted);
    add_run(a_case, formula);
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      assert_memory_equal(formula->engines[e].strobes, counted->engines[e].strobes, sizeof counted->engines[e].strobes);
      for (uint32_t i = 0; i < EM_STROBES; i++) { /* a strobe that fires has a name */
        const char *name = em_strobe_name(graph->engines[e].kind, i);
        assert_true(counted->engines[e].strobes[i] == 0 || name != NULL);
      }
    }
    for (uint32_t m = 0; m < graph->memory_count; m++) {
      assert_int_equal(formula->memories[m].writes, counted->memories[m].writes);
      assert_int_equal(formula->memories[m].reads[0], counted->memories[m].reads[0]);
      assert_int_equal(formula->memories[m].reads[1], counted->memories[m].reads[1]);
    }
    em_case_free(a_case);
  }
  free(counted);
  free(formula);
  free(records);
}

static void activity_actions_are_strobes_times_their_actions(void **state) {
  (void)state;
  tally *formula = malloc(sizeof *formula);
  for (uint64_t seed = 1; seed <= EM_REPEAT(200); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    const em_graph *graph = &a_case->core.graph;
    add_run(a_case, formula);
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      uint64_t expected[EM_ACTIONS] = {0}, actions[EM_ACTIONS];
      for (uint32_t i = 0; i < EM_ACTIVITY_STROBES && em_strobe_name(graph->engines[e].kind, i) != NULL; i++) {
        em_activity_strobe(graph, e, i, actions);
        for (uint32_t a = 0; a < EM_ACTIONS; a++) {
          expected[a] += formula->engines[e].strobes[i] * actions[a];
        }
      }
      assert_memory_equal(formula->engines[e].actions, expected, sizeof expected);
    }
    em_case_free(a_case);
  }
  free(formula);
}

/* What a frame costs, counted on the network: no lane count changes it. */
static void activity_operations_of_a_frame_are_the_networks(void **state) {
  (void)state;
  tally *formula = malloc(sizeof *formula);
  for (uint64_t seed = 1; seed <= EM_REPEAT(300); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    const em_graph *graph = &a_case->core.graph;
    const em_shape *s = &a_case->design.shape;
    uint64_t total[EM_ACTIONS] = {0};
    add_run(a_case, formula);
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      for (uint32_t a = 0; a < EM_ACTIONS; a++) {
        total[a] += formula->engines[e].actions[a];
      }
    }
    uint64_t states = (uint64_t)s->ed * s->n, params = s->r + 2 * s->n;
    uint64_t block_macs = 2 * (uint64_t)s->ed * s->d + s->ed * s->k + s->ed * params + s->r * s->ed + s->ed * s->d;
    uint64_t macs = s->l * ((uint64_t)s->p * s->p * s->c * s->d + s->m * block_macs);
    uint64_t head_in = s->head == EM_HEAD_FLATTEN ? s->l * s->d : s->d;
    uint64_t hidden = s->head_hidden;
    uint64_t head_macs = hidden > 0 ? hidden * (head_in + s->outputs) : head_in * s->outputs;
    macs += s->head == EM_HEAD_NONE ? 0 : s->head == EM_HEAD_TOKEN ? s->l * head_macs : head_macs;
    uint64_t tokens = (uint64_t)s->m * s->l;
    assert_int_equal(total[EM_MAC_8X8], macs);
    assert_int_equal(total[EM_MUL_8X8], tokens * (3 * states + 2 * s->ed)); /* delta A, delta B, B_bar x; D x, y g */
    assert_int_equal(total[EM_MUL_8X17], tokens * states);                  /* A_bar h */
    assert_int_equal(total[EM_MAC_8X24], tokens * states);                  /* C cur */
    assert_int_equal(total[EM_MUL_NORM], tokens * 3 * s->d);                /* D x, times gamma, dr beta */
    assert_int_equal(total[EM_COMPARE], tokens * 2 * s->d);
    assert_int_equal(total[EM_PWL], tokens * (states + s->ed * (1 + s->conv_silu)));
    assert_int_equal(total[EM_DIV_STEP], 8 * (tokens * s->d + (s->head == EM_HEAD_MEAN ? s->d : 0)));
    em_case_free(a_case);
  }
  free(formula);
}

static void activity_adds_to_what_is_there(void **state) {
  (void)state;
  tally *once = calloc(1, sizeof *once), *twice = calloc(1, sizeof *twice);
  em_case *a_case = em_case_new(3, 1);
  const em_graph *graph = &a_case->core.graph;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    em_activity_add(graph, e, a_case->design.shape.l, &once->engines[e], once->memories);
    for (int i = 0; i < 2; i++) {
      em_activity_add(graph, e, a_case->design.shape.l, &twice->engines[e], twice->memories);
    }
    for (uint32_t a = 0; a < EM_ACTIONS; a++) {
      assert_int_equal(twice->engines[e].actions[a], 2 * once->engines[e].actions[a]);
    }
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    assert_int_equal(twice->memories[m].writes, 2 * once->memories[m].writes);
    assert_int_equal(twice->memories[m].reads[0], 2 * once->memories[m].reads[0]);
  }
  em_case_free(a_case);
  free(once);
  free(twice);
}

static void activity_keys_are_distinct(void **state) {
  (void)state;
  for (int a = 0; a < EM_ACTIONS; a++) {
    for (int b = 0; b < a; b++) {
      assert_string_not_equal(em_action_key((em_action)a), em_action_key((em_action)b));
    }
  }
  assert_string_equal(em_action_key(EM_MAC_8X8), "mac_8x8_ops");
  assert_string_equal(em_action_key(EM_REG_BIT), "register_bits");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(activity_is_the_sum_of_all_records),
      cmocka_unit_test(activity_actions_are_strobes_times_their_actions),
      cmocka_unit_test(activity_operations_of_a_frame_are_the_networks),
      cmocka_unit_test(activity_adds_to_what_is_there),
      cmocka_unit_test(activity_keys_are_distinct),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
