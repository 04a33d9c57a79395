/* The least that is left to pay, for every weight: what says early that a label leads nowhere. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/explore/elimination.h"

#define BUFFER(name) (EM_FACTOR_BUFFERS + EM_BUFFER_##name)
#define FACTOR(x, index) (&(x)->factors->factors[index])

static double least_of(const em_elimination *x, const em_labels *labels, em_span span, uint32_t w) {
  double least = INFINITY;
  for (uint32_t i = 0; i < span.count; i++) {
    least = fmin(least, em_weighted(&x->archive, w, labels->items[span.first + i].c));
  }
  return least;
}

static double least_option(const em_elimination *x, em_options_of_depth depths, uint32_t w) {
  double least = INFINITY;
  for (uint32_t i = 0; i < depths.count; i++) {
    least = fmin(least, em_weighted(&x->archive, w, depths.options[i].c));
  }
  return least;
}

double *em_block_rest(const em_elimination *x, uint32_t depth, uint32_t norm, uint32_t proj) {
  uint32_t projs = x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT];
  return &x->rest.block[(size_t)(proj + projs * (norm + x->n[EM_NORM_UNITS] * depth)) * EM_WEIGHTS];
}

double *em_joined_rest(const em_elimination *x, uint32_t depth, uint32_t norm, uint32_t ssm) {
  uint32_t ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT];
  return &x->rest.joined[(size_t)(ssm + ssms * (norm + x->n[EM_NORM_UNITS] * depth)) * EM_WEIGHTS];
}

em_options_of_depth em_q_depths(em_elimination *x, uint32_t at, uint32_t proj) {
  const em_factor *q = FACTOR(x, BUFFER(Q));
  uint32_t ins = x->n[EM_OUT_PROJ_IN];
  return em_token_depths(x, BUFFER(Q), em_entry(q, at % x->n[EM_SSM_LANES], proj % ins, proj / ins, 0),
                         (uint64_t)FACTOR(x, EM_ENGINE_SSM)->busy[at] + FACTOR(x, EM_ENGINE_OUT_PROJ)->busy[proj]);
}

static void find_rest_of_blocks(em_elimination *x) {
  uint32_t projs = x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT];
  for (uint32_t w = 0; w < x->archive.weight_count; w++) {
    for (uint32_t proj = 0; proj < projs; proj++) {
      x->rest.head[proj * EM_WEIGHTS + w] = least_of(x, &x->heads, x->head_spans[proj], w);
    }
    for (uint32_t embed = 0; embed < x->n[EM_EMBED_OUT]; embed++) {
      x->rest.feed[embed * EM_WEIGHTS + w] = least_of(x, &x->feeds, x->feed_spans[embed], w);
    }
    for (uint32_t depth = 0; depth < EM_TOK_DEPTHS; depth++) {
      for (uint32_t norm = 0; norm < x->n[EM_NORM_UNITS]; norm++) {
        for (uint32_t out = 0; out < x->n[EM_OUT_PROJ_OUT]; out++) {
          double least = INFINITY;
          for (uint32_t embed = 0; embed < x->n[EM_EMBED_OUT]; embed++) {
            least = fmin(least, x->rest.feed[embed * EM_WEIGHTS + w] +
                                    least_of(x, &x->tok, x->tok_spans[em_tok_at(x, embed, norm, out, depth)], w));
          }
          for (uint32_t in = 0; in < x->n[EM_OUT_PROJ_IN]; in++) {
            uint32_t proj = in + x->n[EM_OUT_PROJ_IN] * out;
            em_block_rest(x, depth, norm, proj)[w] = least + x->rest.head[proj * EM_WEIGHTS + w];
          }
        }
      }
    }
  }
}

static void find_rest_of_joined(em_elimination *x) {
  uint32_t projs = x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT], ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT];
  uint32_t weights = x->archive.weight_count;
  for (uint32_t at = 0; at < ssms; at++) {
    bool fits = em_token_busy(x, EM_ENGINE_SSM, at) != UINT32_MAX;
    for (uint32_t proj = 0; proj < projs; proj++) {
      bool both = fits && em_token_busy(x, EM_ENGINE_OUT_PROJ, proj) != UINT32_MAX;
      double *q = &x->rest.q[(proj + projs * at) * EM_WEIGHTS];
      em_options_of_depth depths = both ? em_q_depths(x, at, proj) : (em_options_of_depth){NULL, 0};
      for (uint32_t w = 0; w < weights; w++) {
        q[w] = least_option(x, depths, w) + em_weighted(&x->archive, w, em_engine_cost(x, EM_ENGINE_OUT_PROJ, proj)) +
               em_weighted(&x->archive, w, em_engine_cost(x, EM_ENGINE_SSM, at));
      }
    }
    for (uint32_t depth = 0; depth < EM_TOK_DEPTHS; depth++) {
      for (uint32_t norm = 0; norm < x->n[EM_NORM_UNITS]; norm++) {
        double *rest = em_joined_rest(x, depth, norm, at);
        for (uint32_t w = 0; w < weights; w++) {
          rest[w] = INFINITY;
        }
        for (uint32_t proj = 0; proj < projs; proj++) {
          const double *q = &x->rest.q[(proj + projs * at) * EM_WEIGHTS], *block = em_block_rest(x, depth, norm, proj);
          for (uint32_t w = 0; w < weights; w++) {
            rest[w] = q[w] + block[w] < rest[w] ? q[w] + block[w] : rest[w];
          }
        }
      }
    }
  }
}

static void find_least_labels(em_elimination *x) {
  uint32_t ssms = x->n[EM_SSM_LANES] * x->n[EM_PARAM_OUT], convs = x->n[EM_CONV_LANES];
  for (uint32_t w = 0; w < x->archive.weight_count; w++) {
    for (uint32_t i = 0; i < ssms * convs; i++) {
      x->rest.mixers[i * EM_WEIGHTS + w] = least_of(x, &x->mixers, x->mixer_spans[i], w);
    }
    for (uint32_t i = 0; i < convs * x->n[EM_NORM_UNITS]; i++) {
      x->rest.fronts[i * EM_WEIGHTS + w] = least_of(x, &x->fronts, x->front_spans[i], w);
    }
  }
}

void em_find_rests(em_elimination *x) {
  find_rest_of_blocks(x);
  find_rest_of_joined(x);
  find_least_labels(x);
}
