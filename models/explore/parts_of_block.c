/* What a block is made of, before it is joined: tails, mixers, fronts, and tok. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/explore/elimination.h"

#define BUFFER(name) (EM_FACTOR_BUFFERS + EM_BUFFER_##name)
#define FACTOR(x, index) (&(x)->factors->factors[index])

em_options_of_depth em_token_depths(em_elimination *x, uint32_t buffer, uint32_t entry, uint64_t chain) {
  return em_tariff_depths(&x->tariff, buffer, entry, em_pace_token_depth(&x->tariff.pace, chain));
}

uint32_t em_ssm_of(const em_elimination *x, uint32_t ssm, uint32_t param) {
  return ssm + x->n[EM_SSM_LANES] * param;
}

/* param_proj and delta_proj with p and delta. Busy: param_proj, delta_proj and ssm. */
static void tail(em_elimination *x, em_label label, uint32_t ssm, uint32_t param, uint32_t ssm_busy) {
  uint32_t param_busy = label.busy;
  for (uint32_t out = 0; out < x->n[EM_DELTA_OUT]; out++) {
    for (uint32_t in = 0; in < x->n[EM_DELTA_IN]; in++) {
      uint32_t entry = em_entry(FACTOR(x, EM_ENGINE_DELTA_PROJ), in, out, 0, 0);
      uint32_t busy = em_token_busy(x, EM_ENGINE_DELTA_PROJ, entry);
      if (busy == UINT32_MAX) {
        continue;
      }
      em_label own = em_label_plus(label, em_engine_cost(x, EM_ENGINE_DELTA_PROJ, entry));
      own.busy = param_busy + busy + ssm_busy;
      own.v[EM_TAIL_IN] = (uint8_t)in;
      own.v[EM_TAIL_OUT] = (uint8_t)out;
      em_options_of_depth ps =
          em_token_depths(x, BUFFER(P), em_entry(FACTOR(x, BUFFER(P)), param, in, out, 0), own.busy);
      em_options_of_depth deltas =
          em_token_depths(x, BUFFER(DELTA), em_entry(FACTOR(x, BUFFER(DELTA)), out, ssm, 0, 0), busy + ssm_busy);
      for (uint32_t i = 0; i < ps.count; i++) {
        em_label next = em_label_plus(own, ps.options[i].c);
        next.v[EM_TAIL_P] = (uint8_t)ps.options[i].depth;
        em_add_with_depths(&x->tails, next, deltas, EM_TAIL_DELTA);
      }
    }
  }
}

static void find_tails(em_elimination *x) {
  x->tails.count = 0;
  for (uint32_t param = 0; param < x->n[EM_PARAM_OUT]; param++) {
    for (uint32_t ssm = 0; ssm < x->n[EM_SSM_LANES]; ssm++) {
      uint32_t at = em_ssm_of(x, ssm, param), ssm_busy = em_token_busy(x, EM_ENGINE_SSM, at);
      for (uint32_t in = 0; in < x->n[EM_PARAM_IN]; in++) {
        uint32_t entry = em_entry(FACTOR(x, EM_ENGINE_PARAM_PROJ), in, param, 0, 0), first = x->tails.count;
        em_label label = {.busy = em_token_busy(x, EM_ENGINE_PARAM_PROJ, entry)};
        if (ssm_busy != UINT32_MAX && label.busy != UINT32_MAX) {
          tail(x, em_label_plus(label, em_engine_cost(x, EM_ENGINE_PARAM_PROJ, entry)), ssm, param, ssm_busy);
        }
        x->tail_spans[in + x->n[EM_PARAM_IN] * at] = em_labels_prune(&x->tails, first);
      }
    }
  }
}

