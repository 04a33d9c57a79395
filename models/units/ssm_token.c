/* The selective scan of one token of one frame, a channel a lane: the states follow one another. */
#include <stdlib.h>
#include <string.h>

#include "models/units/ssm.h"
#include "models/units/ssm_steps.h"

static uint32_t blocks(const em_ssm_unit *unit) {
  return (unit->ed + EM_LANES - 1) / EM_LANES;
}

size_t em_ssm_token_bytes(uint32_t ed, uint32_t n) {
  return (size_t)(ed + EM_LANES - 1) / EM_LANES * n * EM_LANES;
}

bool em_ssm_token_prepare(em_ssm_token *token, const em_ssm_unit *unit, const em_pwl *exp) {
  em_ssm_token_free(token);
  token->a = calloc(blocks(unit), (size_t)unit->n * EM_LANES);
  em_pwl_tabulate(exp, &token->exp);
  for (size_t channel = 0; token->a != NULL && channel < unit->ed; channel++) {
    for (uint32_t i = 0; i < unit->n; i++) {
      token->a[(channel / EM_LANES * unit->n + i) * EM_LANES + channel % EM_LANES] = unit->a[channel * unit->n + i];
    }
  }
  return token->a != NULL;
}

void em_ssm_token_free(em_ssm_token *token) {
  free(token->a);
  token->a = NULL;
}

/* Some channels in one token. */
typedef struct {
  const em_ssm_unit *unit;
  const em_ssm_token *token;
  const em_valid *valid;
  em_node_count *nodes;
  em_requanter exp_in, b_bar, bx;
  int32_t bx_left; /* B_bar x is shifted left, exactly, or rounded by bx */
  em_halves delta, x;
} channels;

static em_halves product(em_halves v, em_halves w) {
  v.part[0] *= w.part[0];
  v.part[1] *= w.part[1];
  return v;
}

static em_words decay(const channels *c, em_codes a) {
  const em_halves aligned = em_align_halves(product(em_widen(a), c->delta), c->exp_in);
  const em_codes in = em_saturate_halves(aligned, c->valid, &c->nodes[EM_SSM_NODE_EXP_IN].saturations);
  const em_codes a_bar = em_pwl_lanes(&c->token->exp, in, c->valid, &c->nodes[EM_SSM_NODE_A_BAR]);
  return em_widen_halves(em_widen(a_bar));
}

static em_words input(const channels *c, int8_t b) {
  const em_halves aligned = em_align_halves(product(em_halves_of(b), c->delta), c->b_bar);
  const em_codes b_bar = em_saturate_halves(aligned, c->valid, &c->nodes[EM_SSM_NODE_B_BAR].saturations);
  em_halves bx = product(em_widen(b_bar), c->x);
  bx = c->bx_left > 0 ? bx : em_align_halves(bx, c->bx);
  em_words wide = em_widen_halves(bx);
  for (int p = 0; p < 4; p++) {
    wide.part[p] <<= c->bx_left;
  }
  return wide;
}

/* One state of all channels moves on; the sums get its share. */
EM_INLINE void move(const channels *c, em_codes a, int8_t b, int32_t weight, int32_t *h, em_words *high,
                    em_words *low) {
  const em_words a_bar = decay(c, a), bx = input(c, b);
  em_words wide = em_words_load(h);
  for (int p = 0; p < 4; p++) {
    wide.part[p] = wide.part[p] * a_bar.part[p] + bx.part[p];
  }
  em_words current = em_ssm_saturate(wide, c->valid, &c->nodes[EM_SSM_NODE_STATE].saturations);
  for (int p = 0; p < 4; p++) {
    high->part[p] += (current.part[p] >> 8) * weight;
    low->part[p] += (current.part[p] & 255) * weight;
    current.part[p] >>= 7; /* 24 bits >> 7 are 17 */
  }
  em_words_store(h, current);
}

/* The states of `count` channels, [channel, n], as rows, or back. */
static void to_rows(const int32_t *h, uint32_t count, uint32_t n, int32_t *rows) {
  for (uint32_t lane = 0; lane < count; lane++) {
    for (uint32_t i = 0; i < n; i++) {
      rows[i * EM_LANES + em_word_place(lane)] = h[(size_t)lane * n + i];
    }
  }
}

static void from_rows(const int32_t *rows, uint32_t count, uint32_t n, int32_t *h) {
  for (uint32_t lane = 0; lane < count; lane++) {
    for (uint32_t i = 0; i < n; i++) {
      h[(size_t)lane * n + i] = rows[i * EM_LANES + em_word_place(lane)];
    }
  }
}

void em_ssm_token_compute(const em_ssm_token *token, const em_ssm_unit *unit, const em_ssm_io *io) {
  enum { MAX_N = 256 };
  int32_t rows[MAX_N * EM_LANES] __attribute__((aligned(EM_LANES)));
  const int32_t *r = unit->registers;
  const uint32_t n = unit->n;
  const int8_t *b = io->p + unit->r, *weights = b + n;
  const em_ssm_finisher finisher = em_ssm_finisher_make(r);
  for (uint32_t start = 0; start < unit->ed; start += EM_LANES) {
    const uint32_t count = unit->ed - start < EM_LANES ? unit->ed - start : EM_LANES;
    const em_valid valid = em_valid_make(count);
    const channels c = {.unit = unit,
                        .token = token,
                        .valid = &valid,
                        .nodes = io->nodes,
                        .exp_in = em_requanter_make(r[EM_SSM_EXP_IN_SHIFT], 14),
                        .b_bar = em_requanter_make(r[EM_SSM_B_BAR_SHIFT], 14),
                        .bx = em_requanter_make(r[EM_SSM_BX_SHIFT], 14),
                        .bx_left = r[EM_SSM_BX_SHIFT] < 0 ? -r[EM_SSM_BX_SHIFT] : 0,
                        .delta = em_widen(em_codes_load_some(io->delta + start, count)),
                        .x = em_widen(em_codes_load_some(io->x + start, count))};
    int32_t *h = io->h + (size_t)start * n;
    em_words high = em_words_of(0), low = em_words_of(0);
    memset(rows, 0, n * EM_LANES * sizeof *rows);
    if (!io->first) {
      to_rows(h, count, n, rows);
    }
    for (uint32_t i = 0; i < n; i++) {
      const em_codes a = em_codes_load(token->a + ((size_t)start / EM_LANES * n + i) * EM_LANES);
      move(&c, a, b[i], weights[i], rows + (size_t)i * EM_LANES, &high, &low);
    }
    from_rows(rows, count, n, h);
    const em_codes q =
        em_ssm_finish(&finisher, em_ssm_sum(&finisher, high, low), c.x,
                      em_widen(em_codes_load_some(unit->d + start, count)), em_codes_load_some(io->g + start, count),
                      &valid, &io->nodes[EM_SSM_NODE_Y].saturations, &io->nodes[EM_SSM_NODE_GATED].saturations);
    em_codes_store_some(io->q + start, q, count);
  }
}
