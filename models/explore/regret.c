#include "models/explore/regret.h"

em_status em_explore_regrets(const em_explore_points *points, const em_explore_rates *rates,
                             const em_range ranges[EM_PRICE_CONSTANTS], em_explore_regret *regrets, em_error *error) {
  (void)points;
  (void)rates;
  (void)ranges;
  (void)regrets;
  return em_fail(error, EM_FAILED, "regrets are not there yet");
}
