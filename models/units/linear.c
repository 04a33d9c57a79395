#include "models/units/linear.h"

#include <stdlib.h>

enum { ROWS = 4 }; /* computed together, so that an input is loaded once for all of them */

/* What a call prepares. */
typedef struct {
  const em_linear_unit *unit;
  const em_linear_geometry *g;
  const em_valid *valid;
  em_node_count *nodes;
  em_words *inputs; /* [groups] of one token, EM_DOT elements side by side */
  bool narrow;      /* the write-back fits 32 bits */
  bool folded;      /* bias and rounding are in the unit's starts */
  em_requanter in, out, post[3], sum;
} map;

static uint32_t groups(const em_linear_geometry *g) {
  return (g->in + EM_DOT - 1) / EM_DOT;
}

size_t em_linear_scratch_bytes(const em_linear_geometry *g) {
  return groups(g) * sizeof(em_words);
}

static int32_t aligned_bias(const em_linear_unit *unit, uint32_t row) {
  return unit->bias == NULL ? 0 : unit->bias[row] * (INT32_C(1) << unit->registers[EM_LINEAR_BIAS_SHIFT]);
}

static bool narrow(const em_linear_unit *unit) {
  const int32_t *r = unit->registers;
  const uint64_t product = (uint64_t)unit->geometry->in << (14 + r[EM_LINEAR_ACC_SHIFT]);
  return unit->bias == NULL || product + (UINT64_C(128) << r[EM_LINEAR_BIAS_SHIFT]) <= UINT64_C(1) << 30;
}

static bool folded(const em_linear_unit *unit) {
  return narrow(unit) && unit->registers[EM_LINEAR_ACC_SHIFT] == 0;
}

static em_requanter out_requanter(const em_linear_unit *unit) {
  return em_requanter_make(unit->registers[EM_LINEAR_OUT_SHIFT], 30);
}

bool em_linear_prepare(em_linear_unit *unit) {
  const em_linear_geometry *g = unit->geometry;
  const int32_t bias = out_requanter(unit).bias;
  unit->starts = malloc(g->out * sizeof *unit->starts);
  for (uint32_t row = 0; unit->starts != NULL && row < g->out; row++) {
    const uint32_t start = (uint32_t)em_dot_start(unit->weight + (size_t)row * g->in, g->in);
    unit->starts[row] = (int32_t)(folded(unit) ? start + (uint32_t)(aligned_bias(unit, row) + bias) : start);
  }
  return unit->starts != NULL;
}

void em_linear_free(em_linear_unit *unit) {
  free(unit->starts);
  unit->starts = NULL;
}

static map prepare(const em_linear_unit *unit, const em_valid *valid, void *scratch, em_node_count *nodes) {
  const int32_t *r = unit->registers;
  map m = {.unit = unit, .g = unit->geometry, .valid = valid, .nodes = nodes, .inputs = scratch};
  m.narrow = narrow(unit);
  m.folded = folded(unit);
  m.in = em_requanter_make(r[EM_LINEAR_X_SHIFT], 14);
  m.out = out_requanter(unit);
  m.sum = em_requanter_make(r[EM_LINEAR_RES_SHIFT], 30);
  for (uint32_t i = 0; i < 3; i++) {
    m.post[i] = em_requanter_make(r[EM_LINEAR_POST_SHIFT + i], 14);
  }
  return m;
}

/* One token's elements, requantised where the engine does so, side by side as the products take them. */
static void take_inputs(const map *m, const int8_t *x) {
  const bool requant = m->g->in_requant && m->unit->registers[EM_LINEAR_X_SHIFT] != 0;
  uint64_t saturations = 0;
  for (uint32_t i = 0, group = 0; i < m->g->in; group++) {
    em_codes rows[EM_DOT];
    for (uint32_t place = 0; place < EM_DOT; place++, i++) {
      rows[place] = i < m->g->in ? em_codes_load(x + (size_t)i * EM_LANES) : (em_codes){0};
      if (requant && i < m->g->in) {
        rows[place] = em_requant_codes(rows[place], m->in, m->valid, &saturations);
      }
    }
    m->inputs[group] = em_dot_inputs(rows);
  }
  m->nodes[EM_LINEAR_NODE_IN].saturations += saturations;
}

