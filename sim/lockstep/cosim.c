#include "sim/lockstep/cosim.h"

#include <stdlib.h>
#include <string.h>

#include "sim/run/interrupt.h"

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

/* The RTL alone, so that a wave shows what follows the failure. */
static void run_on(em_lockstep *ls, uint64_t cycles) {
  for (uint64_t i = 0; i < cycles; i++) {
    if (ls->wave != NULL) {
      em_wave_cycle(ls->wave, ls->driver.library, ls->driver.rtl, ls->state->cycle + i);
    }
    em_rtl_driver_cycle(&ls->driver);
  }
}

static em_status run_frames(em_lockstep *ls, const em_cosim_setup *setup, em_lockstep_outcome *outcome,
                            em_error *error) {
  em_tracker *tracker = setup->tracker;
  em_step step;
  *outcome = EM_LOCKSTEP_DIVERGED;
  while (!em_tracker_done(tracker)) {
    if (em_interrupted() != 0) {
      return em_interrupt_fail(error);
    }
    if (!em_lockstep_cycle(ls, &step)) {
      return EM_OK;
    }
    em_tracker_step(tracker, &step);
    if (ls->cycles_since_progress > ls->watchdog_cycles) {
      *outcome = EM_LOCKSTEP_DEADLOCKED;
      return EM_OK;
    }
    if (setup->progress != NULL && step.result_out) {
      em_progress_update(setup->progress, tracker->frames);
    }
  }
  *outcome = EM_LOCKSTEP_MATCHED;
  return EM_OK;
}

/* What follows the last result: both sides drain, and the counters are read. It takes cycles of its own. */
static em_lockstep_outcome run_out(em_lockstep *ls) {
  em_step step;
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
  ls->wave = setup->wave;
  ls->records = setup->records;
  ls->records_from = setup->records_from;
  em_state *at_end = malloc(job->core->state_bytes);
  em_status status = at_end == NULL ? em_fail(error, EM_FAILED, "out of memory for the lock-step")
                                    : em_lockstep_open(ls, job->core, job->state, &job->network, setup->library, error);
  if (status == EM_OK) {
    status = run_frames(ls, setup, outcome, error);
  }
  if (status == EM_OK && *outcome == EM_LOCKSTEP_MATCHED) {
    memcpy(at_end, job->state, job->core->state_bytes);
    *outcome = run_out(ls);
  }
  if (status != EM_OK || *outcome != EM_LOCKSTEP_MATCHED) {
    free(at_end);
    run_on(ls, status == EM_OK ? setup->cycles_after : 0);
    return status;
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

em_status em_cosim_finish_wave(em_lockstep *ls, em_lockstep_outcome outcome, em_error *error) {
  static const char *const streams[] = {"em_top.u_axis_in", "em_top.u_axis_out"};
  em_wave *wave = ls->wave;
  if (ls->driver.rtl == NULL) {
    em_wave_discard(wave);
    return EM_OK;
  }
  const char *failed = ls->divergence.place.scope;
  bool diverged = outcome == EM_LOCKSTEP_DIVERGED;
  uint64_t cycle = diverged                            ? ls->divergence.cycle
                   : outcome == EM_LOCKSTEP_DEADLOCKED ? ls->state->cycle - ls->cycles_since_progress
                   : wave->from == EM_WAVE_FROM_RESET  ? 0
                                                       : wave->from;
  em_status status = em_wave_finish(wave, ls->driver.library, ls->driver.rtl, ls->state->cycle, error);
  return status != EM_OK
             ? status
             : em_wave_view(wave, ls->driver.library, diverged ? &failed : streams, diverged ? 1 : 2, cycle, error);
}
