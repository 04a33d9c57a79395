#include "sim/run/run.h"

#include <stdlib.h>
#include <string.h>

#include "models/time/recurrence.h"
#include "models/time/timing.h"
#include "models/units/forward.h"

/* Values: every frame's results, batch by batch, and what the nodes count. */
static void compute(em_job *job, em_forward *forward, em_progress *progress) {
  const size_t width = em_result_width(&job->design.shape);
  for (uint64_t frame = 0; frame < job->frame_count; frame += EM_LANES) {
    const uint64_t left = job->frame_count - frame;
    em_forward_batch(forward, em_frames_frame(&job->frames, frame), left < EM_LANES ? (uint32_t)left : EM_LANES,
                     job->outputs + frame * width, NULL);
    em_progress_update(progress, frame);
  }
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

static em_status run_batches(em_tracker *tracker, em_progress *progress, em_error *error) {
  em_job *job = tracker->job;
  em_forward forward;
  em_status status = em_forward_open(&forward, &job->core->graph, job->core->units, error);
  if (status == EM_OK) {
    compute(job, &forward, progress);
  }
  if (status == EM_OK) {
    status = pass_time(tracker, error);
  }
  for (uint32_t e = 0; e < job->core->graph.engine_count && status == EM_OK; e++) {
    memcpy(em_state_engines(job->core, job->state)[e].nodes, forward.nodes[e], sizeof forward.nodes[e]);
  }
  em_forward_close(&forward);
  return status;
}

/* Event by event, values too: for a timeline and for toggles. */
static void run_events(em_tracker *tracker, em_progress *progress) {
  em_job *job = tracker->job;
  em_stimulus stimulus = tracker->stalls;
  bool stalls = stimulus.stall_in > 0 || stimulus.stall_out > 0;
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

em_status em_run(em_tracker *tracker, const em_stimulus *stimulus, em_progress *progress, em_error *error) {
  tracker->stalls = *stimulus;
  if (tracker->timeline != NULL || tracker->job->core->toggles != NULL) {
    run_events(tracker, progress);
    return EM_OK;
  }
  return run_batches(tracker, progress, error);
}
