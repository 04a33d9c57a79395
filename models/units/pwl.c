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
    table->value[code + 128] = em_pwl_evaluate(pwl, (int8_t)code);
  }
  table->first = pwl->thresholds[0];
  table->last = pwl->thresholds[pwl->segments];
}

/* The table as codes, which look_up needs. */
static void narrow(const int32_t *wide, int8_t *values) {
  for (int i = 0; i < 256; i += EM_ROW_LANES, wide += EM_ROW_LANES) {
    em_v16h low = em_v16h_saturate(em_v8_load(wide, 8), em_v8_load(wide + 8, 8));
    em_v16h high = em_v16h_saturate(em_v8_load(wide + 16, 8), em_v8_load(wide + 24, 8));
    em_v32b_store(values + i, em_v32b_saturate(low, high), EM_ROW_LANES);
  }
}

/* values[x + 128] of 32 codes. */
static inline em_v32b look_up(const int8_t *values, em_v32b x) {
#ifdef __AVX2__
  /*
   * A byte shuffle looks 16 values up by the low 4 bits of an index. In each half of the codes indices count from 0;
   * row i takes 16 i off them and overrides the rows before it wherever the index has not become negative.
   */
  __m256i y = _mm256_setzero_si256();
  for (int half = 0; half < 2; half++) {
    __m256i index = half == 0 ? (__m256i)(x ^ INT8_MIN) : (__m256i)x;
    for (int i = 0; i < 8; i++, values += 16) {
      y = _mm256_blendv_epi8((__m256i)em_v32b_pick(values, (em_v32b)index), y, index);
      index = _mm256_subs_epi8(index, _mm256_set1_epi8(16));
    }
  }
  return (em_v32b)y;
#else
  for (int i = 0; i < EM_ROW_LANES; i++) {
    x[i] = values[x[i] + 128];
  }
  return x;
#endif
}

void em_pwl_row(const em_pwl_table *table, const int8_t *x, uint32_t count, int8_t *y, em_node_count *node) {
  const int16_t first = (int16_t)table->first, last = (int16_t)table->last;
  int8_t values[256];
  narrow(table->value, values);
  em_v16h from_first = {0}, below_last = {0};
  for (uint32_t i = 0; i < count; i += EM_ROW_LANES) {
    em_v32b codes = em_v32b_load(x + i, count - i);
    em_v16h low = em_v32b_low(codes), high = em_v32b_high(codes);
    from_first += (low >= first) + (high >= first);
    below_last += (low < last) + (high < last);
    em_v32b_store(y + i, look_up(values, codes), count - i);
  }
  /* The lanes past the row are code 0. */
  uint32_t padding = (EM_ROW_LANES - count % EM_ROW_LANES) % EM_ROW_LANES;
  node->below += em_row_others(count, from_first) - (0 < first ? padding : 0);
  node->above += em_row_others(count, below_last) - (0 >= last ? padding : 0);
}
