#include "sim/run/run.h"

#include <stdlib.h>
#include <string.h>

#include "models/time/timing.h"
#include "sim/run/values.h"

/* What the tracker and the windows are told of a token's time. */
typedef struct {
  em_tracker *tracker;
  uint64_t period, times; /* what is told happens so many times, once in so many cycles */
} watch;

static void see_token(void *context, const em_token_time *time) {
  const watch *w = context;
  em_tracker *tracker = w->tracker;
  const em_graph *graph = &tracker->job->core->graph;
  const em_engine *out = &graph->engines[graph->engine_count - 1];
  if (tracker->windows != NULL && w->times > 1) {
    em_busy_windows_repeat(tracker->windows, time->engine, time->start, time->finish, w->period, w->times);
  } else if (tracker->windows != NULL) {
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

/* All repetitions of the period that begins now, but for those of the run's end that are not whole. */
static void pass_periods(em_recurrence *r, const em_period *period, watch *w) {
  em_tracker *tracker = w->tracker;
  const uint64_t frames = r->frames - period->frames, begin = r->frames;
  w->period = r->cycles - period->cycles;
  w->times = (tracker->job->frame_count - begin) / frames;
  memcpy(period->state, r->state, r->state_words * sizeof *r->state);
  while (r->frames < begin + frames) {
    em_recurrence_frame(r);
  }
  const uint64_t more = w->times - 1;
  em_recurrence_leap(r, period->state, frames, w->period, more);
  tracker->results += more * frames * r->graph->engines[r->graph->engine_count - 1].tokens_per_frame;
  tracker->frames += more * frames;
  tracker->last_out_cycle += more * w->period;
  w->times = 1;
}

/* Is it less to go through the windows for every token of a period than through all periods that are left? */
static bool worth_it(const em_tracker *tracker, const em_recurrence *r, const em_period *period) {
  const uint64_t left = (tracker->job->frame_count - r->frames) / (r->frames - period->frames);
  const em_busy_windows *windows = tracker->windows;
  if (windows == NULL || windows->asked_cycles == 0) {
    return left > (windows == NULL ? 1 : EM_WINDOWS_DEFAULT);
  }
  return left > 1 && r->cycles - period->cycles < windows->asked_cycles;
}

/* Time: by recurrence, which needs no values. */
static em_status pass_time(em_tracker *tracker, em_error *error) {
  em_job *job = tracker->job;
  const em_graph *graph = &job->core->graph;
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  if (workspace == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the timing");
  }
  em_recurrence r;
  em_period period = {.state = workspace + em_recurrence_words(graph)};
  watch w = {tracker, 0, 1};
  bool looking = true;
  em_recurrence_start(&r, graph, &tracker->stalls, workspace, see_token, &w);
  while (r.frames < job->frame_count) {
    em_recurrence_frame(&r);
    if (looking && r.stalls == NULL && em_period_ends(&period, &r, 0)) {
      looking = false;
      if (worth_it(tracker, &r, &period)) {
        pass_periods(&r, &period, &w);
      }
    }
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

em_status em_run(em_tracker *tracker, const em_stimulus *stimulus, uint64_t threads, em_progress *progress,
                 em_error *error) {
  tracker->stalls = *stimulus;
  em_status status = em_values_compute(tracker->job, threads, progress, error);
  if (status == EM_OK && tracker->timeline != NULL) {
    pass_events(tracker);
  } else if (status == EM_OK) {
    status = pass_time(tracker, error);
  }
  return status;
}
