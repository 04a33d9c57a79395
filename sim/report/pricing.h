/*
 * The price of one run: what joins the graph, its activity, a technology and the fit (models/cost/price.h).
 *
 * The same function prices a run that has just finished, one that was stored in a report, and the timing-only run of
 * `check`, so that equal activity gives equal figures.
 */
#ifndef EM_PRICING_H
#define EM_PRICING_H

#include "models/activity/activity.h"
#include "models/cost/clock_limit.h"
#include "models/cost/price.h"
#include "sim/files/fit_file.h"
#include "sim/files/technology_file.h"

/* What an engine's own activity draws while it is busy: its switching, its memories, its share of the token buffers. */
typedef struct {
  double dynamic_pj; /* over the run; with clock gating the clock's too */
  double moved_bits; /* of all memories that it reads and writes */
  double macs;       /* see em_action_macs */
} em_engine_price;

typedef struct {
  const em_graph *graph;
  const em_run_activity *activity;
  const em_technology *technology;
  const em_fit_data *fit;
  em_fit_beyond beyond; /* what the fit has not seen of this design; widens the ranges of its scales */
  em_clock_limit clock_limit;
  em_price_point point;
  em_range ranges[EM_PRICE_CONSTANTS];
  em_prices prices; /* their nominal values */
  uint32_t count;
  em_part_use *uses;        /* [count], owned, as are these: */
  em_part_price *parts;     /* [count], nominal */
  em_engine_price *engines; /* [engine_count] */
  em_price_bounds bounds;
} em_pricing;

/* With bounds, or nominal alone (low and high are the value then), which is a fiftieth of the effort. */
typedef enum { EM_PRICING_BOUNDS, EM_PRICING_NOMINAL } em_pricing_depth;

/*
 * All pointers must outlive `pricing`. EM_FAILED when memory is short, EM_BAD_INPUT when the constants make totals
 * beyond all measure; then nothing is left allocated.
 */
em_status em_pricing_make(const em_graph *graph, const em_run_activity *activity, const em_technology *technology,
                          const em_fit_data *fit, em_pricing_depth depth, em_pricing *pricing, em_error *error);
void em_pricing_free(em_pricing *pricing);

/*
 * Multiplications with an addition: those of weights, of A_bar and the state, of C and the state. Everything else
 * (lone products, norm, additions, piecewise-linear units) counts nothing.
 */
double em_action_macs(const uint64_t actions[EM_ACTIONS]);

/* The same in a cycle in which every engine does all it can. */
double em_peak_macs(const em_graph *graph);

#endif
