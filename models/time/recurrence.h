/*
 * Timing without data: start and finish of every token of every engine by recurrence over the dataflow graph.
 *
 * An engine starts a token when it is free, every producer has committed and every consumer has released the slot that
 * the token goes into; each of these is the finish of an earlier token, so one pass over the tokens in graph order
 * gives all times. Agrees with em_core_advance and the RTL to the cycle, stalls of both streams included; independent
 * of both. A finish is one past the last busy cycle: the first cycle in which others see the effect.
 *
 * Modelled: all that decides when. Not modelled: values; accesses within a token (schedule.h).
 */
#ifndef EM_RECURRENCE_H
#define EM_RECURRENCE_H

#include <stddef.h>
#include <stdint.h>

#include "models/activity/activity.h"
#include "models/time/stimulus.h"

/*
 * One token of one engine. Before `start` it waited: first for its inputs (starved), then for a free slot (blocked);
 * axis_in first for the slot, then for the source.
 */
typedef struct {
  uint32_t engine;
  uint64_t token;
  uint64_t starved_cycles, blocked_cycles;
  uint64_t start, finish;
  uint64_t pause_cycles; /* of start..finish-1, not busy: bubbles of the source, back-pressure of the sink */
} em_token_time;

/* Called for every token; the order is only sorted per engine: frame by frame, token by token, along the graph. */
typedef void (*em_token_observer)(void *context, const em_token_time *time);

/*
 * Where a run stands after whole frames. The first words of the workspace, `state`, are all that the future depends
 * on, and the blocked cycles: finish of the last token [engines], blocked cycles [engines], slot that comes next
 * [buffers], and when every slot was released last.
 */
typedef struct {
  const em_graph *graph;
  const em_stimulus *stalls; /* of both streams, or NULL */
  em_token_observer observer;
  void *context;
  uint64_t frames; /* so many are through */
  uint64_t cycles; /* from cycle 0 to their last output beat, that one included */
  uint64_t steps;  /* tokens of engines that were computed one by one: the effort so far */
  uint64_t *state, *last, *blocked, *place, *released, *mark;
  uint32_t state_words;
  uint32_t frame_engine;              /* em_recurrence_frame_engine */
  uint32_t slots[EM_MAX_BUFFERS + 1]; /* first slot of each buffer in `released` */
} em_recurrence;

/* 64-bit words of a workspace, and of a copy of the state. */
size_t em_recurrence_words(const em_graph *graph);
size_t em_recurrence_state_words(const em_graph *graph);

/* Engines 1..that-1 work once a token, the others once a frame. */
uint32_t em_recurrence_frame_engine(const em_graph *graph);

/*
 * Before the first frame. `stalls` (or NULL; below 1, else a frame never ends) and the workspace of
 * em_recurrence_words(graph) words must outlive it. `observer` may be NULL.
 */
void em_recurrence_start(em_recurrence *r, const em_graph *graph, const em_stimulus *stalls, uint64_t *workspace,
                         em_token_observer observer, void *context);

/*
 * One more frame, offered as early as possible. Without an observer a frame of many tokens costs no more than its way
 * into a pattern that repeats; the rest of the frame is added at once.
 */
void em_recurrence_frame(em_recurrence *r);

/* The counters of an engine as they stand when the run ends with the last frame that is through. */
em_engine_timing em_recurrence_counters(const em_recurrence *r, uint32_t engine);

/*
 * True when everything after the last frame will be what it was after that of `state`, an earlier copy of r->state,
 * `cycles` later. Without stalls.
 */
bool em_recurrence_repeats(const em_recurrence *r, const uint64_t *state, uint64_t cycles);

/* Adds `times` times what happened since that copy, when `frames` frames less were through. */
void em_recurrence_leap(em_recurrence *r, const uint64_t *state, uint64_t frames, uint64_t cycles, uint64_t times);

#endif
