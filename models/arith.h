/*
 * The integer arithmetic of the contract: rounding, saturation, alignment, requantisation.
 *
 * Pure functions, no time and no state. Everything a unit computes goes through these. Shifts are the signed "requant
 * shift" of docs/microarchitecture.md: positive shifts right and rounds to nearest even, negative shifts left exactly.
 * Source: docs/contract.md, "Numbers".
 */
#ifndef EM_ARITH_H
#define EM_ARITH_H

#include <stdint.h>

enum { EM_REQUANT_MIN = -8, EM_REQUANT_MAX = 63 };

/* What one activation node saw; the counts show a network's calibration. */
typedef struct {
  uint64_t saturations; /* requantised results that did not fit */
  uint64_t below;       /* inputs of a piecewise-linear unit below its first threshold */
  uint64_t above;       /* ... at or above its last threshold */
} em_node_count;

/* sat(x, bits): clamp to [-2^(bits-1), 2^(bits-1)-1]; bits 1..63. */
static inline int64_t em_saturate(int64_t code, unsigned bits) {
  int64_t high = (INT64_C(1) << (bits - 1)) - 1;
  return code > high ? high : code < -high - 1 ? -high - 1 : code;
}

/* round(code / 2^shift), ties to even; |code| < 2^62, shift 0..63. */
static inline int64_t em_round_shift(int64_t code, unsigned shift) {
  if (shift == 0) {
    return code;
  }
  if (shift > 62) {
    return 0; /* |code| / 2^63 < 1/2 */
  }
  int64_t even = (code >> shift) & 1;
  return (code + ((INT64_C(1) << (shift - 1)) - 1) + even) >> shift;
}

/* align(): code * 2^-shift for shift < 0 (exact, must fit), else round(code / 2^shift). */
static inline int64_t em_align(int64_t code, int shift) {
  return shift < 0 ? code * (INT64_C(1) << -shift) : em_round_shift(code, (unsigned)shift);
}

/* requant(): align then saturate to INT8; |code| < 2^54, shift EM_REQUANT_MIN..EM_REQUANT_MAX. */
static inline int8_t em_requant(int64_t code, int shift) {
  return (int8_t)em_saturate(em_align(code, shift), 8);
}

/* round(num / den), ties to even; den > 0, |num| < 2^62, den < 2^62. */
static inline int64_t em_round_divide(int64_t num, int64_t den) {
  int64_t quotient = num / den, rest = num % den;
  int64_t twice = 2 * (rest < 0 ? -rest : rest);
  if (twice > den || (twice == den && (quotient & 1) != 0)) {
    quotient += num < 0 ? -1 : 1;
  }
  return quotient;
}

/*
 * The same alignment in 32 bits and without branches, for loops that become vector code: prepared once, applied to
 * many. Left shifts multiply; right shifts add just under a half, and the last unit where the result would be odd.
 */
typedef struct {
  int32_t scale, bias, odd, shift;
} em_shifter;

/* |codes| <= 2^max_bits with max_bits <= 30 (and <= 30 + shift for left shifts): larger right shifts give 0 all the
 * same. */
static inline em_shifter em_shifter_make(int shift, int max_bits) {
  int right = shift < 0 ? 0 : shift > max_bits + 1 ? max_bits + 1 : shift;
  return (em_shifter){.scale = shift < 0 ? INT32_C(1) << -shift : 1,
                      .bias = right > 0 ? (INT32_C(1) << (right - 1)) - 1 : 0,
                      .odd = right > 0,
                      .shift = right};
}

static inline int32_t em_shifter_apply(em_shifter s, int32_t code) {
  int32_t scaled = code * s.scale;
  return (scaled + s.bias + ((scaled >> s.shift) & s.odd)) >> s.shift;
}

static inline int32_t em_clamp(int32_t code, int32_t low, int32_t high) {
  int32_t floor = code > low ? code : low;
  return floor < high ? floor : high;
}

/* out[i] = requant(codes[i], shift) for i < count, |codes[i]| <= 2^30; returns how many saturated. */
static inline uint32_t em_requant_row(const int32_t *restrict codes, uint32_t count, int shift, int8_t *restrict out) {
  /* Before a left shift, codes far outside INT8 are cut to just outside, so that the product fits. */
  int32_t low = shift < 0 ? -129 : INT32_MIN, high = shift < 0 ? 128 : INT32_MAX;
  em_shifter shifter = em_shifter_make(shift, 30);
  uint32_t saturations = 0;
  for (uint32_t i = 0; i < count; i++) {
    int32_t value = em_shifter_apply(shifter, em_clamp(codes[i], low, high)), clamped = em_clamp(value, -128, 127);
    saturations += clamped != value;
    out[i] = (int8_t)clamped;
  }
  return saturations;
}

#endif
