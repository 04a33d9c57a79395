/* A co-simulation as a process of its own: whatever happens to it, the campaign goes on. */
#ifndef EM_CAMPAIGN_CHILD_H
#define EM_CAMPAIGN_CHILD_H

#include "sim/campaign/campaign.h"

typedef enum { EM_RUN_MATCHED, EM_RUN_DIVERGED, EM_RUN_DEADLOCK, EM_RUN_CRASHED, EM_RUN_OUTCOMES } em_run_outcome;

const char *em_run_outcome_name(em_run_outcome outcome);

/* What a run is told: paths, as `emamba cosim` takes them. */
typedef struct {
  const char *design, *network, *frames, *rtl, *build, *bundle; /* rtl, build: NULL for the usual */
  uint64_t seed;
  double stall_in, stall_out;
  uint32_t first_frames;
} em_child_task;

typedef struct {
  em_run_outcome outcome;
  uint64_t cycles, transactions, frames; /* of a matched run */
  char text[512];                        /* of any other: what went wrong */
} em_child_result;

/*
 * Runs it to its end. Not EM_OK where it says nothing about the RTL: the job is bad input, a build failed, a signal
 * came from outside.
 */
em_status em_child_run(const em_child_task *task, em_child_result *result, em_error *error);

#endif
