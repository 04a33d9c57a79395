/*
 * Interval and latency of a design by closed form: what makes a whole space computable.
 *
 * Tokens flow regularly: engine e starts token k of the steady state at start_e + k T / L. Every engine and every
 * buffer sets a least T. Each such term is a circuit of the timed event graph, so that none can be beaten; with all of
 * them the regular schedule is feasible, and the machine, which starts as early as possible, is never later. Held
 * against models/time on random designs by tests/explore/test_closed.c.
 *
 * Covered: frame depth >= 2, and store >= 2 L with head flatten. With head mean the pool's last token of a frame takes
 * longer; the terms of its two buffers are those of a flow that it does not disturb, so that the true interval may be
 * shorter where such a term is the largest (`bound`).
 */
#ifndef EM_CLOSED_H
#define EM_CLOSED_H

#include "models/graph/graph.h"

typedef struct {
  bool covered;            /* else nothing below is said */
  bool bound;              /* the interval is an upper bound */
  bool flows;              /* no buffer holds up a lone frame: the latency below is exact, else a lower bound */
  uint64_t cycles, frames; /* the interval is cycles / frames */
  uint64_t latency_cycles;
} em_closed;

void em_closed_of(const em_graph *graph, em_closed *closed);

/* The least depth that `chain` cycles from a writer's start to its last reader's end bear, a token every cycles / l. */
uint32_t em_least_depth(uint64_t chain, uint64_t l, uint64_t cycles);

#endif
