#include "ssm.h"

#include <string.h>

#include "vector.h"

/* What one token needs in every channel, prepared. Counts are negative: a true comparison is -1 in every lane. */
typedef struct {
  em_shifter exp_in, b_bar, bx;
  em_v8 exp_in_count, below, above, b_bar_count, state_count;
} token_scan;

/* em_shifter_apply of codes that the shifter's scale has been multiplied into. */
static inline em_v8 shift_scaled(em_shifter s, em_v8 scaled) {
  return (scaled + s.bias + ((scaled >> s.shift) & s.odd)) >> s.shift;
}

/*
 * One channel: h [n] moves on, the sum over n of C cur is returned. |C cur| <= 2^30, so cur is cut into 12 low bits and
 * the rest: each part's sum over n <= 256 stays below 2^28. h needs no saturation of its own: a 24-bit cur >> 7 has 17
 * bits.
 */
static inline int64_t scan_channel(const em_ssm_unit *unit, token_scan *scan, const int8_t *a, int32_t x, int32_t delta,
                                   const int8_t *b, const int8_t *c, int32_t *h) {
  static const em_v8 lane = {0, 1, 2, 3, 4, 5, 6, 7};
  em_v8 high = {0}, low = {0};
  for (uint32_t i = 0; i < unit->n; i += EM_VECTOR_LANES) {
    uint32_t count = unit->n - i;
    em_v8 used = lane < (int32_t)count;
    em_v8 wide_exp_in = shift_scaled(scan->exp_in, em_v8_load_codes(a + i, count) * (delta * scan->exp_in.scale));
    em_v8 exp_in = em_v8_clamp(wide_exp_in, -128, 127);
    em_v8 wide_b_bar = shift_scaled(scan->b_bar, em_v8_load_codes(b + i, count) * (delta * scan->b_bar.scale));
    em_v8 b_bar = em_v8_clamp(wide_b_bar, -128, 127);
    em_v8 a_bar = em_v8_gather(unit->exp.value + 128, exp_in);
    em_v8 wide = a_bar * em_v8_load(h + i, count) + shift_scaled(scan->bx, b_bar * (x * scan->bx.scale));
    em_v8 current = em_v8_clamp(wide, -(1 << 23), (1 << 23) - 1);
    em_v8 codes = em_v8_load_codes(c + i, count);
    high += codes * (current >> 12);
    low += codes * (current & 0xfff);
    em_v8_store(h + i, current >> 7, count);
    scan->exp_in_count += wide_exp_in != exp_in;
    scan->below += (exp_in < unit->exp.first) & used;
    scan->above += (exp_in >= unit->exp.last) & used;
    scan->b_bar_count += wide_b_bar != b_bar;
    scan->state_count += wide != current;
  }
  return em_v8_sum(high) * INT64_C(4096) + em_v8_sum(low);
}

void em_ssm_forward(const em_ssm_unit *unit, const int8_t *x, const int8_t *delta, const int8_t *b, const int8_t *c,
                    const int8_t *g, bool first, int32_t *h, int8_t *q, em_node_count *nodes) {
  if (first) {
    memset(h, 0, (size_t)unit->ed * unit->n * sizeof *h);
  }
  const int32_t *r = unit->registers;
  int64_t cur_scale = INT64_C(1) << r[EM_SSM_CUR_SHIFT], dx_scale = INT64_C(1) << r[EM_SSM_DX_SHIFT];
  token_scan scan = {.exp_in = em_shifter_make(r[EM_SSM_EXP_IN_SHIFT], 14),
                     .b_bar = em_shifter_make(r[EM_SSM_B_BAR_SHIFT], 14),
                     .bx = em_shifter_make(r[EM_SSM_BX_SHIFT], 14)};
  uint32_t y_count = 0, gated_count = 0;
  for (uint32_t channel = 0; channel < unit->ed; channel++) {
    size_t row = (size_t)channel * unit->n;
    int64_t sum = scan_channel(unit, &scan, unit->a + row, x[channel], delta[channel], b, c, h + row);
    int64_t y = em_align(sum * cur_scale + unit->d[channel] * x[channel] * dx_scale, r[EM_SSM_Y_SHIFT]);
    int64_t y_code = em_saturate(y, 8), gated = em_align(y_code * g[channel], r[EM_SSM_GATED_SHIFT]);
    q[channel] = (int8_t)em_saturate(gated, 8);
    y_count += y != y_code;
    gated_count += gated != q[channel];
  }
  nodes[EM_SSM_NODE_EXP_IN].saturations += (uint32_t)-em_v8_sum(scan.exp_in_count);
  nodes[EM_SSM_NODE_A_BAR].below += (uint32_t)-em_v8_sum(scan.below);
  nodes[EM_SSM_NODE_A_BAR].above += (uint32_t)-em_v8_sum(scan.above);
  nodes[EM_SSM_NODE_B_BAR].saturations += (uint32_t)-em_v8_sum(scan.b_bar_count);
  nodes[EM_SSM_NODE_STATE].saturations += (uint32_t)-em_v8_sum(scan.state_count);
  nodes[EM_SSM_NODE_Y].saturations += y_count;
  nodes[EM_SSM_NODE_GATED].saturations += gated_count;
}
