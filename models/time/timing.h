/*
 * Timing without data: start and finish of every token of every engine by recurrence over the dataflow graph.
 *
 * An engine starts a token when it is free, every producer has committed and every consumer has released the slot that
 * the token goes into; each of these is the finish of an earlier token, so one pass over the tokens in graph order
 * gives all times. No stalls at the streams. Agrees with em_core_advance and the RTL to the cycle; independent of both.
 */
#ifndef EM_TIMING_H
#define EM_TIMING_H

#include <stdint.h>

#include "models/activity/activity.h"

/* Called for every token in an order that is only sorted per engine; start and finish (one past the last) in cycles. */
typedef void (*em_token_observer)(void *context, uint32_t engine, uint64_t token, uint64_t start, uint64_t finish);

typedef struct {
  uint64_t cycles;          /* from cycle 0 to the last output beat, that one included */
  uint64_t latency_cycles;  /* of the first frame: first input beat to last output beat, both included */
  uint64_t interval_cycles; /* between the last two frames' last beats; 0 with one frame */
  em_engine_timing engines[EM_MAX_ENGINES];
} em_timing;

/*
 * `frames` >= 1 frames back to back. `workspace` holds em_timing_workspace_words(graph) 64-bit words; `observer` may be
 * NULL.
 */
size_t em_timing_workspace_words(const em_graph *graph);
void em_timing_run(const em_graph *graph, uint64_t frames, uint64_t *workspace, em_token_observer observer,
                   void *context, em_timing *timing);

/* The run's activity, without toggles: exactly what the model of the same frames would count. */
void em_timing_activity(const em_graph *graph, const em_timing *timing, em_run_activity *activity);

#endif
