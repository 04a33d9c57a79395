/* What stands before and behind the blocks: the frame and patch_embed, the head and the result. */
#include <string.h>

#include "models/explore/elimination.h"

#define BUFFER(name) (EM_FACTOR_BUFFERS + EM_BUFFER_##name)
#define FACTOR(x, index) (&(x)->factors->factors[index])

/* ---- Before ---- */

/* Label: costs of what no knob changes, axis_in, frame and patch_embed; busy: patch_embed's; v: in_bytes, embed in,
 * depth of frame. */
static void feed(em_elimination *x, uint32_t out, uint32_t in) {
  uint32_t entry = em_entry(FACTOR(x, EM_ENGINE_PATCH_EMBED), in, out, 0, 0);
  uint32_t busy = em_token_busy(x, EM_ENGINE_PATCH_EMBED, entry);
  if (busy == UINT32_MAX) {
    return;
  }
  for (uint32_t bytes = 0; bytes < x->n[EM_IN_BYTES]; bytes++) {
    uint32_t frame = em_entry(FACTOR(x, BUFFER(FRAME)), bytes, in, out, 0);
    if (em_frame_busy(x, EM_ENGINE_AXIS_IN, bytes) == UINT32_MAX) {
      continue;
    }
    em_options_of_depth depths = em_tariff_depths(&x->tariff, BUFFER(FRAME), frame, 2);
    for (uint32_t i = 0; i < depths.count; i++) {
      em_label label = {.busy = busy, .v = {(uint8_t)bytes, (uint8_t)in, (uint8_t)depths.options[i].depth}};
      label = em_label_plus(label, em_engine_cost(x, EM_FACTOR_REST, 0));
      label = em_label_plus(label, em_engine_cost(x, EM_ENGINE_AXIS_IN, bytes));
      label = em_label_plus(label, em_engine_cost(x, EM_ENGINE_PATCH_EMBED, entry));
      label = em_label_plus(label, depths.options[i].c);
      em_labels_add(&x->feeds, &label);
    }
  }
}

static void feeds(em_elimination *x) {
  x->feeds.count = 0;
  for (uint32_t out = 0; out < x->n[EM_EMBED_OUT]; out++) {
    uint32_t first = x->feeds.count;
    for (uint32_t in = 0; in < x->n[EM_EMBED_IN]; in++) {
      feed(x, out, in);
    }
    x->feed_spans[out] = em_labels_prune(&x->feeds, first);
  }
}

/* ---- Behind ---- */

/* Engines of the head work once a frame, or, where every token has a result, once a token. */
static uint32_t head_busy(const em_elimination *x, uint32_t engine, uint32_t entry) {
  return x->factors->space.base.shape.head == EM_HEAD_TOKEN ? em_token_busy(x, engine, entry)
                                                            : em_frame_busy(x, engine, entry);
}

static uint64_t head_depth(const em_elimination *x, uint64_t chain) {
  return x->factors->space.base.shape.head == EM_HEAD_TOKEN ? em_pace_token_depth(&x->tariff.pace, chain)
                                                            : em_pace_frame_depth(&x->tariff.pace, chain);
}

/* Adds axis_out and the results' buffer, written by an engine of `lanes` and `busy` cycles, to a label. */
static void add_results(em_elimination *x, em_labels *to, em_label label, uint32_t lanes, uint32_t busy) {
  for (uint32_t bytes = 0; bytes < x->n[EM_OUT_BYTES]; bytes++) {
    uint32_t own = head_busy(x, EM_ENGINE_AXIS_OUT, bytes);
    if (own == UINT32_MAX) {
      continue;
    }
    uint32_t entry = em_entry(FACTOR(x, BUFFER(OUT)), lanes, bytes, 0, 0);
    em_options_of_depth depths = em_tariff_depths(&x->tariff, BUFFER(OUT), entry, head_depth(x, (uint64_t)busy + own));
    for (uint32_t i = 0; i < depths.count; i++) {
      em_label next = em_label_plus(label, em_engine_cost(x, EM_ENGINE_AXIS_OUT, bytes));
      next = em_label_plus(next, depths.options[i].c);
      next.v[EM_HEAD_BYTES] = (uint8_t)bytes;
      next.v[EM_HEAD_OUT] = (uint8_t)depths.options[i].depth;
      em_labels_add(to, &next);
    }
  }
}

