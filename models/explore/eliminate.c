#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/explore/elimination.h"

#define BUFFER(name) (EM_FACTOR_BUFFERS + EM_BUFFER_##name)
#define FACTOR(x, index) (&(x)->factors->factors[index])

uint32_t em_entry(const em_factor *f, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a * f->strides[0] + b * f->strides[1] + c * f->strides[2] + d * f->strides[3];
}

uint32_t em_token_busy(const em_elimination *x, uint32_t engine, uint32_t entry) {
  uint32_t busy = FACTOR(x, engine)->busy[entry];
  const em_pace *p = &x->tariff.pace;
  return busy * p->period_tokens <= p->period_cycles ? busy : UINT32_MAX;
}

uint32_t em_frame_busy(const em_elimination *x, uint32_t engine, uint32_t entry) {
  uint32_t busy = FACTOR(x, engine)->busy[entry];
  return busy <= x->tariff.pace.cycles ? busy : UINT32_MAX;
}

const double *em_engine_cost(const em_elimination *x, uint32_t engine, uint32_t entry) {
  return x->tariff.of[engine].costs[entry];
}

em_label em_label_plus(em_label label, const double c[EM_COSTS]) {
  label.c[0] += c[0];
  label.c[1] += c[1];
  return label;
}

/* ---- Joining ---- */

static em_label block_of(em_elimination *x, const em_label *joined, uint32_t at, uint32_t proj) {
  em_label label = *joined;
  label = em_label_plus(label, em_engine_cost(x, EM_ENGINE_SSM, at));
  label = em_label_plus(label, em_engine_cost(x, EM_ENGINE_OUT_PROJ, proj));
  label.busy += FACTOR(x, EM_ENGINE_OUT_PROJ)->busy[proj];
  label.v[EM_BLOCK_SSM] = (uint8_t)(at % x->n[EM_SSM_LANES]);
  label.v[EM_BLOCK_PARAM] = (uint8_t)(at / x->n[EM_SSM_LANES]);
  return label;
}

static em_label join(const em_elimination *x, uint32_t front_at, uint32_t mixer_at, uint32_t conv) {
  const em_label *f = &x->fronts.items[front_at], *m = &x->mixers.items[mixer_at];
  return (em_label){.c = {f->c[0] + m->c[0], f->c[1] + m->c[1]},
                    .busy = f->busy + m->busy,
                    .left = front_at,
                    .right = mixer_at,
                    .v = {[EM_BLOCK_CONV] = (uint8_t)conv}};
}

static uint32_t best_of(const em_elimination *x, const em_labels *labels, em_span span, uint32_t w) {
  uint32_t best = span.first;
  for (uint32_t i = span.first; i < span.first + span.count; i++) {
    if (em_weighted(&x->archive, w, labels->items[i].c) < em_weighted(&x->archive, w, labels->items[best].c)) {
      best = i;
    }
  }
  return best;
}

/* The best completion of a joined label by one weight, tok's depth aside. */
static void complete_best(em_elimination *x, uint32_t norm, uint32_t at, const em_label *joined, uint32_t w) {
  uint32_t projs = x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT], best = 0;
  double least = INFINITY;
  for (uint32_t proj = 0; proj < projs; proj++) {
    double cost = x->rest.q[(proj + projs * at) * EM_WEIGHTS + w] + em_block_rest(x, 0, norm, proj)[w];
    if (cost < least) {
      least = cost;
      best = proj;
    }
  }
  if (least < INFINITY) {
    em_label block = block_of(x, joined, at, best);
    em_options_of_depth depths = em_q_depths(x, at, best);
    for (uint32_t i = 0; i < depths.count; i++) {
      em_label own = em_label_plus(block, depths.options[i].c);
      own.v[EM_BLOCK_Q] = (uint8_t)depths.options[i].depth;
      em_complete(x, norm, best, &own);
    }
  }
}

/* First designs, so that hopeless labels are known early: for every weight the best of each norm and conv. */
static void seed(em_elimination *x, uint32_t w) {
  uint32_t ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT], convs = x->n[EM_CONV_LANES];
  for (uint32_t i = 0; i < convs * x->n[EM_NORM_UNITS]; i++) {
    uint32_t conv = i % convs, norm = i / convs, best = 0;
    double least = INFINITY;
    for (uint32_t at = 0; at < ssms; at++) {
      double cost = x->rest.mixers[(at + ssms * conv) * EM_WEIGHTS + w] + em_joined_rest(x, 0, norm, at)[w];
      if (cost < least) {
        least = cost;
        best = at;
      }
    }
    if (least < INFINITY && x->front_spans[i].count > 0) {
      em_label joined = join(x, best_of(x, &x->fronts, x->front_spans[i], w),
                             best_of(x, &x->mixers, x->mixer_spans[best + ssms * conv], w), conv);
      complete_best(x, norm, best, &joined, w);
    }
  }
}

/* Drops labels that lead nowhere with whatever they are joined to. */
static void drop_hopeless(em_elimination *x) {
  uint32_t ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT], convs = x->n[EM_CONV_LANES];
  double rest[EM_WEIGHTS];
  for (uint32_t i = 0; i < ssms * convs; i++) {
    for (uint32_t w = 0; w < x->archive.weight_count; w++) {
      rest[w] = INFINITY;
      for (uint32_t norm = 0; norm < x->n[EM_NORM_UNITS]; norm++) {
        rest[w] = fmin(rest[w], x->rest.fronts[(i / ssms + convs * norm) * EM_WEIGHTS + w] +
                                    em_joined_rest(x, 0, norm, i % ssms)[w]);
      }
    }
    em_span *span = &x->mixer_spans[i];
    uint32_t kept = 0;
    for (uint32_t k = 0; k < span->count; k++) {
      em_label label = x->mixers.items[span->first + k];
      if (em_archive_hopes(&x->archive, label.c, rest)) {
        x->mixers.items[span->first + kept++] = label;
      }
    }
    span->count = kept;
  }
}

