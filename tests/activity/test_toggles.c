/*
 * Toggles against a shadow of every memory: the schedule's records, which lock-step holds against the RTL in every
 * cycle, say which word each port moves when. Token buffers are compared where a port moves whole words.
 */
#include <stdlib.h>
#include <string.h>

#include "models/machine/schedule.h"
#include "models/machine/toggles.h"
#include "models/network/contents.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

/* One memory's words, lanes as 32-bit values, and what last passed each port: reads 0 and 1, write. */
typedef struct {
  int32_t *words, *last[3];
  uint64_t toggles[3];
} shadow;

static shadow *shadows_new(const em_case *a_case) {
  const em_graph *graph = &a_case->core.graph;
  shadow *shadows = calloc(graph->memory_count, sizeof *shadows);
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    const em_memory *memory = &graph->memories[m];
    shadows[m].words = calloc((size_t)memory->words * memory->lanes, sizeof(int32_t));
    for (int port = 0; port < 3; port++) {
      shadows[m].last[port] = calloc(memory->lanes, sizeof(int32_t));
    }
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    const int8_t *codes[2];
    em_contents_codes(&a_case->network, engine, codes);
    for (uint32_t place = 0; place < 2 && codes[place] != NULL; place++) {
      const em_memory *memory = &graph->memories[engine->memories[place]];
      int8_t *bytes = malloc(memory->lanes);
      for (uint32_t word = 0; word < memory->words; word++) {
        em_contents_word(graph, engine, place, codes[place], word, bytes);
        for (uint32_t lane = 0; lane < memory->lanes; lane++) {
          shadows[engine->memories[place]].words[(size_t)word * memory->lanes + lane] = bytes[lane];
        }
      }
      free(bytes);
    }
  }
  return shadows;
}

static void shadows_free(const em_graph *graph, shadow *shadows) {
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    free(shadows[m].words);
    for (int port = 0; port < 3; port++) {
      free(shadows[m].last[port]);
    }
  }
  free(shadows);
}

static void pass(const em_memory *memory, shadow *s, int port, const int32_t *word) {
  const uint32_t mask = (uint32_t)((UINT64_C(1) << memory->lane_bits) - 1);
  for (uint32_t lane = 0; lane < memory->lanes; lane++) {
    for (uint32_t rest = (uint32_t)(word[lane] ^ s->last[port][lane]) & mask; rest != 0; rest &= rest - 1) {
      s->toggles[port]++;
    }
    s->last[port][lane] = word[lane];
  }
}

/* Reads see the contents before the cycle's write; no unit reads the word it writes in the same cycle. */
static void watch_memory(const em_memory *memory, shadow *s, uint64_t record, const em_write *write) {
  const uint64_t address_mask = (UINT64_C(1) << EM_RECORD_ADDRESS_BITS) - 1;
  for (int port = 0; port < memory->readers; port++) {
    if (record >> (EM_RECORD_READ_BIT + port) & 1) {
      uint64_t word = record >> (EM_RECORD_ADDRESS_BITS * (1 + port)) & address_mask;
      pass(memory, s, port, s->words + word * memory->lanes);
    }
  }
  if (record >> EM_RECORD_WRITE_BIT & 1) {
    int32_t *word = s->words + (record & address_mask) * memory->lanes;
    for (uint32_t i = 0; i < write->lanes; i++) {
      word[write->first_lane + i] = em_write_value(write, i);
    }
    pass(memory, s, 2, word);
  }
}

static void watch_run(const em_case *a_case, uint64_t seed, shadow *shadows, em_run_activity *activity) {
  const em_graph *graph = &a_case->core.graph;
  em_records *records = malloc(sizeof *records);
  em_run run = em_run_new(a_case, seed, seed % 3 == 0 ? 40 : 0, seed % 2 == 0 ? 40 : 0);
  em_step step;
  while (!em_run_done(&run)) {
    em_pins pins = em_run_pins(&run);
    em_core_settle(&a_case->core, run.state);
    em_schedule_record(&a_case->core, run.state, &pins, records);
    for (uint32_t m = 0; m < graph->memory_count; m++) {
      watch_memory(&graph->memories[m], &shadows[m], records->memories[m], &records->writes[m]);
    }
    em_run_step(&run, 1, &step);
  }
  em_core_activity(&a_case->core, run.state, activity);
  em_run_free(&run);
  free(records);
}

static uint64_t accesses_for(const em_graph *graph, const em_memory *memory, uint64_t tokens) {
  const em_buffer *buffer = &graph->buffers[memory->owner];
  return tokens * (buffer->elements / memory->lanes);
}

/* Does the port move whole words? Then a token takes as many accesses as it has words (norm reads twice). */
static bool whole_words(const em_graph *graph, const em_memory *memory, const em_memory_activity *activity,
                        const em_run_activity *all, int port) {
  if (memory->role != EM_MEMORY_BUFFER) {
    return true;
  }
  const em_buffer *buffer = &graph->buffers[memory->owner];
  uint64_t tokens = all->times[buffer->writer].tokens;
  return buffer->elements % memory->lanes == 0 && graph->engines[buffer->writer].kind != EM_POOL && port == 2 &&
         activity->writes == accesses_for(graph, memory, tokens);
}

static void toggles_are_those_of_the_words_that_the_records_name(void **state) {
  (void)state;
  em_run_activity *activity = malloc(sizeof *activity);
  uint64_t compared = 0, bits = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_case *a_case = em_case_new(seed, 1 + seed % 3);
    em_error error;
    assert_int_equal(em_toggles_enable(&a_case->core, &a_case->network, &error), EM_OK);
    const em_graph *graph = &a_case->core.graph;
    shadow *shadows = shadows_new(a_case);
    watch_run(a_case, seed, shadows, activity);
    assert_true(activity->toggles);
    for (uint32_t m = 0; m < graph->memory_count; m++) {
      const em_memory_activity *counted = &activity->memories[m];
      const uint64_t toggles[3] = {counted->read_toggles[0], counted->read_toggles[1], counted->write_toggles};
      for (int port = 0; port < 3; port++) {
        if (whole_words(graph, &graph->memories[m], counted, activity, port)) {
          assert_int_equal(toggles[port], shadows[m].toggles[port]);
          compared++;
          bits += toggles[port];
        }
      }
    }
    shadows_free(graph, shadows);
    em_case_free(a_case);
  }
  assert_true(compared > 0 && bits > 0);
  free(activity);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(toggles_are_those_of_the_words_that_the_records_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
