/*
 * What a run yields, gathered step by step: results, latency, interval, and, where asked for, the timeline and
 * busy windows.
 *
 * Latency: cycles from the first frame's first accepted input beat to its last accepted output beat, both included.
 * Interval: distance of the last two frames' last output beats.
 */
#ifndef EM_TRACKER_H
#define EM_TRACKER_H

#include <stdint.h>

#include "sim/run/busy_windows.h"
#include "sim/run/job.h"
#include "sim/run/timeline.h"

typedef struct {
  em_job *job;
  em_timeline *timeline;    /* NULL without */
  em_busy_windows *windows; /* NULL without */
  uint64_t results;         /* of axis_out: frames, or tokens with head none */
  uint64_t frames;          /* finished */
  uint64_t first_in_cycle, last_out_cycle;
  uint64_t latency_cycles, interval_cycles;
  bool started;
} em_tracker;

/* To be told after every step of the job's state. */
void em_tracker_step(em_tracker *tracker, const em_step *step);

/* True when every frame's result is out. */
bool em_tracker_done(const em_tracker *tracker);

#endif
