/* Tables looked up in every lane. */
#ifndef EM_LANE_TABLES_H
#define EM_LANE_TABLES_H

#include "models/units/lane_packing.h"

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

#endif
