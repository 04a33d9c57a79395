/*
 * The integer arithmetic of the contract: rounding, saturation, alignment, requantisation, of one code.
 *
 * Pure functions, no time and no state. What units do to lanes (requant.h) is held against these. Shifts are the signed
 * "requant shift" of docs/microarchitecture.md: positive shifts right and rounds to nearest even, negative shifts left
 * exactly. Source: docs/contract.md, "Numbers".
 */
#ifndef EM_ARITH_H
#define EM_ARITH_H

#include <stdint.h>

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

/* requant(): align then saturate to INT8; |code| < 2^54, shift -8..63 (registers.h). */
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

#endif
