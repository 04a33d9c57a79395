#include "models/units/ssm.h"

#include <string.h>

enum {
  STATES = 512,                          /* of whole channels, computed together; n <= 256 */
  PADDED_STATES = STATES + EM_ROW_LANES, /* steps of a row may write past it */
  MAX_N = 256,
};

/* A block of channels [channels, n], flat: every operation but the sum over n goes over all states alike. */
typedef struct {
  int8_t delta[PADDED_STATES], x[PADDED_STATES]; /* of the channel, in each of its states */
  int8_t b[PADDED_STATES];                       /* of the state, in each channel */
  int8_t a_bar[PADDED_STATES], b_bar[PADDED_STATES];
  int16_t bx[PADDED_STATES];
  int32_t current[PADDED_STATES];
  em_v4l sums[STATES + EM_VECTOR_LANES]; /* [channels]: over n of C cur, in four parts */
} scan_block;

/* out[c, i] = values[c]. Where a step's lanes are whole channels, one shuffle spreads all of them. */
static void spread(const int8_t *values, uint32_t channels, uint32_t n, int8_t *out) {
  static const em_v32b lane = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
  if (n == 1 || EM_ROW_LANES % n != 0) {
    for (uint32_t c = 0; c < channels; c++, out += n) {
      for (uint32_t i = 0; i < n; i += EM_ROW_LANES) {
        em_v32b_store(out + i, values[c] - (em_v32b){0}, EM_ROW_LANES);
      }
    }
    return;
  }
  int8_t padded[STATES + EM_ROW_LANES];
  for (uint32_t c = 0; c < channels; c += EM_ROW_LANES) {
    em_v32b_store(padded + c, em_v32b_load(values + c, channels - c), EM_ROW_LANES);
  }
  const em_v32b channel = lane >> __builtin_ctz(n); /* lane / n: n divides 32 */
  for (uint32_t c = 0; c < channels; c += EM_ROW_LANES / n, out += EM_ROW_LANES) {
    em_v32b_store(out, em_v32b_pick(padded + c, channel), EM_ROW_LANES);
  }
}

/* out[c, i] = row[i], row padded. */
static void repeat(const int8_t *row, uint32_t channels, uint32_t n, int8_t *out) {
  for (const int8_t *end = out + (size_t)channels * n; out < end; out += n) {
    uint32_t i = 0;
    do {
      em_v32b_store(out + i, em_v32b_load(row + i, EM_ROW_LANES), EM_ROW_LANES);
      i += EM_ROW_LANES;
    } while (i < n);
  }
}

/* h, current [count] from a_bar, b_bar and x; returns how many saturated. */
static uint32_t scan(scan_block *block, uint32_t count, int shift, int32_t *h) {
  /* What the last steps find past the count. */
  em_v32b_store(block->a_bar + count, (em_v32b){0}, EM_ROW_LANES);
  em_v32b_store(block->b_bar + count, (em_v32b){0}, EM_ROW_LANES);
  em_v8_store(block->current + count, (em_v8){0}, EM_VECTOR_LANES);
  /* Rounded right shifts keep |b_bar x| <= 2^14; left shifts are done in 32 bits. */
  em_shifter shifter = em_shifter_make(shift < 0 ? 0 : shift, 14);
  for (uint32_t i = 0; i < count; i += 16) {
    em_v16h bx = em_v16h_shift(shifter, em_v16h_load_codes(block->b_bar + i) * em_v16h_load_codes(block->x + i));
    memcpy(block->bx + i, &bx, sizeof bx);
  }
  int32_t bx_scale = shift < 0 ? INT32_C(1) << -shift : 1;
  em_v8 fitting = {0};
  for (uint32_t i = 0; i < count; i += EM_VECTOR_LANES) {
    em_v8 a_bar = em_v8_load_codes(block->a_bar + i, EM_VECTOR_LANES);
    em_v8 wide = a_bar * em_v8_load(h + i, count - i) + em_v8_load_halves(block->bx + i) * bx_scale;
    em_v8 current = em_v8_clamp(wide, -(1 << 23), (1 << 23) - 1);
    em_v8_store(block->current + i, current, EM_VECTOR_LANES);
    em_v8_store(h + i, current >> 7, count - i); /* 24 bits >> 7 are 17 */
    fitting += wide == current;
  }
  return (count + EM_VECTOR_LANES - 1) / EM_VECTOR_LANES * EM_VECTOR_LANES + (uint32_t)em_v8_sum(fitting);
}

