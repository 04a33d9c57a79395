/*
 * What a row of lanes is, and its way to and from memory.
 *
 * Here alone is asked which machine it is: 64 lanes with AVX-512 (VNNI, VBMI, BITALG), 32 with AVX2, else 16. The other
 * lane_ headers go by EM_AVX512 and EM_AVX2.
 */
#ifndef EM_LANE_TYPES_H
#define EM_LANE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VBMI__) && defined(__AVX512VNNI__) && \
    defined(__AVX512BITALG__) && defined(__AVX512VPOPCNTDQ__)
#include <immintrin.h>
#define EM_AVX512 1
#define EM_SIMD(name) _mm512_##name
#define EM_BITS(name) _mm512_##name##_si512
typedef __m512i em_simd;
enum { EM_LANES = 64, EM_DOT = 4 };
#elif defined(__AVX2__)
#include <immintrin.h>
#define EM_AVX2 1
#define EM_SIMD(name) _mm256_##name
#define EM_BITS(name) _mm256_##name##_si256
typedef __m256i em_simd;
enum { EM_LANES = 32, EM_DOT = 2 };
#else
enum { EM_LANES = 16, EM_DOT = 2 };
#endif

#define EM_INLINE static inline __attribute__((always_inline))

typedef int8_t em_codes __attribute__((vector_size(EM_LANES)));
typedef int16_t em_i16 __attribute__((vector_size(EM_LANES)));
typedef uint16_t em_u16 __attribute__((vector_size(EM_LANES))); /* for sums and products modulo 2^16 */
typedef int32_t em_i32 __attribute__((vector_size(EM_LANES)));
typedef uint64_t em_sums __attribute__((vector_size(EM_LANES)));
typedef double em_f64 __attribute__((vector_size(EM_LANES)));

/* A value of 16, 32 or 64 bits in every lane. */
typedef struct {
  em_i16 part[2];
} em_halves;
typedef struct {
  em_i32 part[4];
} em_words;
typedef struct {
  em_f64 part[8];
} em_doubles;

EM_INLINE em_codes em_codes_load(const int8_t *row) {
  em_codes codes;
  memcpy(&codes, row, sizeof codes);
  return codes;
}

EM_INLINE void em_codes_store(int8_t *row, em_codes codes) {
  memcpy(row, &codes, sizeof codes);
}

/* Of the first `count` lanes alone, 1..EM_LANES; the others are 0. */
EM_INLINE em_codes em_codes_load_some(const int8_t *row, uint32_t count) {
#if defined(EM_AVX512)
  return (em_codes)_mm512_maskz_loadu_epi8(UINT64_MAX >> (64 - count), row);
#else
  em_codes codes = {0};
  memcpy(&codes, row, count);
  return codes;
#endif
}

EM_INLINE void em_codes_store_some(int8_t *row, em_codes codes, uint32_t count) {
#if defined(EM_AVX512)
  _mm512_mask_storeu_epi8(row, UINT64_MAX >> (64 - count), (__m512i)codes);
#else
  memcpy(row, &codes, count);
#endif
}

/* A row of em_words: int32_t [EM_LANES]. */
EM_INLINE em_words em_words_load(const int32_t *row) {
  em_words words;
  memcpy(&words, row, sizeof words);
  return words;
}

EM_INLINE void em_words_store(int32_t *row, em_words words) {
  memcpy(row, &words, sizeof words);
}

/* Where lane `lane` stands in a row of em_words. */
EM_INLINE uint32_t em_word_place(uint32_t lane) {
  return lane % 16 / 4 * (EM_LANES / 4) + lane / 16 * 4 + lane % 4;
}

#endif
