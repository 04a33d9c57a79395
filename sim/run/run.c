#include "sim/run/run.h"

void em_run(em_tracker *tracker, const em_stimulus *given, em_progress *progress) {
  em_job *job = tracker->job;
  em_stimulus stimulus = tracker->stalls = *given;
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