/* sums[c] = C cur in four parts of the sum over n, c [n] padded with 0. |C cur| <= 2^30: 64 bits hold any sum. */
static void sum_states(scan_block *block, const int32_t *c, uint32_t channels, uint32_t n) {
  const int32_t *current = block->current;
  for (uint32_t channel = 0; channel < channels; channel++, current += n) {
    em_v4l sum = {0};
    uint32_t i = 0;
    do {
      sum += em_v4l_pair_products(em_v8_load(c + i, EM_VECTOR_LANES), em_v8_load(current + i, EM_VECTOR_LANES));
      i += EM_VECTOR_LANES;
    } while (i < n);
    block->sums[channel] = sum;
  }
  memset(block->sums + channels, 0, EM_VECTOR_LANES * sizeof block->sums[0]);
}

/* The sums of four channels, |v| < 2^51, as doubles: 1.5 * 2^52 + v in a double is v in its low bits. */
static inline em_v4d to_doubles(const em_v4l *sums) {
  em_v4l v = em_v4l_sums(sums[0], sums[1], sums[2], sums[3]);
  return (em_v4d)(v + (em_v4l)((em_v4d){0} + 0x1.8p52)) - 0x1.8p52;
}

static inline double power_of_two(int exponent) {
  uint64_t bits = (uint64_t)(1023 + exponent) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return power;
}

/*
 * y[c] = requant((sums[c] << cur_shift) + (D[c] x[c] << dx_shift), y_shift). In doubles, because every value but the
 * last is exact: both terms are below 2^46 and their scaled sum has fewer than 53 bits.
 */
static uint32_t output_row(const scan_block *block, const int32_t *registers, const int8_t *d, const int8_t *x,
                           uint32_t channels, int8_t *y) {
  double cur_scale = power_of_two(registers[EM_SSM_CUR_SHIFT] - registers[EM_SSM_Y_SHIFT]);
  double dx_scale = power_of_two(registers[EM_SSM_DX_SHIFT] - registers[EM_SSM_Y_SHIFT]);
  int32_t codes[STATES + EM_VECTOR_LANES];
  for (uint32_t c = 0; c < channels; c += EM_VECTOR_LANES) {
    em_v8 dx = em_v8_load_codes(d + c, channels - c) * em_v8_load_codes(x + c, channels - c);
    em_v4d low = to_doubles(block->sums + c) * cur_scale + em_v4d_low(dx) * dx_scale;
    em_v4d high = to_doubles(block->sums + c + 4) * cur_scale + em_v4d_high(dx) * dx_scale;
    em_v8_store(codes + c, em_v8_round(em_v4d_limit(low), em_v4d_limit(high)), EM_VECTOR_LANES);
  }
  return em_requant_row(codes, channels, 0, y);
}

void em_ssm_forward(const em_ssm_unit *unit, const int8_t *x, const int8_t *delta, const int8_t *b, const int8_t *c,
                    const int8_t *g, bool first, int32_t *h, int8_t *q, em_node_count *nodes) {
  const int32_t *r = unit->registers;
  const uint32_t n = unit->n, channels_max = STATES / n;
  if (first) {
    memset(h, 0, (size_t)unit->ed * n * sizeof *h);
  }
  int8_t b_row[MAX_N + EM_ROW_LANES];
  int32_t c_row[MAX_N + EM_VECTOR_LANES];
  for (uint32_t i = 0; i < n; i += EM_ROW_LANES) {
    em_v32b_store(b_row + i, em_v32b_load(b + i, n - i), EM_ROW_LANES);
  }
  for (uint32_t i = 0; i < n; i += EM_VECTOR_LANES) {
    em_v8_store(c_row + i, em_v8_load_codes(c + i, n - i), EM_VECTOR_LANES);
  }
  scan_block block;
  repeat(b_row, channels_max < unit->ed ? channels_max : unit->ed, n, block.b);
  for (uint32_t start = 0; start < unit->ed; start += channels_max) {
    uint32_t channels = unit->ed - start < channels_max ? unit->ed - start : channels_max, states = channels * n;
    size_t state = (size_t)start * n;
    spread(delta + start, channels, n, block.delta);
    spread(x + start, channels, n, block.x);
    nodes[EM_SSM_NODE_EXP_IN].saturations +=
        em_requant_products(unit->a + state, block.delta, states, r[EM_SSM_EXP_IN_SHIFT], block.a_bar);
    em_pwl_row(&unit->exp, block.a_bar, states, block.a_bar, &nodes[EM_SSM_NODE_A_BAR]);
    nodes[EM_SSM_NODE_B_BAR].saturations +=
        em_requant_products(block.delta, block.b, states, r[EM_SSM_B_BAR_SHIFT], block.b_bar);
    nodes[EM_SSM_NODE_STATE].saturations += scan(&block, states, r[EM_SSM_BX_SHIFT], h + state);
    sum_states(&block, c_row, channels, n);
    int8_t y[STATES];
    nodes[EM_SSM_NODE_Y].saturations += output_row(&block, r, unit->d + start, x + start, channels, y);
    nodes[EM_SSM_NODE_GATED].saturations +=
        em_requant_products(y, g + start, channels, r[EM_SSM_GATED_SHIFT], q + start);
  }
}
