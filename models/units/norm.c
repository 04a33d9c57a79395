#include "models/units/norm.h"

/* Sum and max - min of a token. */
static void statistics(const int8_t *x, uint32_t d, int32_t *sum, int32_t *range) {
  int32_t total = 0;
  int8_t high = x[0], low = x[0];
  for (uint32_t i = 0; i < d; i++) {
    total += x[i];
    high = x[i] > high ? x[i] : high;
    low = x[i] < low ? x[i] : low;
  }
  *sum = total;
  *range = high - low;
}

/*
 * Quotients in doubles, which round as the exact ones do: numerator and denominator (below 2^36) are exact, and so is a
 * quotient half way between two codes. Any other one is at least 1 / (2 den) > 2^-37 away from there, and a double
 * below 2^8 is wrong by less than 2^-44.
 */
typedef struct {
  int32_t d, sum;
  double gamma_scale, beta_scale, den;
} normaliser;

static inline em_v4d divide(const normaliser *s, em_v4d t1_gamma, em_v4d beta) {
  return em_v4d_limit((t1_gamma * s->gamma_scale + beta * s->beta_scale) / s->den);
}

void em_norm_forward(const em_norm_unit *unit, const int8_t *x, int8_t *y, em_node_count *nodes) {
  const int32_t *r = unit->registers;
  int32_t sum, range;
  statistics(x, unit->d, &sum, &range);
  int64_t dr = (int64_t)unit->d * (range > 0 ? range : 1);
  normaliser s = {(int32_t)unit->d, sum, (double)(INT64_C(1) << r[EM_NORM_GAMMA_SHIFT]),
                  (double)(dr << r[EM_NORM_BETA_SHIFT]), (double)(dr << r[EM_NORM_OUT_SHIFT])};
  int32_t codes[EM_ROW_LANES];
  for (uint32_t start = 0; start < unit->d; start += EM_ROW_LANES) {
    uint32_t count = unit->d - start < EM_ROW_LANES ? unit->d - start : EM_ROW_LANES;
    for (uint32_t i = 0; i < count; i += EM_VECTOR_LANES) {
      uint32_t e = start + i, rest = count - i;
      em_v8 t1_gamma = (em_v8_load_codes(x + e, rest) * s.d - s.sum) * em_v8_load_codes(unit->gamma + e, rest);
      em_v8 beta = em_v8_load_codes(unit->beta + e, rest);
      em_v4d low = divide(&s, em_v4d_low(t1_gamma), em_v4d_low(beta));
      em_v4d high = divide(&s, em_v4d_high(t1_gamma), em_v4d_high(beta));
      em_v8_store(codes + i, em_v8_round(low, high), EM_VECTOR_LANES);
    }
    nodes[0].saturations += em_requant_row(codes, count, 0, y + start);
  }
}
