#include "models/units/norm.h"

enum { HALF_ROWS = 255 }; /* so many codes fit 16 bits when added */

/* Sum and max(max - min, 1) of a token. */
static void statistics(const int8_t *x, uint32_t d, em_words *sum, em_words *range) {
  em_codes high = em_codes_load(x), low = high;
  em_words total = em_words_of(0);
  for (uint32_t start = 0; start < d; start += HALF_ROWS) {
    const uint32_t end = d - start < HALF_ROWS ? d : start + HALF_ROWS;
    em_halves partial = em_halves_of(0);
    for (uint32_t i = start; i < end; i++) {
      const em_codes row = em_codes_load(x + (size_t)i * EM_LANES);
      const em_halves wide = em_widen(row);
      partial.part[0] += wide.part[0];
      partial.part[1] += wide.part[1];
      high = em_max8(high, row);
      low = em_min8(low, row);
    }
    const em_words more = em_widen_halves(partial);
    for (int p = 0; p < 4; p++) {
      total.part[p] += more.part[p];
    }
  }
  const em_words highest = em_widen_halves(em_widen(high)), lowest = em_widen_halves(em_widen(low));
  for (int p = 0; p < 4; p++) {
    range->part[p] = em_max32(highest.part[p] - lowest.part[p], (em_i32){0} + 1);
  }
  *sum = total;
}

static void normalise_token(const em_norm_unit *unit, const em_valid *valid, const int8_t *x, int8_t *y,
                            em_node_count *nodes) {
  const em_normaliser n = em_normaliser_make(unit->registers, unit->d, 1);
  em_words sum, range;
  statistics(x, unit->d, &sum, &range);
  em_doubles factor = em_to_doubles(range);
  for (int p = 0; p < 8; p++) {
    factor.part[p] = n.factor / factor.part[p];
  }
  for (uint32_t i = 0; i < unit->d; i++) {
    em_words t = em_widen_halves(em_widen(em_codes_load(x + (size_t)i * EM_LANES)));
    for (int p = 0; p < 4; p++) {
      t.part[p] = (t.part[p] * (int32_t)unit->d - sum.part[p]) * unit->gamma[i];
    }
    em_doubles q = em_to_doubles(t);
    const double beta = unit->beta[i] * n.beta_scale;
    for (int p = 0; p < 8; p++) {
      q.part[p] = (q.part[p] * factor.part[p] + beta + n.grid) - n.grid;
    }
    em_codes_store(y + (size_t)i * EM_LANES,
                   em_saturate_halves(em_narrow(em_round_doubles(q)), valid, &nodes[0].saturations));
  }
}

void em_norm_compute(const em_norm_unit *unit, uint32_t tokens, const em_valid *valid, const int8_t *x, int8_t *y,
                     em_node_count *nodes) {
  const size_t token = (size_t)unit->d * EM_LANES;
  for (uint32_t t = 0; t < tokens; t++) {
    normalise_token(unit, valid, x + t * token, y + t * token, nodes);
  }
}
