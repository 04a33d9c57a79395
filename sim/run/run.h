/* A job from its first beat to its last result, by the C model alone. */
#ifndef EM_RUN_H
#define EM_RUN_H

#include "models/time/stimulus.h"
#include "sim/run/progress.h"
#include "sim/run/tracker.h"

/* Runs the tracker's job; `stimulus` has seed and stalls. Values go through in batches, time by recurrence. */
em_status em_run(em_tracker *tracker, const em_stimulus *stimulus, em_progress *progress, em_error *error);

#endif
