// Sixteen floats at a time.
#pragma once

#include <string.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

enum { W = 16 };  // lanes
typedef float vec __attribute__((vector_size(4 * W)));
typedef int ivec __attribute__((vector_size(4 * W)));

#define ALWAYS static inline __attribute__((always_inline))
#define SPLAT(v) ((vec){} + (v))

// The first `lanes`; the others are 0.
ALWAYS vec load(const float *from, int lanes) {
#ifdef __AVX512F__
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << lanes) - 1), from);
#else
  vec v = {};
  memcpy(&v, from, 4 * (unsigned)lanes);
  return v;
#endif
}

ALWAYS void store(float *to, vec v, int lanes) {
#ifdef __AVX512F__
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << lanes) - 1), (__m512)v);
#else
  memcpy(to, &v, 4 * (unsigned)lanes);
#endif
}

ALWAYS vec clamp(vec v, float least, float most) {
#ifdef __AVX512F__
  return (vec)_mm512_min_ps(_mm512_max_ps((__m512)v, _mm512_set1_ps(least)), _mm512_set1_ps(most));
#else
  for (int lane = 0; lane < W; lane++)
    v[lane] = v[lane] < least ? least : v[lane] > most ? most : v[lane];
  return v;
#endif
}

// To nearest, ties to even; |v| below 2^22.
ALWAYS vec nearest(vec v) {
  const float magic = 12582912;
  return v + magic - magic;
}

// exp of what is not positive, to 2 units in the last place.
ALWAYS vec exponential(vec v) {
  v = clamp(v * 1.44269504F, -126, 126);
  const vec n = nearest(v), f = v - n;
  vec p = SPLAT(1.53533e-4F);
  p = p * f + 1.33989e-3F;
  p = p * f + 9.61844e-3F;
  p = p * f + 5.550332e-2F;
  p = p * f + 2.4022649e-1F;
  p = p * f + 6.9314718e-1F;
  p = p * f + 1.0F;
  return (vec)((ivec)p + (__builtin_convertvector(n, ivec) << 23));
}

ALWAYS float sum_of(vec v) {
  float sum = 0;
  for (int lane = 0; lane < W; lane++)
    sum += v[lane];
  return sum;
}
