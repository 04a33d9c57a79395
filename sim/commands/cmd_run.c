/* `emamba run`: the C model alone. */
#include <stdlib.h>

#include "models/time/stimulus.h"
#include "sim/commands/commands.h"
#include "sim/commands/deliver.h"
#include "sim/run/progress.h"

/* Runs the job to its last result. Without stalls time moves from event to event. */
static void run_job(em_job *job, const em_options *options, em_tracker *tracker, em_progress *progress) {
  em_stimulus stimulus = {options->seed, options->stall_in, options->stall_out, false};
  bool stalls = options->stall_in > 0 || options->stall_out > 0;
  const em_engine *in = &job->core->graph.engines[0];
  const int8_t *beat = em_frames_frame(&job->frames, 0);
  uint64_t frames_in = 0;
  em_step step;
  while (!em_tracker_done(tracker)) {
    em_pins pins = {frames_in < job->frame_count && em_stimulus_valid(&stimulus, job->state->cycle), beat,
                    em_stimulus_ready(&stimulus, job->state->cycle)};
    em_core_advance(job->core, job->state, &pins, stalls ? 1 : UINT64_MAX >> 1, &step);
    em_tracker_step(tracker, &step);
    if (step.in_beats > 0) {
      em_stimulus_accepted(&stimulus);
      beat += (size_t)step.in_beats * in->lanes;
      frames_in += step.frame_in;
    }
    if (step.result_out) {
      em_progress_update(progress, tracker->frames);
    }
  }
}

em_status em_cmd_run(const em_options *options, em_error *error) {
  em_job job;
  em_status status = em_job_open(&job, options->design, options->network, options->frames, options->frame_limit,
                                 options->toggles, error);
  if (status != EM_OK) {
    return status;
  }
  em_timeline *timeline = NULL;
  if (options->timeline != NULL) {
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
    run_job(&job, options, &tracker, &progress);
    double wall = em_seconds() - start;
    em_progress_finish(&progress);
    status = em_deliver(&tracker, options, "run", wall, NULL, error);
  }
  if (timeline != NULL) {
    em_timeline_discard(timeline);
  }
  free(timeline);
  em_busy_windows_close(&windows);
  em_job_close(&job);
  return status;
}
