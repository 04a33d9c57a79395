/* A frame's arithmetic: the walk, the core and the contract's naive reading agree on random networks. */
#include <stdlib.h>
#include <string.h>

#include "models/units/forward.h"
#include "tests/oracle/reference.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"

enum { CASES = EM_REPEAT(2000), FRAMES = 2 };

/* What a walk gives for all frames of a case; nodes [engine_count] are counted from zero. */
static int8_t *walk(const em_case *a_case, em_node_count (*nodes)[EM_ENGINE_NODES]) {
  const em_core *core = &a_case->core;
  uint64_t width = (uint64_t)a_case->results_per_frame * a_case->design.shape.outputs;
  int8_t *outputs = calloc(a_case->frame_count, width);
  em_forward forward;
  em_error error;
  assert_int_equal(em_forward_open(&forward, &core->graph, core->units, &error), EM_OK);
  em_forward_batch(&forward, a_case->frames, (uint32_t)a_case->frame_count, outputs, NULL);
  memcpy(nodes, forward.nodes, core->graph.engine_count * sizeof *nodes);
  em_forward_close(&forward);
  return outputs;
}

static void forward_random_networks_give_the_contracts_outputs(void **state) {
  (void)state;
  em_node_count(*nodes)[EM_ENGINE_NODES] = malloc(EM_MAX_ENGINES * sizeof *nodes);
  uint32_t distinct = 0;
  for (uint64_t seed = 1; seed <= CASES; seed++) {
    em_case *a_case = em_case_new(seed, FRAMES);
    uint64_t width = (uint64_t)a_case->results_per_frame * a_case->design.shape.outputs;
    int8_t *outputs = walk(a_case, nodes), *expected = calloc(FRAMES, width);
    for (uint64_t i = 0; i < FRAMES; i++) {
      ref_network(&a_case->network, a_case->frames + i * a_case->frame_codes, expected + i * width);
    }
    if (memcmp(outputs, expected, FRAMES * width) != 0) {
      fail_msg("seed %lu", (unsigned long)seed);
    }
    distinct += memcmp(outputs, outputs + width, width) != 0;
    free(outputs);
    free(expected);
    em_case_free(a_case);
  }
  assert_true(distinct > CASES / 4); /* the networks are alive: outputs depend on the frame */
  free(nodes);
}

static void forward_random_networks_count_as_the_core_does(void **state) {
  (void)state;
  em_node_count(*nodes)[EM_ENGINE_NODES] = malloc(EM_MAX_ENGINES * sizeof *nodes);
  for (uint64_t seed = 1; seed <= CASES; seed++) {
    em_case *a_case = em_case_new(seed, FRAMES);
    int8_t *outputs = walk(a_case, nodes);
    em_run run = em_run_new(a_case, seed, 0, 0);
    em_run_finish(&run, UINT64_MAX);
    assert_memory_equal(run.outputs, outputs, em_run_output_bytes(&run));
    for (uint32_t e = 0; e < a_case->core.graph.engine_count; e++) {
      em_engine_state counters = em_core_counters(&a_case->core, run.state, e);
      assert_memory_equal(counters.nodes, nodes[e], sizeof nodes[e]);
    }
    em_run_free(&run);
    free(outputs);
    em_case_free(a_case);
  }
  free(nodes);
}

/* Whether a node of the engine may have a name is docs' matter; whether it counts without one is not. */
static void forward_nodes_that_count_have_names(void **state) {
  (void)state;
  em_node_count(*nodes)[EM_ENGINE_NODES] = malloc(EM_MAX_ENGINES * sizeof *nodes);
  for (uint64_t seed = 1; seed <= CASES; seed++) {
    em_case *a_case = em_case_new(seed, FRAMES);
    free(walk(a_case, nodes));
    for (uint32_t e = 0; e < a_case->core.graph.engine_count; e++) {
      for (uint32_t n = 0; n < EM_ENGINE_NODES; n++) {
        bool counted = nodes[e][n].saturations + nodes[e][n].below + nodes[e][n].above > 0;
        assert_false(counted && em_engine_node_name(&a_case->core.graph, e, n) == NULL);
      }
    }
    em_case_free(a_case);
  }
  free(nodes);
}

static void forward_frames_one_after_another_are_independent(void **state) {
  (void)state;
  em_node_count(*nodes)[EM_ENGINE_NODES] = malloc(EM_MAX_ENGINES * sizeof *nodes);
  for (uint64_t seed = 1; seed <= CASES; seed++) {
    em_case *a_case = em_case_new(seed, 3);
    memcpy(a_case->frames + 2 * a_case->frame_codes, a_case->frames, a_case->frame_codes); /* a, b, a */
    uint64_t width = (uint64_t)a_case->results_per_frame * a_case->design.shape.outputs;
    int8_t *outputs = walk(a_case, nodes);
    assert_memory_equal(outputs, outputs + 2 * width, width);
    free(outputs);
    em_case_free(a_case);
  }
  free(nodes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_random_networks_give_the_contracts_outputs),
      cmocka_unit_test(forward_random_networks_count_as_the_core_does),
      cmocka_unit_test(forward_nodes_that_count_have_names),
      cmocka_unit_test(forward_frames_one_after_another_are_independent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
