#include "models/units/ssm.h"

#include <string.h>

#include "models/units/ssm_steps.h"

enum { PREPARED_BYTES = 24 * 1024 }; /* of B and C: half a first-level cache */

/* B and C of one state in one token, as the scan takes them. */
typedef struct {
  em_halves b;            /* shifted left by b_scale */
  em_words c_high, c_low; /* for the current's upper 16 bits and its lowest 8 */
} prepared;

typedef struct {
  const em_ssm_unit *unit;
  const em_ssm_io *io;
  prepared *states;                      /* [block tokens, n] */
  em_halves *widest;                     /* [block tokens]: largest |B| */
  int32_t *trace;                        /* [block tokens, n] rows of em_words, for an observer */
  bool scaled;                           /* B_bar is rounded by em_scaled_product; else its shift is to the left */
  int32_t b_scale, delta_scale, b_limit; /* left shifts that it needs; products from b_limit on may saturate */
  em_requanter b_bar;
  bool bx_right; /* B_bar x is rounded in halves, else shifted left by way of both factors */
  em_requanter bx;
  int32_t x_left, b_left;
  em_ssm_finisher finish;
  em_sums counts[3]; /* as those of the unit's tables */
  uint64_t b_bar_saturations, state_saturations, y_saturations, gated_saturations;
} scan;

/* What a channel has in one token. */
typedef struct {
  em_word_index index; /* of delta in tables of A_bar */
  em_halves delta, x;
  em_words x_pairs; /* low halves: what B_bar is multiplied by */
} channel_token;

static int32_t smaller(int32_t a, int32_t b) {
  return a < b ? a : b;
}

static uint32_t block_tokens(uint32_t n, uint32_t tokens) {
  const uint32_t fit = (uint32_t)(PREPARED_BYTES / (n * sizeof(prepared)));
  return fit < 1 ? 1 : fit < tokens ? fit : tokens;
}

size_t em_ssm_scratch_bytes(uint32_t n, uint32_t tokens) {
  return block_tokens(n, tokens) * (n * (sizeof(prepared) + sizeof(em_words)) + sizeof(em_halves));
}

static scan prepare(const em_ssm_unit *unit, const em_ssm_io *io) {
  const int32_t *r = unit->registers;
  const int32_t b_bar = smaller(r[EM_SSM_B_BAR_SHIFT], 15), bx = r[EM_SSM_BX_SHIFT]; /* products are below 2^14 */
  const uint32_t block = block_tokens(unit->n, io->tokens);
  scan s = {.unit = unit, .io = io, .states = io->scratch};
  s.widest = (em_halves *)(s.states + (size_t)block * unit->n);
  s.trace = (int32_t *)(s.widest + block);
  s.scaled = b_bar >= 0;
  s.delta_scale = s.scaled ? smaller(15 - b_bar, 8) : 0;
  s.b_scale = s.scaled ? 15 - b_bar - s.delta_scale : 0;
  s.b_limit = b_bar > 6 ? INT16_MAX : b_bar > 0 ? 255 << (b_bar - 1) : 0;
  s.b_bar = em_requanter_make(b_bar, 14);
  s.bx_right = bx >= 0;
  s.bx = em_requanter_make(s.bx_right ? bx : 0, 14);
  s.x_left = s.bx_right ? 0 : smaller(-bx, 8);
  s.b_left = s.bx_right ? 0 : -bx - s.x_left;
  s.finish = em_ssm_finisher_make(r);
  return s;
}

/* B and C of a token, for all channels. */
static void prepare_token(const scan *s, uint32_t token, uint32_t place) {
  const uint32_t r = s->unit->r, n = s->unit->n;
  const int8_t *p = s->io->p + (size_t)token * (r + 2 * n) * EM_LANES;
  em_halves widest = em_halves_of(0);
  for (uint32_t i = 0; i < n; i++) {
    prepared *state = &s->states[(size_t)place * n + i];
    const em_halves b = em_widen(em_codes_load(p + (size_t)(r + i) * EM_LANES));
    const em_halves c = em_widen(em_codes_load(p + (size_t)(r + n + i) * EM_LANES));
    for (int part = 0; part < 2; part++) {
      widest.part[part] = em_max16(widest.part[part], em_max16(b.part[part], -b.part[part]));
      state->b.part[part] = b.part[part] << s->b_scale;
    }
    state->c_high = em_pairs(em_halves_of(0), c);
    state->c_low = em_low_weights(c);
  }
  s->widest[place] = widest;
}

