#include "models/units/conv.h"

enum { MAX_GROUPS = 8 }; /* of EM_DOT taps; k <= 16 */

typedef struct {
  const em_conv_unit *unit;
  const em_valid *valid;
  const int8_t *sz, *history;
  em_node_count *nodes;
  em_requanter conv, x;
} convolution;

/* Channel `channel` of the token that is `back` before token `token`. */
static em_codes past(const convolution *c, uint32_t token, uint32_t back, uint32_t channel) {
  const uint32_t ed = c->unit->ed;
  if (token >= back) {
    return em_codes_load(c->sz + ((size_t)(token - back) * 2 * ed + channel) * EM_LANES);
  }
  return em_codes_load(c->history + ((size_t)(c->unit->k - 1 + token - back) * ed + channel) * EM_LANES);
}

/* The sum of k products plus bias, aligned: below 16 * 2^14 << 7 + 2^22 < 2^26. */
EM_INLINE em_words convolve(const convolution *c, uint32_t token, uint32_t channel, const int32_t *weights,
                            int32_t start) {
  const uint32_t k = c->unit->k;
  em_words sum = em_words_of(start);
  for (uint32_t tap = 0, group = 0; tap < k; group++) {
    em_codes rows[EM_DOT];
    for (uint32_t place = 0; place < EM_DOT; place++, tap++) {
      rows[place] = tap < k ? past(c, token, k - 1 - tap, channel) : (em_codes){0};
    }
    sum = em_dot(sum, em_dot_inputs(rows), weights[group]);
  }
  return sum;
}

static void convolve_channel(const convolution *c, uint32_t tokens, uint32_t channel, int8_t *x) {
  const em_conv_unit *unit = c->unit;
  const int32_t *r = unit->registers;
  int32_t weights[MAX_GROUPS];
  int8_t taps[MAX_GROUPS * EM_DOT] = {0};
  memcpy(taps, unit->weight + (size_t)channel * unit->k, unit->k);
  for (uint32_t group = 0; group * EM_DOT < unit->k; group++) {
    weights[group] = em_dot_weights(taps + (size_t)group * EM_DOT);
  }
  const int32_t start = em_dot_start(taps, unit->k);
  const int32_t bias = unit->bias[channel] * (INT32_C(1) << r[EM_CONV_BIAS_SHIFT]);
  for (uint32_t t = 0; t < tokens; t++) {
    em_words sum = convolve(c, t, channel, weights, start);
    for (int p = 0; p < 4; p++) {
      sum.part[p] = (sum.part[p] << r[EM_CONV_ACC_SHIFT]) + bias;
    }
    em_codes code =
        em_saturate_halves(em_align_words(sum, c->conv), c->valid, &c->nodes[EM_CONV_NODE_CONV].saturations);
    code = unit->silu ? em_pwl_lanes(&unit->x, code, c->valid, &c->nodes[EM_CONV_NODE_X])
                      : em_requant_codes(code, c->x, c->valid, &c->nodes[EM_CONV_NODE_X].saturations);
    em_codes_store(x + ((size_t)t * unit->ed + channel) * EM_LANES, code);
  }
}

/* The last k - 1 tokens stay. */
static void remember(const em_conv_unit *unit, uint32_t tokens, const int8_t *sz, int8_t *history) {
  const uint32_t taps = unit->k - 1, kept = tokens < taps ? taps - tokens : 0;
  const size_t row = (size_t)unit->ed * EM_LANES;
  memmove(history, history + (taps - kept) * row, kept * row);
  for (uint32_t tap = kept; tap < taps; tap++) {
    memcpy(history + tap * row, sz + (size_t)(tokens - taps + tap) * 2 * row, row);
  }
}

void em_conv_compute(const em_conv_unit *unit, uint32_t tokens, bool first, const em_valid *valid, const int8_t *sz,
                     int8_t *history, int8_t *x, int8_t *g, em_node_count *nodes) {
  const convolution c = {.unit = unit,
                         .valid = valid,
                         .sz = sz,
                         .history = history,
                         .nodes = nodes,
                         .conv = em_requanter_make(unit->registers[EM_CONV_CONV_SHIFT], 30),
                         .x = em_requanter_make(unit->registers[EM_CONV_X_SHIFT], 14)};
  const size_t ed = unit->ed;
  if (first) {
    memset(history, 0, (unit->k - 1) * ed * EM_LANES);
  }
  for (uint32_t channel = 0; channel < ed; channel++) {
    convolve_channel(&c, tokens, channel, x);
  }
  for (uint32_t t = 0; t < tokens; t++) {
    for (size_t channel = 0; channel < ed; channel++) {
      const em_codes z = em_codes_load(sz + ((2 * t + 1) * ed + channel) * EM_LANES);
      em_codes_store(g + (t * ed + channel) * EM_LANES, em_pwl_lanes(&unit->gate, z, valid, &nodes[EM_CONV_NODE_GATE]));
    }
  }
  remember(unit, tokens, sz, history);
}
