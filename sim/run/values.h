/* The values of a job: its outputs and what nodes and ports count, in batches of frames, by as many threads as wanted.
 */
#ifndef EM_VALUES_H
#define EM_VALUES_H

#include "sim/run/job.h"
#include "sim/run/progress.h"

enum { EM_MOST_THREADS = 256 };

/*
 * Fills the job's outputs and adds the counts to its state: the same for any number of threads, 1 or more. Memory grows
 * with the threads, not with the frames. EM_FAILED when it is short.
 */
em_status em_values_compute(em_job *job, uint64_t threads, em_progress *progress, em_error *error);

#endif
