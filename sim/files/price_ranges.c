#include "sim/files/price_ranges.h"

#include <stdio.h>

static em_range range_of(const em_technology *technology, const char *name) {
  const em_constant *k = em_technology_find(technology, name);
  return (em_range){k->low, k->value, k->high};
}

void em_price_ranges(const em_technology *technology, const em_fit_data *fit, double share_beyond,
                     em_range ranges[EM_PRICE_CONSTANTS]) {
  for (uint32_t c = 0; c < EM_PRICE_TECHNOLOGY_CONSTANTS; c++) {
    ranges[c] = range_of(technology, em_price_constant_name((em_price_constant)c));
  }
  for (uint32_t q = 0; q < EM_COST_SUMS; q++) {
    double residual = fit->residual[q] + fit->extrapolation * share_beyond;
    ranges[EM_PRICE_GATES_SCALE + q] = (em_range){residual < 1 ? 1 - residual : 0, 1, 1 + residual};
  }
}

void em_clock_limit_find(const em_technology *technology, const em_fit_data *fit, double vdd_mv, const em_graph *graph,
                         em_clock_limit *limit) {
  em_range ranges[EM_PRICE_CONSTANTS];
  em_price_ranges(technology, fit, 0, ranges);
  const em_prices prices = em_prices_nominal(ranges);
  const em_clock_speed speed = {range_of(technology, "fo4_ps"), range_of(technology, "clock_margin_ratio")};
  em_clock_limit_of(&fit->coefficients, fit->residual[EM_COST_DEPTH], &speed, em_speed_factor(&prices, vdd_mv), graph,
                    limit);
}

bool em_clock_is_doubtful(const em_graph *graph, const em_clock_limit *limit, double mhz, char text[EM_CLOCK_CHARS]) {
  char engine[EM_NAME_CHARS];
  em_engine_name(graph, limit->engine, engine);
  snprintf(text, EM_CLOCK_CHARS, "the clock of %g MHz is %s: %s has paths of %.0f FO4, good for %.0f MHz (%.0f..%.0f)",
           mhz, mhz > limit->mhz.high ? "out of reach" : "doubtful", engine, limit->depth_fo4, limit->mhz.value,
           limit->mhz.low, limit->mhz.high);
  return mhz > limit->mhz.value;
}
