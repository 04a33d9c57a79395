/*
 * Lanes: 32 codes, 16 products of codes, 8 sums or 4 wide values, as GCC's vector types.
 *
 * One register where the machine has AVX2, several where it has not. Where C's operators do not say it, a function has
 * an AVX2 path and a portable one of the same value.
 */
#ifndef EM_VECTOR_H
#define EM_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

enum { EM_ROW_LANES = 32, EM_VECTOR_LANES = 8 };

typedef int8_t em_v8b __attribute__((vector_size(8)));
typedef int8_t em_v16b __attribute__((vector_size(16)));
typedef int8_t em_v32b __attribute__((vector_size(32)));
typedef int16_t em_v8h __attribute__((vector_size(16)));
typedef int16_t em_v16h __attribute__((vector_size(32)));
typedef int32_t em_v8 __attribute__((vector_size(32)));
typedef int64_t em_v4l __attribute__((vector_size(32)));
typedef double em_v4d __attribute__((vector_size(32)));

/* ---- Loads and stores, of any alignment. Where there is a count, lanes past it read 0 and are not written ---- */

/* Fewer than 8 codes, without touching others and without a detour through memory. */
static inline uint64_t em_codes_load_few(const int8_t *codes, uint32_t count) {
  uint32_t low = 0, high = 0;
  if (count >= 4) {
    memcpy(&low, codes, 4);
    memcpy(&high, codes + count - 4, 4);
    return low | (uint64_t)high << 8 * (count - 4);
  }
  if (count >= 2) {
    memcpy(&low, codes, 2);
    memcpy(&high, codes + count - 2, 2);
    return low | high << 8 * (count - 2);
  }
  return count == 1 ? (uint8_t)codes[0] : 0;
}

static inline uint64_t em_codes_load_word(const int8_t *codes, uint32_t count) {
  uint64_t word;
  if (count < sizeof word) {
    return em_codes_load_few(codes, count);
  }
  memcpy(&word, codes, sizeof word);
  return word;
}

static inline void em_codes_store_word(int8_t *codes, uint64_t word, uint32_t count) {
  if (count >= sizeof word) {
    memcpy(codes, &word, sizeof word);
    return;
  }
  for (uint32_t size = 4; size > 0; size /= 2) {
    if ((count & size) != 0) {
      memcpy(codes, &word, size);
      codes += size;
      word >>= 8 * size;
    }
  }
}

static inline em_v32b em_v32b_load(const int8_t *codes, uint32_t count) {
  em_v32b vector;
  if (count < EM_ROW_LANES) {
    em_v4l words = {0};
    for (uint32_t i = 0; 8 * i < count; i++) {
      words[i] = (int64_t)em_codes_load_word(codes + 8 * i, count - 8 * i);
    }
    return (em_v32b)words;
  }
  memcpy(&vector, codes, sizeof vector);
  return vector;
}

static inline void em_v32b_store(int8_t *codes, em_v32b vector, uint32_t count) {
  if (count < EM_ROW_LANES) {
    em_v4l words = (em_v4l)vector;
    for (uint32_t i = 0; 8 * i < count; i++) {
      em_codes_store_word(codes + 8 * i, (uint64_t)words[i], count - 8 * i);
    }
    return;
  }
  memcpy(codes, &vector, sizeof vector);
}

