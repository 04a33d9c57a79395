/*
 * Requantisation of lanes: the arithmetic of arith.h, prepared once and applied to many values without branches.
 *
 * A right shift rounds to nearest even: just under a half is added, and one more where the result would be odd; whether
 * it is odd may be asked after the first addition, for where that carries the second cannot. Before a left shift values
 * are cut to just outside INT8, so that the result fits its lane and still saturates.
 */
#ifndef EM_REQUANT_H
#define EM_REQUANT_H

#include "models/units/arith.h"
#include "models/units/lanes.h"

typedef struct {
  int32_t right, left;
  int32_t bias; /* just under a half */
  int32_t odd;  /* the bit that tells; 0 without a right shift */
} em_requanter;

/* For values of at most 2^max_bits, max_bits 14 in halves, 30 in words. Larger right shifts give 0 all the same. */
static inline em_requanter em_requanter_make(int shift, int max_bits) {
  int right = shift < 0 ? 0 : shift > max_bits + 1 ? max_bits + 1 : shift;
  return (em_requanter){.right = right,
                        .left = shift < 0 ? -shift : 0,
                        .bias = right > 0 ? (INT32_C(1) << (right - 1)) - 1 : 0,
                        .odd = right > 0 ? (int32_t)(UINT32_C(1) << right) : 0};
}

/* v with the bias already added, shifted. */
EM_INLINE em_i16 em_round16(em_i16 v, em_requanter r) {
#if defined(EM_AVX512)
  __mmask32 odd = _mm512_test_epi16_mask((__m512i)v, _mm512_set1_epi16((int16_t)r.odd));
  v = (em_i16)_mm512_mask_sub_epi16((__m512i)v, odd, (__m512i)v, _mm512_set1_epi16(-1));
#else
  v += (v >> r.right) & (int16_t)(r.odd != 0);
#endif
  return v >> r.right;
}

EM_INLINE em_i32 em_round32(em_i32 v, em_requanter r) {
#if defined(EM_AVX512)
  __mmask16 odd = _mm512_test_epi32_mask((__m512i)v, _mm512_set1_epi32(r.odd));
  v = (em_i32)_mm512_mask_sub_epi32((__m512i)v, odd, (__m512i)v, _mm512_set1_epi32(-1));
#else
  v += (v >> r.right) & (r.odd != 0);
#endif
  return v >> r.right;
}

/* align(), not yet saturated. */
EM_INLINE em_halves em_align_halves(em_halves v, em_requanter r) {
  for (int p = 0; p < 2; p++) {
    if (r.left > 0) {
      v.part[p] = em_max16(em_min16(v.part[p], (em_i16){0} + 64), (em_i16){0} - 65) << r.left;
    } else {
      v.part[p] = em_round16(v.part[p] + (int16_t)r.bias, r);
    }
  }
  return v;
}

/* The same of words to which r.bias has been added. */
EM_INLINE em_halves em_align_biased(em_words v, em_requanter r) {
  for (int p = 0; p < 4; p++) {
    if (r.left > 0) {
      v.part[p] = em_max32(em_min32(v.part[p], (em_i32){0} + 64), (em_i32){0} - 65) << r.left;
    } else {
      v.part[p] = em_round32(v.part[p], r);
    }
  }
  return em_narrow(v);
}

EM_INLINE em_halves em_align_words(em_words v, em_requanter r) {
  for (int p = 0; p < 4; p++) {
    v.part[p] += r.bias;
  }
  return em_align_biased(v, r);
}

/* sat(v, 8), counted. */
EM_INLINE em_codes em_saturate_halves(em_halves v, const em_valid *valid, uint64_t *saturations) {
  *saturations += em_count_saturated(valid, v);
  return em_narrow_halves(v);
}

EM_INLINE em_codes em_requant_codes(em_codes codes, em_requanter r, const em_valid *valid, uint64_t *saturations) {
  return em_saturate_halves(em_align_halves(em_widen(codes), r), valid, saturations);
}

/* v / 2^shift rounded to even, cut to what halves hold; |v| < 2^53 / 2. */
EM_INLINE em_halves em_align_doubles(em_doubles v) {
  for (int p = 0; p < 8; p++) {
    v.part[p] = em_limit64(v.part[p], 0x1p20);
  }
  return em_narrow(em_round_doubles(v));
}

/* 2^exponent, -1022..1023. */
static inline double em_power_of_two(int exponent) {
  uint64_t bits = (uint64_t)(1023 + exponent) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

#endif
