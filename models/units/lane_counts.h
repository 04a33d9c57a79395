/* Lanes that count: those of the frames that a batch has, or of the elements that a row of a token has; and sums. */
#ifndef EM_LANE_COUNTS_H
#define EM_LANE_COUNTS_H

#include "models/units/lane_packing.h"

typedef struct {
  em_codes codes; /* -1 or 0 */
#if defined(EM_AVX512)
  __mmask64 code_mask;
  __mmask32 half_masks[2];
#elif defined(EM_AVX2)
  uint32_t code_mask;
#endif
} em_valid;

/* Lanes first .. end - 1. */
EM_INLINE em_valid em_valid_range(uint32_t first, uint32_t end) {
  em_valid valid;
  int8_t row[EM_LANES];
  for (uint32_t i = 0; i < EM_LANES; i++) {
    row[i] = i >= first && i < end ? -1 : 0;
  }
  valid.codes = em_codes_load(row);
#if defined(EM_AVX512)
  valid.code_mask = _mm512_movepi8_mask((__m512i)valid.codes);
  for (int p = 0; p < 2; p++) {
    valid.half_masks[p] = _mm512_movepi16_mask((__m512i)em_widen(valid.codes).part[p]);
  }
#elif defined(EM_AVX2)
  valid.code_mask = (uint32_t)_mm256_movemask_epi8((__m256i)valid.codes);
#endif
  return valid;
}

EM_INLINE em_valid em_valid_make(uint32_t frames) {
  return em_valid_range(0, frames);
}

/* How many of `mask`, -1 or 0 in every lane, are set. */
EM_INLINE uint32_t em_count(const em_valid *valid, em_codes mask) {
#if defined(EM_AVX512)
  return (uint32_t)__builtin_popcountll(_mm512_movepi8_mask((__m512i)mask) & valid->code_mask);
#elif defined(EM_AVX2)
  return (uint32_t)__builtin_popcount((uint32_t)_mm256_movemask_epi8((__m256i)mask) & valid->code_mask);
#else
  uint32_t count = 0;
  mask &= valid->codes;
  for (int i = 0; i < EM_LANES; i++) {
    count += mask[i] != 0;
  }
  return count;
#endif
}

/* How many do not fit a code. */
EM_INLINE uint32_t em_count_saturated(const em_valid *valid, em_halves v) {
#if defined(EM_AVX512)
  uint32_t count = 0;
  for (int p = 0; p < 2; p++) {
    const __m512i offset = (__m512i)(v.part[p] + 128);
    count += (uint32_t)__builtin_popcount(
        _mm512_mask_cmpgt_epu16_mask(valid->half_masks[p], offset, _mm512_set1_epi16(255)));
  }
  return count;
#else
  em_i16 low = (em_i16)((v.part[0] > 127) | (v.part[0] < -128)),
         high = (em_i16)((v.part[1] > 127) | (v.part[1] < -128));
  return em_count(valid, em_pack16(low, high));
#endif
}

/* How many are below `limit`. */
EM_INLINE uint32_t em_count_below(const em_valid *valid, em_codes codes, int32_t limit) {
  return limit <= INT8_MIN  ? 0
         : limit > INT8_MAX ? em_count(valid, (em_codes){0} - 1)
                            : em_count(valid, (em_codes)(codes < (em_codes){0} + (int8_t)limit));
}

EM_INLINE bool em_any(em_i32 bits) {
#if defined(EM_AVX512)
  return _mm512_test_epi32_mask((__m512i)bits, (__m512i)bits) != 0;
#elif defined(EM_AVX2)
  return !_mm256_testz_si256((__m256i)bits, (__m256i)bits);
#else
  int32_t any = 0;
  for (int i = 0; i < EM_LANES / 4; i++) {
    any |= bits[i];
  }
  return any != 0;
#endif
}

/* Adds all bytes, as unsigned ones. */
EM_INLINE em_sums em_sums_add(em_sums sums, em_codes bytes) {
#if defined(EM_AVX512) || defined(EM_AVX2)
  return sums + (em_sums)EM_SIMD(sad_epu8)((em_simd)bytes, (em_simd)(em_codes){0});
#else
  for (int i = 0; i < EM_LANES; i++) {
    sums[i / 8] += (uint8_t)bytes[i];
  }
  return sums;
#endif
}

/* Bits that are 1 in every byte. */
EM_INLINE em_codes em_popcounts(em_codes bytes) {
#if defined(EM_AVX512)
  return (em_codes)_mm512_popcnt_epi8((__m512i)bytes);
#elif defined(EM_AVX2)
  const __m256i bits =
      _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = (__m256i)(bytes & 15), high = (__m256i)((em_codes)((em_i16)bytes >> 4) & 15);
  return (em_codes)_mm256_shuffle_epi8(bits, low) + (em_codes)_mm256_shuffle_epi8(bits, high);
#else
  typedef uint8_t em_u8 __attribute__((vector_size(EM_LANES)));
  em_u8 v = (em_u8)bytes;
  v = v - ((v >> 1) & 0x55);
  v = (v & 0x33) + ((v >> 2) & 0x33);
  return (em_codes)((v + (v >> 4)) & 15);
#endif
}

/* Adds all bits that are 1. */
EM_INLINE em_sums em_sums_add_bits(em_sums sums, em_codes bits) {
#if defined(EM_AVX512)
  return sums + (em_sums)_mm512_popcnt_epi64((__m512i)bits);
#else
  return em_sums_add(sums, em_popcounts(bits));
#endif
}

EM_INLINE uint64_t em_sums_total(em_sums sums) {
  uint64_t total = 0;
  for (int i = 0; i < EM_LANES / 8; i++) {
    total += sums[i];
  }
  return total;
}

#endif
