/* `emamba cosim`: the C model in lock-step with the RTL. */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/commands/commands.h"
#include "sim/commands/deliver.h"
#include "sim/lockstep/cosim.h"

static cJSON *lockstep_report(const em_lockstep *lockstep, const em_options *options) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "cycles", (double)lockstep->cycles);
  cJSON_AddNumberToObject(object, "transactions", (double)lockstep->transactions);
  cJSON_AddNumberToObject(object, "seed", (double)options->seed);
  cJSON_AddNumberToObject(object, "stall_in", options->stall_in);
  cJSON_AddNumberToObject(object, "stall_out", options->stall_out);
  return object;
}

static void write_bundle(em_job *job, const em_options *options, const em_lockstep *lockstep,
                         em_lockstep_outcome outcome) {
  char folder[EM_PATH_BYTES + 128];
  em_error error;
  if (em_bundle_write(job, options, lockstep, outcome, folder, sizeof folder, &error) == EM_OK) {
    printf("bundle: %s (report.txt, records.txt, wave.fst, command.txt)\n", folder);
  } else {
    fprintf(stderr, "emamba: no bundle: %s\n", error.text);
  }
}

/* Prints the failure and writes its bundle; always EM_FAILED. */
static em_status fail(em_job *job, const em_options *options, em_lockstep *lockstep, em_lockstep_outcome outcome,
                      em_error *error) {
  if (outcome == EM_LOCKSTEP_DIVERGED) {
    em_lockstep_print_divergence(lockstep, stdout);
  } else {
    em_lockstep_print_waits(lockstep, stdout);
  }
  fflush(stdout);
  uint64_t cycle = lockstep->state->cycle;
  if (!options->no_bundle) {
    write_bundle(job, options, lockstep, outcome);
  }
  if (outcome == EM_LOCKSTEP_DIVERGED) {
    return em_fail(error, EM_FAILED, "lock-step: model and RTL differ in cycle %" PRIu64 ": %s, %s",
                   lockstep->divergence.cycle, lockstep->divergence.unit, lockstep->divergence.signal);
  }
  return em_fail(error, EM_FAILED, "lock-step: deadlock, nothing happened for %" PRIu64 " cycles up to cycle %" PRIu64,
                 lockstep->watchdog_cycles, cycle);
}

static em_status run(em_job *job, const em_options *options, const em_rtl_library *library, em_timeline *timeline,
                     em_busy_windows *windows, em_error *error) {
  em_tracker tracker = {.job = job,
                        .timeline = timeline,
                        .windows = windows,
                        .stalls = {options->seed, options->stall_in, options->stall_out, false}};
  em_progress progress = em_progress_start("frames", job->frame_count, options->quiet);
  em_cosim_setup setup = {library, &tracker, &progress, options->wave, NULL, 0, 0};
  em_lockstep *lockstep = malloc(sizeof *lockstep);
  if (lockstep == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the lock-step");
  }
  em_lockstep_outcome outcome = EM_LOCKSTEP_MATCHED;
  double start = em_seconds();
  em_status status = em_cosim_run(job, options, &setup, lockstep, &outcome, error);
  double wall = em_seconds() - start;
  em_progress_finish(&progress);
  if (status == EM_OK && outcome != EM_LOCKSTEP_MATCHED) {
    status = fail(job, options, lockstep, outcome, error);
  } else if (status == EM_OK) {
    status = em_deliver(&tracker, options, "cosim", wall, lockstep_report(lockstep, options), error);
  }
  if (status == EM_OK) {
    printf("lock-step: matched %" PRIu64 " cycles, %" PRIu64 " transactions, %" PRIu64 " frames\n", lockstep->cycles,
           lockstep->transactions, tracker.frames);
  }
  em_lockstep_close(lockstep);
  free(lockstep);
  return status;
}

em_status em_cmd_cosim(const em_options *options, em_error *error) {
  em_job job;
  em_rtl_library library = {0};
  em_status status = em_job_open_options(&job, options, error);
  if (status != EM_OK) {
    return status;
  }
  em_timeline *timeline = NULL;
  status = em_graph_check_rtl(&job.core->graph, error);
  if (status != EM_OK) {
    em_error_prefix(error, options->design);
  } else {
    status = em_deliverable(&job, options, error);
  }
  if (status == EM_OK) {
    status = em_rtl_library_open(&library, &job.design, options->rtl,
                                 options->wave != NULL ? EM_RTL_WAVES : EM_RTL_PROBED, options->quiet, error);
  }
  if (status == EM_OK && options->timeline != NULL) {
    timeline = malloc(sizeof *timeline);
    status = timeline == NULL
                 ? em_fail(error, EM_FAILED, "out of memory for the timeline")
                 : em_timeline_open(timeline, options->timeline, &job.core->graph, options->timeline_slices, error);
  }
  em_busy_windows windows = {0};
  if (status == EM_OK) {
    status = em_busy_windows_open(&windows, job.core->graph.engine_count, options->power_window_cycles, error);
  }
  if (status == EM_OK) {
    status = run(&job, options, &library, timeline, &windows, error);
  }
  em_busy_windows_close(&windows);
  if (timeline != NULL) {
    em_timeline_discard(timeline);
  }
  free(timeline);
  em_rtl_library_close(&library);
  em_job_close(&job);
  return status;
}
