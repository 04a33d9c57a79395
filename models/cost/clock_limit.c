#include "models/cost/clock_limit.h"

static double mhz(double depth_fo4, double fo4_ps, double margin, double supply) {
  return 1e6 * supply / (depth_fo4 * fo4_ps * margin);
}

void em_clock_limit_of(const em_cost_fit *fit, double residual, const em_clock_speed *speed, double supply,
                       const em_graph *graph, em_clock_limit *limit) {
  *limit = (em_clock_limit){0};
  for (uint32_t engine = 0; engine < graph->engine_count; engine++) {
    double depth = em_fit_depth(fit, graph, engine);
    if (depth > limit->depth_fo4) {
      limit->depth_fo4 = depth;
      limit->engine = engine;
    }
  }
  double depth = limit->depth_fo4, least = residual < 1 ? 1 - residual : 0;
  limit->mhz = (em_range){mhz(depth * (1 + residual), speed->fo4_ps.high, speed->margin.high, supply),
                          mhz(depth, speed->fo4_ps.value, speed->margin.value, supply),
                          mhz(depth * least, speed->fo4_ps.low, speed->margin.low, supply)};
}
