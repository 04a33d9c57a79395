/*
 * What the choices of a space cost when a frame leaves every so many cycles: one or two costs to be made small, each a
 * sum over factors, and for every buffer the depths that are worth having from some depth on.
 */
#ifndef EM_TARIFF_H
#define EM_TARIFF_H

#include "models/explore/factors.h"

enum { EM_COSTS = 2 };

/* What is asked for: costs, and at what pace. */
typedef struct {
  em_explore_figure costs[EM_COSTS];     /* area, energy, latency (its sum of busy cycles) */
  uint32_t cost_count;                   /* 1 or 2; the second is 0 where there is none */
  double most[EM_COSTS];                 /* limits, INFINITY without */
  uint64_t cycles;                       /* of a frame */
  uint64_t period_cycles, period_tokens; /* a token every period_cycles / period_tokens; no slower than the frame */
} em_pace;

/* A depth's place, and what the buffer costs with it. */
typedef struct {
  double c[EM_COSTS];
  uint32_t depth;
} em_option;

typedef struct {
  const em_option *options;
  uint32_t count;
} em_options_of_depth;

typedef struct {
  double (*costs)[EM_COSTS]; /* [size][depths] */
  em_option *options;        /* of [size][listed], one after another */
  uint32_t *starts, *counts;
  uint32_t listed, room;
} em_tariff_factor;

typedef struct {
  const em_factors *factors;
  em_pace pace;
  bool known; /* the costs do not depend on the pace and are in the tables */
  em_tariff_factor of[EM_FACTORS];
  em_option scratch[EM_EXPLORE_MOST_DEPTH];
} em_tariff;

/* Zeroed before its first use; EM_FAILED when memory is short. Areas are not computed again for another pace. */
em_status em_tariff_set(em_tariff *tariff, const em_factors *factors, const em_pace *pace, em_error *error);
void em_tariff_free(em_tariff *tariff);

/* Depths of at least `depth` tokens that none of the others is as good as; none where the space has none so deep. Holds
 * until the next call. */
em_options_of_depth em_tariff_depths(em_tariff *tariff, uint32_t factor, uint32_t entry, uint64_t depth);

/* Adds a depth to `best` [count], those that are worth having of deeper ones; returns their number, at most one more.
 */
uint32_t em_option_merge(em_option *best, uint32_t count, const double cost[EM_COSTS], uint32_t depth);

/* Least depths for a chain of busy cycles, in tokens at the token's pace and at the frame's. */
uint64_t em_pace_token_depth(const em_pace *pace, uint64_t chain);
uint64_t em_pace_frame_depth(const em_pace *pace, uint64_t chain);

#endif
