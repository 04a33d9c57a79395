/*
 * Values of many frames, batch by batch, and all that they count: nodes, and toggles where the core counts them.
 *
 * Counts start at 0. What batches leave behind for the next one (what last passed each port, and what was written and
 * is yet to be read) is that of their last two frames alone: the second one's first token meets the first one's last,
 * and may be its only one. So any stretch of a run counts exactly what it counts within the run once the two frames
 * before it went through and em_batches_restart followed.
 */
#ifndef EM_BATCHES_H
#define EM_BATCHES_H

#include "models/machine/core.h"
#include "models/units/forward.h"

enum { EM_BATCHES_LEAD = 2 };

typedef struct {
  const em_core *core;
  em_forward forward;
  void *toggles; /* what was seen, or NULL */
} em_batches;

/* The core must outlive it. EM_FAILED when memory is short; close it in any case. */
em_status em_batches_open(em_batches *batches, const em_core *core, em_error *error);
void em_batches_close(em_batches *batches);

/* frames [count, H, W, C], 1 <= count <= EM_LANES, that follow those of before -> outputs [count, result width]. */
void em_batches_compute(em_batches *batches, const int8_t *frames, uint32_t count, int8_t *outputs);

/* All counts to 0. */
void em_batches_restart(em_batches *batches);

/* Adds the counts to those of the state. */
void em_batches_add(const em_batches *batches, em_state *state);

#endif
