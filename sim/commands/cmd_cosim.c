/* `emamba cosim`: the C model in lock-step with the RTL. */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/commands/commands.h"
#include "sim/commands/deliver.h"
#include "sim/lockstep/cosim.h"
#include "sim/run/interrupt.h"

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
    printf("bundle: %s (report.txt, records.txt, wave.fst, wave.gtkw, command.txt)\n", folder);
  } else {
    fprintf(stderr, "emamba: no bundle: %s\n", error.text);
  }
}

/* Says in one line how the lock-step failed; always EM_FAILED. */
static em_status failure_text(const em_lockstep *lockstep, em_lockstep_outcome outcome, em_error *error) {
  if (outcome == EM_LOCKSTEP_DIVERGED) {
    return em_fail(error, EM_FAILED, "lock-step: model and RTL differ in cycle %" PRIu64 ": %s, %s",
                   lockstep->divergence.cycle, lockstep->divergence.place.unit, lockstep->divergence.signal);
  }
  return em_fail(error, EM_FAILED,
                 "lock-step: deadlock, nothing happened for %" PRIu64 " cycles up to cycle %" PRIu64 "%s%s",
                 lockstep->watchdog_cycles, lockstep->state->cycle,
                 lockstep->stimulus.stall_in < 1 ? "" : ": --stall-in 1 never offers a beat",
                 lockstep->stimulus.stall_out < 1 ? "" : ": --stall-out 1 never takes one");
}

/* What a run of the lock-step yields beside its outcome. */
typedef struct {
  em_tracker *tracker;
  em_lockstep *lockstep;
  em_lockstep_outcome outcome;
  double wall_seconds;
} cosim_run;

/* Prints the failure, delivers what was asked for up to it, and writes the bundle; always EM_FAILED. */
static em_status fail(cosim_run *run, const em_options *options, em_error *error) {
  em_lockstep *lockstep = run->lockstep;
  em_error other;
  em_status status = failure_text(lockstep, run->outcome, error);
  if (run->outcome == EM_LOCKSTEP_DIVERGED) {
    em_lockstep_print_divergence(lockstep, stdout);
  } else {
    em_lockstep_print_waits(lockstep, stdout);
  }
  fflush(stdout);
  run->tracker->failure = error->text;
  if (em_deliver(run->tracker, options, "cosim", run->wall_seconds, lockstep_report(lockstep, options), &other) !=
      EM_OK) {
    fprintf(stderr, "emamba: %s\n", other.text);
  }
  if (!options->no_bundle) {
    write_bundle(run->tracker->job, options, lockstep, run->outcome);
  }
  return status;
}

static em_status deliver(cosim_run *run, const em_options *options, em_error *error) {
  const em_lockstep *lockstep = run->lockstep;
  em_status status =
      em_deliver(run->tracker, options, "cosim", run->wall_seconds, lockstep_report(lockstep, options), error);
  if (status == EM_OK) {
    printf("lock-step: matched %" PRIu64 " cycles, %" PRIu64 " transactions, %" PRIu64 " frames\n", lockstep->cycles,
           lockstep->transactions, run->tracker->frames);
  }
  return status;
}

/* The wave of a run that failed already is worth a line of its own when it fails too. */
static em_status finish_wave(cosim_run *run, em_status status, em_error *error) {
  em_error other;
  if (status == EM_OK && run->outcome == EM_LOCKSTEP_MATCHED) {
    return em_cosim_finish_wave(run->lockstep, run->outcome, error);
  }
  if (em_cosim_finish_wave(run->lockstep, run->outcome, &other) != EM_OK) {
    fprintf(stderr, "emamba: %s\n", other.text);
  }
  return status;
}

static em_status run(em_tracker *tracker, const em_options *options, const em_rtl_library *library, em_wave *wave,
                     em_error *error) {
  em_job *job = tracker->job;
  em_progress progress = em_progress_start("frames", job->frame_count, options->quiet);
  em_cosim_setup setup = {library, tracker, &progress, wave, NULL, 0, 0};
  cosim_run run = {tracker, malloc(sizeof *run.lockstep), EM_LOCKSTEP_MATCHED, 0};
  if (run.lockstep == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the lock-step");
  }
  double start = em_seconds();
  em_status status = em_cosim_run(job, options, &setup, run.lockstep, &run.outcome, error);
  run.wall_seconds = em_seconds() - start;
  em_progress_finish(&progress);
  if (wave != NULL) {
    status = finish_wave(&run, status, error);
  }
  if (status == EM_OK) {
    status = run.outcome == EM_LOCKSTEP_MATCHED ? deliver(&run, options, error) : fail(&run, options, error);
  }
  em_lockstep_close(run.lockstep);
  free(run.lockstep);
  return status;
}

em_status em_cmd_cosim(const em_options *options, em_error *error) {
  if (options->upset > 0 || options->bus > 0) {
    return em_cmd_cosim_upset(options, error);
  }
  em_job job;
  em_rtl_library library = {0};
  em_status status = em_job_open_options(&job, options, error);
  if (status != EM_OK) {
    return status;
  }
  em_tracker tracker = {.job = &job, .stalls = {options->seed, options->stall_in, options->stall_out, false}};
  em_wave wave = {0};
  status = em_graph_check_rtl(&job.core->graph, error);
  if (status != EM_OK) {
    em_error_prefix(error, options->design);
  }
  if (status == EM_OK && options->wave == NULL && (options->wave_from != 0 || options->wave_to != 0)) {
    status = em_fail(error, EM_BAD_INPUT, "cosim: --wave-from and --wave-to need --wave FILE");
  }
  if (status == EM_OK) {
    status = em_delivery_open(&tracker, options, error);
  }
  if (status == EM_OK && options->wave != NULL) {
    status = em_wave_prepare(&wave, options->wave, options->wave_from, options->wave_to, error);
  }
  if (status == EM_OK) {
    em_interrupt_catch();
    status = em_rtl_library_open(&library, &job.design, options->rtl, options->build,
                                 options->wave != NULL ? EM_RTL_WAVES : EM_RTL_PROBED, options->quiet, error);
  }
  if (status == EM_OK) {
    status = run(&tracker, options, &library, options->wave != NULL ? &wave : NULL, error);
  }
  em_wave_discard(&wave);
  em_delivery_close(&tracker);
  em_rtl_library_close(&library);
  em_job_close(&job);
  return status;
}
