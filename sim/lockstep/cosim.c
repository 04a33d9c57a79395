#include "sim/lockstep/cosim.h"

#include <stdlib.h>
#include <string.h>

enum { DRAIN_CYCLES = 16, WATCHDOG_MIN_CYCLES = 20000 };

/* Long enough for any engine of the design to finish a token several times over. */
static uint64_t watchdog_cycles(const em_graph *graph) {
  uint64_t longest = 0;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    uint64_t cycles = graph->engines[e].busy_last_cycles;
    longest = cycles > longest ? cycles : longest;
  }
  return WATCHDOG_MIN_CYCLES + 8 * longest;
}

/* True when every token buffer is empty: nothing is left over. */
static bool empty(const em_job *job) {
  const em_buffer_state *buffers = em_state_buffers(job->core, job->state);
  for (uint32_t b = 0; b < job->core->graph.buffer_count; b++) {
    if (buffers[b].count[0] != 0 || buffers[b].count[1] != 0) {
      return false;
    }
  }
  return true;
}

static bool open_window(const em_cosim_setup *setup, em_lockstep *ls) {
  return setup->wave == NULL || ls->state->cycle != setup->window_from ||
         ls->driver.library->wave(ls->driver.rtl, setup->wave) != 0;
}

/* The RTL alone, so that a wave shows what follows the failure. */
static void run_on(em_lockstep *ls, uint64_t cycles) {
  for (uint64_t i = 0; i < cycles; i++) {
    em_rtl_driver_cycle(&ls->driver);
  }
}

/* `at_end` gets the state after the last result; draining and reading the counters takes cycles of their own. */
static em_lockstep_outcome run_frames(em_lockstep *ls, const em_cosim_setup *setup, em_state *at_end) {
  em_tracker *tracker = setup->tracker;
  em_step step;
  while (!em_tracker_done(tracker)) {
    bool same = em_lockstep_cycle(ls, &step);
    if (setup->records != NULL && (!same || ls->state->cycle > setup->window_from)) {
      em_lockstep_print_records(ls, setup->records);
    }
    if (!same) {
      return EM_LOCKSTEP_DIVERGED;
    }
    em_tracker_step(tracker, &step);
    if (ls->cycles_since_progress > ls->watchdog_cycles) {
      return EM_LOCKSTEP_DEADLOCKED;
    }
    if (setup->progress != NULL && step.result_out) {
      em_progress_update(setup->progress, tracker->frames);
    }
    if (!open_window(setup, ls)) {
      return EM_LOCKSTEP_DIVERGED;
    }
  }
  memcpy(at_end, ls->state, ls->core->state_bytes);
  for (int i = 0; i < DRAIN_CYCLES; i++) {
    if (!em_lockstep_cycle(ls, &step)) {
      return EM_LOCKSTEP_DIVERGED;
    }
  }
  return em_lockstep_check_counters(ls) ? EM_LOCKSTEP_MATCHED : EM_LOCKSTEP_DIVERGED;
}

em_status em_cosim_run(em_job *job, const em_options *options, const em_cosim_setup *setup, em_lockstep *ls,
                       em_lockstep_outcome *outcome, em_error *error) {
  memset(ls, 0, sizeof *ls);
  ls->stimulus = (em_stimulus){options->seed, options->stall_in, options->stall_out, false};
  ls->frames = em_frames_frame(&job->frames, 0);
  ls->frame_count = job->frame_count;
  ls->watchdog_cycles = options->watchdog_cycles > 0 ? options->watchdog_cycles : watchdog_cycles(&job->core->graph);
  bool from_start = setup->wave != NULL && setup->window_from == 0;
  em_status status = em_lockstep_open(ls, job->core, job->state, &job->network, setup->library,
                                      from_start ? setup->wave : NULL, error);
  if (status != EM_OK) {
    return status;
  }
  em_state *at_end = malloc(job->core->state_bytes);
  if (at_end == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the lock-step");
  }
  *outcome = run_frames(ls, setup, at_end);
  if (*outcome != EM_LOCKSTEP_MATCHED) {
    free(at_end);
    run_on(ls, setup->cycles_after);
    return EM_OK;
  }
  bool left_over = !empty(job);
  memcpy(job->state, at_end, job->core->state_bytes);
  free(at_end);
  if (ls->cycles == 0 || ls->transactions == 0 || left_over) {
    return em_fail(error, EM_FAILED,
                   left_over ? "tokens are left over after the last result" : "the lock-step compared nothing");
  }
  uint32_t errors = 0;
  status = em_apb_read(&ls->driver, em_apb_address(0, 0, EM_APB_STATUS), &errors, error);
  if (status == EM_OK && errors != 0) {
    status = em_fail(error, EM_FAILED, "the RTL's status register reads 0x%x after the run", errors);
  }
  return status;
}
