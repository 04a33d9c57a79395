/* A job from its first beat to its last result, by the C model alone. */
#ifndef EM_RUN_H
#define EM_RUN_H

#include "models/time/stimulus.h"
#include "sim/run/progress.h"
#include "sim/run/tracker.h"

/*
 * Runs the tracker's job; `stimulus` has seed and stalls. Values go through in batches, by so many threads, time by
 * recurrence; nothing depends on the number of threads.
 */
em_status em_run(em_tracker *tracker, const em_stimulus *stimulus, uint64_t threads, em_progress *progress,
                 em_error *error);

#endif
