/*
 * What a run yields, gathered step by step: results, latency, when they left, and, where asked for, the timeline and
 * busy windows.
 *
 * Latency: cycles from the first frame's first accepted input beat to its last accepted output beat, both included.
 */
#ifndef EM_TRACKER_H
#define EM_TRACKER_H

#include <stdint.h>

#include "models/time/stimulus.h"
#include "sim/run/busy_windows.h"
#include "sim/run/job.h"
#include "sim/run/timeline.h"

typedef struct {
  em_job *job;
  em_timeline *timeline;    /* NULL without */
  em_busy_windows *windows; /* NULL without */
  uint64_t results;         /* of axis_out: frames, or tokens with head none */
  uint64_t frames;          /* finished */
  em_stimulus stalls;       /* of the run */
  uint64_t first_in_cycle;
  uint64_t first_out_cycle, last_out_cycle; /* last beats of the first and of the latest frame's result */
  uint64_t latency_cycles;
  bool started;
  bool timed;          /* only time passes: the job has its outputs */
  const char *failure; /* one line, when the run ended before its last result; or NULL */
} em_tracker;

/* A frame's result is out: its last beat was in `cycle`. */
void em_tracker_frame(em_tracker *tracker, uint64_t cycle);

/* To be told after every step of the job's state. */
void em_tracker_step(em_tracker *tracker, const em_step *step);

/* True when every frame's result is out. */
bool em_tracker_done(const em_tracker *tracker);

#endif
