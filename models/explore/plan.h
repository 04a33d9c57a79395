/* What a plan holds. */
#ifndef EM_PLAN_H
#define EM_PLAN_H

#include "models/explore/elimination.h"
#include "models/explore/front.h"

/* Intervals in [least, most], solved at most, and below it where every cycle counts. */
typedef struct {
  uint64_t least, most;
} em_piece;

struct em_explore_plan {
  em_factors factors;
  em_pace pace; /* all but the intervals */
  bool every_cycle;
  bool latency, energy;
  em_piece *pieces; /* falling */
  uint32_t piece_count;
  uint64_t *shallow; /* intervals that depths set, where they are kept from being sufficient; falling */
  uint32_t shallow_count;
};

/* Whether an engine works once a token, not once a frame. */
bool em_works_on_tokens(const em_shape *shape, uint32_t engine);

/* The pace of a frame every `cycles` cycles, with the limits that costs have there. */
em_pace em_plan_pace(const em_explore_plan *plan, uint64_t cycles);

/* An order for qsort of uint64_t. */
int em_falling(const void *left, const void *right);

#endif