/* head_1 and all behind it: by its lanes; busy: head_1's. */
static em_span second_layers(em_elimination *x) {
  for (uint32_t out = 0; out < x->n[EM_HEAD_1_OUT]; out++) {
    for (uint32_t in = 0; in < x->n[EM_HEAD_1_IN]; in++) {
      uint32_t entry = em_entry(FACTOR(x, EM_ENGINE_HEAD_1), in, out, 0, 0);
      uint32_t busy = head_busy(x, EM_ENGINE_HEAD_1, entry), first = x->scratch.count;
      if (busy != UINT32_MAX) {
        em_label label = {.busy = busy,
                          .v = {[EM_HEAD_1_IN_LANES] = (uint8_t)in, [EM_HEAD_1_OUT_LANES] = (uint8_t)out}};
        add_results(x, &x->scratch, em_label_plus(label, em_engine_cost(x, EM_ENGINE_HEAD_1, entry)), out, busy);
        em_labels_prune(&x->scratch, first);
      }
    }
  }
  return (em_span){0, x->scratch.count};
}

/* Adds what is behind head_0 to a label of head_0. */
static void add_behind(em_elimination *x, em_labels *to, em_label label, em_span seconds) {
  uint32_t out = label.v[EM_HEAD_0_OUT_LANES];
  if (FACTOR(x, EM_ENGINE_HEAD_1)->size == 0) {
    add_results(x, to, label, out, label.busy);
    return;
  }
  for (uint32_t i = 0; i < seconds.count; i++) {
    em_label second = x->scratch.items[seconds.first + i];
    uint32_t entry =
        em_entry(FACTOR(x, BUFFER(HIDDEN)), out, second.v[EM_HEAD_1_IN_LANES], second.v[EM_HEAD_1_OUT_LANES], 0);
    em_options_of_depth depths =
        em_tariff_depths(&x->tariff, BUFFER(HIDDEN), entry, head_depth(x, (uint64_t)label.busy + second.busy));
    for (uint32_t k = 0; k < depths.count; k++) {
      em_label next = em_label_plus(em_label_plus(label, second.c), depths.options[k].c);
      memcpy(&next.v[EM_HEAD_1_IN_LANES], &second.v[EM_HEAD_1_IN_LANES], EM_HEAD_BYTES + 1 - EM_HEAD_1_IN_LANES);
      next.v[EM_HEAD_OUT] = second.v[EM_HEAD_OUT];
      next.v[EM_HEAD_HIDDEN] = (uint8_t)depths.options[k].depth;
      em_labels_add(to, &next);
    }
  }
}

/* head_0 and all behind it, by its lanes: spans [in + n out] of `to`; busy: head_0's. */
static void first_layers(em_elimination *x, em_labels *to, em_span *spans, em_span seconds) {
  for (uint32_t out = 0; out < x->n[EM_HEAD_0_OUT]; out++) {
    for (uint32_t in = 0; in < x->n[EM_HEAD_0_IN]; in++) {
      uint32_t entry = em_entry(FACTOR(x, EM_ENGINE_HEAD_0), in, out, 0, 0), first = to->count;
      uint32_t busy = head_busy(x, EM_ENGINE_HEAD_0, entry);
      if (busy != UINT32_MAX) {
        em_label label = {.busy = busy,
                          .v = {[EM_HEAD_0_IN_LANES] = (uint8_t)in, [EM_HEAD_0_OUT_LANES] = (uint8_t)out}};
        add_behind(x, to, em_label_plus(label, em_engine_cost(x, EM_ENGINE_HEAD_0, entry)), seconds);
      }
      spans[in + x->n[EM_HEAD_0_IN] * out] = em_labels_prune(to, first);
    }
  }
}

void em_add_with_depths(em_labels *to, em_label label, em_options_of_depth depths, uint32_t value) {
  for (uint32_t i = 0; i < depths.count; i++) {
    em_label next = em_label_plus(label, depths.options[i].c);
    next.v[value] = (uint8_t)depths.options[i].depth;
    em_labels_add(to, &next);
  }
}