/* The weights that a row has in its last, incomplete group. */
static int32_t last_weights(const int8_t *weights, uint32_t count) {
  int8_t group[EM_DOT] = {0};
  memcpy(group, weights, count);
  return em_dot_weights(group);
}

/* sums[rows] of rows row.., `rows` a constant. */
EM_INLINE void multiply(const map *m, const uint32_t rows, uint32_t row, em_words *sums) {
  const uint32_t in = m->g->in, whole = in / EM_DOT;
  const int8_t *weights = m->unit->weight + (size_t)row * in;
  em_words acc[ROWS];
  for (uint32_t o = 0; o < rows; o++) {
    acc[o] = em_words_of(m->unit->starts[row + o]);
  }
  for (uint32_t group = 0; group < whole; group++, weights += EM_DOT) {
    const em_words x = m->inputs[group];
    for (uint32_t o = 0; o < rows; o++) {
      acc[o] = em_dot(acc[o], x, em_dot_weights(weights + (size_t)o * in));
    }
  }
  for (uint32_t o = 0; o < rows; o++) {
    if (whole * EM_DOT < in) {
      acc[o] = em_dot(acc[o], m->inputs[whole], last_weights(weights + (size_t)o * in, in - whole * EM_DOT));
    }
    sums[o] = acc[o];
  }
}

/* The sum with its bias, which is aligned to it, rounded. */
EM_INLINE em_halves round_sum(const map *m, em_words sum, em_words bias) {
  const int32_t *r = m->unit->registers;
  if (m->narrow) {
    for (int p = 0; p < 4; p++) {
      sum.part[p] = (sum.part[p] << r[EM_LINEAR_ACC_SHIFT]) + bias.part[p];
    }
    return em_align_words(sum, m->out);
  }
  em_doubles wide = em_to_doubles(sum), offset = em_to_doubles(bias); /* below 2^38 when aligned: exact */
  const double scale = em_power_of_two(r[EM_LINEAR_ACC_SHIFT] - r[EM_LINEAR_OUT_SHIFT]);
  const double bias_scale = em_power_of_two(-r[EM_LINEAR_OUT_SHIFT]);
  for (int p = 0; p < 8; p++) {
    wide.part[p] = wide.part[p] * scale + offset.part[p] * bias_scale;
  }
  return em_align_doubles(wide);
}

EM_INLINE em_halves align_sum(const map *m, uint32_t row, em_words sum) {
  return m->folded ? em_align_biased(sum, m->out) : round_sum(m, sum, em_words_of(aligned_bias(m->unit, row)));
}

EM_INLINE em_codes add_residual(const map *m, em_codes code, em_codes residual) {
  const int32_t *r = m->unit->registers;
  em_words sum = em_widen_halves(em_widen(code)), token = em_widen_halves(em_widen(residual));
  for (int p = 0; p < 4; p++) {
    sum.part[p] = (token.part[p] << r[EM_LINEAR_RES_TOK_SHIFT]) + (sum.part[p] << r[EM_LINEAR_RES_OUT_SHIFT]);
  }
  return em_saturate_halves(em_align_words(sum, m->sum), m->valid, &m->nodes[EM_LINEAR_NODE_RESIDUAL].saturations);
}

EM_INLINE void write_back(const map *m, uint32_t row, em_words sum, const int8_t *residual, int8_t *y) {
  const em_linear_geometry *g = m->g;
  em_codes code = em_saturate_halves(align_sum(m, row, sum), m->valid, &m->nodes[EM_LINEAR_NODE_OUT].saturations);
  if (g->relu) {
    code = em_max8(code, (em_codes){0});
  }
  if (g->groups > 0) {
    uint32_t group = row < g->bound[0] ? 0 : row < g->bound[1] ? 1 : 2;
    if (m->unit->registers[EM_LINEAR_POST_SHIFT + group] != 0) {
      code = em_requant_codes(code, m->post[group], m->valid, &m->nodes[EM_LINEAR_NODE_POST + group].saturations);
    }
  }
  if (g->residual) {
    code = add_residual(m, code, em_codes_load(residual + (size_t)row * EM_LANES));
  }
  em_codes_store(y + (size_t)row * EM_LANES, code);
}

