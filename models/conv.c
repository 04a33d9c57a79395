#include "conv.h"

#include <string.h>

/* sums[c] = sum of k products plus bias, aligned: below 16 * 2^14 << 7 + 2^22 < 2^26. */
static void convolve(const em_conv_unit *unit, const int8_t *restrict s, int8_t *restrict history,
                     int32_t *restrict sums) {
  const int32_t *r = unit->registers;
  int32_t acc_scale = INT32_C(1) << r[EM_CONV_ACC_SHIFT], bias_scale = INT32_C(1) << r[EM_CONV_BIAS_SHIFT];
  uint32_t ed = unit->ed, past = unit->k - 1;
  const int8_t *restrict weight = unit->weight + (size_t)past * ed;
  for (uint32_t c = 0; c < ed; c++) {
    sums[c] = weight[c] * s[c];
  }
  for (uint32_t tap = 0; tap < past; tap++) {
    const int8_t *restrict older = history + (size_t)tap * ed, *restrict row = unit->weight + (size_t)tap * ed;
    for (uint32_t c = 0; c < ed; c++) {
      sums[c] += row[c] * older[c];
    }
  }
  for (uint32_t c = 0; c < ed; c++) {
    sums[c] = sums[c] * acc_scale + unit->bias[c] * bias_scale;
  }
  memmove(history, history + ed, (size_t)(past - 1) * ed);
  memcpy(history + (size_t)(past - 1) * ed, s, ed);
}

void em_conv_forward(const em_conv_unit *unit, const int8_t *sz, bool first, int8_t *history, int8_t *x, int8_t *g,
                     int32_t *sums, em_node_count *nodes) {
  const int32_t *r = unit->registers;
  if (first) {
    memset(history, 0, (size_t)unit->ed * (unit->k - 1));
  }
  convolve(unit, sz, history, sums);
  nodes[EM_CONV_NODE_CONV].saturations += em_requant_row(sums, unit->ed, r[EM_CONV_CONV_SHIFT], x);
  if (unit->silu) {
    em_pwl_row(&unit->x, x, unit->ed, x, &nodes[EM_CONV_NODE_X]);
  } else {
    for (uint32_t c = 0; c < unit->ed; c++) {
      sums[c] = x[c];
    }
    nodes[EM_CONV_NODE_X].saturations += em_requant_row(sums, unit->ed, r[EM_CONV_X_SHIFT], x);
  }
  em_pwl_row(&unit->gate, sz + unit->ed, unit->ed, g, &nodes[EM_CONV_NODE_GATE]);
}