static channel_token take(const scan *s, const int8_t *x, const int8_t *delta) {
  const em_codes codes = em_codes_load(delta);
  channel_token c = {em_word_index_make(codes), em_widen(codes), em_widen(em_codes_load(x)), em_words_of(1)};
  em_halves shifted = c.x;
  for (int part = 0; part < 2; part++) {
    shifted.part[part] <<= s->x_left;
    c.delta.part[part] <<= s->delta_scale;
  }
  if (!s->bx_right) {
    c.x_pairs = em_pairs(shifted, em_halves_of(0));
  }
  return c;
}

/* Whether some B_bar of the channel may saturate in the token. */
static bool may_saturate(const scan *s, const em_halves *delta, const em_halves *widest) {
  em_i16 over = {0};
  for (int part = 0; part < 2; part++) {
    over |= (em_i16)((delta->part[part] >> s->delta_scale) * widest->part[part] >= (int16_t)s->b_limit);
  }
  return em_any((em_i32)over);
}

/* B_bar of a state. Rounded half up by the product; a tie that this makes odd is the only difference to half even. */
EM_INLINE em_halves input_matrix(scan *s, const em_halves *b, const em_halves *delta, bool scaled, bool saturates) {
  em_halves b_bar;
  for (int part = 0; part < 2; part++) {
    const em_i16 low = (em_i16)((em_u16)b->part[part] * (em_u16)delta->part[part]); /* of a product that may be wider */
    b_bar.part[part] = low;
    if (scaled) {
      b_bar.part[part] = em_scaled_product(b->part[part], delta->part[part]) + (em_i16)(low == 0x4000);
    }
  }
  if (!scaled) {
    b_bar = em_align_halves(b_bar, s->b_bar);
  }
  return saturates ? em_widen(em_saturate_halves(b_bar, s->io->valid, &s->b_bar_saturations)) : b_bar;
}

/* One token of one channel: h [n] moves on; returns y before its rounding. `usual` and `saturates` are constants. */
EM_INLINE em_doubles scan_states(scan *s, const channel_token *c, const int8_t *a, const prepared *states, int32_t *h,
                                 int32_t *moved, const bool usual, const bool saturates) {
  const em_word_index index = c->index;
  const em_halves delta = c->delta;
  const em_words x_pairs = c->x_pairs;
  const int8_t(*decay)[128] = (const int8_t(*)[128])s->unit->decay;
  const uint32_t n = s->unit->n;
  const int32_t b_left = s->b_left;
  em_words high = em_words_of(0), low = em_words_of(0);
  for (uint32_t i = 0; i < n; i++, h += EM_LANES, moved += EM_LANES) {
    const em_words a_bar = em_look_up_words(decay[(uint8_t)a[i]], &index, usual ? false : s->unit->negative);
    em_halves b = input_matrix(s, &states[i].b, &delta, usual ? true : s->scaled, saturates);
    for (int part = 0; part < 2; part++) {
      if (!usual && s->bx_right) {
        b.part[part] = em_round16(b.part[part] * c->x.part[part] + (int16_t)s->bx.bias, s->bx);
      } else {
        b.part[part] <<= b_left;
      }
    }
    em_words wide = em_words_load(h);
    for (int p = 0; p < 4; p++) {
      wide.part[p] *= a_bar.part[p];
    }
    em_words current =
        em_ssm_saturate(em_words_dot(wide, em_pairs(b, b), x_pairs), s->io->valid, &s->state_saturations);
    low = em_low_products(low, current, states[i].c_low);
    for (int p = 0; p < 4; p++) {
      high.part[p] = em_pair_products(high.part[p], current.part[p] << 8, states[i].c_high.part[p]);
      current.part[p] >>= 7; /* 24 bits >> 7 are 17 */
    }
    em_words_store(moved, current);
  }
  return em_ssm_sum(&s->finish, high, low);
}