static void compute_token(const map *m, const int8_t *x, const int8_t *residual, int8_t *y) {
  const uint32_t out = m->g->out;
  em_words sums[ROWS];
  uint32_t row = 0;
  take_inputs(m, x);
  for (; row + ROWS <= out; row += ROWS) {
    multiply(m, ROWS, row, sums);
    for (uint32_t o = 0; o < ROWS; o++) {
      write_back(m, row + o, sums[o], residual, y);
    }
  }
  for (; row < out; row++) {
    multiply(m, 1, row, sums);
    write_back(m, row, sums[0], residual, y);
  }
}

void em_linear_compute(const em_linear_unit *unit, uint32_t tokens, const em_valid *valid, const int8_t *x,
                       const int8_t *residual, int8_t *y, void *scratch, em_node_count *nodes) {
  const em_linear_geometry *g = unit->geometry;
  const map m = prepare(unit, valid, scratch, nodes);
  const size_t in = (size_t)unit->x_elements * EM_LANES, out = (size_t)g->out * EM_LANES;
  for (uint32_t t = 0; t < tokens; t++) {
    compute_token(&m, x + t * in, residual == NULL ? NULL : residual + t * out, y + t * out);
  }
}

/* ---- One token of one frame, an output row a lane ---- */

static uint32_t blocks(const em_linear_geometry *g) {
  return (g->out + EM_LANES - 1) / EM_LANES;
}

size_t em_linear_token_bytes(const em_linear_geometry *g) {
  return blocks(g) * ((groups(g) + 1) * sizeof(em_words) + 3 * sizeof(em_valid));
}

static uint32_t lanes_of(const em_linear_geometry *g, uint32_t block) {
  return g->out - block * EM_LANES < EM_LANES ? g->out - block * EM_LANES : EM_LANES;
}

/* Element `element` of the block's rows, a row a lane. */
static em_codes weight_column(const em_linear_unit *unit, uint32_t block, uint32_t element) {
  const em_linear_geometry *g = unit->geometry;
  int8_t column[EM_LANES] = {0};
  for (uint32_t lane = 0; element < g->in && lane < lanes_of(g, block); lane++) {
    column[lane] = unit->weight[((size_t)block * EM_LANES + lane) * g->in + element];
  }
  return em_codes_load(column);
}

static em_valid group_rows(const em_linear_geometry *g, uint32_t block, uint32_t group) {
  const uint32_t from = block * EM_LANES, end = from + lanes_of(g, block);
  const uint32_t second = g->bound[0] < g->bound[1] ? g->bound[1] : g->bound[0];
  const uint32_t first = group == 0 ? 0 : group == 1 ? g->bound[0] : second;
  const uint32_t last = group == 2 ? g->out : g->bound[group];
  const uint32_t low = first < from ? from : first, high = last < end ? last : end;
  return em_valid_range(low - from, high < low ? low - from : high - from);
}

static void prepare_block(em_linear_token *token, const em_linear_unit *unit, uint32_t block) {
  const em_linear_geometry *g = unit->geometry;
  int32_t bias[EM_LANES] = {0};
  for (uint32_t group = 0; group < groups(g); group++) {
    em_codes columns[EM_DOT];
    for (uint32_t place = 0; place < EM_DOT; place++) {
      columns[place] = weight_column(unit, block, group * EM_DOT + place);
    }
    token->weights[(size_t)block * groups(g) + group] = em_dot_inputs(columns);
  }
  for (uint32_t lane = 0; lane < lanes_of(g, block); lane++) {
    bias[em_word_place(lane)] = aligned_bias(unit, block * EM_LANES + lane);
  }
  token->bias[block] = em_words_load(bias);
  for (uint32_t group = 0; group < 3; group++) {
    token->groups[3 * (size_t)block + group] = group_rows(g, block, group);
  }
}

