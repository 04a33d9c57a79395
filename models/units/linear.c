#include "models/units/linear.h"

#include <string.h>

static uint32_t blocks(const em_linear_geometry *g) {
  return (g->out + EM_LINEAR_BLOCK - 1) / EM_LINEAR_BLOCK;
}

/* Inputs come in pairs, the last one padded with a zero weight. */
static uint32_t pairs(const em_linear_geometry *g) {
  return (g->in + 1) / 2;
}

size_t em_linear_packed_bytes(const em_linear_geometry *geometry) {
  return (size_t)blocks(geometry) * EM_LINEAR_BLOCK * pairs(geometry) * 2;
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

/* Whole steps of a row. */
static size_t padded(uint32_t count) {
  return ((size_t)count + EM_ROW_LANES - 1) / EM_ROW_LANES * EM_ROW_LANES;
}

/* The scratch's parts, padded to whole steps: sums; inputs widened, requantised; first results. */
typedef struct {
  int32_t *acc;
  int16_t *wide;
  int8_t *input, *t;
} workspace;

static workspace lay_out(const em_linear_geometry *g, void *scratch) {
  workspace w = {.acc = scratch};
  w.wide = (int16_t *)(w.acc + padded(g->out));
  w.input = (int8_t *)(w.wide + padded(g->in));
  w.t = w.input + padded(g->in);
  return w;
}

size_t em_linear_scratch_bytes(const em_linear_geometry *geometry) {
  return padded(geometry->out) * (sizeof(int32_t) + 1) + padded(geometry->in) * (sizeof(int16_t) + 1);
}

static void widen(const int8_t *x, uint32_t in, int16_t *wide) {
  for (uint32_t i = 0; i < in; i += EM_ROW_LANES) {
    em_v32b codes = em_v32b_load(x + i, in - i);
    em_v16h halves[2] = {em_v32b_low(codes), em_v32b_high(codes)};
    memcpy(wide + i, halves, sizeof halves);
  }
}

/* One or two blocks of rows, a constant: acc[rows] from their packed weights. */
static inline __attribute__((always_inline)) void multiply_blocks(const int count, const int8_t *packed,
                                                                  uint32_t pair_count, const int16_t *wide,
                                                                  int32_t *acc) {
  em_v8 sums[4] = {{0}};
  const size_t block_bytes = (size_t)pair_count * 2 * EM_LINEAR_BLOCK;
  for (uint32_t i = 0; i < pair_count; i++, packed += 2 * EM_LINEAR_BLOCK, wide += 2) {
    int32_t two;
    memcpy(&two, wide, sizeof two);
    em_v16h pair = (em_v16h)(two - (em_v8){0});
    sums[0] += em_v8_pair_products(em_v16h_load_codes(packed), pair);
    sums[1] += em_v8_pair_products(em_v16h_load_codes(packed + 16), pair);
    if (count == 2) {
      sums[2] += em_v8_pair_products(em_v16h_load_codes(packed + block_bytes), pair);
      sums[3] += em_v8_pair_products(em_v16h_load_codes(packed + block_bytes + 16), pair);
    }
  }
  for (int half = 0; half < 2 * count; half++) {
    em_v8_store(acc + half * EM_VECTOR_LANES, sums[half], EM_VECTOR_LANES);
  }
}

/* acc[padded rows]: |acc| <= in * 2^14 <= 2^30, as in <= 65536 (em_shape_check). */
static void multiply(const em_linear_unit *unit, const int16_t *wide, int32_t *acc) {
  const uint32_t count = blocks(unit->geometry), pair_count = pairs(unit->geometry);
  const size_t block_bytes = (size_t)pair_count * 2 * EM_LINEAR_BLOCK;
  const int8_t *packed = unit->packed;
  uint32_t b = 0;
  for (; b + 2 <= count; b += 2, packed += 2 * block_bytes, acc += 2 * EM_LINEAR_BLOCK) {
    multiply_blocks(2, packed, pair_count, wide, acc);
  }
  if (b < count) {
    multiply_blocks(1, packed, pair_count, wide, acc);
    memset(acc + EM_LINEAR_BLOCK, 0, EM_LINEAR_BLOCK * sizeof *acc);
  }
}

/* acc = (acc << acc_shift) + (bias << bias_shift), where that fits. */
static void add_bias(const em_linear_unit *unit, int32_t *acc) {
  uint32_t out = unit->geometry->out;
  int32_t acc_scale = INT32_C(1) << unit->registers[EM_LINEAR_ACC_SHIFT];
  int32_t bias_scale = INT32_C(1) << unit->registers[EM_LINEAR_BIAS_SHIFT];
  for (uint32_t o = 0; o < out; o += EM_VECTOR_LANES) {
    em_v8 bias = em_v8_load_codes(unit->bias + o, out - o);
    em_v8 sum = em_v8_load(acc + o, EM_VECTOR_LANES) * acc_scale + bias * bias_scale;
    em_v8_store(acc + o, sum, EM_VECTOR_LANES);
  }
}

/* t[count] = requant(acc with bias, out_shift), in 32 bits where the worst case fits. */
static uint32_t finish_rows(const em_linear_unit *unit, int32_t *acc, uint32_t count, int8_t *t) {
  const int32_t *r = unit->registers;
  int acc_shift = r[EM_LINEAR_ACC_SHIFT], bias_shift = r[EM_LINEAR_BIAS_SHIFT], shift = r[EM_LINEAR_OUT_SHIFT];
  uint64_t worst = ((uint64_t)unit->geometry->in << (14 + acc_shift)) + (UINT64_C(128) << bias_shift);
  if (unit->bias == NULL || worst <= UINT64_C(1) << 30) {
    if (unit->bias != NULL) {
      add_bias(unit, acc);
    }
    return em_requant_row(acc, count, shift, t);
  }
  uint32_t saturations = 0;
  for (uint32_t o = 0; o < unit->geometry->out; o++) {
    int64_t bias = unit->bias[o] * (INT64_C(1) << bias_shift);
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
  return em_requant_products(x, NULL, count, shift, y);
}

static uint32_t add_residual(const int32_t *r, const int8_t *tok, const int8_t *t, uint32_t count, int32_t *sum,
                             int8_t *y) {
  int32_t tok_scale = INT32_C(1) << r[EM_LINEAR_RES_TOK_SHIFT], out_scale = INT32_C(1) << r[EM_LINEAR_RES_OUT_SHIFT];
  for (uint32_t o = 0; o < count; o += EM_VECTOR_LANES) {
    em_v8 residual = em_v8_load_codes(tok + o, count - o) * tok_scale;
    em_v8_store(sum + o, residual + em_v8_load_codes(t + o, EM_VECTOR_LANES) * out_scale, EM_VECTOR_LANES);
  }
  return em_requant_row(sum, count, r[EM_LINEAR_RES_SHIFT], y);
}

void em_linear_forward(const em_linear_unit *unit, const int8_t *x, const int8_t *residual, int8_t *y, void *scratch,
                       em_node_count *nodes) {
  const em_linear_geometry *g = unit->geometry;
  const int32_t *r = unit->registers;
  workspace w = lay_out(g, scratch);
  if (g->in_requant && r[EM_LINEAR_X_SHIFT] != 0) {
    nodes[EM_LINEAR_NODE_IN].saturations += requant_codes(x, g->in, r[EM_LINEAR_X_SHIFT], w.input);
    x = w.input;
  }
  widen(x, g->in, w.wide);
  multiply(unit, w.wide, w.acc);
  if (g->groups == 0 && !g->residual) {
    nodes[EM_LINEAR_NODE_OUT].saturations += finish_rows(unit, w.acc, g->out, y);
    return;
  }
  nodes[EM_LINEAR_NODE_OUT].saturations += finish_rows(unit, w.acc, (uint32_t)padded(g->out), w.t);
  for (uint32_t o = 0; g->relu && o < g->out; o += EM_ROW_LANES) {
    em_v32b codes = em_v32b_load(w.t + o, EM_ROW_LANES);
    em_v32b_store(w.t + o, codes & (codes > 0), EM_ROW_LANES);
  }
  for (uint32_t group = 0, row = 0; group < g->groups; row = g->bound[group++]) {
    nodes[EM_LINEAR_NODE_POST + group].saturations +=
        requant_codes(w.t + row, g->bound[group] - row, r[EM_LINEAR_POST_SHIFT + group], y + row);
  }
  if (g->residual) {
    nodes[EM_LINEAR_NODE_RESIDUAL].saturations += add_residual(r, residual, w.t, g->out, w.acc, y);
  }
}
