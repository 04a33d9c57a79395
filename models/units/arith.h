/*
 * The integer arithmetic of the contract: rounding, saturation, alignment, requantisation; of one code and of rows.
 *
 * Pure functions, no time and no state. Everything a unit computes goes through these. Shifts are the signed "requant
 * shift" of docs/microarchitecture.md: positive shifts right and rounds to nearest even, negative shifts left exactly.
 * Source: docs/contract.md, "Numbers".
 */
#ifndef EM_ARITH_H
#define EM_ARITH_H

#include <stddef.h>
#include <stdint.h>

#include "models/units/vector.h"

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
 * The same alignment without branches, for narrow lanes: prepared once, applied to many. Left shifts multiply; right
 * shifts add just under a half, and the last unit where the result would be odd.
 */
typedef struct {
  int32_t scale, bias, odd, shift;
} em_shifter;

/*
 * |codes| <= 2^max_bits, max_bits 30 for 32-bit lanes, 14 for 16-bit lanes; a left shift's results must fit them.
 * Larger right shifts than max_bits + 1 give 0 all the same. Nothing overflows: where the shift is max_bits + 1 the
 * bias is 2^max_bits - 1, and `odd` adds 1 to negative codes only.
 */
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

/* em_shifter_apply in every lane; in 16 bits for shifters made for 14 bits. */
static inline em_v8 em_v8_shift(em_shifter s, em_v8 codes) {
  em_v8 scaled = codes * s.scale;
  return (scaled + s.bias + ((scaled >> s.shift) & s.odd)) >> s.shift;
}

static inline em_v16h em_v16h_shift(em_shifter s, em_v16h codes) {
  em_v16h scaled = codes * (int16_t)s.scale;
  return (scaled + (int16_t)s.bias + ((scaled >> s.shift) & (int16_t)s.odd)) >> s.shift;
}

/* ---- Rows of fewer than 2^19 codes, 32 a step ---- */

/* requant() of codes that are at most 2^max_bits, prepared. */
typedef struct {
  em_shifter shifter;
  int32_t low, high; /* before a left shift codes are cut to just outside INT8, so that the result fits */
} em_requanter;

static inline em_requanter em_requanter_make(int shift, int max_bits) {
  return (em_requanter){.shifter = em_shifter_make(shift, max_bits),
                        .low = shift < 0 ? -65 : -(INT32_C(1) << max_bits),
                        .high = shift < 0 ? 64 : INT32_C(1) << max_bits};
}

static inline em_v16h em_v16h_requant(em_requanter r, em_v16h codes) {
  return em_v16h_shift(r.shifter, em_v16h_clamp(codes, (int16_t)r.low, (int16_t)r.high));
}

/* -1 for every value of two that fits a code. */
static inline em_v16h em_fitting(em_v16h low, em_v16h high) {
  return (low == em_v16h_clamp(low, -128, 127)) + (high == em_v16h_clamp(high, -128, 127));
}

/* How many lanes of the steps of a row did not add -1 to `counted`; the lanes past the row are among them. */
static inline uint32_t em_row_others(uint32_t count, em_v16h counted) {
  uint32_t lanes = (count + EM_ROW_LANES - 1) / EM_ROW_LANES * EM_ROW_LANES;
  return lanes + (uint32_t)em_v8_sum(em_v8_pair_products(counted, (em_v16h){0} + 1));
}

/* out[i] = requant(a[i] * b[i], shift), without b requant(a[i], shift); returns how many saturated. out may be a, b. */
static inline uint32_t em_requant_products(const int8_t *a, const int8_t *b, uint32_t count, int shift, int8_t *out) {
  em_requanter requanter = em_requanter_make(shift, 14);
  em_v16h fitting = {0};
  for (uint32_t i = 0; i < count; i += EM_ROW_LANES) {
    em_v32b codes = em_v32b_load(a + i, count - i);
    em_v16h low = em_v32b_low(codes), high = em_v32b_high(codes);
    if (b != NULL) {
      codes = em_v32b_load(b + i, count - i);
      low *= em_v32b_low(codes);
      high *= em_v32b_high(codes);
    }
    low = em_v16h_requant(requanter, low);
    high = em_v16h_requant(requanter, high);
    em_v32b_store(out + i, em_v32b_saturate(low, high), count - i);
    fitting += em_fitting(low, high);
  }
  return em_row_others(count, fitting);
}

/* out[i] = requant(codes[i], shift), |codes[i]| <= 2^30; returns how many saturated. */
static inline uint32_t em_requant_row(const int32_t *codes, uint32_t count, int shift, int8_t *out) {
  em_requanter requanter = em_requanter_make(shift, 30);
  em_v16h fitting = {0};
  for (uint32_t i = 0; i < count; i += EM_ROW_LANES) {
    em_v8 rounded[4];
    for (uint32_t part = 0; part < 4; part++) {
      uint32_t place = i + part * EM_VECTOR_LANES;
      em_v8 sums = place < count ? em_v8_load(codes + place, count - place) : (em_v8){0};
      rounded[part] = em_v8_shift(requanter.shifter, em_v8_clamp(sums, requanter.low, requanter.high));
    }
    em_v16h low = em_v16h_saturate(rounded[0], rounded[1]), high = em_v16h_saturate(rounded[2], rounded[3]);
    em_v32b_store(out + i, em_v32b_saturate(low, high), count - i);
    fitting += em_fitting(low, high);
  }
  return em_row_others(count, fitting);
}

#endif