bool em_linear_token_prepare(em_linear_token *token, const em_linear_unit *unit) {
  const em_linear_geometry *g = unit->geometry;
  em_linear_token_free(token);
  token->weights = aligned_alloc(EM_LANES, (size_t)blocks(g) * groups(g) * sizeof(em_words));
  token->bias = aligned_alloc(EM_LANES, blocks(g) * sizeof(em_words));
  token->groups = aligned_alloc(EM_LANES, 3 * (size_t)blocks(g) * sizeof(em_valid));
  if (token->weights == NULL || token->bias == NULL || token->groups == NULL) {
    return false;
  }
  for (uint32_t block = 0; block < blocks(g); block++) {
    prepare_block(token, unit, block);
  }
  return true;
}

void em_linear_token_free(em_linear_token *token) {
  free(token->weights);
  free(token->bias);
  free(token->groups);
  *token = (em_linear_token){NULL, NULL, NULL};
}

/* x requantised where the engine does so, padded to whole groups. */
static void take_token(const map *m, const int8_t *x, int8_t *taken) {
  const uint32_t in = m->g->in;
  const bool requant = m->g->in_requant && m->unit->registers[EM_LINEAR_X_SHIFT] != 0;
  memset(taken + in, 0, groups(m->g) * EM_DOT - in);
  if (!requant) {
    memcpy(taken, x, in);
    return;
  }
  for (uint32_t i = 0; i < in; i += EM_LANES) {
    const uint32_t count = in - i < EM_LANES ? in - i : EM_LANES;
    const em_valid valid = em_valid_make(count);
    const em_codes codes = em_codes_load_some(x + i, count);
    em_codes_store_some(taken + i, em_requant_codes(codes, m->in, &valid, &m->nodes[EM_LINEAR_NODE_IN].saturations),
                        count);
  }
}

static em_codes post_requant(const map *m, em_codes code, const em_valid *rows) {
  for (uint32_t group = 0; group < 3; group++) {
    if (m->unit->registers[EM_LINEAR_POST_SHIFT + group] != 0) {
      const em_codes other =
          em_requant_codes(code, m->post[group], &rows[group], &m->nodes[EM_LINEAR_NODE_POST + group].saturations);
      code = (code & ~rows[group].codes) | (other & rows[group].codes);
    }
  }
  return code;
}

void em_linear_token_compute(const em_linear_token *token, const em_linear_unit *unit, const int8_t *x,
                             const int8_t *residual, int8_t *y, void *scratch, em_node_count *nodes) {
  const em_linear_geometry *g = unit->geometry;
  const uint32_t group_count = groups(g);
  map m = prepare(unit, NULL, scratch, nodes);
  int8_t *taken = scratch;
  take_token(&m, x, taken);
  const int32_t start = em_dot_start(taken, g->in);
  for (uint32_t block = 0; block < blocks(g); block++) {
    const uint32_t count = lanes_of(g, block);
    const size_t row = (size_t)block * EM_LANES;
    const em_valid valid = em_valid_make(count);
    const em_words *weights = token->weights + (size_t)block * group_count;
    em_words sum = em_words_of(start);
    for (uint32_t group = 0; group < group_count; group++) {
      sum = em_dot(sum, weights[group], em_dot_weights(taken + (size_t)group * EM_DOT));
    }
    m.valid = &valid;
    em_codes code =
        em_saturate_halves(round_sum(&m, sum, token->bias[block]), &valid, &nodes[EM_LINEAR_NODE_OUT].saturations);
    code = g->relu ? em_max8(code, (em_codes){0}) : code;
    code = g->groups > 0 ? post_requant(&m, code, token->groups + 3 * (size_t)block) : code;
    code = g->residual ? add_residual(&m, code, em_codes_load_some(residual + row, count)) : code;
    em_codes_store_some(y + row, code, count);
  }
}