/* conv, x and g before tails of one param_proj.in. Busy: conv to ssm. */
static void mixer(em_elimination *x, uint32_t conv, uint32_t ssm, uint32_t param, uint32_t in) {
  em_span span = x->tail_spans[in + x->n[EM_PARAM_IN] * em_ssm_of(x, ssm, param)];
  uint32_t x_entry = em_entry(FACTOR(x, BUFFER(X)), conv, in, param, ssm);
  uint32_t g_entry = em_entry(FACTOR(x, BUFFER(G)), conv, ssm, 0, 0), busy = FACTOR(x, EM_ENGINE_CONV)->busy[conv];
  for (uint32_t i = 0; i < span.count; i++) {
    em_label label = x->tails.items[span.first + i];
    label = em_label_plus(label, em_engine_cost(x, EM_ENGINE_CONV, conv));
    label.busy += busy;
    label.left = span.first + i;
    label.v[EM_MIXER_IN] = (uint8_t)in;
    em_options_of_depth xs = em_token_depths(x, BUFFER(X), x_entry, label.busy);
    em_options_of_depth gs = em_token_depths(x, BUFFER(G), g_entry, label.busy);
    for (uint32_t k = 0; k < xs.count; k++) {
      em_label next = em_label_plus(label, xs.options[k].c);
      next.v[EM_MIXER_X] = (uint8_t)xs.options[k].depth;
      em_add_with_depths(&x->mixers, next, gs, EM_MIXER_G);
    }
  }
}

static void find_mixers(em_elimination *x) {
  uint32_t ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT];
  x->mixers.count = 0;
  for (uint32_t conv = 0; conv < x->n[EM_CONV_LANES]; conv++) {
    bool fits = em_token_busy(x, EM_ENGINE_CONV, conv) != UINT32_MAX;
    for (uint32_t at = 0; at < ssms; at++) {
      uint32_t first = x->mixers.count;
      for (uint32_t in = 0; in < x->n[EM_PARAM_IN] && fits; in++) {
        mixer(x, conv, at % x->n[EM_SSM_LANES], at / x->n[EM_SSM_LANES], in);
      }
      x->mixer_spans[at + ssms * conv] = em_labels_prune(&x->mixers, first);
    }
  }
}

/* norm and in_proj with u and sz. Busy: norm and in_proj. */
static void front(em_elimination *x, uint32_t norm, uint32_t conv, uint32_t in, uint32_t out) {
  uint32_t entry = em_entry(FACTOR(x, EM_ENGINE_IN_PROJ), in, out, 0, 0);
  uint32_t busy = em_token_busy(x, EM_ENGINE_IN_PROJ, entry), before = FACTOR(x, EM_ENGINE_NORM)->busy[norm];
  if (busy == UINT32_MAX) {
    return;
  }
  em_label label = {.busy = before + busy, .v = {[EM_FRONT_IN] = (uint8_t)in, [EM_FRONT_OUT] = (uint8_t)out}};
  label = em_label_plus(label, em_engine_cost(x, EM_ENGINE_NORM, norm));
  label = em_label_plus(label, em_engine_cost(x, EM_ENGINE_IN_PROJ, entry));
  em_options_of_depth us =
      em_token_depths(x, BUFFER(U), em_entry(FACTOR(x, BUFFER(U)), norm, in, out, 0), before + busy);
  em_options_of_depth szs = em_token_depths(x, BUFFER(SZ), em_entry(FACTOR(x, BUFFER(SZ)), out, conv, 0, 0),
                                            busy + FACTOR(x, EM_ENGINE_CONV)->busy[conv]);
  for (uint32_t i = 0; i < us.count; i++) {
    em_label next = em_label_plus(label, us.options[i].c);
    next.v[EM_FRONT_U] = (uint8_t)us.options[i].depth;
    em_add_with_depths(&x->fronts, next, szs, EM_FRONT_SZ);
  }
}

