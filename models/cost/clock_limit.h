/*
 * How fast a design's clock may be: its deepest engine's logic depth in delays of the technology's inverter.
 *
 * An estimate, no timing analysis: wires, set-up and skew are one margin, and a layout's effort is not known.
 */
#ifndef EM_CLOCK_LIMIT_H
#define EM_CLOCK_LIMIT_H

#include "models/cost/cost_fit.h"
#include "models/cost/price.h"

/* What a technology says of its speed, at its nominal supply. */
typedef struct {
  em_range fo4_ps; /* an inverter that drives four like it */
  em_range margin; /* a period over the delay of its logic: wires, set-up, skew */
} em_clock_speed;

typedef struct {
  em_range mhz; /* at the supply asked for */
  uint32_t engine;
  double depth_fo4;
} em_clock_limit;

/* `residual`: the fit's largest error of a held-out design's depth, a fraction; `supply`: em_speed_factor. */
void em_clock_limit_of(const em_cost_fit *fit, double residual, const em_clock_speed *speed, double supply,
                       const em_graph *graph, em_clock_limit *limit);

#endif
