/*
 * Lanes: a frame a lane. The same place of EM_LANES frames lies in one row of bytes, [element][frame].
 *
 * No operation crosses lanes. Codes widen by unpacking and narrow by saturating packing, which undo each other: the
 * lanes of em_halves and em_words stand in another order than those of em_codes (em_word_place), and nobody minds.
 * This is the one place that knows the machine: 64 lanes with AVX-512 (VNNI, VBMI, BITALG), 32 with AVX2, else 16.
 */
#ifndef EM_LANES_H
#define EM_LANES_H

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

/* ---- Memory ---- */

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

/* ---- Unpacking and packing, within every 16 bytes ---- */

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

/* ---- Products ---- */

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

/* ---- Doubles ---- */

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

/* ---- Tables ---- */

/* Prepared to be looked up in tables of 128 entries, as often as one likes: codes of 0 to 127. */
typedef struct {
#if defined(EM_AVX512)
  em_codes codes;
#elif defined(EM_AVX2)
  em_codes part[8]; /* the place in 16 entries, or negative where the code is not among them */
#else
  em_codes codes;
#endif
} em_index;

EM_INLINE em_index em_index_make(em_codes codes) {
#if defined(EM_AVX2)
  em_index index;
  for (int i = 0; i < 8; i++) {
    index.part[i] = (em_codes)_mm256_adds_epu8(_mm256_sub_epi8((__m256i)codes, _mm256_set1_epi8((char)(16 * i))),
                                               _mm256_set1_epi8(0x70));
  }
  return index;
#else
  return (em_index){codes};
#endif
}

EM_INLINE em_codes em_look_up_half(const int8_t table[128], const em_index *index) {
#if defined(EM_AVX512)
  return (em_codes)_mm512_permutex2var_epi8((__m512i)em_codes_load(table), (__m512i)index->codes,
                                            (__m512i)em_codes_load(table + 64));
#elif defined(EM_AVX2)
  em_codes found = {0};
  for (int i = 0; i < 8; i++) {
    __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(table + 16 * i)));
    found |= (em_codes)_mm256_shuffle_epi8(row, (__m256i)index->part[i]);
  }
  return found;
#else
  em_codes found;
  for (int i = 0; i < EM_LANES; i++) {
    found[i] = table[index->codes[i]];
  }
  return found;
#endif
}

/* table[code as uint8_t] of any codes. */
EM_INLINE em_codes em_look_up(const int8_t table[256], em_codes codes) {
  const em_codes negative = (em_codes)(codes < 0);
  const em_index index = em_index_make(codes & INT8_MAX);
  return (em_look_up_half(table, &index) & ~negative) | (em_look_up_half(table + 128, &index) & negative);
}

/* The same into words; `negative` says whether the table has entries below 0. */
typedef struct {
#if defined(EM_AVX512)
  em_words words;
#else
  em_index index;
#endif
} em_word_index;

EM_INLINE em_word_index em_word_index_make(em_codes codes) {
#if defined(EM_AVX512)
  return (em_word_index){em_widen_halves(em_widen(codes))};
#else
  return (em_word_index){em_index_make(codes)};
#endif
}

EM_INLINE em_words em_look_up_words(const int8_t table[128], const em_word_index *index, bool negative) {
#if defined(EM_AVX512)
  em_words found;
  for (int p = 0; p < 4; p++) { /* one byte of each word is looked up, the others are 0 */
    found.part[p] =
        (em_i32)_mm512_maskz_permutex2var_epi8(UINT64_C(0x1111111111111111), (__m512i)em_codes_load(table),
                                               (__m512i)index->words.part[p], (__m512i)em_codes_load(table + 64));
    if (negative) {
      found.part[p] = found.part[p] << 24 >> 24;
    }
  }
  return found;
#else
  (void)negative;
  return em_widen_halves(em_widen(em_look_up_half(table, &index->index)));
#endif
}

/* ---- Lanes that count: those of the frames that a batch has, or of the elements that a row of a token has ---- */

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
