#include "linear.h"

#include <stdbool.h>
#include <string.h>

#include "vector.h"

static uint32_t padded_rows(const em_linear_geometry *g) {
  return (g->out + EM_LINEAR_BLOCK - 1) / EM_LINEAR_BLOCK * EM_LINEAR_BLOCK;
}

/* Inputs come in pairs, the last one padded with a zero weight. */
static uint32_t pairs(const em_linear_geometry *g) {
  return (g->in + 1) / 2;
}

size_t em_linear_packed_bytes(const em_linear_geometry *geometry) {
  return (size_t)padded_rows(geometry) * pairs(geometry) * 2;
}

void em_linear_pack(const em_linear_geometry *geometry, const int8_t *weight, int8_t *packed) {
  memset(packed, 0, em_linear_packed_bytes(geometry));
  for (uint32_t row = 0; row < geometry->out; row++) {
    int8_t *block = packed + (size_t)(row / EM_LINEAR_BLOCK) * pairs(geometry) * 2 * EM_LINEAR_BLOCK;
    for (uint32_t i = 0; i < geometry->in; i++) {
      block[(i / 2 * EM_LINEAR_BLOCK + row % EM_LINEAR_BLOCK) * 2 + i % 2] = weight[(size_t)row * geometry->in + i];
    }
  }
}

/* int32 sums of all padded rows, the inputs as pairs of 16 bits, then INT8 requantised inputs and first results. */
size_t em_linear_scratch_bytes(const em_linear_geometry *geometry) {
  return padded_rows(geometry) * sizeof(int32_t) + pairs(geometry) * sizeof(int32_t) + geometry->in + geometry->out;
}

/* acc[rows]: |acc| <= in * 2^14 <= 2^30, as in <= 65536 (em_shape_check). */
static void multiply(const em_linear_unit *unit, const int8_t *restrict x, int32_t *restrict acc,
                     int32_t *restrict x_pairs) {
  uint32_t in = unit->geometry->in, rows = padded_rows(unit->geometry), count = pairs(unit->geometry);
  for (uint32_t i = 0; i < count; i++) {
    int32_t odd = 2 * i + 1 < in ? x[2 * i + 1] : 0;
    x_pairs[i] = (int32_t)((uint32_t)odd << 16 | (uint16_t)x[2 * i]);
  }
  const int8_t *restrict weight = unit->packed;
  for (uint32_t row = 0; row < rows; row += EM_LINEAR_BLOCK) {
    em_v8 low = {0}, high = {0};
    for (uint32_t i = 0; i < count; i++, weight += 2 * EM_LINEAR_BLOCK) {
      em_v16h pair = (em_v16h)(x_pairs[i] - (em_v8){0});
      low = em_v8_add_pairs(low, em_v16h_load_codes(weight), pair);
      high = em_v8_add_pairs(high, em_v16h_load_codes(weight + EM_LINEAR_BLOCK), pair);
    }
    em_v8_store(acc + row, low, EM_VECTOR_LANES);
    em_v8_store(acc + row + EM_VECTOR_LANES, high, EM_VECTOR_LANES);
  }
}

/* t = requant((acc << acc_shift) + (bias << bias_shift), out_shift), in 32 bits where the worst case fits. */
static uint32_t finish_rows(const em_linear_unit *unit, int32_t *acc, int8_t *t) {
  const int32_t *r = unit->registers;
  uint32_t out = unit->geometry->out;
  int acc_shift = r[EM_LINEAR_ACC_SHIFT], bias_shift = r[EM_LINEAR_BIAS_SHIFT], shift = r[EM_LINEAR_OUT_SHIFT];
  uint64_t worst = ((uint64_t)unit->geometry->in << (14 + acc_shift)) + (UINT64_C(128) << bias_shift);
  if (worst <= UINT64_C(1) << 30) {
    if (unit->bias != NULL) {
      for (uint32_t o = 0; o < out; o++) {
        acc[o] = acc[o] * (INT32_C(1) << acc_shift) + unit->bias[o] * (INT32_C(1) << bias_shift);
      }
    }
    return em_requant_row(acc, out, shift, t);
  }
  uint32_t saturations = 0;
  for (uint32_t o = 0; o < out; o++) {
    int64_t bias = unit->bias != NULL ? unit->bias[o] * (INT64_C(1) << bias_shift) : 0;
    int64_t aligned = em_align(acc[o] * (INT64_C(1) << acc_shift) + bias, shift);
    t[o] = (int8_t)em_saturate(aligned, 8);
    saturations += t[o] != aligned;
  }
  return saturations;
}

/* y = requant(x, shift) over INT8 codes. */
static uint32_t requant_codes(const int8_t *x, uint32_t count, int shift, int8_t *y) {
  if (shift == 0) {
    memcpy(y, x, count);
    return 0;
  }
  uint32_t saturations = 0;
  int32_t wide[64];
  for (uint32_t start = 0; start < count; start += 64) {
    uint32_t n = count - start < 64 ? count - start : 64;
    for (uint32_t i = 0; i < n; i++) {
      wide[i] = x[start + i];
    }
    saturations += em_requant_row(wide, n, shift, y + start);
  }
  return saturations;
}

static uint32_t add_residual(const int32_t *r, const int8_t *tok, const int8_t *t, uint32_t count, int32_t *sum,
                             int8_t *y) {
  int32_t tok_scale = INT32_C(1) << r[EM_LINEAR_RES_TOK_SHIFT], out_scale = INT32_C(1) << r[EM_LINEAR_RES_OUT_SHIFT];
  for (uint32_t o = 0; o < count; o++) {
    sum[o] = tok[o] * tok_scale + t[o] * out_scale;
  }
  return em_requant_row(sum, count, r[EM_LINEAR_RES_SHIFT], y);
}

void em_linear_forward(const em_linear_unit *unit, const int8_t *x, const int8_t *residual, int8_t *y, void *scratch,
                       em_node_count *nodes) {
  const em_linear_geometry *g = unit->geometry;
  const int32_t *r = unit->registers;
  int32_t *acc = scratch;
  int32_t *x_pairs = acc + padded_rows(g);
  int8_t *input = (int8_t *)(x_pairs + pairs(g)), *t = input + g->in;
  if (g->in_requant && r[EM_LINEAR_X_SHIFT] != 0) {
    nodes[EM_LINEAR_NODE_IN].saturations += requant_codes(x, g->in, r[EM_LINEAR_X_SHIFT], input);
    x = input;
  }
  multiply(unit, x, acc, x_pairs);
  bool direct = g->groups == 0 && !g->residual;
  nodes[EM_LINEAR_NODE_OUT].saturations += finish_rows(unit, acc, direct ? y : t);
  if (g->relu) {
    for (uint32_t o = 0; o < g->out; o++) {
      t[o] = t[o] < 0 ? 0 : t[o];
    }
  }
  for (uint32_t group = 0, row = 0; group < g->groups; row = g->bound[group++]) {
    nodes[EM_LINEAR_NODE_POST + group].saturations +=
        requant_codes(t + row, g->bound[group] - row, r[EM_LINEAR_POST_SHIFT + group], y + row);
  }
  if (g->residual) {
    nodes[EM_LINEAR_NODE_RESIDUAL].saturations += add_residual(r, residual, t, g->out, acc, y);
  }
}
