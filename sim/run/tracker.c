#include "sim/run/tracker.h"

#include <string.h>

static void take_result(em_tracker *tracker) {
  em_job *job = tracker->job;
  const em_shape *s = &job->design.shape;
  uint32_t per_frame = em_results_per_frame(s);
  if (!tracker->timed) {
    memcpy(job->outputs + tracker->results * s->outputs, em_core_output(job->core, job->state), s->outputs);
  }
  tracker->results++;
  if (tracker->results % per_frame != 0) {
    return;
  }
  em_tracker_frame(tracker, job->state->cycle - 1);
}

void em_tracker_frame(em_tracker *tracker, uint64_t cycle) {
  if (tracker->frames == 0) {
    tracker->latency_cycles = cycle - tracker->first_in_cycle + 1;
    tracker->first_out_cycle = cycle;
  }
  tracker->last_out_cycle = cycle;
  tracker->frames++;
}

void em_tracker_step(em_tracker *tracker, const em_step *step) {
  if (!tracker->started && step->in_beats > 0) {
    tracker->started = true;
    tracker->first_in_cycle = tracker->job->state->cycle - step->cycles;
  }
  if (step->result_out) {
    take_result(tracker);
  }
  if (tracker->timeline != NULL) {
    em_timeline_step(tracker->timeline, tracker->job->core, tracker->job->state, step);
  }
  if (tracker->windows != NULL) {
    em_busy_windows_step(tracker->windows, tracker->job->core, tracker->job->state, step);
  }
}

bool em_tracker_done(const em_tracker *tracker) {
  return tracker->frames == tracker->job->frame_count;
}
