/*
 * Eight 32-bit lanes, as GCC's vector types: one register where the machine has AVX2, several where it has not.
 */
#ifndef EM_VECTOR_H
#define EM_VECTOR_H

#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

enum { EM_VECTOR_LANES = 8 };

typedef int32_t em_v8 __attribute__((vector_size(32)));
typedef int16_t em_v16h __attribute__((vector_size(32)));
typedef int8_t em_v8b __attribute__((vector_size(8)));
typedef int8_t em_v16b __attribute__((vector_size(16)));

/* The first `count` of eight codes, widened; lanes past them are 0. */
static inline em_v8 em_v8_load_codes(const int8_t *codes, uint32_t count) {
  em_v8b narrow = {0};
  if (count >= EM_VECTOR_LANES) {
    memcpy(&narrow, codes, sizeof narrow);
  } else {
    memcpy(&narrow, codes, count);
  }
#ifdef __AVX2__
  return (em_v8)_mm256_cvtepi8_epi32((__m128i){(long long)narrow, 0});
#else
  return __builtin_convertvector(narrow, em_v8);
#endif
}

/* Sixteen codes, widened to 16 bits. */
static inline em_v16h em_v16h_load_codes(const int8_t *codes) {
  em_v16b narrow;
  memcpy(&narrow, codes, sizeof narrow);
#ifdef __AVX2__
  return (em_v16h)_mm256_cvtepi8_epi16((__m128i)narrow);
#else
  return __builtin_convertvector(narrow, em_v16h);
#endif
}

/* The same for 32-bit values, and back. */
static inline em_v8 em_v8_load(const int32_t *values, uint32_t count) {
  em_v8 vector = {0};
  if (count >= EM_VECTOR_LANES) {
    memcpy(&vector, values, sizeof vector);
  } else {
    memcpy(&vector, values, count * sizeof *values);
  }
  return vector;
}

static inline void em_v8_store(int32_t *values, em_v8 vector, uint32_t count) {
  if (count >= EM_VECTOR_LANES) {
    memcpy(values, &vector, sizeof vector);
  } else {
    memcpy(values, &vector, count * sizeof *values);
  }
}

static inline em_v8 em_v8_clamp(em_v8 v, int32_t low, int32_t high) {
#ifdef __AVX2__
  __m256i floor = _mm256_max_epi32((__m256i)v, _mm256_set1_epi32(low));
  return (em_v8)_mm256_min_epi32(floor, _mm256_set1_epi32(high));
#else
  em_v8 inside = v > low, floor = (v & inside) | (~inside & low);
  inside = floor < high;
  return (floor & inside) | (~inside & high);
#endif
}

/* table[index] in every lane. */
static inline em_v8 em_v8_gather(const int32_t *table, em_v8 index) {
#ifdef __AVX2__
  return (em_v8)_mm256_i32gather_epi32((const int *)table, (__m256i)index, 4);
#else
  em_v8 result;
  for (int i = 0; i < EM_VECTOR_LANES; i++) {
    result[i] = table[index[i]];
  }
  return result;
#endif
}

static inline int32_t em_v8_sum(em_v8 v) {
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  return v[0] + v[1];
}

/* acc[i] + a[2i]*b[2i] + a[2i+1]*b[2i+1]; products of codes, so that nothing overflows. */
static inline em_v8 em_v8_add_pairs(em_v8 acc, em_v16h a, em_v16h b) {
#ifdef __AVX2__
  return acc + (em_v8)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#else
  for (int i = 0; i < EM_VECTOR_LANES; i++) {
    acc[i] += a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  }
  return acc;
#endif
}

#endif
