/* Lanes made wider and narrower, by unpacking and packing within every 16 bytes; what is done to each by itself. */
#ifndef EM_LANE_PACKING_H
#define EM_LANE_PACKING_H

#include "models/units/lane_types.h"

#if defined(EM_AVX512) || defined(EM_AVX2)
EM_INLINE em_codes em_unpack_low8(em_codes a, em_codes b) {
  return (em_codes)EM_SIMD(unpacklo_epi8)((em_simd)a, (em_simd)b);
}
EM_INLINE em_codes em_unpack_high8(em_codes a, em_codes b) {
  return (em_codes)EM_SIMD(unpackhi_epi8)((em_simd)a, (em_simd)b);
}
EM_INLINE em_i16 em_unpack_low16(em_i16 a, em_i16 b) {
  return (em_i16)EM_SIMD(unpacklo_epi16)((em_simd)a, (em_simd)b);
}
EM_INLINE em_i16 em_unpack_high16(em_i16 a, em_i16 b) {
  return (em_i16)EM_SIMD(unpackhi_epi16)((em_simd)a, (em_simd)b);
}
EM_INLINE em_i16 em_pack32(em_i32 a, em_i32 b) {
  return (em_i16)EM_SIMD(packs_epi32)((em_simd)a, (em_simd)b);
}
EM_INLINE em_codes em_pack16(em_i16 a, em_i16 b) {
  return (em_codes)EM_SIMD(packs_epi16)((em_simd)a, (em_simd)b);
}
EM_INLINE em_i16 em_min16(em_i16 a, em_i16 b) {
  return (em_i16)EM_SIMD(min_epi16)((em_simd)a, (em_simd)b);
}
EM_INLINE em_i16 em_max16(em_i16 a, em_i16 b) {
  return (em_i16)EM_SIMD(max_epi16)((em_simd)a, (em_simd)b);
}
EM_INLINE em_i32 em_min32(em_i32 a, em_i32 b) {
  return (em_i32)EM_SIMD(min_epi32)((em_simd)a, (em_simd)b);
}
EM_INLINE em_i32 em_max32(em_i32 a, em_i32 b) {
  return (em_i32)EM_SIMD(max_epi32)((em_simd)a, (em_simd)b);
}
EM_INLINE em_codes em_min8(em_codes a, em_codes b) {
  return (em_codes)EM_SIMD(min_epi8)((em_simd)a, (em_simd)b);
}
EM_INLINE em_codes em_max8(em_codes a, em_codes b) {
  return (em_codes)EM_SIMD(max_epi8)((em_simd)a, (em_simd)b);
}
EM_INLINE em_f64 em_limit64(em_f64 v, double limit) {
  return (em_f64)EM_SIMD(min_pd)(EM_SIMD(max_pd)(v, EM_SIMD(set1_pd)(-limit)), EM_SIMD(set1_pd)(limit));
}
#else
EM_INLINE em_codes em_unpack_low8(em_codes a, em_codes b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
EM_INLINE em_codes em_unpack_high8(em_codes a, em_codes b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
EM_INLINE em_i16 em_unpack_low16(em_i16 a, em_i16 b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
EM_INLINE em_i16 em_unpack_high16(em_i16 a, em_i16 b) {
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
#define EM_SELECT(type, mask, a, b) (((type)(mask) & (a)) | (~(type)(mask) & (b)))
EM_INLINE em_i16 em_min16(em_i16 a, em_i16 b) {
  return EM_SELECT(em_i16, a < b, a, b);
}
EM_INLINE em_i16 em_max16(em_i16 a, em_i16 b) {
  return EM_SELECT(em_i16, a > b, a, b);
}
EM_INLINE em_i32 em_min32(em_i32 a, em_i32 b) {
  return EM_SELECT(em_i32, a < b, a, b);
}
EM_INLINE em_i32 em_max32(em_i32 a, em_i32 b) {
  return EM_SELECT(em_i32, a > b, a, b);
}
EM_INLINE em_codes em_min8(em_codes a, em_codes b) {
  return EM_SELECT(em_codes, a < b, a, b);
}
EM_INLINE em_codes em_max8(em_codes a, em_codes b) {
  return EM_SELECT(em_codes, a > b, a, b);
}
EM_INLINE em_i16 em_pack32(em_i32 a, em_i32 b) {
  const em_i32 low = (em_i32){0} + INT16_MIN, high = (em_i32){0} + INT16_MAX;
  em_i16 x = (em_i16)em_max32(em_min32(a, high), low), y = (em_i16)em_max32(em_min32(b, high), low);
  return __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14);
}
EM_INLINE em_codes em_pack16(em_i16 a, em_i16 b) {
  const em_i16 low = (em_i16){0} + INT8_MIN, high = (em_i16){0} + INT8_MAX;
  em_codes x = (em_codes)em_max16(em_min16(a, high), low), y = (em_codes)em_max16(em_min16(b, high), low);
  return __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
EM_INLINE em_f64 em_limit64(em_f64 v, double limit) {
  for (int i = 0; i < EM_LANES / 8; i++) {
    v[i] = v[i] < -limit ? -limit : v[i] > limit ? limit : v[i];
  }
  return v;
}
#endif

EM_INLINE em_halves em_widen(em_codes codes) {
  return (em_halves){{(em_i16)em_unpack_low8(codes, codes) >> 8, (em_i16)em_unpack_high8(codes, codes) >> 8}};
}

/* Every value twice: the pairs whose products em_words_dot adds. */
EM_INLINE em_words em_pairs(em_halves low, em_halves high) {
  return (em_words){
      {(em_i32)em_unpack_low16(low.part[0], high.part[0]), (em_i32)em_unpack_high16(low.part[0], high.part[0]),
       (em_i32)em_unpack_low16(low.part[1], high.part[1]), (em_i32)em_unpack_high16(low.part[1], high.part[1])}};
}

EM_INLINE em_words em_widen_halves(em_halves v) {
  em_words words = em_pairs(v, v);
  for (int p = 0; p < 4; p++) {
    words.part[p] >>= 16;
  }
  return words;
}

/* Both saturate. */
EM_INLINE em_halves em_narrow(em_words v) {
  return (em_halves){{em_pack32(v.part[0], v.part[1]), em_pack32(v.part[2], v.part[3])}};
}

EM_INLINE em_codes em_narrow_halves(em_halves v) {
  return em_pack16(v.part[0], v.part[1]);
}

EM_INLINE em_halves em_halves_of(int16_t value) {
  return (em_halves){{(em_i16){0} + value, (em_i16){0} + value}};
}

EM_INLINE em_words em_words_sum(em_words a, em_words b) {
  for (int p = 0; p < 4; p++) {
    a.part[p] += b.part[p];
  }
  return a;
}

EM_INLINE em_words em_words_of(int32_t value) {
  const em_i32 all = (em_i32){0} + value;
  return (em_words){{all, all, all, all}};
}

#endif
