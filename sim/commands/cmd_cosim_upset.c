/* `emamba cosim --upset N --bus P`: model and RTL in lock-step, disturbed in every way the pins allow. */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/commands/commands.h"
#include "sim/lockstep/upset.h"
#include "sim/run/interrupt.h"
#include "sim/run/job.h"

enum { DEFAULT_BUS_PERCENT = 30 };

/* Most of what happens is no part of a run of frames: there is nothing to report of it. */
static em_status check_alone(const em_options *o, em_error *error) {
  const struct {
    bool given;
    const char *name;
  } others[] = {{o->out != NULL, "output"},   {o->report != NULL, "report"}, {o->timeline != NULL, "timeline"},
                {o->power != NULL, "power"},  {o->wave != NULL, "wave"},     {o->toggles, "toggles"},
                {o->bundle != NULL, "bundle"}};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    if (others[i].given) {
      return em_fail(error, EM_BAD_INPUT, "cosim: --%s is of a run without --%s", others[i].name,
                     o->upset > 0 ? "upset" : "bus");
    }
  }
  return EM_OK;
}

static void print_counts(const em_upset_counts *c, uint64_t frames) {
  printf("upset: %" PRIu64 " starts, %" PRIu64 " stops, %" PRIu64 " resets, %" PRIu64 " wrong tlasts, %" PRIu64
         " results; bus: %" PRIu64 " reads, %" PRIu64 " writes, %" PRIu64 " slave errors\n",
         c->starts, c->stops, c->resets, c->wrong_tlasts, c->results, c->reads, c->writes, c->errors);
  printf("lock-step: matched %" PRIu64 " cycles, %" PRIu64 " transactions, %" PRIu64 " frames\n", c->cycles,
         c->transactions, frames);
}

static em_status fail(const em_lockstep *lockstep, const em_upset_counts *c, em_lockstep_outcome outcome,
                      em_error *error) {
  if (outcome == EM_LOCKSTEP_DEADLOCKED) {
    return em_fail(error, EM_FAILED, "lock-step: deadlock after the last reset, up to clock cycle %" PRIu64, c->cycles);
  }
  em_lockstep_print_divergence(lockstep, stdout);
  return em_fail(
      error, EM_FAILED,
      "lock-step: model and RTL differ in clock cycle %" PRIu64 ", cycle %" PRIu64 " of start %" PRIu64 ": %s, %s",
      c->cycles, lockstep->divergence.cycle, c->starts, lockstep->divergence.place.unit, lockstep->divergence.signal);
}

static em_status run(const em_job *job, const em_options *options, const em_rtl_library *library, em_error *error) {
  em_options upset = *options;
  em_upset_counts counts;
  em_lockstep_outcome outcome = EM_LOCKSTEP_MATCHED;
  em_lockstep *lockstep = malloc(sizeof *lockstep);
  if (lockstep == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the lock-step");
  }
  upset.bus = options->bus > 0 ? options->bus : DEFAULT_BUS_PERCENT / 100.0;
  em_status status = em_upset_run(job, &upset, library, lockstep, &counts, &outcome, error);
  if (status == EM_OK && outcome == EM_LOCKSTEP_MATCHED) {
    print_counts(&counts, job->frame_count);
  } else if (status == EM_OK) {
    status = fail(lockstep, &counts, outcome, error);
  }
  em_lockstep_close(lockstep);
  free(lockstep);
  return status;
}

em_status em_cmd_cosim_upset(const em_options *options, em_error *error) {
  em_job job;
  em_rtl_library library = {0};
  em_status status = check_alone(options, error);
  if (status == EM_OK) {
    status = em_job_open_options(&job, options, error);
  }
  if (status != EM_OK) {
    return status;
  }
  status = em_graph_check_rtl(&job.core->graph, error);
  if (status != EM_OK) {
    em_error_prefix(error, options->design);
  } else {
    em_interrupt_catch();
    status =
        em_rtl_library_open(&library, &job.design, options->rtl, options->build, EM_RTL_PROBED, options->quiet, error);
  }
  if (status == EM_OK) {
    status = run(&job, options, &library, error);
  }
  em_rtl_library_close(&library);
  em_job_close(&job);
  return status;
}
