#include "models/explore/elimination.h"

#include <stdlib.h>

#define AT(field) offsetof(em_design, field)

static const size_t offsets[EM_KNOBS] = {
    [EM_IN_BYTES] = AT(in_bytes),       [EM_EMBED_IN] = AT(patch_embed.in),   [EM_EMBED_OUT] = AT(patch_embed.out),
    [EM_NORM_UNITS] = AT(norm_units),   [EM_IN_PROJ_IN] = AT(in_proj.in),     [EM_IN_PROJ_OUT] = AT(in_proj.out),
    [EM_CONV_LANES] = AT(conv_lanes),   [EM_PARAM_IN] = AT(param_proj.in),    [EM_PARAM_OUT] = AT(param_proj.out),
    [EM_DELTA_IN] = AT(delta_proj.in),  [EM_DELTA_OUT] = AT(delta_proj.out),  [EM_SSM_LANES] = AT(ssm_lanes),
    [EM_OUT_PROJ_IN] = AT(out_proj.in), [EM_OUT_PROJ_OUT] = AT(out_proj.out), [EM_POOL_LANES] = AT(pool_lanes),
    [EM_HEAD_0_IN] = AT(head_0.in),     [EM_HEAD_0_OUT] = AT(head_0.out),     [EM_HEAD_1_IN] = AT(head_1.in),
    [EM_HEAD_1_OUT] = AT(head_1.out),   [EM_OUT_BYTES] = AT(out_bytes)};

static void find_knobs(em_elimination *x) {
  const em_explore_space *space = &x->factors->space;
  for (uint32_t knob = 0; knob < EM_KNOBS; knob++) {
    x->n[knob] = 1;
    x->place[knob] = UINT32_MAX;
    for (uint32_t i = 0; i < space->lane_count; i++) {
      if (space->lanes[i].key->offset == offsets[knob]) {
        x->n[knob] = space->lanes[i].count;
        x->place[knob] = i;
      }
    }
  }
}

static bool allocate(em_elimination *x) {
  const uint32_t *n = x->n;
  size_t ssms = n[EM_SSM_LANES] * n[EM_PARAM_OUT], projs = n[EM_OUT_PROJ_IN] * n[EM_OUT_PROJ_OUT];
  size_t norms = n[EM_NORM_UNITS], convs = n[EM_CONV_LANES], embeds = n[EM_EMBED_OUT];
  struct {
    em_span **spans;
    size_t count;
  } spans[] = {{&x->tail_spans, ssms * n[EM_PARAM_IN]},
               {&x->mixer_spans, ssms * convs},
               {&x->front_spans, convs * norms},
               {&x->feed_spans, embeds},
               {&x->head_spans, projs},
               {&x->first_spans, n[EM_HEAD_0_IN] * n[EM_HEAD_0_OUT]},
               {&x->pooled_spans, n[EM_POOL_LANES]},
               {&x->tok_spans, EM_TOK_DEPTHS * embeds * norms * n[EM_OUT_PROJ_OUT]}};
  struct {
    double **rest;
    size_t count;
  } rests[] = {{&x->rest.head, projs},
               {&x->rest.feed, embeds},
               {&x->rest.block, EM_TOK_DEPTHS * norms * projs},
               {&x->rest.q, ssms * projs},
               {&x->rest.joined, EM_TOK_DEPTHS * norms * ssms},
               {&x->rest.mixers, convs * ssms},
               {&x->rest.fronts, norms * convs}};
  bool fits = true;
  for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
    *spans[i].spans = calloc(spans[i].count, sizeof(em_span));
    fits = fits && *spans[i].spans != NULL;
  }
  for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
    *rests[i].rest = calloc(rests[i].count * EM_WEIGHTS, sizeof(double));
    fits = fits && *rests[i].rest != NULL;
  }
  x->blocks = calloc(projs, sizeof *x->blocks);
  return fits && x->blocks != NULL;
}

em_status em_elimination_make(const em_factors *factors, em_elimination **elimination, em_error *error) {
  em_elimination *x = calloc(1, sizeof *x);
  *elimination = x;
  if (x != NULL) {
    x->factors = factors;
    find_knobs(x);
  }
  if (x == NULL || !allocate(x)) {
    em_elimination_free(x);
    *elimination = NULL;
    return em_fail(error, EM_FAILED, "out of memory for the exploration of a space");
  }
  return EM_OK;
}

void em_elimination_free(em_elimination *x) {
  if (x == NULL) {
    return;
  }
  em_labels *lists[] = {&x->tails, &x->mixers,  &x->fronts, &x->joined, &x->feeds,
                        &x->heads, &x->scratch, &x->firsts, &x->pooled, &x->tok};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    em_labels_free(lists[i]);
  }
  for (uint32_t i = 0; x->blocks != NULL && i < x->n[EM_OUT_PROJ_IN] * x->n[EM_OUT_PROJ_OUT]; i++) {
    em_labels_free(&x->blocks[i]);
  }
  void *const owned[] = {x->tail_spans,   x->mixer_spans, x->front_spans, x->feed_spans, x->head_spans, x->first_spans,
                         x->pooled_spans, x->tok_spans,   x->rest.head,   x->rest.feed,  x->rest.block, x->rest.q,
                         x->rest.joined,  x->rest.mixers, x->rest.fronts, x->blocks};
  for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++) {
    free(owned[i]);
  }
  em_tariff_free(&x->tariff);
  em_archive_free(&x->archive);
  free(x);
}
