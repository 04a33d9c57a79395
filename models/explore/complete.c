/* Complete designs: a block with all that can stand before and behind it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/explore/elimination.h"

#define BUFFER(name) (EM_FACTOR_BUFFERS + EM_BUFFER_##name)
#define FACTOR(x, index) (&(x)->factors->factors[index])

static void put(uint8_t *values, uint32_t place, uint32_t value) {
  if (place != UINT32_MAX) {
    values[place] = (uint8_t)value;
  }
}

static void put_depth(const em_elimination *x, em_found *found, uint32_t buffer, uint32_t value) {
  if (FACTOR(x, buffer)->size > 0) {
    found->depths[FACTOR(x, buffer)->place] = (uint8_t)value;
  }
}

static void put_block(const em_elimination *x, em_found *found, const em_label *block) {
  const em_label *f = &x->fronts.items[block->left], *m = &x->mixers.items[block->right];
  const em_label *t = &x->tails.items[m->left];
  const uint8_t choices[][2] = {{EM_CONV_LANES, block->v[EM_BLOCK_CONV]}, {EM_SSM_LANES, block->v[EM_BLOCK_SSM]},
                                {EM_PARAM_OUT, block->v[EM_BLOCK_PARAM]}, {EM_PARAM_IN, m->v[EM_MIXER_IN]},
                                {EM_DELTA_IN, t->v[EM_TAIL_IN]},          {EM_DELTA_OUT, t->v[EM_TAIL_OUT]},
                                {EM_IN_PROJ_IN, f->v[EM_FRONT_IN]},       {EM_IN_PROJ_OUT, f->v[EM_FRONT_OUT]}};
  const uint32_t depths[][2] = {{BUFFER(Q), block->v[EM_BLOCK_Q]},    {BUFFER(X), m->v[EM_MIXER_X]},
                                {BUFFER(G), m->v[EM_MIXER_G]},        {BUFFER(P), t->v[EM_TAIL_P]},
                                {BUFFER(DELTA), t->v[EM_TAIL_DELTA]}, {BUFFER(U), f->v[EM_FRONT_U]},
                                {BUFFER(SZ), f->v[EM_FRONT_SZ]}};
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
    put(found->choices, x->place[choices[i][0]], choices[i][1]);
  }
  for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
    put_depth(x, found, depths[i][0], depths[i][1]);
  }
}

static void put_ends(const em_elimination *x, em_found *found, const em_label *feed, const em_label *head) {
  put(found->choices, x->place[EM_IN_BYTES], feed->v[EM_FEED_BYTES]);
  put(found->choices, x->place[EM_EMBED_IN], feed->v[EM_FEED_IN]);
  put_depth(x, found, BUFFER(FRAME), feed->v[EM_FEED_FRAME]);
  put(found->choices, x->place[EM_POOL_LANES], head->v[EM_HEAD_POOL]);
  put(found->choices, x->place[EM_HEAD_0_IN], head->v[EM_HEAD_0_IN_LANES]);
  put(found->choices, x->place[EM_HEAD_0_OUT], head->v[EM_HEAD_0_OUT_LANES]);
  put(found->choices, x->place[EM_HEAD_1_IN], head->v[EM_HEAD_1_IN_LANES]);
  put(found->choices, x->place[EM_HEAD_1_OUT], head->v[EM_HEAD_1_OUT_LANES]);
  put(found->choices, x->place[EM_OUT_BYTES], head->v[EM_HEAD_BYTES]);
  put_depth(x, found, BUFFER(STORE), head->v[EM_HEAD_STORE]);
  put_depth(x, found, BUFFER(POOLED), head->v[EM_HEAD_POOLED]);
  put_depth(x, found, BUFFER(HIDDEN), head->v[EM_HEAD_HIDDEN]);
  put_depth(x, found, BUFFER(OUT), head->v[EM_HEAD_OUT]);
}

/* A design whose parts are chosen but for its head: with every head that it is worth having with. */
static void add_heads(em_elimination *x, em_found *found, const em_label *block, const em_label *feed,
                      const em_label *tok, uint32_t proj) {
  double c[EM_COSTS];
  for (uint32_t k = 0; k < EM_COSTS; k++) {
    c[k] = block->c[k] + feed->c[k] + tok->c[k];
  }
  if (!em_archive_hopes(&x->archive, c, &x->rest.head[proj * EM_WEIGHTS])) {
    return;
  }
  em_span span = x->head_spans[proj];
  x->labels += span.count;
  for (uint32_t i = 0; i < span.count; i++) {
    const em_label *head = &x->heads.items[span.first + i];
    for (uint32_t k = 0; k < EM_COSTS; k++) {
      found->c[k] = c[k] + head->c[k];
    }
    if (em_archive_wants(&x->archive, found->c)) {
      put_block(x, found, block);
      put_ends(x, found, feed, head);
      put_depth(x, found, EM_FACTOR_TOK_0, tok->v[0]);
      em_archive_add(&x->archive, found);
    }
  }
}

/* A block with all that can be before and behind it. */
void em_complete(em_elimination *x, uint32_t norm, uint32_t proj, const em_label *block) {
  uint32_t out = proj / x->n[EM_OUT_PROJ_IN], proj_busy = FACTOR(x, EM_ENGINE_OUT_PROJ)->busy[proj];
  em_found found = {.c = {0}};
  put(found.choices, x->place[EM_NORM_UNITS], norm);
  put(found.choices, x->place[EM_OUT_PROJ_IN], proj % x->n[EM_OUT_PROJ_IN]);
  put(found.choices, x->place[EM_OUT_PROJ_OUT], out);
  for (uint32_t embed = 0; embed < x->n[EM_EMBED_OUT]; embed++) {
    put(found.choices, x->place[EM_EMBED_OUT], embed);
    for (uint32_t i = 0; i < x->feed_spans[embed].count; i++) {
      const em_label *feed = &x->feeds.items[x->feed_spans[embed].first + i];
      uint32_t depth = em_tok_depth(x, block->busy, feed->busy, proj_busy);
      em_span span = x->tok_spans[em_tok_at(x, embed, norm, out, depth)];
      for (uint32_t k = 0; k < span.count; k++) {
        add_heads(x, &found, block, feed, &x->tok.items[span.first + k], proj);
      }
    }
  }
}
