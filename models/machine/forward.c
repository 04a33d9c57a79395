#include "models/machine/forward.h"

#include <string.h>

/* One walk through a frame: where everything lies. Engines of block b start at 2 + 7b (graph.c). */
typedef struct {
  const em_core *core;
  em_state *state;
  const em_shape *shape;
  void *scratch;
  em_node_count (*nodes)[EM_ENGINE_NODES];
  int8_t *patch, *tok, *u, *sz, *x, *g, *p, *delta, *q, *store, *hidden;
} walk;

size_t em_forward_workspace_bytes(const em_core *core) {
  const em_shape *s = &core->graph.design.shape;
  size_t store = s->head == EM_HEAD_FLATTEN ? (size_t)s->l * s->d : s->d;
  return (size_t)s->p * s->p * s->c + 3 * (size_t)s->d + 6 * (size_t)s->ed + s->r + 2 * s->n + store + s->head_hidden;
}

static void lay_out(walk *w, int8_t *workspace) {
  const em_shape *s = w->shape;
  const struct {
    int8_t **pointer;
    size_t bytes;
  } parts[] = {{&w->patch, (size_t)s->p * s->p * s->c},
               {&w->tok, 2 * s->d},
               {&w->u, s->d},
               {&w->sz, 2 * s->ed},
               {&w->x, s->ed},
               {&w->g, s->ed},
               {&w->p, s->r + 2 * s->n},
               {&w->delta, s->ed},
               {&w->q, s->ed},
               {&w->hidden, s->head_hidden},
               {&w->store, 0}};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    *parts[i].pointer = workspace;
    workspace += parts[i].bytes;
  }
}

static void linear(walk *w, uint32_t engine, const int8_t *x, const int8_t *residual, int8_t *y) {
  em_linear_forward(&w->core->units[engine].linear, x, residual, y, w->scratch, w->nodes[engine]);
}

/* tok -> next: one token through block b. */
static void block(walk *w, uint32_t b, bool first, const int8_t *tok, int8_t *next) {
  const em_unit *units = w->core->units;
  const em_shape *s = w->shape;
  uint32_t e = 2 + 7 * b;
  em_norm_forward(&units[e].norm, tok, w->u, w->nodes[e]);
  linear(w, e + 1, w->u, NULL, w->sz);
  em_conv_forward(&units[e + 2].conv, w->sz, first, em_state_memory(w->core, w->state, e + 2), w->x, w->g, w->scratch,
                  w->nodes[e + 2]);
  linear(w, e + 3, w->x, NULL, w->p);
  linear(w, e + 4, w->p, NULL, w->delta);
  em_ssm_forward(&units[e + 5].ssm, w->x, w->delta, w->p + s->r, w->p + s->r + s->n, w->g, first,
                 em_state_memory(w->core, w->state, e + 5), w->q, w->nodes[e + 5]);
  linear(w, e + 6, w->q, tok, next);
}

/* What the linear engines of the head make of `x`: all tokens, their mean or one. */
static void linear_head(walk *w, const int8_t *x, int8_t *output) {
  const em_shape *s = w->shape;
  uint32_t head = 2 + 7 * s->m + (s->head == EM_HEAD_MEAN ? 1 : 0);
  linear(w, head, x, NULL, s->head_hidden > 0 ? w->hidden : output);
  if (s->head_hidden > 0) {
    linear(w, head + 1, w->hidden, NULL, output);
  }
}

/* store [D] of token t -> the output, or what the head needs of it. */
static void finish_token(walk *w, uint32_t t, const int8_t *token, int8_t *output) {
  const em_core *core = w->core;
  const em_shape *s = w->shape;
  uint32_t after = 2 + 7 * s->m, last = core->graph.engine_count - 1;
  if (s->head == EM_HEAD_FLATTEN) {
    memcpy(w->store + (size_t)t * s->d, token, s->d);
  } else if (s->head == EM_HEAD_MEAN) {
    int32_t *sums = em_state_memory(core, w->state, after);
    if (t + 1 < s->l) {
      em_pool_add(&core->units[after].pool, token, t == 0, sums);
    } else {
      em_pool_mean(&core->units[after].pool, token, t == 0, sums, w->store, w->nodes[after]);
    }
  } else if (s->head == EM_HEAD_TOKEN) {
    linear_head(w, token, output + (size_t)t * s->outputs);
  } else {
    for (uint32_t i = 0; i < s->d; i++) {
      int64_t code = em_align(token[i], core->units[last].registers[EM_AXIS_OUT_SHIFT]);
      output[(size_t)t * s->d + i] = (int8_t)em_saturate(code, 8);
      w->nodes[last][0].saturations += code != em_saturate(code, 8);
    }
  }
}

void em_forward_frame(const em_core *core, em_state *state, const int8_t *frame, int8_t *workspace, int8_t *output,
                      em_node_count (*nodes)[EM_ENGINE_NODES]) {
  const em_shape *s = &core->graph.design.shape;
  walk w = {
      .core = core, .state = state, .shape = s, .scratch = (uint8_t *)state + core->scratch_offset, .nodes = nodes};
  lay_out(&w, workspace);
  uint32_t across = s->w / s->p, row_codes = s->p * s->c;
  for (uint32_t t = 0; t < s->l; t++) {
    const int8_t *corner = frame + ((size_t)(t / across) * s->p * s->w + (size_t)(t % across) * s->p) * s->c;
    for (uint32_t row = 0; row < s->p; row++) {
      memcpy(w.patch + (size_t)row * row_codes, corner + (size_t)row * s->w * s->c, row_codes);
    }
    int8_t *tok = w.tok, *next = w.tok + s->d;
    linear(&w, 1, w.patch, NULL, tok);
    for (uint32_t b = 0; b < s->m; b++) {
      block(&w, b, t == 0, tok, next);
      int8_t *swap = tok;
      tok = next;
      next = swap;
    }
    finish_token(&w, t, tok, output);
  }
  if (s->head == EM_HEAD_FLATTEN || s->head == EM_HEAD_MEAN) {
    linear_head(&w, w.store, output);
  }
}