static void count_tables(scan *s, uint32_t channel, const int8_t *delta) {
  const uint32_t tables = em_ssm_count_tables(s->unit->n);
  const em_index index = em_index_make(em_codes_load(delta));
  for (uint32_t table = 0; table < tables; table++) {
    for (int kind = 0; kind < 3; kind++) {
      const int8_t *counts = (const int8_t *)s->unit->counts[channel * tables + table][kind];
      s->counts[kind] = em_sums_add(s->counts[kind], em_look_up_half(counts, &index) & s->io->valid->codes);
    }
  }
}

static void scan_channel(scan *s, uint32_t channel, uint32_t token, uint32_t tokens) {
  const em_ssm_unit *unit = s->unit;
  const em_ssm_io *io = s->io;
  const int8_t *a = unit->a + (size_t)channel * unit->n;
  const bool usual = s->scaled && !s->bx_right && !unit->negative;
  int32_t *h = io->h + (size_t)channel * unit->n * EM_LANES, *from = h;
  for (uint32_t t = 0; t < tokens; t++) {
    const size_t place = ((size_t)(token + t) * unit->ed + channel) * EM_LANES;
    const prepared *states = s->states + (size_t)t * unit->n;
    const channel_token c = take(s, io->x + place, io->delta + place);
    int32_t *moved = io->observer == NULL ? h : s->trace + (size_t)t * unit->n * EM_LANES;
    count_tables(s, channel, io->delta + place);
    em_doubles y;
    if (!usual) {
      y = scan_states(s, &c, a, states, from, moved, false, true);
    } else if (may_saturate(s, &c.delta, &s->widest[t])) {
      y = scan_states(s, &c, a, states, from, moved, true, true);
    } else {
      y = scan_states(s, &c, a, states, from, moved, true, false);
    }
    const em_halves d = em_halves_of(unit->d[channel]);
    em_codes_store(io->q + place, em_ssm_finish(&s->finish, y, c.x, d, em_codes_load(io->g + place), io->valid,
                                                &s->y_saturations, &s->gated_saturations));
    from = moved;
  }
  if (io->observer != NULL) {
    memcpy(h, from, (size_t)unit->n * EM_LANES * sizeof *h);
    io->observer(io->context, &(em_states){channel, token, tokens, s->trace});
  }
}

void em_ssm_compute(const em_ssm_unit *unit, const em_ssm_io *io) {
  scan s = prepare(unit, io);
  const uint32_t block = block_tokens(unit->n, io->tokens);
  if (io->first) {
    memset(io->h, 0, (size_t)unit->ed * unit->n * EM_LANES * sizeof *io->h);
  }
  for (uint32_t token = 0; token < io->tokens; token += block) {
    const uint32_t tokens = io->tokens - token < block ? io->tokens - token : block;
    for (uint32_t t = 0; t < tokens; t++) {
      prepare_token(&s, token + t, t);
    }
    for (uint32_t channel = 0; channel < unit->ed; channel++) {
      scan_channel(&s, channel, token, tokens);
    }
  }
  io->nodes[EM_SSM_NODE_EXP_IN].saturations += em_sums_total(s.counts[0]);
  io->nodes[EM_SSM_NODE_A_BAR].below += em_sums_total(s.counts[1]);
  io->nodes[EM_SSM_NODE_A_BAR].above += em_sums_total(s.counts[2]);
  io->nodes[EM_SSM_NODE_B_BAR].saturations += s.b_bar_saturations;
  io->nodes[EM_SSM_NODE_STATE].saturations += s.state_saturations;
  io->nodes[EM_SSM_NODE_Y].saturations += s.y_saturations;
  io->nodes[EM_SSM_NODE_GATED].saturations += s.gated_saturations;
}
