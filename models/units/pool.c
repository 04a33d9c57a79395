#include "models/units/pool.h"

EM_INLINE em_words plus(em_words sum, const int8_t *row) {
  return em_words_sum(sum, em_widen_halves(em_widen(em_codes_load(row))));
}

/*
 * Quotients in doubles round as the exact ones do: the numerator, below 2^45, and the denominator, below 2^37, are
 * exact, and so is a quotient half way between two codes. One of the shifts is 0, so any other quotient is further away
 * from there than a double's last bit.
 */
static em_halves mean(const em_pool_unit *unit, em_words sum) {
  const double scale = em_power_of_two(unit->registers[EM_POOL_NUM_SHIFT]);
  const double den = unit->l * em_power_of_two(unit->registers[EM_POOL_DEN_SHIFT]);
  em_doubles q = em_to_doubles(sum);
  for (int p = 0; p < 8; p++) {
    q.part[p] = q.part[p] * scale / den;
  }
  return em_align_doubles(q);
}

void em_pool_compute(const em_pool_unit *unit, uint32_t tokens, bool first, bool last, const em_valid *valid,
                     const int8_t *x, int32_t *sums, int8_t *y, em_node_count *nodes) {
  const uint32_t added = last ? tokens - 1 : tokens;
  for (uint32_t i = 0; i < unit->d; i++) {
    const int8_t *row = x + (size_t)i * EM_LANES;
    int32_t *kept = sums + (size_t)i * EM_LANES;
    em_words sum = first ? em_words_of(0) : em_words_load(kept);
    for (uint32_t t = 0; t < added; t++, row += (size_t)unit->d * EM_LANES) {
      sum = plus(sum, row);
    }
    if (added > 0) {
      em_words_store(kept, sum);
    }
    if (last) {
      em_codes_store(y + (size_t)i * EM_LANES,
                     em_saturate_halves(mean(unit, plus(sum, row)), valid, &nodes[0].saturations));
    }
  }
}
