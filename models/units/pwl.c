#include "models/units/pwl.h"

int8_t em_pwl_evaluate(const em_pwl *pwl, int8_t x) {
  uint32_t region = 0;
  for (uint32_t i = 0; i <= pwl->segments; i++) {
    region += pwl->thresholds[i] <= x;
  }
  return em_requant((int64_t)pwl->slopes[region] * x + pwl->intercepts[region], (int)pwl->shift);
}

void em_pwl_tabulate(const em_pwl *pwl, em_pwl_table *table) {
  for (int code = -128; code < 128; code++) {
    table->value[(uint8_t)code] = em_pwl_evaluate(pwl, (int8_t)code);
  }
  table->first = pwl->thresholds[0];
  table->last = pwl->thresholds[pwl->segments];
}
