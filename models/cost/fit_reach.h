/*
 * How far a design lies beyond the designs that the fit has seen: the gates that larger features than any of theirs
 * stand for. The formulas are linear there too, but nothing was measured.
 */
#ifndef EM_FIT_REACH_H
#define EM_FIT_REACH_H

#include "models/cost/cost_fit.h"

/* The largest value of every feature of gates in the designs that were synthesised. */
typedef struct {
  double largest[EM_COST_KINDS][EM_COST_FEATURES];
} em_fit_reach;

/* A feature of a part that is larger than any that was seen. */
typedef struct {
  uint32_t part;
  uint32_t feature; /* of em_cost_feature_name(kind of the part, EM_COST_GATES, .) */
  double value, largest;
  double gates_ge; /* that its excess stands for */
} em_fit_excess;

typedef struct {
  double share;        /* of the design's gates that all excesses stand for, 0..1 */
  uint32_t count;      /* of features of parts beyond, those that stand for no gates left out */
  em_fit_excess worst; /* the one that stands for most gates; where count > 0 */
} em_fit_beyond;

void em_fit_beyond_of(const em_cost_fit *fit, const em_fit_reach *reach, const em_graph *graph, em_fit_beyond *beyond);

#endif
