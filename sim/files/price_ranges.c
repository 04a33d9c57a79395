#include "sim/files/price_ranges.h"

void em_price_ranges(const em_technology *technology, const em_fit_data *fit, double share_beyond,
                     em_range ranges[EM_PRICE_CONSTANTS]) {
  for (uint32_t c = 0; c < EM_PRICE_TECHNOLOGY_CONSTANTS; c++) {
    const em_constant *k = em_technology_find(technology, em_price_constant_name((em_price_constant)c));
    ranges[c] = (em_range){k->low, k->value, k->high};
  }
  for (uint32_t q = 0; q < EM_COST_QUANTITIES; q++) {
    double residual = fit->residual[q] + fit->extrapolation * share_beyond;
    ranges[EM_PRICE_GATES_SCALE + q] = (em_range){residual < 1 ? 1 - residual : 0, 1, 1 + residual};
  }
}
