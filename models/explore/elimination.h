/*
 * All designs of a space at one pace: knob after knob is eliminated, with labels kept while none other is as good.
 *
 * Within a block by (conv, ssm, param_proj.out) over param_proj.in and delta_proj; by (norm, conv) over in_proj; both
 * joined over conv; then by (norm, out_proj) over ssm and param_proj.out; last what feeds the first block and the head.
 * Exact, since costs and busy cycles add up and all that is left to choose never gets cheaper with either.
 */
#ifndef EM_ELIMINATION_H
#define EM_ELIMINATION_H

#include "models/explore/archive.h"

/* The knobs, by what is in space->lanes; of a knob that the shape has not, one choice. */
typedef enum {
  EM_IN_BYTES,
  EM_EMBED_IN,
  EM_EMBED_OUT,
  EM_NORM_UNITS,
  EM_IN_PROJ_IN,
  EM_IN_PROJ_OUT,
  EM_CONV_LANES,
  EM_PARAM_IN,
  EM_PARAM_OUT,
  EM_DELTA_IN,
  EM_DELTA_OUT,
  EM_SSM_LANES,
  EM_OUT_PROJ_IN,
  EM_OUT_PROJ_OUT,
  EM_POOL_LANES,
  EM_HEAD_0_IN,
  EM_HEAD_0_OUT,
  EM_HEAD_1_IN,
  EM_HEAD_1_OUT,
  EM_OUT_BYTES,
  EM_KNOBS
} em_knob;

/* What is left of the costs, at the least: by weight, for every least depth of tok. */
enum { EM_TOK_DEPTHS = 8 }; /* a chain of eight engines needs no more */

typedef struct {
  double *head;   /* [out_proj][weight] */
  double *feed;   /* [embed out][weight] */
  double *block;  /* [least depth][norm][out_proj][weight]: feed, tok, head */
  double *q;      /* [ssm, param_proj.out][out_proj][weight]: q and out_proj */
  double *joined; /* [least depth][norm][ssm, param_proj.out][weight]: ssm, q and all of the above */
  double *mixers; /* [conv][ssm, param_proj.out][weight]: the least of the labels; */
  double *fronts; /* [norm][conv][weight] likewise */
} em_rests;

typedef struct {
  const em_factors *factors;
  em_tariff tariff;
  em_archive archive;
  uint32_t n[EM_KNOBS], place[EM_KNOBS];
  em_labels tails;        /* by (ssm, param_proj.out, param_proj.in): over delta_proj */
  em_labels mixers;       /* by (conv, ssm, param_proj.out): conv to ssm, without ssm itself */
  em_labels fronts;       /* by (norm, conv): norm and in_proj */
  em_labels joined;       /* of one (norm, ssm, param_proj.out) */
  em_labels *blocks;      /* [out_proj], of one norm */
  em_labels feeds, heads; /* by embed out; by out_proj */
  em_labels scratch, firsts, pooled;
  em_span *tail_spans, *mixer_spans, *front_spans, *feed_spans, *head_spans, *first_spans, *pooled_spans;
  em_labels tok; /* both factors of tok, by embed out, norm and out_proj out, for each least depth */
  em_span *tok_spans;
  em_rests rest;
  uint32_t feed_busy, out_proj_busy; /* the least */
  double labels, most_labels;
  bool short_of_memory;
} em_elimination;

em_status em_elimination_make(const em_factors *factors, em_elimination **elimination, em_error *error);
void em_elimination_free(em_elimination *elimination);

/* Where a label of `heads` has what. */
enum {
  EM_HEAD_POOL,
  EM_HEAD_0_IN_LANES,
  EM_HEAD_0_OUT_LANES,
  EM_HEAD_1_IN_LANES,
  EM_HEAD_1_OUT_LANES,
  EM_HEAD_BYTES,
  EM_HEAD_STORE,
  EM_HEAD_POOLED,
  EM_HEAD_HIDDEN,
  EM_HEAD_OUT
};

/* And one of `feeds`. */
enum { EM_FEED_BYTES, EM_FEED_IN, EM_FEED_FRAME };

/* Where other labels have what. */
enum { EM_TAIL_IN, EM_TAIL_OUT, EM_TAIL_P, EM_TAIL_DELTA };       /* of tails: delta_proj, depths */
enum { EM_MIXER_IN, EM_MIXER_X, EM_MIXER_G };                     /* of mixers: param_proj.in, depths */
enum { EM_FRONT_IN, EM_FRONT_OUT, EM_FRONT_U, EM_FRONT_SZ };      /* of fronts: in_proj, depths */
enum { EM_BLOCK_CONV, EM_BLOCK_SSM, EM_BLOCK_PARAM, EM_BLOCK_Q }; /* of blocks; conv of joined too */

/* All designs at `pace`: those that none is as good as stand in elimination->archive. */
em_status em_eliminate(em_elimination *elimination, const em_pace *pace, em_error *error);

/* ---- Between the files of the elimination ---- */

/* Entry of up to four choices in the order of the factor's lanes. */
uint32_t em_entry(const em_factor *factor, uint32_t a, uint32_t b, uint32_t c, uint32_t d);

/* Busy cycles of an engine's token; UINT32_MAX where it is too slow for the pace. */
uint32_t em_token_busy(const em_elimination *x, uint32_t engine, uint32_t entry);
uint32_t em_frame_busy(const em_elimination *x, uint32_t engine, uint32_t entry);
const double *em_engine_cost(const em_elimination *x, uint32_t engine, uint32_t entry);
em_label em_label_plus(em_label label, const double c[EM_COSTS]);

/* `label` with each option of a buffer, its depth at v[value]. */
void em_add_with_depths(em_labels *to, em_label label, em_options_of_depth depths, uint32_t value);

/* Places: of (ssm, param_proj.out); of a least depth of tok, counted from 0. */
uint32_t em_ssm_of(const em_elimination *x, uint32_t ssm, uint32_t param);
uint32_t em_tok_at(const em_elimination *x, uint32_t embed, uint32_t norm, uint32_t out, uint32_t depth);

/* The least depth of tok, less one, with so many busy cycles of the block and these of its writers. */
uint32_t em_tok_depth(const em_elimination *x, uint64_t block_busy, uint32_t embed_busy, uint32_t proj_busy);

/* Depths of a buffer within a block for a chain of so many cycles; of q between an ssm and an out_proj. */
em_options_of_depth em_token_depths(em_elimination *x, uint32_t buffer, uint32_t entry, uint64_t chain);
em_options_of_depth em_q_depths(em_elimination *x, uint32_t at, uint32_t proj);

/* Fills feeds and heads: everything before and behind the blocks. */
void em_eliminate_ends(em_elimination *x);

/* Fills tails, mixers, fronts and tok. */
void em_eliminate_parts(em_elimination *x);

/* Fills rest from all of these. */
void em_find_rests(em_elimination *x);
double *em_block_rest(const em_elimination *x, uint32_t depth, uint32_t norm, uint32_t proj);
double *em_joined_rest(const em_elimination *x, uint32_t depth, uint32_t norm, uint32_t ssm);

/* Adds a block, with everything that can be before and behind it, to the archive. */
void em_complete(em_elimination *x, uint32_t norm, uint32_t proj, const em_label *block);

#endif
