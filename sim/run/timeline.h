/*
 * A timeline in the Chrome trace-event format: open it in Perfetto (ui.perfetto.dev) or chrome://tracing.
 *
 * One row an engine; slices for every token, and for the starved and blocked cycles before it. Times are microseconds
 * at the design's clock; the arguments give cycles. Long runs are cut after EM_TIMELINE_EVENTS slices. Source: Trace
 * Event Format, the "X" (complete) and "M" (metadata) events.
 */
#ifndef EM_TIMELINE_H
#define EM_TIMELINE_H

#include "models/machine/core.h"
#include "sim/files/atomic_file.h"

enum { EM_TIMELINE_EVENTS = 200000 };

typedef struct {
  em_atomic_file file;
  double clock_mhz;
  uint64_t events;
  struct {
    uint64_t finish, starved, blocked;
  } last[EM_MAX_ENGINES]; /* of every engine when its last token finished */
} em_timeline;

em_status em_timeline_open(em_timeline *timeline, const char *path, const em_graph *graph, em_error *error);
void em_timeline_step(em_timeline *timeline, const em_core *core, const em_state *state, const em_step *step);
em_status em_timeline_commit(em_timeline *timeline, em_error *error);
void em_timeline_discard(em_timeline *timeline);

#endif
