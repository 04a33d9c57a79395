#include "models/units/pool.h"

void em_pool_add(const em_pool_unit *unit, const int8_t *x, bool first, int32_t *sums) {
  for (uint32_t i = 0; i < unit->d; i++) {
    sums[i] = (first ? 0 : sums[i]) + x[i];
  }
}

void em_pool_mean(const em_pool_unit *unit, const int8_t *x, bool first, const int32_t *sums, int8_t *y,
                  em_node_count *nodes) {
  int64_t scale = INT64_C(1) << unit->registers[EM_POOL_NUM_SHIFT];
  int64_t den = (int64_t)unit->l << unit->registers[EM_POOL_DEN_SHIFT];
  for (uint32_t i = 0; i < unit->d; i++) {
    int64_t mean = em_round_divide(((first ? 0 : sums[i]) + x[i]) * scale, den);
    y[i] = (int8_t)em_saturate(mean, 8);
    nodes[0].saturations += y[i] != mean;
  }
}
