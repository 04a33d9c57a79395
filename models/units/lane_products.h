/* Sums of products in every lane. */
#ifndef EM_LANE_PRODUCTS_H
#define EM_LANE_PRODUCTS_H

#include "models/units/lane_packing.h"

/* Both halves' products of every 32 bits, added. */
EM_INLINE em_i32 em_pair_products(em_i32 sum, em_i32 a, em_i32 b) {
#if defined(EM_AVX512)
  return (em_i32)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif defined(EM_AVX2)
  return sum + (em_i32)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#else
  return sum + (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}

EM_INLINE em_words em_words_dot(em_words sum, em_words a, em_words b) {
  for (int p = 0; p < 4; p++) {
    sum.part[p] = em_pair_products(sum.part[p], a.part[p], b.part[p]);
  }
  return sum;
}

/* a * b rounded half up over 2^15. */
EM_INLINE em_i16 em_scaled_product(em_i16 a, em_i16 b) {
#if defined(EM_AVX512) || defined(EM_AVX2)
  return (em_i16)EM_SIMD(mulhrs_epi16)((em_simd)a, (em_simd)b);
#else
  em_i32 even = ((em_i32)a << 16 >> 16) * ((em_i32)b << 16 >> 16), odd = ((em_i32)a >> 16) * ((em_i32)b >> 16);
  return (em_i16)(((even + (1 << 14)) >> 15 & 0xffff) | ((odd + (1 << 14)) >> 15 << 16));
#endif
}

/*
 * Sums of products over EM_DOT elements: em_dot_inputs puts the rows of so many elements side by side, em_dot adds
 * their products with as many weights. Sums start at em_dot_start of all weights that will come.
 */
EM_INLINE em_words em_dot_inputs(const em_codes rows[EM_DOT]) {
#if defined(EM_AVX512)
  const em_codes flip = (em_codes){0} + INT8_MIN; /* the product takes unsigned codes: code + 128 */
  em_halves low = {{(em_i16)em_unpack_low8(rows[0] ^ flip, rows[1] ^ flip),
                    (em_i16)em_unpack_high8(rows[0] ^ flip, rows[1] ^ flip)}};
  em_halves high = {{(em_i16)em_unpack_low8(rows[2] ^ flip, rows[3] ^ flip),
                     (em_i16)em_unpack_high8(rows[2] ^ flip, rows[3] ^ flip)}};
  return em_pairs(low, high);
#else
  return em_pairs(em_widen(rows[0]), em_widen(rows[1]));
#endif
}

EM_INLINE int32_t em_dot_start(const int8_t *weights, uint32_t count) {
  int32_t sum = 0;
  for (uint32_t i = 0; EM_DOT == 4 && i < count; i++) {
    sum += weights[i];
  }
  return -128 * sum;
}

EM_INLINE int32_t em_dot_weights(const int8_t *weights) {
  int32_t group;
  if (EM_DOT == 4) {
    memcpy(&group, weights, sizeof group);
    return group;
  }
  return (int32_t)((uint32_t)(uint16_t)weights[0] | (uint32_t)(uint16_t)weights[1] << 16);
}

EM_INLINE em_words em_dot(em_words sum, em_words inputs, int32_t weights) {
  const em_i32 all = (em_i32){0} + weights;
  for (int p = 0; p < 4; p++) {
#if defined(EM_AVX512)
    sum.part[p] = (em_i32)_mm512_dpbusd_epi32((__m512i)sum.part[p], (__m512i)inputs.part[p], (__m512i)all);
#else
    sum.part[p] = em_pair_products(sum.part[p], inputs.part[p], all);
#endif
  }
  return sum;
}

/*
 * Adds the products of each word's lowest 8 bits, unsigned, with a code. (The upper bits go through em_pair_products.)
 */
EM_INLINE em_words em_low_weights(em_halves codes) {
#if defined(EM_AVX512)
  codes.part[0] &= 0xff;
  codes.part[1] &= 0xff;
#endif
  return em_pairs(codes, em_halves_of(0));
}

EM_INLINE em_words em_low_products(em_words sum, em_words v, em_words weights) {
  for (int p = 0; p < 4; p++) {
#if defined(EM_AVX512)
    sum.part[p] = (em_i32)_mm512_dpbusd_epi32((__m512i)sum.part[p], (__m512i)v.part[p], (__m512i)weights.part[p]);
#else
    sum.part[p] = em_pair_products(sum.part[p], v.part[p] & 0xff, weights.part[p]);
#endif
  }
  return sum;
}

#endif
