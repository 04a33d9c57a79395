/* What an interval does not need: against every smaller value, tried here by running frames. */
#include <stdlib.h>
#include <string.h>

#include "models/time/slack.h"
#include "sim/files/design_file.h"
#include "tests/support/check.h"

/* Cycles of `frames` frames; 0 where the design is not legal. */
static uint64_t cycles_of(const em_design *design, uint64_t frames) {
  const em_design_key *key;
  em_error error;
  if (em_design_check(design, &key, &error) != EM_OK) {
    return 0;
  }
  em_graph *graph = malloc(sizeof *graph);
  em_timing *timing = malloc(sizeof *timing);
  em_graph_build(graph, design);
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  em_timing_run(graph, NULL, frames, workspace, timing);
  uint64_t cycles = timing->cycles;
  free(workspace);
  free(timing);
  free(graph);
  return cycles;
}

/* 7,200 frames after 720: both are multiples of any short period. */
static uint64_t pace(const em_design *design) {
  uint64_t all = cycles_of(design, 7920);
  return all == 0 ? 0 : all - cycles_of(design, 720);
}

static uint32_t enough_of(const em_slack *slack, const em_design_key *key, uint32_t value) {
  for (uint32_t i = 0; i < slack->count; i++) {
    value = slack->keys[i].key == key ? slack->keys[i].enough : value;
  }
  return value;
}

static void slack_is_what_no_smaller_value_beats(void **state) {
  (void)state;
  em_design design;
  em_technology technology;
  em_error error;
  em_graph *graph = malloc(sizeof *graph);
  em_throughput throughput;
  em_slack slack;
  assert_int_equal(em_design_load("configs/designs/tiny.yaml", &design, &technology, &error), EM_OK);
  em_graph_build(graph, &design);
  assert_int_equal(em_throughput_find(graph, &throughput, &error), EM_OK);
  assert_int_equal(em_slack_find(graph, &throughput.steady, &slack, &error), EM_OK);
  assert_true(slack.complete);
  assert_true(slack.count > 3);
  uint64_t now = pace(&design);
  uint32_t tried = 0;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    bool knob =
        strstr("engines. stream depth_tokens", key->section) != NULL || strncmp(key->section, "engines", 7) == 0;
    if (!knob || !em_design_key_applies(key, &design.shape)) {
      continue;
    }
    uint32_t value = em_design_get(&design, key), enough = value;
    for (uint32_t other = value; other-- > 1;) {
      em_design changed = design;
      em_design_set(&changed, key, other);
      uint64_t then = pace(&changed);
      if (then > now) {
        break;
      }
      enough = then > 0 ? other : enough;
    }
    assert_int_equal(enough_of(&slack, key, value), enough);
    tried++;
  }
  assert_true(tried > 20);
  free(graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(slack_is_what_no_smaller_value_beats)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
