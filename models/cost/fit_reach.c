#include "models/cost/fit_reach.h"

void em_fit_beyond_of(const em_cost_fit *fit, const em_fit_reach *reach, const em_graph *graph, em_fit_beyond *beyond) {
  double gates = 0, extrapolated = 0, features[EM_COST_FEATURES];
  *beyond = (em_fit_beyond){0};
  for (uint32_t part = 0; part < em_part_count(graph); part++) {
    em_part p = em_part_at(graph, part);
    em_cost_kind kind = em_part_cost_kind(graph, p);
    const double *coefficients = fit->coefficients[kind][EM_COST_GATES];
    em_cost_features(graph, NULL, p, EM_COST_GATES, features);
    for (uint32_t f = 0; f < EM_COST_FEATURES; f++) {
      double excess = coefficients[f] * (features[f] - reach->largest[kind][f]);
      gates += coefficients[f] * features[f];
      if (excess <= 0) {
        continue;
      }
      extrapolated += excess;
      beyond->count++;
      if (excess > beyond->worst.gates_ge) {
        beyond->worst = (em_fit_excess){part, f, features[f], reach->largest[kind][f], excess};
      }
    }
  }
  beyond->share = gates > 0 ? extrapolated / gates : 0;
}
