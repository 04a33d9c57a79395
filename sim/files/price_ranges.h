/* What prices are made with: the constants of a technology and the scales of a fit, each with its range. */
#ifndef EM_PRICE_RANGES_H
#define EM_PRICE_RANGES_H

#include "models/cost/price.h"
#include "sim/files/fit_file.h"
#include "sim/files/technology_file.h"

/*
 * In the order of em_price_constant: the technology's, then about 1 the fit's residuals and what may be wrong beyond
 * its reach, for the share of the gates that lies there (fit_reach.h), 0..1.
 */
void em_price_ranges(const em_technology *technology, const em_fit_data *fit, double share_beyond,
                     em_range ranges[EM_PRICE_CONSTANTS]);

#endif