/* Head flatten: the store is read by head_0, two frames of it at least. */
static void flat_heads(em_elimination *x, const em_labels *firsts, const em_span *spans) {
  uint32_t two = 2 * x->factors->space.base.shape.l, ins = x->n[EM_HEAD_0_IN];
  for (uint32_t out = 0; out < x->n[EM_OUT_PROJ_OUT]; out++) {
    uint32_t first = x->heads.count;
    for (uint32_t lanes = 0; lanes < ins * x->n[EM_HEAD_0_OUT]; lanes++) {
      uint32_t entry = em_entry(FACTOR(x, BUFFER(STORE)), out, lanes % ins, lanes / ins, 0);
      em_options_of_depth depths = em_tariff_depths(&x->tariff, BUFFER(STORE), entry, two);
      for (uint32_t i = 0; i < spans[lanes].count; i++) {
        em_add_with_depths(&x->heads, firsts->items[spans[lanes].first + i], depths, EM_HEAD_STORE);
      }
    }
    em_span span = em_labels_prune(&x->heads, first);
    for (uint32_t in = 0; in < x->n[EM_OUT_PROJ_IN]; in++) {
      x->head_spans[in + x->n[EM_OUT_PROJ_IN] * out] = span;
    }
  }
}

/* Head token: head_0 takes token after token from the store. */
static void token_heads(em_elimination *x, const em_labels *firsts, const em_span *spans) {
  const em_factor *writer = FACTOR(x, EM_ENGINE_OUT_PROJ);
  uint32_t ins = x->n[EM_HEAD_0_IN];
  for (uint32_t proj = 0; proj < x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT]; proj++) {
    uint32_t first = x->heads.count, out = proj / x->n[EM_OUT_PROJ_IN];
    for (uint32_t lanes = 0; lanes < ins * x->n[EM_HEAD_0_OUT]; lanes++) {
      uint32_t entry = em_entry(FACTOR(x, BUFFER(STORE)), out, lanes % ins, lanes / ins, 0);
      for (uint32_t i = 0; i < spans[lanes].count; i++) {
        em_label label = firsts->items[spans[lanes].first + i];
        uint64_t depth = em_pace_token_depth(&x->tariff.pace, (uint64_t)writer->busy[proj] + label.busy);
        em_add_with_depths(&x->heads, label, em_tariff_depths(&x->tariff, BUFFER(STORE), entry, depth), EM_HEAD_STORE);
      }
    }
    x->head_spans[proj] = em_labels_prune(&x->heads, first);
  }
}

/* A mean's slot is taken from the frame's first token on: (depth - 1) frames and a token for the pool's last token and
 * head_0 (closed.c). */
static uint64_t pooled_depth(const em_elimination *x, uint64_t chain) {
  uint64_t l = x->factors->space.base.shape.l, t = x->tariff.pace.cycles;
  return l * chain <= t ? 1 : 1 + (l * chain - t + l * t - 1) / (l * t);
}

/* Head mean: the pool, its result and all behind, by the pool's lanes; busy: the pool's last token. */
static void pools(em_elimination *x, const em_labels *firsts, const em_span *spans, em_labels *to, em_span *pooled) {
  const em_factor *pool = FACTOR(x, EM_ENGINE_POOL);
  uint64_t l = x->factors->space.base.shape.l;
  uint32_t ins = x->n[EM_HEAD_0_IN];
  for (uint32_t lanes = 0; lanes < x->n[EM_POOL_LANES]; lanes++) {
    uint64_t frame = (l - 1) * pool->busy[lanes] + pool->busy_last[lanes];
    uint32_t first = to->count;
    bool fits = frame <= x->tariff.pace.cycles && em_token_busy(x, EM_ENGINE_POOL, lanes) != UINT32_MAX;
    for (uint32_t h0 = 0; fits && h0 < ins * x->n[EM_HEAD_0_OUT]; h0++) {
      uint32_t entry = em_entry(FACTOR(x, BUFFER(POOLED)), lanes, h0 % ins, h0 / ins, 0);
      for (uint32_t i = 0; i < spans[h0].count; i++) {
        em_label label = firsts->items[spans[h0].first + i];
        uint64_t depth = pooled_depth(x, (uint64_t)pool->busy_last[lanes] + label.busy);
        label.busy = pool->busy_last[lanes];
        label.v[EM_HEAD_POOL] = (uint8_t)lanes;
        em_add_with_depths(to, em_label_plus(label, em_engine_cost(x, EM_ENGINE_POOL, lanes)),
                           em_tariff_depths(&x->tariff, BUFFER(POOLED), entry, depth), EM_HEAD_POOLED);
      }
    }
    pooled[lanes] = em_labels_prune(to, first);
  }
}

