/* The contract's "One network", from the reference operators. */
#include <stdlib.h>
#include <string.h>

#include "tests/oracle/reference.h"

/* x [count] requantised from one exponent to another, in place. */
static void requant_all(int8_t *x, size_t count, int from, int to) {
  ref_count ignored = {0};
  for (size_t i = 0; i < count; i++) {
    x[i] = ref_requant(x[i], from, to, &ignored);
  }
}

static void relu_all(int8_t *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    x[i] = x[i] > 0 ? x[i] : 0;
  }
}

/* patches [L, P*P*C] of a frame [H, W, C], content in (row, column, channel) order. */
static void cut_patches(const em_shape *s, const int8_t *frame, int8_t *patches) {
  for (uint32_t top = 0; top < s->h; top += s->p) {
    for (uint32_t left = 0; left < s->w; left += s->p) {
      for (uint32_t row = top; row < top + s->p; row++) {
        for (uint32_t column = left; column < left + s->p; column++) {
          for (uint32_t channel = 0; channel < s->c; channel++) {
            *patches++ = frame[((size_t)row * s->w + column) * s->c + channel];
          }
        }
      }
    }
  }
}

/* tok [L, D] -> out [L, D]: a whole sequence through one block. */
static void run_block(const em_shape *s, const em_block *b, int tok_exponent, const int8_t *tok, int8_t *out) {
  uint32_t d = s->d, ed = s->ed, n = s->n, r = s->r, params = r + 2 * n;
  int8_t *codes = calloc((size_t)s->l * ed + d + 2 * ed + ed * 5 + params + d, 1);
  int64_t *h = calloc((size_t)ed * n, sizeof *h);
  int8_t *path = codes, *u = path + (size_t)s->l * ed, *sz = u + d, *x = sz + 2 * ed, *g = x + ed, *delta = g + ed;
  int8_t *q = delta + ed, *p = q + ed, *o = p + params;
  ref_count ignored = {0};
  ref_ssm_count ssm_ignored = {0};
  for (uint32_t t = 0; t < s->l; t++) {
    ref_norm(&b->norm_gamma, &b->norm_beta, d, tok + (size_t)t * d, u, b->norm, &ignored);
    ref_linear(&b->in_proj_weight, NULL, d, 2 * ed, u, b->norm, sz, b->in_proj, &ignored);
    requant_all(sz, ed, b->in_proj, b->conv_in);
    requant_all(sz + ed, ed, b->in_proj, b->gate_in);
    memcpy(path + (size_t)t * ed, sz, ed);
    ref_conv(&b->conv_weight, &b->conv_bias, ed, s->k, path, t, b->conv_in, x, b->conv, &ignored);
    for (uint32_t c = 0; c < ed; c++) {
      x[c] = s->conv_silu ? ref_pwl(&b->pwl_x, x[c], &ignored) : ref_requant(x[c], b->conv, b->x, &ignored);
      g[c] = ref_pwl(&b->pwl_gate, sz[ed + c], &ignored);
    }
    ref_linear(&b->param_proj_weight, NULL, ed, params, x, b->x, p, b->params, &ignored);
    requant_all(p, r, b->params, b->delta_in);
    requant_all(p + r, n, b->params, b->b);
    requant_all(p + r + n, n, b->params, b->c);
    ref_linear(&b->delta_proj_weight, &b->delta_proj_bias, r, ed, p, b->delta_in, delta, b->delta_proj, &ignored);
    relu_all(delta, ed);
    requant_all(delta, ed, b->delta_proj, b->delta);
    ref_ssm(b, ed, n, x, delta, p + r, p + r + n, g, h, q, &ssm_ignored);
    ref_linear(&b->output_proj_weight, NULL, ed, d, q, b->gated, o, b->output_proj, &ignored);
    for (uint32_t i = 0; i < d; i++) {
      out[(size_t)t * d + i] = ref_map(o[i], b->output_proj, tok[(size_t)t * d + i], tok_exponent, b->output, &ignored);
    }
  }
  free(codes);
  free(h);
}

/* `tokens`: all of them, or the one that a head per token takes. */
static void run_head(const em_network *network, int8_t *tokens, int exponent, int8_t *output) {
  const em_shape *s = &network->shape;
  ref_count ignored = {0};
  uint32_t width = s->head == EM_HEAD_FLATTEN ? s->l * s->d : s->d;
  if (s->head != EM_HEAD_MEAN) {
    requant_all(tokens, width, exponent, network->head_in);
  } else {
    ref_mean(tokens, s->l, s->d, exponent, tokens, network->head_in, &ignored);
  }
  if (s->head_hidden == 0) {
    ref_linear(&network->head_0_weight, &network->head_0_bias, width, s->outputs, tokens, network->head_in, output,
               network->output, &ignored);
    return;
  }
  int8_t *hidden = malloc(s->head_hidden);
  ref_linear(&network->head_0_weight, &network->head_0_bias, width, s->head_hidden, tokens, network->head_in, hidden,
             network->head_hidden, &ignored);
  relu_all(hidden, s->head_hidden);
  requant_all(hidden, s->head_hidden, network->head_hidden, network->head_act);
  ref_linear(&network->head_1_weight, &network->head_1_bias, s->head_hidden, s->outputs, hidden, network->head_act,
             output, network->output, &ignored);
  free(hidden);
}

void ref_network(const em_network *network, const int8_t *frame, int8_t *output) {
  const em_shape *s = &network->shape;
  uint32_t patch = s->p * s->p * s->c;
  int8_t *patches = malloc((size_t)s->l * patch), *tokens = malloc((size_t)s->l * s->d);
  int8_t *next = malloc((size_t)s->l * s->d);
  ref_count ignored = {0};
  cut_patches(s, frame, patches);
  requant_all(patches, (size_t)s->l * patch, network->input, network->patches);
  for (uint32_t t = 0; t < s->l; t++) {
    ref_linear(&network->embed_weight, &network->embed_bias, patch, s->d, patches + (size_t)t * patch, network->patches,
               tokens + (size_t)t * s->d, network->embed, &ignored);
  }
  int exponent = network->embed;
  for (uint32_t i = 0; i < s->m; i++) {
    run_block(s, &network->blocks[i], exponent, tokens, next);
    exponent = network->blocks[i].output;
    memcpy(tokens, next, (size_t)s->l * s->d);
  }
  if (s->head == EM_HEAD_NONE) {
    requant_all(tokens, (size_t)s->l * s->d, exponent, network->output);
    memcpy(output, tokens, (size_t)s->l * s->d);
  } else if (s->head == EM_HEAD_TOKEN) {
    for (uint32_t t = 0; t < s->l; t++) {
      run_head(network, tokens + (size_t)t * s->d, exponent, output + (size_t)t * s->outputs);
    }
  } else {
    run_head(network, tokens, exponent, output);
  }
  free(patches);
  free(tokens);
  free(next);
}