/* All labels of one (norm, ssm, param_proj.out), joined over conv. */
static void join_all(em_elimination *x, uint32_t norm, uint32_t at) {
  uint32_t ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT], convs = x->n[EM_CONV_LANES];
  x->joined.count = 0;
  for (uint32_t conv = 0; conv < convs; conv++) {
    em_span f = x->front_spans[conv + convs * norm], m = x->mixer_spans[at + ssms * conv];
    x->labels += (double)f.count * m.count;
    for (uint32_t k = 0; k < m.count; k++) {
      for (uint32_t i = 0; i < f.count; i++) {
        em_label label = join(x, f.first + i, m.first + k, conv);
        uint32_t depth = em_tok_depth(x, label.busy + (uint64_t)x->out_proj_busy, x->feed_busy, x->out_proj_busy);
        if (em_archive_hopes(&x->archive, label.c, em_joined_rest(x, depth, norm, at))) {
          em_labels_add(&x->joined, &label);
        }
      }
    }
  }
  em_labels_prune(&x->joined, 0);
}

static void extend(em_elimination *x, uint32_t norm, uint32_t at) {
  uint32_t projs = x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT];
  for (uint32_t proj = 0; proj < projs; proj++) {
    uint32_t busy = em_token_busy(x, EM_ENGINE_OUT_PROJ, proj);
    em_options_of_depth depths = busy == UINT32_MAX ? (em_options_of_depth){NULL, 0} : em_q_depths(x, at, proj);
    for (uint32_t i = 0; i < depths.count; i++) {
      for (uint32_t k = 0; k < x->joined.count; k++) {
        em_label label = em_label_plus(block_of(x, &x->joined.items[k], at, proj), depths.options[i].c);
        label.v[EM_BLOCK_Q] = (uint8_t)depths.options[i].depth;
        uint32_t depth = em_tok_depth(x, label.busy, x->feed_busy, busy);
        x->labels++;
        if (em_archive_hopes(&x->archive, label.c, em_block_rest(x, depth, norm, proj))) {
          em_labels_add(&x->blocks[proj], &label);
        }
      }
    }
  }
}

static void eliminate_norm(em_elimination *x, uint32_t norm) {
  uint32_t projs = x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT], ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT];
  double held = 0;
  for (uint32_t proj = 0; proj < projs; proj++) {
    x->blocks[proj].count = 0;
  }
  for (uint32_t at = 0; at < ssms; at++) {
    if (em_token_busy(x, EM_ENGINE_SSM, at) != UINT32_MAX) {
      join_all(x, norm, at);
      extend(x, norm, at);
    }
  }
  for (uint32_t proj = 0; proj < projs; proj++) {
    held += x->blocks[proj].count;
    em_labels_prune(&x->blocks[proj], 0);
    for (uint32_t i = 0; i < x->blocks[proj].count; i++) {
      em_complete(x, norm, proj, &x->blocks[proj].items[i]);
    }
    x->short_of_memory = x->short_of_memory || x->blocks[proj].failed;
  }
  x->most_labels = held > x->most_labels ? held : x->most_labels;
}

static uint32_t least_busy(const em_elimination *x, uint32_t engine) {
  const em_factor *f = FACTOR(x, engine);
  uint32_t least = UINT32_MAX;
  for (uint32_t entry = 0; entry < f->size; entry++) {
    least = f->busy[entry] < least ? f->busy[entry] : least;
  }
  return least;
}

/* Rough sizes of the costs, to weigh them by. */
static void least_costs(const em_elimination *x, double least[EM_COSTS]) {
  for (uint32_t k = 0; k < EM_COSTS; k++) {
    least[k] = 0;
    for (uint32_t factor = 0; factor < EM_FACTORS; factor++) {
      const em_factor *f = FACTOR(x, factor);
      double own = f->size > 0 ? INFINITY : 0;
      for (size_t i = 0; i < (size_t)f->size * f->depths; i++) {
        own = fmin(own, x->tariff.of[factor].costs[i][k]);
      }
      least[k] += own;
    }
  }
}

em_status em_eliminate(em_elimination *x, const em_pace *pace, em_error *error) {
  double least[EM_COSTS];
  em_status status = em_tariff_set(&x->tariff, x->factors, pace, error);
  if (status != EM_OK) {
    return status;
  }
  least_costs(x, least);
  em_archive_start(&x->archive, pace, least);
  x->feed_busy = least_busy(x, EM_ENGINE_PATCH_EMBED);
  x->out_proj_busy = least_busy(x, EM_ENGINE_OUT_PROJ);
  em_eliminate_ends(x);
  em_eliminate_parts(x);
  x->labels += (double)x->tails.count + x->mixers.count + x->fronts.count + x->heads.count;
  em_find_rests(x);
  for (uint32_t w = 0; w < x->archive.weight_count; w++) {
    seed(x, w);
  }
  drop_hopeless(x);
  for (uint32_t norm = 0; norm < x->n[EM_NORM_UNITS]; norm++) {
    if (em_token_busy(x, EM_ENGINE_NORM, norm) != UINT32_MAX) {
      eliminate_norm(x, norm);
    }
  }
  const em_labels *lists[] = {&x->tails, &x->mixers,  &x->fronts, &x->joined, &x->feeds,
                              &x->heads, &x->scratch, &x->firsts, &x->pooled, &x->tok};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    x->short_of_memory = x->short_of_memory || lists[i]->failed;
  }
  return x->short_of_memory || x->archive.failed ? em_fail(error, EM_FAILED, "out of memory for partial designs")
                                                 : EM_OK;
}
