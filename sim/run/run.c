#include "sim/run/run.h"

#include <stdlib.h>

#include "models/machine/batches.h"
#include "models/time/recurrence.h"

/* Values: every frame's results, batch by batch, and what is counted on the way. */
static em_status pass_values(em_job *job, em_progress *progress, em_error *error) {
  const size_t width = em_result_width(&job->design.shape);
  em_batches batches;
  em_status status = em_batches_open(&batches, job->core, error);
  for (uint64_t frame = 0; frame < job->frame_count && status == EM_OK; frame += EM_LANES) {
    const uint64_t left = job->frame_count - frame;
    em_batches_compute(&batches, em_frames_frame(&job->frames, frame), left < EM_LANES ? (uint32_t)left : EM_LANES,
                       job->outputs + frame * width);
    em_progress_update(progress, frame);
  }
  if (status == EM_OK) {
    em_batches_add(&batches, job->state);
  }
  em_batches_close(&batches);
  return status;
}

/* What the tracker and the windows are told of a token's time. */
static void watch(void *context, const em_token_time *time) {
  em_tracker *tracker = context;
  const em_graph *graph = &tracker->job->core->graph;
  const em_engine *out = &graph->engines[graph->engine_count - 1];
  if (tracker->windows != NULL) {
    em_busy_windows_add(tracker->windows, time->engine, time->start + time->pause_cycles, time->finish);
  }
  if (time->engine == 0 && !tracker->started) {
    tracker->started = true;
    tracker->first_in_cycle = time->start;
  } else if (time->engine + 1 == graph->engine_count) {
    tracker->results++;
    if (tracker->results % out->tokens_per_frame == 0) {
      em_tracker_frame(tracker, time->finish - 1);
    }
  }
}

/* Time: by recurrence, which needs no values. */
static em_status pass_time(em_tracker *tracker, em_error *error) {
  em_job *job = tracker->job;
  const em_graph *graph = &job->core->graph;
  uint64_t *workspace = malloc(em_recurrence_words(graph) * sizeof *workspace);
  if (workspace == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the timing");
  }
  em_recurrence r;
  em_recurrence_start(&r, graph, &tracker->stalls, workspace, watch, tracker);
  while (r.frames < job->frame_count) {
    em_recurrence_frame(&r);
  }
  em_engine_timing times[EM_MAX_ENGINES];
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    times[e] = em_recurrence_counters(&r, e);
  }
  em_state_conclude(job->core, job->state, r.cycles, times);
  free(workspace);
  return EM_OK;
}

/* The same event by event, for a timeline is told of tokens in the order of their ends. */
static void pass_events(em_tracker *tracker) {
  em_job *job = tracker->job;
  em_core core = *job->core;
  em_stimulus *stimulus = &tracker->stalls;
  const bool stalls = stimulus->stall_in > 0 || stimulus->stall_out > 0;
  uint64_t frames_in = 0;
  em_step step;
  core.units = NULL;
  tracker->timed = true;
  while (!em_tracker_done(tracker)) {
    em_pins pins = {frames_in < job->frame_count && em_stimulus_valid(stimulus, job->state->cycle), NULL,
                    em_stimulus_ready(stimulus, job->state->cycle)};
    em_core_advance(&core, job->state, &pins, stalls ? 1 : UINT64_MAX >> 1, &step);
    em_tracker_step(tracker, &step);
    if (step.in_beats > 0) {
      em_stimulus_accepted(stimulus);
      frames_in += step.frame_in;
    }
  }
}

em_status em_run(em_tracker *tracker, const em_stimulus *stimulus, em_progress *progress, em_error *error) {
  tracker->stalls = *stimulus;
  em_status status = pass_values(tracker->job, progress, error);
  if (status == EM_OK && tracker->timeline != NULL) {
    pass_events(tracker);
  } else if (status == EM_OK) {
    status = pass_time(tracker, error);
  }
  return status;
}
