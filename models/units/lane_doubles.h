/* Lanes as doubles, and back to integers. */
#ifndef EM_LANE_DOUBLES_H
#define EM_LANE_DOUBLES_H

#include "models/units/lane_types.h"

EM_INLINE em_doubles em_to_doubles(em_words v) {
  em_doubles d;
  for (int p = 0; p < 4; p++) {
#if defined(EM_AVX512)
    d.part[2 * p] = _mm512_cvtepi32_pd(_mm512_castsi512_si256((__m512i)v.part[p]));
    d.part[2 * p + 1] = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64((__m512i)v.part[p], 1));
#elif defined(EM_AVX2)
    d.part[2 * p] = _mm256_cvtepi32_pd(_mm256_castsi256_si128((__m256i)v.part[p]));
    d.part[2 * p + 1] = _mm256_cvtepi32_pd(_mm256_extracti128_si256((__m256i)v.part[p], 1));
#else
    for (int i = 0; i < EM_LANES / 8; i++) {
      d.part[2 * p][i] = v.part[p][i];
      d.part[2 * p + 1][i] = v.part[p][EM_LANES / 8 + i];
    }
#endif
  }
  return d;
}

/* To the nearest integer, ties to even; |d| < 2^30. */
EM_INLINE em_words em_round_doubles(em_doubles d) {
  em_words v;
  for (int p = 0; p < 4; p++) {
#if defined(EM_AVX512)
    __m256i low = _mm512_cvtpd_epi32(d.part[2 * p]), high = _mm512_cvtpd_epi32(d.part[2 * p + 1]);
    v.part[p] = (em_i32)_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
#elif defined(EM_AVX2)
    __m128i low = _mm256_cvtpd_epi32(d.part[2 * p]), high = _mm256_cvtpd_epi32(d.part[2 * p + 1]);
    v.part[p] = (em_i32)_mm256_set_m128i(high, low);
#else
    for (int i = 0; i < EM_LANES / 8; i++) { /* 1.5 * 2^52 + d has its last bit at 1 */
      double low = d.part[2 * p][i] + 0x1.8p52, high = d.part[2 * p + 1][i] + 0x1.8p52;
      memcpy((char *)&v.part[p] + 4 * i, &low, 4);
      memcpy((char *)&v.part[p] + EM_LANES / 2 + 4 * i, &high, 4);
    }
#endif
  }
  return v;
}

#endif
