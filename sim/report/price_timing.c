#include "sim/report/price_timing.h"

#include <stdlib.h>

#include "sim/report/price_report.h"
#include "sim/report/pricing.h"

em_status em_price_timing(const em_graph *graph, const em_timing *timing, uint64_t frames,
                          const em_technology *technology, cJSON **price, em_error *error) {
  em_fit_data *fit;
  *price = NULL;
  em_status status = em_fit_beside(technology->file, &fit, error);
  if (status != EM_OK || fit == NULL) {
    return status;
  }
  em_run_activity *activity = malloc(sizeof *activity);
  em_pricing pricing = {0};
  if (activity == NULL) {
    status = em_fail(error, EM_FAILED, "out of memory for the price");
  } else {
    em_timing_activity(graph, timing, activity);
    status = em_pricing_make(graph, activity, technology, fit, &pricing, error);
  }
  if (status == EM_OK) {
    *price = em_price_summary(&pricing, frames);
  }
  em_pricing_free(&pricing);
  free(activity);
  free(fit);
  return status;
}
