#include "models/units/conv.h"

#include <string.h>

/* sums[c] = sum of k products plus bias, aligned: below 16 * 2^14 << 7 + 2^22 < 2^26. */
static void convolve(const em_conv_unit *unit, const int8_t *s, const int8_t *history, int32_t *sums) {
  const int32_t *r = unit->registers;
  int32_t acc_scale = INT32_C(1) << r[EM_CONV_ACC_SHIFT], bias_scale = INT32_C(1) << r[EM_CONV_BIAS_SHIFT];
  const uint32_t ed = unit->ed, past = unit->k - 1;
  for (uint32_t c = 0; c < ed; c += EM_VECTOR_LANES) {
    const int8_t *weight = unit->weight + c, *older = history + c;
    em_v8 sum = em_v8_load_codes(weight + (size_t)past * ed, ed - c) * em_v8_load_codes(s + c, ed - c);
    for (uint32_t tap = 0; tap < past; tap++, weight += ed, older += ed) {
      sum += em_v8_load_codes(weight, ed - c) * em_v8_load_codes(older, ed - c);
    }
    em_v8_store(sums + c, sum * acc_scale + em_v8_load_codes(unit->bias + c, ed - c) * bias_scale, ed - c);
  }
}

static void remember(const em_conv_unit *unit, const int8_t *s, int8_t *history) {
  size_t older = (size_t)(unit->k - 2) * unit->ed;
  memmove(history, history + unit->ed, older);
  memcpy(history + older, s, unit->ed);
}

void em_conv_forward(const em_conv_unit *unit, const int8_t *sz, bool first, int8_t *history, int8_t *x, int8_t *g,
                     int32_t *sums, em_node_count *nodes) {
  const int32_t *r = unit->registers;
  if (first) {
    memset(history, 0, (size_t)unit->ed * (unit->k - 1));
  }
  convolve(unit, sz, history, sums);
  remember(unit, sz, history);
  nodes[EM_CONV_NODE_CONV].saturations += em_requant_row(sums, unit->ed, r[EM_CONV_CONV_SHIFT], x);
  if (unit->silu) {
    em_pwl_row(&unit->x, x, unit->ed, x, &nodes[EM_CONV_NODE_X]);
  } else {
    nodes[EM_CONV_NODE_X].saturations += em_requant_products(x, NULL, unit->ed, r[EM_CONV_X_SHIFT], x);
  }
  em_pwl_row(&unit->gate, sz + unit->ed, unit->ed, g, &nodes[EM_CONV_NODE_GATE]);
}
