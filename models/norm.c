#include "norm.h"

void em_norm_forward(const em_norm_unit *unit, const int8_t *x, int8_t *y, em_node_count *nodes) {
  const int32_t *r = unit->registers;
  int32_t d = (int32_t)unit->d, sum = 0, high = x[0], low = x[0];
  for (int32_t i = 0; i < d; i++) {
    sum += x[i];
    high = x[i] > high ? x[i] : high;
    low = x[i] < low ? x[i] : low;
  }
  int64_t range = (int64_t)d * (high > low ? high - low : 1);
  int64_t gamma_scale = INT64_C(1) << r[EM_NORM_GAMMA_SHIFT], beta_scale = range << r[EM_NORM_BETA_SHIFT];
  int64_t den = range << r[EM_NORM_OUT_SHIFT];
  for (int32_t i = 0; i < d; i++) {
    int64_t num = (int64_t)(d * x[i] - sum) * unit->gamma[i] * gamma_scale + unit->beta[i] * beta_scale;
    int64_t code = em_round_divide(num, den);
    y[i] = (int8_t)em_saturate(code, 8);
    nodes[0].saturations += y[i] != code;
  }
}
