#include "models/units/token.h"

#include <stdlib.h>
#include <string.h>

/* ---- Preparation ---- */

static size_t bytes_of(const em_graph *graph, const em_engine *engine) {
  const em_shape *s = &graph->design.shape;
  return engine->kind == EM_LINEAR ? em_linear_token_bytes(&engine->linear)
         : engine->kind == EM_SSM  ? em_ssm_token_bytes(s->ed, s->n)
         : engine->kind == EM_CONV ? (size_t)s->k * s->ed
                                   : 0;
}

static bool prepare_conv(em_token_unit *token, const em_conv_unit *unit) {
  free(token->taps);
  token->taps = malloc((size_t)unit->k * unit->ed);
  for (uint32_t channel = 0; token->taps != NULL && channel < unit->ed; channel++) {
    for (uint32_t tap = 0; tap < unit->k; tap++) {
      token->taps[(size_t)tap * unit->ed + channel] = unit->weight[(size_t)channel * unit->k + tap];
    }
  }
  return token->taps != NULL;
}

static bool prepare(em_token_unit *token, const em_unit *unit, const em_network *network) {
  switch (unit->engine->kind) {
    case EM_LINEAR: return em_linear_token_prepare(&token->linear, &unit->linear);
    case EM_SSM: return em_ssm_token_prepare(&token->ssm, &unit->ssm, &network->blocks[unit->engine->block].pwl_a_bar);
    case EM_CONV: return prepare_conv(token, &unit->conv);
    case EM_NORM:
    case EM_POOL:
    case EM_AXIS_IN:
    case EM_AXIS_OUT: return true;
  }
  return true;
}

bool em_tokens_prepare(em_token_unit *tokens, const em_unit *units, const em_graph *graph, const em_network *network) {
  size_t left = EM_TOKEN_BYTES_MAX;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const size_t bytes = bytes_of(graph, &graph->engines[e]);
    tokens[e].ready = bytes <= left;
    left -= tokens[e].ready ? bytes : 0;
    if (tokens[e].ready && !prepare(&tokens[e], &units[e], network)) {
      return false;
    }
  }
  return true;
}

void em_tokens_free(em_token_unit *tokens, const em_graph *graph) {
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    em_linear_token_free(&tokens[e].linear);
    em_ssm_token_free(&tokens[e].ssm);
    free(tokens[e].taps);
    tokens[e].taps = NULL;
  }
}

/* ---- Engines that need no more than their unit ---- */

/* The elements from `start` on that share a row. */
typedef struct {
  uint32_t start, count;
  em_valid valid;
} row;

static row row_at(uint32_t elements, uint32_t start) {
  const uint32_t count = elements - start < EM_LANES ? elements - start : EM_LANES;
  return (row){start, count, em_valid_make(count)};
}

static em_codes load(const row *at, const int8_t *codes) {
  return em_codes_load_some(codes + at->start, at->count);
}

static void store(const row *at, em_codes codes, int8_t *to) {
  em_codes_store_some(to + at->start, codes, at->count);
}

/* As in norm.c; of the token's sum and range there is one each. */
static void normalise(const em_norm_unit *unit, const int8_t *x, int8_t *y, em_node_count *nodes) {
  const int32_t *r = unit->registers, d = (int32_t)unit->d;
  int32_t sum = 0, high = x[0], low = x[0];
  for (int32_t i = 0; i < d; i++) {
    sum += x[i];
    high = x[i] > high ? x[i] : high;
    low = x[i] < low ? x[i] : low;
  }
  const em_normaliser n = em_normaliser_make(r, unit->d, high - low > 1 ? high - low : 1);
  for (uint32_t start = 0; start < unit->d; start += EM_LANES) {
    const row at = row_at(unit->d, start);
    em_words t = em_widen_halves(em_widen(load(&at, x)));
    const em_words gamma = em_widen_halves(em_widen(load(&at, unit->gamma)));
    const em_doubles beta = em_to_doubles(em_widen_halves(em_widen(load(&at, unit->beta))));
    for (int p = 0; p < 4; p++) {
      t.part[p] = (t.part[p] * d - sum) * gamma.part[p];
    }
    em_doubles q = em_to_doubles(t);
    for (int p = 0; p < 8; p++) {
      q.part[p] = (q.part[p] * n.factor + beta.part[p] * n.beta_scale + n.grid) - n.grid;
    }
    store(&at, em_saturate_halves(em_narrow(em_round_doubles(q)), &at.valid, &nodes[0].saturations), y);
  }
}

