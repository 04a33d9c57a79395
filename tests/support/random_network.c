/* Random networks: exponents so that values stay alive, now and then far off; codes in several styles; any tables. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/random_case.h"

enum { FOR_NETWORK = 3 };

/* How one network is drawn. */
typedef struct {
  em_random random;
  uint32_t wild_percent; /* how often a shift is taken from its whole range */
} draft;

static int32_t pick(draft *d, int32_t low, int32_t high) {
  return (int32_t)em_random_range(&d->random, low, high);
}

static int32_t clip(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

/* A requant shift: about `natural`, or anywhere, the clamped ranges beyond the registers' included. */
static int32_t shift(draft *d, int32_t natural) {
  return em_random_chance(&d->random, d->wild_percent) ? pick(d, -12, 70) : natural + pick(d, -2, 1);
}

/* A shift whose range is limited. */
static int32_t limited(draft *d, int32_t natural, int32_t spread, int32_t low, int32_t high) {
  bool wild = em_random_chance(&d->random, d->wild_percent + 5);
  return wild ? pick(d, low, high) : clip(natural + pick(d, -spread, spread), low, high);
}

static int32_t log2_of(uint32_t count) {
  return count > 1 ? 31 - __builtin_clz(count) : 0;
}

/* A free exponent of an activation. */
static int32_t node(draft *d) {
  return pick(d, -9, 3);
}

/* The weight's exponent, and the bias's where there is one, of a map of `terms` products from `in` to `out`. */
static void map(draft *d, uint32_t terms, int32_t in, int32_t out, em_tensor *weight, em_tensor *bias) {
  int32_t width = 12 + log2_of(terms) / 2; /* of a typical accumulator */
  if (bias == NULL) {
    weight->exponent = out - in - shift(d, width - 6);
    return;
  }
  int32_t difference = limited(d, width - 6, 3, -7, 15); /* bias - (weight + in) */
  int32_t low = out - shift(d, difference < 0 ? width - 6 - difference : width - 6);
  weight->exponent = low - (difference < 0 ? difference : 0) - in;
  bias->exponent = weight->exponent + in + difference;
}

static void random_block_exponents(draft *d, const em_shape *s, int32_t tok, em_block *b) {
  const int32_t n = node(d); /* of the norm; gamma, beta and the result are at most 15 apart */
  b->norm = n + limited(d, 0, 1, 0, 15);
  b->norm_gamma.exponent = n + limited(d, 6, 2, 0, 15);
  b->norm_beta.exponent = n + limited(d, 0, 1, 0, 15);
  b->in_proj = node(d);
  map(d, s->d, b->norm, b->in_proj, &b->in_proj_weight, NULL);
  b->conv_in = b->in_proj + shift(d, 0);
  b->gate_in = b->in_proj + shift(d, 0);
  b->conv = node(d);
  map(d, s->k, b->conv_in, b->conv, &b->conv_weight, &b->conv_bias);
  b->x = s->conv_silu ? node(d) : b->conv + shift(d, 0);
  b->gate = node(d);
  b->params = node(d);
  map(d, s->ed, b->x, b->params, &b->param_proj_weight, NULL);
  b->delta_in = b->params + shift(d, 0);
  b->b = b->params + shift(d, 0);
  b->c = b->params + shift(d, 0);
  b->delta_proj = node(d);
  map(d, s->r, b->delta_in, b->delta_proj, &b->delta_proj_weight, &b->delta_proj_bias);
  b->delta = b->delta_proj + shift(d, 0);
  b->exp_in = node(d);
  b->a.exponent = b->exp_in - b->delta - shift(d, 6);
  b->b_bar = b->delta + b->b + shift(d, 6);
  int32_t current = b->b_bar + b->x + limited(d, -9, 5, -15, 16); /* bx_shift; below -9 the state saturates */
  b->state = current + 7;
  int32_t difference = limited(d, 13, 4, -7, 31); /* (D + x) - (C + current) */
  int32_t product = b->c + current;
  b->d.exponent = difference + product - b->x;
  int32_t low = difference < 0 ? product + difference : product;
  b->y = low + shift(d, difference > 14 ? difference + 6 : 20);
  b->gated = b->y + b->gate + shift(d, 6);
  b->output_proj = tok + limited(d, 0, 2, -15, 15);
  map(d, s->ed, b->gated, b->output_proj, &b->output_proj_weight, NULL);
  int32_t sum = tok < b->output_proj ? tok : b->output_proj, top = tok + b->output_proj - sum;
  b->output = sum + shift(d, top - sum + (em_random_chance(&d->random, 50) ? 1 : 0));
}

static void random_exponents(draft *d, em_network *network) {
  const em_shape *s = &network->shape;
  network->patches = node(d);
  network->input = network->patches - shift(d, 0);
  network->embed = node(d);
  map(d, s->p * s->p * s->c, network->patches, network->embed, &network->embed_weight, &network->embed_bias);
  int32_t tok = network->embed;
  for (uint32_t i = 0; i < s->m; i++) {
    random_block_exponents(d, s, tok, &network->blocks[i]);
    tok = network->blocks[i].output;
  }
  network->output = s->head == EM_HEAD_NONE ? tok + shift(d, 0) : node(d);
  if (s->head == EM_HEAD_NONE) {
    return;
  }
  bool mean = s->head == EM_HEAD_MEAN, hidden = s->head_hidden > 0;
  network->head_in = tok + (mean ? limited(d, 0, 2, -15, 15) : shift(d, 0));
  network->head_hidden = hidden ? node(d) : 0;
  map(d, s->head == EM_HEAD_FLATTEN ? s->l * s->d : s->d, network->head_in,
      hidden ? network->head_hidden : network->output, &network->head_0_weight, &network->head_0_bias);
  if (hidden) {
    network->head_act = network->head_hidden + shift(d, 0);
    map(d, s->head_hidden, network->head_act, network->output, &network->head_1_weight, &network->head_1_bias);
  }
}

static int compare_thresholds(const void *a, const void *b) {
  int16_t left, right;
  memcpy(&left, a, sizeof left);
  memcpy(&right, b, sizeof right);
  return (left > right) - (left < right);
}

/* Straight lines through random results in [low, 127]: what a quantiser would make. */
static void smooth_table(draft *d, int32_t low, em_pwl *pwl) {
  int32_t from = pick(d, low, 127);
  pwl->shift = (uint32_t)pick(d, 5, 12);
  for (uint32_t region = 0; region < pwl->segments + 2; region++) {
    int32_t x = region > 0 ? pwl->thresholds[region - 1] : -256;
    int32_t next = region <= pwl->segments ? pwl->thresholds[region] : 256, to = pick(d, low, 127);
    int32_t slope = (to - from) * (1 << pwl->shift) / (next > x ? next - x : 1);
    pwl->slopes[region] = (int16_t)clip(slope, INT16_MIN, INT16_MAX);
    pwl->intercepts[region] = from * (1 << pwl->shift) - pwl->slopes[region] * x;
    from = to;
  }
}

/* Any integers that the format allows. */
static void rough_table(draft *d, em_pwl *pwl) {
  pwl->shift = (uint32_t)pick(d, 0, 31);
  int32_t slope = clip(1 << (pwl->shift < 15 ? pwl->shift + 1 : 15), 4, INT16_MAX);
  int64_t intercept = INT64_C(1) << (pwl->shift < 24 ? pwl->shift + 7 : 31);
  for (uint32_t region = 0; region < pwl->segments + 2; region++) {
    bool extreme = em_random_chance(&d->random, 15);
    pwl->slopes[region] = (int16_t)(extreme ? (pick(d, 0, 1) == 0 ? INT16_MIN : INT16_MAX) : pick(d, -slope, slope));
    pwl->intercepts[region] = (int32_t)em_random_range(&d->random, -intercept, intercept - 1);
    if (em_random_chance(&d->random, 10)) {
      pwl->intercepts[region] = pick(d, 0, 1) == 0 ? INT32_MIN : INT32_MAX;
    }
  }
}

static void random_table(draft *d, uint32_t segments, int32_t low, em_pwl *pwl) {
  memset(pwl, 0, sizeof *pwl);
  pwl->segments = segments;
  int32_t reach = em_random_chance(&d->random, 70) ? 100 : 255; /* thresholds beyond INT8 are never passed */
  for (uint32_t i = 0; i <= segments; i++) {
    pwl->thresholds[i] = (int16_t)pick(d, reach == 255 ? -256 : -reach, reach);
  }
  qsort(pwl->thresholds, segments + 1, sizeof pwl->thresholds[0], compare_thresholds);
  if (em_random_chance(&d->random, 75)) {
    smooth_table(d, low, pwl);
  } else {
    rough_table(d, pwl);
  }
}

static em_code_style random_style(draft *d) {
  return em_random_chance(&d->random, 70) ? EM_CODES_UNIFORM
                                          : (em_code_style)pick(d, EM_CODES_EXTREME, EM_CODES_STYLES - 1);
}

/* Tensors are drawn one by one; A is negative, mostly. */
static void random_tensors(draft *d, const em_tensor_entry *entries, size_t count, const void *base,
                           const int8_t *first, int8_t *codes) {
  for (size_t i = 0; i < count; i++) {
    const em_tensor *tensor = (const em_tensor *)(const void *)((const char *)base + entries[i].offset);
    em_code_style style = random_style(d);
    if (strcmp(entries[i].name, "A") == 0 && em_random_chance(&d->random, 80)) {
      style = EM_CODES_NEGATIVE;
    }
    uint64_t length = (uint64_t)entries[i].dims[0] * (entries[i].dims[1] > 0 ? entries[i].dims[1] : 1);
    em_random_codes(&d->random, style, codes + (tensor->codes - first), length);
  }
}

static bool exponents_in_range(const em_network *network) {
  em_tensor_entry tensors[EM_MAX_TENSORS];
  em_node_entry nodes[EM_MAX_NODES];
  bool good = true;
  for (uint32_t part = 0; part <= network->shape.m; part++) {
    const char *base = part == 0 ? (const char *)network : (const char *)&network->blocks[part - 1];
    size_t count =
        part == 0 ? em_network_tensors(&network->shape, tensors) : em_block_tensors(&network->shape, tensors);
    for (size_t i = 0; i < count; i++) {
      int32_t exponent = ((const em_tensor *)(const void *)(base + tensors[i].offset))->exponent;
      good = good && exponent >= EM_EXPONENT_MIN && exponent <= EM_EXPONENT_MAX;
    }
    count = part == 0 ? em_network_nodes(&network->shape, nodes) : em_block_nodes(&network->shape, nodes);
    for (size_t i = 0; i < count; i++) {
      int32_t exponent;
      memcpy(&exponent, base + nodes[i].offset, sizeof exponent);
      good = good && exponent >= EM_EXPONENT_MIN && exponent <= EM_EXPONENT_MAX;
    }
  }
  return good;
}

void em_random_network(uint64_t seed, const em_shape *shape, uint32_t silu_segments, uint32_t exp_segments,
                       em_network *network) {
  static const uint32_t wildness[] = {0, 1, 4, 10};
  draft d = {em_random_seeded(seed, FOR_NETWORK), 0};
  em_error error;
  if (em_network_init(network, shape, &error) != EM_OK) {
    abort();
  }
  do { /* a chain of wild shifts can leave the exponents' range: draw again */
    d.wild_percent = wildness[em_random_next(&d.random) % 4];
    random_exponents(&d, network);
  } while (!exponents_in_range(network));
  em_tensor_entry entries[EM_MAX_TENSORS];
  random_tensors(&d, entries, em_network_tensors(shape, entries), network, network->codes, network->codes);
  for (uint32_t i = 0; i < shape->m; i++) {
    em_block *block = &network->blocks[i];
    random_tensors(&d, entries, em_block_tensors(shape, entries), block, network->codes, network->codes);
    random_table(&d, silu_segments, -128, &block->pwl_gate);
    random_table(&d, exp_segments, 0, &block->pwl_a_bar);
    if (shape->conv_silu) {
      random_table(&d, silu_segments, -128, &block->pwl_x);
    }
  }
  assert(em_network_check(network, &error) == EM_OK);
}
