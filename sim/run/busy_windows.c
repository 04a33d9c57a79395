#include "sim/run/busy_windows.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_WINDOW_CYCLES = 16 };

em_status em_busy_windows_open(em_busy_windows *windows, uint32_t engines, uint64_t window_cycles, em_error *error) {
  *windows = (em_busy_windows){.window_cycles = window_cycles > 0 ? window_cycles : FIRST_WINDOW_CYCLES,
                               .asked_cycles = window_cycles,
                               .engines = engines,
                               .capacity = EM_WINDOWS_DEFAULT};
  windows->busy = calloc((size_t)windows->capacity * engines, sizeof *windows->busy);
  return windows->busy != NULL ? EM_OK : em_fail(error, EM_FAILED, "out of memory for the power windows");
}

void em_busy_windows_close(em_busy_windows *windows) {
  free(windows->busy);
  *windows = (em_busy_windows){0};
}

uint64_t em_busy_windows_count(const em_busy_windows *windows, uint64_t cycles) {
  return (cycles + windows->window_cycles - 1) / windows->window_cycles;
}

/* Two windows become one. */
static void merge(em_busy_windows *windows) {
  uint32_t engines = windows->engines, half = windows->capacity / 2;
  for (uint32_t w = 0; w < half; w++) {
    for (uint32_t e = 0; e < engines; e++) {
      const uint64_t *pair = &windows->busy[(size_t)2 * w * engines + e];
      windows->busy[(size_t)w * engines + e] = pair[0] + pair[engines];
    }
  }
  memset(windows->busy + (size_t)half * engines, 0, (size_t)half * engines * sizeof *windows->busy);
  windows->window_cycles *= 2;
}

/* Twice as many windows, if there may be and can be so many. */
static bool grow(em_busy_windows *windows) {
  size_t old = (size_t)windows->capacity * windows->engines;
  uint64_t *busy = windows->capacity < EM_WINDOWS_MOST ? realloc(windows->busy, 2 * old * sizeof *busy) : NULL;
  if (busy == NULL) {
    return false;
  }
  memset(busy + old, 0, old * sizeof *busy);
  windows->busy = busy;
  windows->capacity *= 2;
  return true;
}

/* Makes room for a run up to `finish`. */
static void reach(em_busy_windows *windows, uint64_t finish) {
  while (finish > windows->window_cycles * windows->capacity) {
    if (windows->asked_cycles == 0 || !grow(windows)) {
      merge(windows);
    }
  }
}

void em_busy_windows_add(em_busy_windows *windows, uint32_t engine, uint64_t start, uint64_t finish) {
  reach(windows, finish);
  uint64_t window = start / windows->window_cycles, end = (window + 1) * windows->window_cycles;
  while (start < finish) {
    uint64_t until = end < finish ? end : finish;
    windows->busy[window * windows->engines + engine] += until - start;
    start = until;
    end += windows->window_cycles;
    window++;
  }
}

void em_busy_windows_repeat(em_busy_windows *windows, uint32_t engine, uint64_t start, uint64_t finish, uint64_t period,
                            uint64_t times) {
  const uint64_t busy = finish - start, end = finish + (times - 1) * period;
  reach(windows, end);
  uint64_t before = 0, window = start / windows->window_cycles;
  while (before < times * busy) { /* busy cycles before the window's end, less those before its start */
    const uint64_t since = (window + 1) * windows->window_cycles - start, whole = since / period;
    const uint64_t rest = since % period < busy ? since % period : busy;
    const uint64_t now = whole < times ? whole * busy + rest : times * busy;
    windows->busy[window * windows->engines + engine] += now - before;
    before = now;
    window++;
  }
}

void em_busy_windows_step(em_busy_windows *windows, const em_core *core, const em_state *state, const em_step *step) {
  for (uint32_t word = 0; word < EM_ENGINE_WORDS; word++) {
    for (uint64_t set = step->finished[word]; set != 0; set &= set - 1) {
      uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(set);
      const em_engine *engine = &core->graph.engines[index];
      uint32_t cycles = engine->busy_cycles;
      if (engine->busy_last_cycles != cycles && em_state_engines(core, state)[index].token == 0) {
        cycles = engine->busy_last_cycles; /* the next token starts a frame: this one ended one */
      }
      em_busy_windows_add(windows, index, state->cycle - cycles, state->cycle);
    }
  }
}