static uint64_t larger(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

/* The store between out_proj and the pool: the frame's pace for the pool's last token, the token's for the others. */
static void mean_heads(em_elimination *x, const em_labels *pooled, const em_span *spans) {
  const em_factor *pool = FACTOR(x, EM_ENGINE_POOL), *writer = FACTOR(x, EM_ENGINE_OUT_PROJ);
  const em_pace *pace = &x->tariff.pace;
  uint64_t l = x->factors->space.base.shape.l;
  for (uint32_t proj = 0; proj < x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT]; proj++) {
    uint32_t first = x->heads.count, out = proj / x->n[EM_OUT_PROJ_IN];
    for (uint32_t lanes = 0; lanes < x->n[EM_POOL_LANES]; lanes++) {
      uint32_t entry = em_entry(FACTOR(x, BUFFER(STORE)), out, lanes, 0, 0);
      uint64_t depth = larger(em_pace_frame_depth(pace, l * (writer->busy[proj] + (uint64_t)pool->busy_last[lanes])),
                              em_pace_token_depth(pace, writer->busy[proj] + (uint64_t)pool->busy[lanes]));
      for (uint32_t i = 0; i < spans[lanes].count; i++) {
        em_add_with_depths(&x->heads, pooled->items[spans[lanes].first + i],
                           em_tariff_depths(&x->tariff, BUFFER(STORE), entry, depth), EM_HEAD_STORE);
      }
    }
    x->head_spans[proj] = em_labels_prune(&x->heads, first);
  }
}

/* Without a head axis_out takes token after token from the store. */
static void no_heads(em_elimination *x) {
  const em_factor *writer = FACTOR(x, EM_ENGINE_OUT_PROJ);
  for (uint32_t proj = 0; proj < x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT]; proj++) {
    uint32_t first = x->heads.count, out = proj / x->n[EM_OUT_PROJ_IN];
    for (uint32_t bytes = 0; bytes < x->n[EM_OUT_BYTES]; bytes++) {
      uint32_t own = em_token_busy(x, EM_ENGINE_AXIS_OUT, bytes);
      em_label label = {.v = {[EM_HEAD_BYTES] = (uint8_t)bytes}};
      if (own != UINT32_MAX) {
        uint64_t depth = em_pace_token_depth(&x->tariff.pace, (uint64_t)writer->busy[proj] + own);
        uint32_t entry = em_entry(FACTOR(x, BUFFER(STORE)), out, bytes, 0, 0);
        em_add_with_depths(&x->heads, em_label_plus(label, em_engine_cost(x, EM_ENGINE_AXIS_OUT, bytes)),
                           em_tariff_depths(&x->tariff, BUFFER(STORE), entry, depth), EM_HEAD_STORE);
      }
    }
    x->head_spans[proj] = em_labels_prune(&x->heads, first);
  }
}

void em_eliminate_ends(em_elimination *x) {
  em_labels *firsts = &x->firsts, *pooled = &x->pooled;
  uint32_t head = x->factors->space.base.shape.head;
  feeds(x);
  x->heads.count = x->scratch.count = firsts->count = pooled->count = 0;
  if (head == EM_HEAD_NONE) {
    no_heads(x);
    return;
  }
  em_span seconds = FACTOR(x, EM_ENGINE_HEAD_1)->size > 0 ? second_layers(x) : (em_span){0, 0};
  first_layers(x, firsts, x->first_spans, seconds);
  if (head == EM_HEAD_FLATTEN) {
    flat_heads(x, firsts, x->first_spans);
  } else if (head == EM_HEAD_TOKEN) {
    token_heads(x, firsts, x->first_spans);
  } else {
    pools(x, firsts, x->first_spans, pooled, x->pooled_spans);
    mean_heads(x, pooled, x->pooled_spans);
  }
}
