/* `emamba run`: the C model alone. */
#include <stdlib.h>

#include "sim/commands/commands.h"
#include "sim/commands/deliver.h"
#include "sim/run/run.h"

em_status em_cmd_run(const em_options *options, em_error *error) {
  em_job job;
  em_status status = em_job_open_options(&job, options, error);
  if (status != EM_OK) {
    return status;
  }
  em_timeline *timeline = NULL;
  status = em_deliverable(&job, options, error);
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
    em_tracker tracker = {.job = &job, .timeline = timeline, .windows = &windows};
    em_progress progress = em_progress_start("frames", job.frame_count, options->quiet);
    double start = em_seconds();
    em_stimulus stimulus = {options->seed, options->stall_in, options->stall_out, false};
    status = em_run(&tracker, &stimulus, &progress, error);
    double wall = em_seconds() - start;
    em_progress_finish(&progress);
    if (status == EM_OK) {
      status = em_deliver(&tracker, options, "run", wall, NULL, error);
    }
  }
  if (timeline != NULL) {
    em_timeline_discard(timeline);
  }
  free(timeline);
  em_busy_windows_close(&windows);
  em_job_close(&job);
  return status;
}