static void find_fronts(em_elimination *x) {
  x->fronts.count = 0;
  for (uint32_t norm = 0; norm < x->n[EM_NORM_UNITS]; norm++) {
    for (uint32_t conv = 0; conv < x->n[EM_CONV_LANES]; conv++) {
      bool fits =
          em_token_busy(x, EM_ENGINE_NORM, norm) != UINT32_MAX && em_token_busy(x, EM_ENGINE_CONV, conv) != UINT32_MAX;
      uint32_t first = x->fronts.count;
      for (uint32_t out = 0; out < x->n[EM_IN_PROJ_OUT] && fits; out++) {
        for (uint32_t in = 0; in < x->n[EM_IN_PROJ_IN]; in++) {
          front(x, norm, conv, in, out);
        }
      }
      x->front_spans[conv + x->n[EM_CONV_LANES] * norm] = em_labels_prune(&x->fronts, first);
    }
  }
}

/* ---- tok: both of its factors have one depth ---- */

uint32_t em_tok_at(const em_elimination *x, uint32_t embed, uint32_t norm, uint32_t out, uint32_t depth) {
  return depth + EM_TOK_DEPTHS * (out + x->n[EM_OUT_PROJ_OUT] * (norm + x->n[EM_NORM_UNITS] * embed));
}

static void list_tok(em_elimination *x, uint32_t embed, uint32_t norm, uint32_t out) {
  const em_factor *first = FACTOR(x, EM_FACTOR_TOK_0), *others = FACTOR(x, BUFFER(TOK));
  uint32_t own = em_entry(first, embed, norm, out, 0), other = em_entry(others, norm, out, 0, 0), count = 0;
  uint32_t least = x->factors->space.depths[first->place].least;
  em_option best[EM_EXPLORE_MOST_DEPTH + 1];
  for (uint32_t d = 0; d < EM_TOK_DEPTHS; d++) {
    x->tok_spans[em_tok_at(x, embed, norm, out, d)] = (em_span){0, 0};
  }
  for (uint32_t place = first->depths; place-- > 0;) {
    double c[EM_COSTS];
    for (uint32_t k = 0; k < EM_COSTS; k++) {
      c[k] = x->tariff.of[EM_FACTOR_TOK_0].costs[own * first->depths + place][k];
      c[k] += others->size > 0 ? x->tariff.of[BUFFER(TOK)].costs[other * others->depths + place][k] : 0;
    }
    count = em_option_merge(best, count, c, place);
    for (uint32_t d = 0; d < EM_TOK_DEPTHS; d++) { /* those of which this place is the first deep enough */
      if (d + 1 == least + place || (place == 0 && d + 1 < least)) {
        x->tok_spans[em_tok_at(x, embed, norm, out, d)] = (em_span){x->tok.count, count};
        for (uint32_t i = 0; i < count; i++) {
          em_labels_add(&x->tok, &(em_label){.c = {best[i].c[0], best[i].c[1]}, .v = {(uint8_t)best[i].depth}});
        }
      }
    }
  }
}

static void list_toks(em_elimination *x) {
  x->tok.count = 0;
  for (uint32_t embed = 0; embed < x->n[EM_EMBED_OUT]; embed++) {
    for (uint32_t norm = 0; norm < x->n[EM_NORM_UNITS]; norm++) {
      for (uint32_t out = 0; out < x->n[EM_OUT_PROJ_OUT]; out++) {
        list_tok(x, embed, norm, out);
      }
    }
  }
}

/* The least depth of tok, less one, with so many busy cycles of the block and these of its writers. */
uint32_t em_tok_depth(const em_elimination *x, uint64_t block_busy, uint32_t embed_busy, uint32_t proj_busy) {
  uint32_t writer = x->factors->space.base.shape.m > 1 && proj_busy > embed_busy ? proj_busy : embed_busy;
  uint64_t depth = em_pace_token_depth(&x->tariff.pace, block_busy + writer);
  return depth < EM_TOK_DEPTHS ? (uint32_t)depth - 1 : EM_TOK_DEPTHS - 1;
}

void em_eliminate_parts(em_elimination *x) {
  list_toks(x);
  find_tails(x);
  find_mixers(x);
  find_fronts(x);
}
