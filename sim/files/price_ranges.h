/* What prices are made with: the constants of a technology and the scales of a fit, each with its range. */
#ifndef EM_PRICE_RANGES_H
#define EM_PRICE_RANGES_H

#include "models/cost/clock_limit.h"
#include "models/cost/price.h"
#include "sim/files/fit_file.h"
#include "sim/files/technology_file.h"

/*
 * In the order of em_price_constant: the technology's, then about 1 the fit's residuals and what may be wrong beyond
 * its reach, for the share of the gates that lies there (fit_reach.h), 0..1.
 */
void em_price_ranges(const em_technology *technology, const em_fit_data *fit, double share_beyond,
                     em_range ranges[EM_PRICE_CONSTANTS]);

enum { EM_CLOCK_CHARS = 256 };

/* How fast the clock of a design may be at `vdd_mv`, with the constants' ranges and the fit's largest error. */
void em_clock_limit_find(const em_technology *technology, const em_fit_data *fit, double vdd_mv, const em_graph *graph,
                         em_clock_limit *limit);

/* False where a clock of `mhz` is below the limit's nominal; else says what is in its way. */
bool em_clock_is_doubtful(const em_graph *graph, const em_clock_limit *limit, double mhz, char text[EM_CLOCK_CHARS]);

#endif