/* The sum of k products with its bias, aligned. */
static em_words convolve(const em_token_unit *token, const em_conv_unit *unit, const row *at, const int8_t *s,
                         const int8_t *history) {
  const int32_t *r = unit->registers;
  const em_halves none = em_halves_of(0);
  em_words sum = em_words_of(0);
  for (uint32_t tap = 0; tap < unit->k; tap += 2) {
    em_halves x[2] = {none, none}, w[2] = {none, none};
    for (uint32_t i = 0; i < 2 && tap + i < unit->k; i++) {
      const size_t from = (size_t)(tap + i) * unit->ed;
      x[i] = em_widen(load(at, tap + i + 1 == unit->k ? s : history + from));
      w[i] = em_widen(load(at, token->taps + from));
    }
    sum = em_words_dot(sum, em_pairs(x[0], x[1]), em_pairs(w[0], w[1]));
  }
  const em_words bias = em_widen_halves(em_widen(load(at, unit->bias)));
  for (int p = 0; p < 4; p++) {
    sum.part[p] = (sum.part[p] << r[EM_CONV_ACC_SHIFT]) + (bias.part[p] << r[EM_CONV_BIAS_SHIFT]);
  }
  return sum;
}

static void convolve_token(const em_token_unit *token, const em_conv_unit *unit, const em_token_io *io) {
  const uint32_t ed = unit->ed;
  const int8_t *s = io->inputs[0], *z = s + ed;
  int8_t *history = io->memory;
  em_node_count *nodes = io->nodes;
  const em_requanter conv = em_requanter_make(unit->registers[EM_CONV_CONV_SHIFT], 30);
  const em_requanter x = em_requanter_make(unit->registers[EM_CONV_X_SHIFT], 14);
  const size_t past = (size_t)(unit->k - 1) * ed;
  if (io->place == 0) {
    memset(history, 0, past);
  }
  for (uint32_t start = 0; start < ed; start += EM_LANES) {
    const row at = row_at(ed, start);
    const em_words sum = convolve(token, unit, &at, s, history);
    em_codes code = em_saturate_halves(em_align_words(sum, conv), &at.valid, &nodes[EM_CONV_NODE_CONV].saturations);
    code = unit->silu ? em_pwl_lanes(&unit->x, code, &at.valid, &nodes[EM_CONV_NODE_X])
                      : em_requant_codes(code, x, &at.valid, &nodes[EM_CONV_NODE_X].saturations);
    store(&at, code, io->outputs[0]);
    store(&at, em_pwl_lanes(&unit->gate, load(&at, z), &at.valid, &nodes[EM_CONV_NODE_GATE]), io->outputs[1]);
  }
  if (past > 0) {
    memmove(history, history + ed, past - ed);
    memcpy(history + past - ed, s, ed);
  }
}

static void pool(const em_pool_unit *unit, bool last, const em_token_io *io) {
  const int64_t scale = INT64_C(1) << unit->registers[EM_POOL_NUM_SHIFT];
  const int64_t den = (int64_t)unit->l << unit->registers[EM_POOL_DEN_SHIFT];
  int32_t *sums = io->memory;
  for (uint32_t i = 0; i < unit->d; i++) {
    const int32_t sum = (io->place == 0 ? 0 : sums[i]) + io->inputs[0][i];
    if (!last) {
      sums[i] = sum;
      continue;
    }
    const int64_t mean = em_round_divide(sum * scale, den), code = em_saturate(mean, 8);
    io->nodes[0].saturations += mean != code;
    io->outputs[0][i] = (int8_t)code;
  }
}

static void requantise(const em_unit *unit, const em_token_io *io) {
  const em_port *port = &unit->engine->inputs[0];
  const em_requanter requanter = em_requanter_make(unit->registers[EM_AXIS_OUT_SHIFT], 14);
  const uint32_t codes = port->accesses * port->lanes;
  for (uint32_t start = 0; start < codes; start += EM_LANES) {
    const row at = row_at(codes, start);
    store(&at, em_requant_codes(load(&at, io->inputs[0]), requanter, &at.valid, &io->nodes[0].saturations),
          io->outputs[0]);
  }
}

void em_token_compute(const em_token_unit *token, const em_unit *unit, const em_token_io *io) {
  switch (unit->engine->kind) {
    case EM_LINEAR:
      em_linear_token_compute(&token->linear, &unit->linear, io->inputs[0], io->inputs[1], io->outputs[0], io->scratch,
                              io->nodes);
      break;
    case EM_NORM: normalise(&unit->norm, io->inputs[0], io->outputs[0], io->nodes); break;
    case EM_CONV: convolve_token(token, &unit->conv, io); break;
    case EM_SSM:
      em_ssm_token_compute(&token->ssm, &unit->ssm,
                           &(em_ssm_io){.tokens = 1,
                                        .first = io->place == 0,
                                        .x = io->inputs[1],
                                        .delta = io->inputs[2],
                                        .g = io->inputs[3],
                                        .p = io->inputs[0],
                                        .h = io->memory,
                                        .q = io->outputs[0],
                                        .nodes = io->nodes});
      break;
    case EM_POOL: pool(&unit->pool, io->place + 1 == unit->engine->tokens_per_frame, io); break;
    case EM_AXIS_OUT: requantise(unit, io); break;
    case EM_AXIS_IN: break;
  }
}
