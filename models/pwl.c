#include "pwl.h"

int8_t em_pwl_evaluate(const em_pwl *pwl, int8_t x) {
  uint32_t region = 0;
  for (uint32_t i = 0; i <= pwl->segments; i++) {
    region += pwl->thresholds[i] <= x;
  }
  return em_requant((int64_t)pwl->slopes[region] * x + pwl->intercepts[region], (int)pwl->shift);
}

void em_pwl_tabulate(const em_pwl *pwl, em_pwl_table *table) {
  for (int code = -128; code < 128; code++) {
    table->value[code + 128] = em_pwl_evaluate(pwl, (int8_t)code);
  }
  table->first = pwl->thresholds[0];
  table->last = pwl->thresholds[pwl->segments];
}

void em_pwl_row(const em_pwl_table *table, const int8_t *x, uint32_t count, int8_t *y, em_node_count *node) {
  uint32_t below = 0, above = 0;
  for (uint32_t i = 0; i < count; i++) {
    below += x[i] < table->first;
    above += x[i] >= table->last;
  }
  for (uint32_t i = 0; i < count; i++) {
    y[i] = (int8_t)table->value[x[i] + 128];
  }
  node->below += below;
  node->above += above;
}
