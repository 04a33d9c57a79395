/*
 * Bit toggles: Hamming distances between the codes that successive accesses of a memory port move.
 *
 * A read moves the elements that the engine takes (its lanes), a write those that it gives; the convolution history and
 * the ssm state move a word each way. Every port counts from all bits zero. Contents that never change (weights) repeat
 * their order in every token, so theirs follow from the number of tokens. A frame's first reads of history and state
 * count, although their values are not used. Source: the access order in docs/microarchitecture.md.
 *
 * An observer of the units' steps (unit.h, forward.h): a word of one frame meets the next one in its lane, and a
 * frame's last word meets the first one of the next lane, from batch to batch too. What was seen is a flat block, to be
 * copied as one likes; but for the counts it depends on the last two frames alone.
 */
#ifndef EM_TOGGLES_H
#define EM_TOGGLES_H

#include "models/activity/activity.h"
#include "models/units/unit.h"

/* Of one memory. */
typedef struct {
  size_t ports[3];                /* in the block: what last passed read port 0, read port 1, the write port */
  size_t contents;                /* of own memories that change, as far as steps do not show them */
  uint64_t first, inner, closing; /* loaded contents: toggles of the first read, within a token, between two tokens */
} em_memory_toggles;

typedef struct {
  const em_graph *graph;
  em_memory_toggles *memories; /* [memory_count], owned */
  size_t bytes;                /* of a block: aligned to EM_LANES, zeroed before its first step */
} em_toggles;

/* For steps of at most EM_FORWARD_TOKENS tokens. The graph must outlive it. EM_FAILED when memory is short. */
em_status em_toggles_open(em_toggles *toggles, const em_graph *graph, const em_network *network, em_error *error);
void em_toggles_close(em_toggles *toggles);

/* After every step of every engine, axis_in's first: see em_forward_observer, whose functions these are. */
void em_toggles_step(const em_toggles *toggles, void *seen, uint32_t engine, const em_unit_io *io);
void em_toggles_states(const em_toggles *toggles, void *seen, uint32_t engine, const em_unit_io *io,
                       const em_states *told);

/* What axis_in takes: `beats` beats of consecutive frames. */
void em_toggles_stream(const em_toggles *toggles, void *seen, const int8_t *codes, uint64_t beats);

/* Counts from now on, or adds the counts of another block. */
void em_toggles_restart(const em_toggles *toggles, void *seen);
void em_toggles_merge(const em_toggles *toggles, void *seen, const void *other);

/* Adds every memory's toggles so far to the activity, whose times are there. */
void em_toggles_add(const em_toggles *toggles, const void *seen, em_run_activity *activity);

#endif
