/*
 * A timeline in the Chrome trace-event format: open it in Perfetto (ui.perfetto.dev) or chrome://tracing.
 *
 * One row an engine; slices for every token, and for the starved and blocked cycles before it. A track a token buffer
 * with the tokens that it holds, those written and not yet released by all readers; a flow a frame, through the first
 * of its tokens in every engine. Times are microseconds at the design's clock, every edge rounded to a picosecond, so
 * that neighbours touch and none vanishes; the arguments give cycles. A timeline that is cut says so in the file
 * (otherData, and beside the process's name). Source: Trace Event Format, the "X" (complete), "C" (counter), "s", "t",
 * "f" (flow) and "M" (metadata) events.
 */
#ifndef EM_TIMELINE_H
#define EM_TIMELINE_H

#include "models/machine/core.h"
#include "models/time/recurrence.h"
#include "sim/files/atomic_file.h"

enum { EM_TIMELINE_SLICES = 200000 };

typedef struct {
  em_atomic_file file;
  const em_graph *graph;
  double clock_mhz;
  uint64_t slices, most_slices;
  bool full, cut;      /* there are as many as may be; there were more: */
  uint64_t last_cycle; /* tokens that ended later are missing */
  struct {
    uint64_t finish, starved, blocked;
  } last[EM_MAX_ENGINES]; /* of every engine when its last token finished */
  struct {
    uint64_t written, released[2];
  } buffers[EM_MAX_BUFFERS]; /* tokens, released by each reader */
} em_timeline;

/* `most_slices` 0: EM_TIMELINE_SLICES. The graph must outlive it. */
em_status em_timeline_open(em_timeline *timeline, const char *path, const em_graph *graph, uint64_t most_slices,
                           em_error *error);

/* Tokens in the order of their finishes, so that the cut is one in time; those of a step. */
void em_timeline_token(em_timeline *timeline, const em_token_time *time);
void em_timeline_step(em_timeline *timeline, const em_core *core, const em_state *state, const em_step *step);

/* A point of a track of its own, such as a power in milliwatts; the unit is the name of the value. */
void em_timeline_counter(em_timeline *timeline, uint64_t cycle, const char *track, const char *unit, double value);

/* `failure` is NULL, or why the run ended in `cycle` before its last result: the timeline says so. */
em_status em_timeline_commit(em_timeline *timeline, const char *failure, uint64_t cycle, em_error *error);
void em_timeline_discard(em_timeline *timeline);

#endif