#ifdef __AVX2__
static inline __m256i em_v8_first(uint32_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

static inline em_v8 em_v8_load(const int32_t *values, uint32_t count) {
  em_v8 vector = {0};
  if (count >= EM_VECTOR_LANES) {
    memcpy(&vector, values, sizeof vector);
    return vector;
  }
#ifdef __AVX2__
  return (em_v8)_mm256_maskload_epi32(values, em_v8_first(count));
#else
  memcpy(&vector, values, count * sizeof *values);
  return vector;
#endif
}

static inline void em_v8_store(int32_t *values, em_v8 vector, uint32_t count) {
  if (count >= EM_VECTOR_LANES) {
    memcpy(values, &vector, sizeof vector);
    return;
  }
#ifdef __AVX2__
  _mm256_maskstore_epi32(values, em_v8_first(count), (__m256i)vector);
#else
  memcpy(values, &vector, count * sizeof *values);
#endif
}

/* Sixteen codes, eight codes, eight 16-bit values: widened. */
static inline em_v16h em_v16h_widen(em_v16b narrow) {
#ifdef __AVX2__
  return (em_v16h)_mm256_cvtepi8_epi16((__m128i)narrow);
#else
  return __builtin_convertvector(narrow, em_v16h);
#endif
}

static inline em_v16h em_v16h_load_codes(const int8_t *codes) {
  em_v16b narrow;
  memcpy(&narrow, codes, sizeof narrow);
  return em_v16h_widen(narrow);
}

static inline em_v8 em_v8_load_codes(const int8_t *codes, uint32_t count) {
  uint64_t word = em_codes_load_word(codes, count);
#ifdef __AVX2__
  return (em_v8)_mm256_cvtepi8_epi32((__m128i){(long long)word, 0});
#else
  em_v8b narrow;
  memcpy(&narrow, &word, sizeof narrow);
  return __builtin_convertvector(narrow, em_v8);
#endif
}

static inline em_v8 em_v8_load_halves(const int16_t *values) {
  em_v8h narrow;
  memcpy(&narrow, values, sizeof narrow);
#ifdef __AVX2__
  return (em_v8)_mm256_cvtepi16_epi32((__m128i)narrow);
#else
  return __builtin_convertvector(narrow, em_v8);
#endif
}

/* ---- Arithmetic ---- */

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

static inline em_v16h em_v16h_clamp(em_v16h v, int16_t low, int16_t high) {
#ifdef __AVX2__
  __m256i floor = _mm256_max_epi16((__m256i)v, _mm256_set1_epi16(low));
  return (em_v16h)_mm256_min_epi16(floor, _mm256_set1_epi16(high));
#else
  em_v16h inside = v > low, floor = (v & inside) | (~inside & low);
  inside = floor < high;
  return (floor & inside) | (~inside & high);
#endif
}

/* sat(): to 16 bits, to codes. */
static inline em_v16h em_v16h_saturate(em_v8 low, em_v8 high) {
#ifdef __AVX2__
  return (em_v16h)_mm256_permute4x64_epi64(_mm256_packs_epi32((__m256i)low, (__m256i)high), 0xd8);
#else
  em_v8h halves[2] = {__builtin_convertvector(em_v8_clamp(low, INT16_MIN, INT16_MAX), em_v8h),
                      __builtin_convertvector(em_v8_clamp(high, INT16_MIN, INT16_MAX), em_v8h)};
  em_v16h vector;
  memcpy(&vector, halves, sizeof vector);
  return vector;
#endif
}

static inline em_v32b em_v32b_saturate(em_v16h low, em_v16h high) {
#ifdef __AVX2__
  return (em_v32b)_mm256_permute4x64_epi64(_mm256_packs_epi16((__m256i)low, (__m256i)high), 0xd8);
#else
  em_v16b halves[2] = {__builtin_convertvector(em_v16h_clamp(low, -128, 127), em_v16b),
                       __builtin_convertvector(em_v16h_clamp(high, -128, 127), em_v16b)};
  em_v32b vector;
  memcpy(&vector, halves, sizeof vector);
  return vector;
#endif
}

/* a[2i]*b[2i] + a[2i+1]*b[2i+1]; products of codes, so that nothing overflows. */
static inline em_v8 em_v8_pair_products(em_v16h a, em_v16h b) {
#ifdef __AVX2__
  return (em_v8)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#else
  em_v8 even = ((em_v8)a << 16 >> 16) * ((em_v8)b << 16 >> 16);
  return even + ((em_v8)a >> 16) * ((em_v8)b >> 16);
#endif
}

/* Four sums of two products each, in 64 bits. */
static inline em_v4l em_v4l_pair_products(em_v8 a, em_v8 b) {
#ifdef __AVX2__
  __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64((__m256i)a, 32), _mm256_srli_epi64((__m256i)b, 32));
  return (em_v4l)_mm256_mul_epi32((__m256i)a, (__m256i)b) + (em_v4l)odd;
#else
  em_v4l sums;
  for (int i = 0; i < 4; i++) {
    sums[i] = (int64_t)a[2 * i] * b[2 * i] + (int64_t)a[2 * i + 1] * b[2 * i + 1];
  }
  return sums;
#endif
}

/* The sum of each of four vectors. */
static inline em_v4l em_v4l_sums(em_v4l a, em_v4l b, em_v4l c, em_v4l d) {
  em_v4l ab = __builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7);
  em_v4l cd = __builtin_shufflevector(c, d, 0, 4, 2, 6) + __builtin_shufflevector(c, d, 1, 5, 3, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

static inline int32_t em_v8_sum(em_v8 v) {
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  return v[0] + v[1];
}

/* codes[index], index 0..15, in every lane; 16 codes are read. AVX2 alone: other positive indices mod 16, negative give
 * 0. */
static inline em_v32b em_v32b_pick(const int8_t *codes, em_v32b index) {
#ifdef __AVX2__
  __m128i table = _mm_loadu_si128((const __m128i *)(const void *)codes);
  return (em_v32b)_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), (__m256i)index);
#else
  for (int i = 0; i < EM_ROW_LANES; i++) {
    index[i] = codes[index[i]];
  }
  return index;
#endif
}

/* Halves, widened. */
static inline em_v16h em_v32b_low(em_v32b v) {
  return em_v16h_widen(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

static inline em_v16h em_v32b_high(em_v32b v) {
  return em_v16h_widen(__builtin_shufflevector(v, v, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31));
}

static inline em_v4d em_v4d_low(em_v8 v) {
  return __builtin_convertvector(__builtin_shufflevector(v, v, 0, 1, 2, 3), em_v4d);
}

static inline em_v4d em_v4d_high(em_v8 v) {
  return __builtin_convertvector(__builtin_shufflevector(v, v, 4, 5, 6, 7), em_v4d);
}

/*
 * Eight doubles rounded to the nearest integer, ties to even, |v| <= 2^30: 1.5 * 2^52 + v has its last bit at 1, so the
 * addition rounds, and the integer's low 32 bits are the sum's.
 */
static inline em_v8 em_v8_round(em_v4d low, em_v4d high) {
  em_v8 a = (em_v8)(low + 0x1.8p52), b = (em_v8)(high + 0x1.8p52);
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}

/* Clamped to +-2^20, which any rounding and saturation to a code survives. */
static inline em_v4d em_v4d_limit(em_v4d v) {
#ifdef __AVX2__
  return _mm256_min_pd(_mm256_max_pd(v, _mm256_set1_pd(-0x1p20)), _mm256_set1_pd(0x1p20));
#else
  for (int i = 0; i < 4; i++) {
    v[i] = v[i] < -0x1p20 ? -0x1p20 : v[i] > 0x1p20 ? 0x1p20 : v[i];
  }
  return v;
#endif
}

#endif
