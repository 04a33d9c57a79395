#include "models/machine/toggles.h"

#include <stdlib.h>
#include <string.h>

#include "models/network/contents.h"
#include "models/units/forward.h"

enum { WRITE_PORT = 2, PORTS = 3, WORD_ROW = 4 * EM_LANES };

/* Counts of one memory, the first part of a block. */
typedef struct {
  uint64_t port[PORTS]; /* bits: read ports 0 and 1, the write port */
  uint64_t pending;     /* own memories: bits of the last written token, which the next token reads */
  uint64_t again;       /* pool: bits of the sums read again by the next frame */
} counts;

/* What passed a port: rows of codes, or of words. */
typedef struct {
  int8_t *last;  /* [lanes]: the last group, in every lane */
  int8_t *first; /* [lanes], and one row more: the frame's first group */
  int8_t *carry; /* [lanes] of the frame before the batch: codes or words of its last group */
} latch;

static counts *counts_of(void *seen, uint32_t memory) {
  return (counts *)seen + memory;
}

static size_t row_bytes(const em_memory *memory) {
  return memory->lane_bits == 8 ? EM_LANES : WORD_ROW;
}

static latch latch_of(const em_toggles *t, void *seen, uint32_t memory, uint32_t port) {
  const size_t rows = t->graph->memories[memory].lanes * row_bytes(&t->graph->memories[memory]);
  int8_t *last = (int8_t *)seen + t->memories[memory].ports[port];
  return (latch){last, last + rows, last + 2 * rows + WORD_ROW};
}

/* ---- Rows ---- */

/* Bits that differ, in the lanes of `mask`. */
static uint64_t distance(const int8_t *a, const int8_t *b, size_t rows, em_codes mask) {
  em_sums sums = {0};
  for (size_t i = 0; i < rows * EM_LANES; i += EM_LANES) {
    sums = em_sums_add_bits(sums, (em_codes_load(a + i) ^ em_codes_load(b + i)) & mask);
  }
  return em_sums_total(sums);
}

static uint64_t word_distance(const int8_t *a, const int8_t *b, size_t rows, const em_words *mask) {
  em_sums sums = {0};
  for (size_t i = 0; i < rows * WORD_ROW; i += WORD_ROW) {
    for (int p = 0; p < 4; p++) {
      const em_codes x = em_codes_load(a + i + p * EM_LANES), y = em_codes_load(b + i + p * EM_LANES);
      sums = em_sums_add_bits(sums, (x ^ y) & (em_codes)mask->part[p]);
    }
  }
  return em_sums_total(sums);
}

static uint64_t plain_distance(const int8_t *a, const int8_t *b, size_t bytes) {
  uint64_t bits = 0, x, y;
  size_t i = 0;
  for (; i + sizeof x <= bytes; i += sizeof x) {
    memcpy(&x, a + i, sizeof x);
    memcpy(&y, b + i, sizeof y);
    bits += (uint64_t)__builtin_popcountll(x ^ y);
  }
  for (; i < bytes; i++) {
    bits += (uint64_t)__builtin_popcount((uint8_t)(a[i] ^ b[i]));
  }
  return bits;
}

/* ---- A step ---- */

typedef struct {
  const em_toggles *t;
  void *seen;
  const em_engine *engine;
  const em_unit_io *io;
  em_codes all, one;      /* lanes of the batch's frames; of its last one */
  em_codes before;        /* of the one before that, where the last one's only token comes after it */
  em_words words, a_word; /* all and one, of values */
  uint32_t value_bits;
} step;

static int32_t bits_mask(uint32_t bits) {
  return (int32_t)((UINT64_C(1) << bits) - 1);
}

static em_codes one_lane(uint32_t lane) {
  return em_valid_make(lane + 1).codes & ~em_valid_make(lane).codes;
}

static step step_of(const em_toggles *t, void *seen, uint32_t engine, const em_unit_io *io) {
  step s = {.t = t,
            .seen = seen,
            .engine = &t->graph->engines[engine],
            .io = io,
            .all = em_valid_make(io->frames).codes,
            .one = one_lane(io->frames - 1)};
  if (s.engine->tokens_per_frame == 1 && io->frames > 1) {
    s.before = one_lane(io->frames - 2);
  }
  return s;
}

/* For the values of own memory `memory`. */
static void mask_words(step *s, uint32_t memory) {
  s->value_bits = s->t->graph->memories[memory].lane_bits;
  s->words = em_widen_halves(em_widen(s->all));
  s->a_word = em_widen_halves(em_widen(s->one));
  for (int p = 0; p < 4; p++) {
    s->words.part[p] &= bits_mask(s->value_bits);
    s->a_word.part[p] &= bits_mask(s->value_bits);
  }
}

static bool ends_frame(const step *s) {
  return s->io->place + s->io->tokens == s->engine->tokens_per_frame;
}

/* From the last group before to `rows`, in the lanes of `mask`; a frame's first group meets the carry alone. */
static uint64_t enter(const latch *l, const int8_t *rows, uint32_t lanes, bool opens, em_codes mask) {
  uint64_t bits = 0;
  if (!opens) {
    return distance(l->last, rows, lanes, mask);
  }
  for (uint32_t i = 0; i < lanes && mask[0] != 0; i++) {
    bits += (uint64_t)__builtin_popcount((uint8_t)(l->carry[i] ^ rows[(size_t)i * EM_LANES]));
  }
  return bits;
}

/* `rows` is the first and `end` the last group of a token that has passed. */
static void keep(const latch *l, const int8_t *rows, const int8_t *end, size_t bytes, bool opens) {
  if (opens) {
    memcpy(l->first, rows, bytes);
  }
  memcpy(l->last, end, bytes);
}

/* At a frame's end: every lane's last group meets the next lane's first, up to the lanes of `mask`. */
static uint64_t meet(const latch *l, uint32_t lanes, em_codes mask) {
  em_sums sums = {0};
  for (size_t i = 0; i < (size_t)lanes * EM_LANES; i += EM_LANES) {
    sums = em_sums_add_bits(sums, (em_codes_load(l->last + i) ^ em_codes_load(l->first + i + 1)) & mask);
  }
  return em_sums_total(sums);
}

static void carry(const latch *l, uint32_t lanes, uint32_t frames) {
  for (uint32_t i = 0; i < lanes; i++) {
    l->carry[i] = l->last[(size_t)i * EM_LANES + frames - 1];
  }
}

/* Tokens through a port of a token buffer, a token `stride` rows long. */
static void pass(const step *s, const em_port *port, uint32_t number, const int8_t *rows, uint32_t tokens,
                 size_t stride) {
  const uint32_t memory = s->t->graph->buffers[port->buffer].memory;
  const size_t group = (size_t)port->lanes * EM_LANES, end = (port->accesses - 1) * group;
  const latch l = latch_of(s->t, s->seen, memory, number);
  uint64_t *bits = &counts_of(s->seen, memory)->port[number];
  for (uint32_t t = 0; t < tokens; t++, rows += stride * EM_LANES) {
    const bool opens = s->io->place == 0 && t == 0;
    *bits += enter(&l, rows, port->lanes, opens, s->all);
    *bits += port->passes * distance(rows, rows + group, end / EM_LANES, s->all);
    *bits += port->passes > 1 ? (port->passes - 1) * distance(rows + end, rows, port->lanes, s->all) : 0;
    keep(&l, rows, rows + end, group, opens);
  }
  if (ends_frame(s)) {
    *bits += meet(&l, port->lanes, s->all & ~s->one);
    carry(&l, port->lanes, s->io->frames);
  }
}

/* ---- Own memories: each token reads what the one before has written ---- */

/* A token wrote `bits`, of them `one` in the batch's last frame. */
static void written(counts *c, uint64_t bits, uint64_t one) {
  c->port[WRITE_PORT] += bits;
  c->port[0] += bits - one;
  c->pending += one;
}

static void read_pending(counts *c) {
  c->port[0] += c->pending;
  c->pending = 0;
}

/* The groups of the history's tap `tap` when token `token` of the step has passed. */
static const int8_t *tap_rows(const step *s, uint32_t token, uint32_t tap, const int8_t *contents) {
  const em_shape *shape = &s->t->graph->design.shape;
  const uint32_t back = shape->k - 2 - tap;
  const size_t row = (size_t)shape->ed * EM_LANES;
  return token >= back ? s->io->inputs[0] + (token - back) * 2 * row : contents + (tap + token + 1) * row;
}

static void history(const step *s) {
  const em_shape *shape = &s->t->graph->design.shape;
  const uint32_t memory = s->engine->memories[2], taps = shape->k - 1, lanes = s->engine->lanes;
  const size_t group = (size_t)lanes * EM_LANES, rest = shape->ed - lanes, bytes = (size_t)taps * shape->ed * EM_LANES;
  int8_t *contents = (int8_t *)s->seen + s->t->memories[memory].contents;
  counts *c = counts_of(s->seen, memory);
  const latch all = latch_of(s->t, s->seen, memory, WRITE_PORT);
  if (s->io->place == 0) {
    memset(contents, 0, bytes);
  }
  read_pending(c);
  for (uint32_t t = 0; t < s->io->tokens; t++) {
    const bool opens = s->io->place == 0 && t == 0, last = t + 1 == s->io->tokens;
    for (uint32_t tap = 0; tap < taps; tap++) {
      const latch l = {all.last + tap * group, all.first + tap * group, all.carry + (size_t)tap * lanes};
      const int8_t *rows = tap_rows(s, t, tap, contents);
      const uint64_t bits = enter(&l, rows, lanes, opens, s->all) + distance(rows, rows + group, rest, s->all);
      written(c, bits, last ? enter(&l, rows, lanes, opens, s->one) + distance(rows, rows + group, rest, s->one) : 0);
      keep(&l, rows, rows + rest * EM_LANES, group, opens);
    }
  }
  memcpy(contents, s->io->memory, bytes);
  if (ends_frame(s)) {
    written(c, meet(&all, lanes * taps, s->all & ~s->one), meet(&all, lanes * taps, s->before));
    carry(&all, lanes * taps, s->io->frames);
  }
}

/* ---- Own memories of values ---- */

static int32_t value_at(const int8_t *rows, size_t row, uint32_t lane) {
  int32_t value;
  memcpy(&value, rows + row * WORD_ROW + sizeof value * em_word_place(lane), sizeof value);
  return value;
}

static uint64_t value_distance(int32_t a, int32_t b, uint32_t bits) {
  return (uint64_t)__builtin_popcount((uint32_t)((a ^ b) & bits_mask(bits)));
}

static uint64_t enter_words(const step *s, const latch *l, const int8_t *rows, uint32_t lanes, bool opens, bool one) {
  uint64_t bits = 0;
  if (!opens) {
    return word_distance(l->last, rows, lanes, one ? &s->a_word : &s->words);
  }
  for (uint32_t i = 0; i < lanes && (!one || s->io->frames == 1); i++) {
    int32_t before;
    memcpy(&before, l->carry + i * sizeof before, sizeof before);
    bits += value_distance(before, value_at(rows, i, 0), s->value_bits);
  }
  return bits;
}

/* At a frame's end, as meet and carry do it for codes. */
static void meet_words(const step *s, const latch *l, uint32_t lanes, counts *c) {
  const uint32_t frames = s->io->frames;
  uint64_t bits = 0, one = 0;
  for (uint32_t lane = 0; lane + 1 < frames; lane++) {
    one = 0;
    for (uint32_t i = 0; i < lanes; i++) {
      one += value_distance(value_at(l->last, i, lane), value_at(l->first, i, lane + 1), s->value_bits);
    }
    bits += one;
  }
  written(c, bits, s->engine->tokens_per_frame == 1 ? one : 0);
  for (uint32_t i = 0; i < lanes; i++) {
    const int32_t value = value_at(l->last, i, frames - 1);
    memcpy(l->carry + i * sizeof value, &value, sizeof value);
  }
}

/*
 * States come channel by channel, and groups are of consecutive channels and states: every token of the told ones has
 * its first group and its latest one in `contents`.
 */
static void states(step *s, const em_states *told) {
  const uint32_t memory = s->engine->memories[2], lanes = s->engine->lanes, n = s->t->graph->design.shape.n;
  const uint32_t width = lanes < n ? lanes : n, at = told->channel * n % lanes;
  const size_t group = (size_t)lanes * WORD_ROW, bytes = (size_t)width * WORD_ROW;
  const bool first = told->channel * n < lanes, ends = told->channel + 1 == s->t->graph->design.shape.ed;
  const int8_t *rows = (const int8_t *)told->h;
  int8_t *firsts = (int8_t *)s->seen + s->t->memories[memory].contents, *lasts = firsts + EM_FORWARD_TOKENS * group;
  counts *c = counts_of(s->seen, memory);
  const latch l = latch_of(s->t, s->seen, memory, WRITE_PORT);
  mask_words(s, memory);
  if (told->channel == 0) {
    read_pending(c);
  }
  for (uint32_t t = 0; t < told->tokens; t++, rows += (size_t)n * WORD_ROW) {
    int8_t *latest = lasts + t * group + (size_t)at * WORD_ROW;
    const size_t rest = n - width;
    const bool last = t + 1 == told->tokens;
    uint64_t bits = word_distance(rows, rows + bytes, rest, &s->words);
    uint64_t one = last ? word_distance(rows, rows + bytes, rest, &s->a_word) : 0;
    if (first) {
      memcpy(firsts + t * group + (size_t)at * WORD_ROW, rows, bytes);
    } else {
      bits += word_distance(latest, rows, width, &s->words);
      one += last ? word_distance(latest, rows, width, &s->a_word) : 0;
    }
    memcpy(latest, rows + rest * WORD_ROW, bytes);
    written(c, bits, one);
  }
  for (uint32_t t = 0; ends && t < told->tokens; t++) {
    const bool opens = s->io->place + told->token + t == 0, last = t + 1 == told->tokens;
    written(c, enter_words(s, &l, firsts + t * group, lanes, opens, false),
            last ? enter_words(s, &l, firsts + t * group, lanes, opens, true) : 0);
    keep(&l, firsts + t * group, lasts + t * group, group, opens);
  }
}

/* The mean, made in a frame's last token, leaves the sums as they are, and the next frame's first one reads them. */
static void sums(step *s) {
  const uint32_t memory = s->engine->memories[0], d = s->t->graph->design.shape.d, lanes = s->engine->lanes;
  const size_t group = (size_t)lanes * WORD_ROW, rest = d - lanes;
  const uint32_t tokens = ends_frame(s) ? s->io->tokens - 1 : s->io->tokens;
  int8_t *sum = (int8_t *)s->seen + s->t->memories[memory].contents;
  counts *c = counts_of(s->seen, memory);
  const latch l = latch_of(s->t, s->seen, memory, WRITE_PORT);
  mask_words(s, memory);
  read_pending(c);
  if (s->io->place == 0) {
    c->port[0] += c->again;
    c->again = 0;
  }
  for (uint32_t t = 0; t < tokens; t++) {
    const bool opens = s->io->place == 0 && t == 0, last = t + 1 == s->io->tokens;
    for (uint32_t i = 0; i < d; i++) {
      int32_t *kept = (int32_t *)(void *)(sum + (size_t)i * WORD_ROW);
      const em_words x = em_widen_halves(em_widen(em_codes_load(s->io->inputs[0] + ((size_t)t * d + i) * EM_LANES)));
      em_words_store(kept, opens ? x : em_words_sum(em_words_load(kept), x));
    }
    written(c, enter_words(s, &l, sum, lanes, opens, false) + word_distance(sum, sum + group, rest, &s->words),
            last ? enter_words(s, &l, sum, lanes, opens, true) + word_distance(sum, sum + group, rest, &s->a_word) : 0);
    keep(&l, sum, sum + rest * WORD_ROW, group, opens);
  }
  if (ends_frame(s) && s->engine->tokens_per_frame > 1) {
    const int8_t *end = sum + rest * WORD_ROW;
    const uint64_t all = word_distance(sum, sum + group, rest, &s->words) + word_distance(end, sum, lanes, &s->words);
    c->again = word_distance(sum, sum + group, rest, &s->a_word) + word_distance(end, sum, lanes, &s->a_word);
    c->port[0] += all - c->again;
    meet_words(s, &l, lanes, c);
  }
}

/* ---- What is told ---- */

void em_toggles_step(const em_toggles *t, void *seen, uint32_t engine, const em_unit_io *io) {
  step s = step_of(t, seen, engine, io);
  const em_engine *e = s.engine;
  if (e->kind == EM_AXIS_IN) {
    em_toggles_stream(t, seen, io->inputs[0], (uint64_t)e->busy_cycles * io->frames);
    return;
  }
  for (uint32_t i = 0; i < e->input_count; i++) {
    const em_buffer *buffer = &t->graph->buffers[e->inputs[i].buffer];
    const size_t stride = e->holds_input ? e->linear.in : (size_t)buffer->elements * buffer->take_tokens;
    pass(&s, &e->inputs[i], e->inputs[i].reader, io->inputs[i], io->tokens, stride);
  }
  for (uint32_t i = 0; i < e->output_count && (!e->holds_output || ends_frame(&s)); i++) {
    const uint32_t tokens = e->holds_output ? 1 : io->tokens;
    pass(&s, &e->outputs[i], WRITE_PORT, io->outputs[i], tokens, t->graph->buffers[e->outputs[i].buffer].elements);
  }
  if (e->kind == EM_CONV) {
    history(&s);
  } else if (e->kind == EM_POOL) {
    sums(&s);
  } else if (e->kind == EM_SSM && ends_frame(&s)) {
    const latch l = latch_of(t, seen, e->memories[2], WRITE_PORT);
    mask_words(&s, e->memories[2]);
    meet_words(&s, &l, e->lanes, counts_of(seen, e->memories[2]));
  }
}

void em_toggles_states(const em_toggles *t, void *seen, uint32_t engine, const em_unit_io *io, const em_states *told) {
  step s = step_of(t, seen, engine, io);
  states(&s, told);
}

void em_toggles_stream(const em_toggles *t, void *seen, const int8_t *codes, uint64_t beats) {
  const em_port *port = &t->graph->engines[0].outputs[0];
  const uint32_t memory = t->graph->buffers[port->buffer].memory, lanes = t->graph->engines[0].lanes;
  int8_t *last = latch_of(t, seen, memory, WRITE_PORT).last;
  const int8_t *end = codes + (beats - 1) * lanes;
  counts_of(seen, memory)->port[WRITE_PORT] +=
      plain_distance(last, codes, lanes) + plain_distance(codes, codes + lanes, (beats - 1) * lanes);
  memcpy(last, end, lanes);
}

/* ---- Contents that never change ---- */

/* The words of the engine's memories[place] as every token reads them, one after another; two words of `words`. */
static void fill_contents(em_toggles *t, const em_engine *engine, uint32_t place, const int8_t *codes, int8_t *words) {
  const em_memory *memory = &t->graph->memories[engine->memories[place]];
  em_memory_toggles *toggles = &t->memories[engine->memories[place]];
  const size_t bytes = memory->lanes;
  int8_t *last = words, *next = last + bytes;
  memset(last, 0, bytes);
  for (uint32_t word = 0; word < memory->words; word++) {
    em_contents_word(t->graph, engine, place, codes, word, next);
    *(word == 0 ? &toggles->first : &toggles->inner) += plain_distance(last, next, bytes);
    memcpy(last, next, bytes);
  }
  em_contents_word(t->graph, engine, place, codes, 0, next);
  toggles->closing = plain_distance(last, next, bytes);
}

/* ---- Layout ---- */

static size_t place(size_t *end, size_t bytes) {
  const size_t offset = *end;
  *end += (bytes + EM_LANES - 1) / EM_LANES * EM_LANES;
  return offset;
}

/* Rows of own memories that a block keeps. */
static size_t content_rows(const em_graph *graph, const em_memory *memory) {
  const em_shape *s = &graph->design.shape;
  switch (memory->role) {
    case EM_MEMORY_HISTORY: return (size_t)(s->k - 1) * s->ed;
    case EM_MEMORY_STATE: return (size_t)2 * EM_FORWARD_TOKENS * memory->lanes;
    case EM_MEMORY_SUM: return s->d;
    case EM_MEMORY_BUFFER:
    case EM_MEMORY_WEIGHT:
    case EM_MEMORY_BIAS:
    case EM_MEMORY_GAMMA:
    case EM_MEMORY_BETA:
    case EM_MEMORY_A:
    case EM_MEMORY_D: return 0;
  }
  return 0;
}

static void lay_out(em_toggles *t) {
  t->bytes = 0;
  place(&t->bytes, t->graph->memory_count * sizeof(counts));
  for (uint32_t m = 0; m < t->graph->memory_count; m++) {
    const em_memory *memory = &t->graph->memories[m];
    for (uint32_t port = 0; !memory->loaded && port < PORTS; port++) {
      t->memories[m].ports[port] =
          place(&t->bytes, memory->lanes * (2 * row_bytes(memory) + sizeof(int32_t)) + WORD_ROW);
    }
    t->memories[m].contents = place(&t->bytes, content_rows(t->graph, memory) * row_bytes(memory));
  }
}

em_status em_toggles_open(em_toggles *t, const em_graph *graph, const em_network *network, em_error *error) {
  *t = (em_toggles){graph, calloc(graph->memory_count, sizeof *t->memories), 0};
  size_t widest = 0;
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    widest = graph->memories[m].lanes > widest ? graph->memories[m].lanes : widest;
  }
  int8_t *words = malloc(2 * widest);
  if (words == NULL || t->memories == NULL) {
    free(words);
    return em_fail(error, EM_FAILED, "out of memory for counting toggles");
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const int8_t *codes[2];
    em_contents_codes(network, &graph->engines[e], codes);
    for (uint32_t place = 0; place < 2 && codes[place] != NULL; place++) {
      fill_contents(t, &graph->engines[e], place, codes[place], words);
    }
  }
  free(words);
  lay_out(t);
  return EM_OK;
}

void em_toggles_close(em_toggles *t) {
  free(t->memories);
  t->memories = NULL;
}

/* ---- Counts ---- */

void em_toggles_restart(const em_toggles *t, void *seen) {
  for (uint32_t m = 0; m < t->graph->memory_count; m++) {
    memset(counts_of(seen, m)->port, 0, sizeof counts_of(seen, m)->port);
  }
}

void em_toggles_merge(const em_toggles *t, void *seen, const void *other) {
  const counts *more = other;
  for (uint32_t m = 0; m < t->graph->memory_count; m++) {
    for (int port = 0; port < PORTS; port++) {
      counts_of(seen, m)->port[port] += more[m].port[port];
    }
  }
}

void em_toggles_add(const em_toggles *t, const void *seen, em_run_activity *activity) {
  const counts *c = seen;
  activity->toggles = true;
  for (uint32_t m = 0; m < t->graph->memory_count; m++) {
    const em_memory_toggles *loaded = &t->memories[m];
    em_memory_activity *memory = &activity->memories[m];
    memory->read_toggles[0] += c[m].port[0];
    memory->read_toggles[1] += c[m].port[1];
    memory->write_toggles += c[m].port[WRITE_PORT];
    if (t->graph->memories[m].loaded) {
      const uint64_t tokens = activity->times[t->graph->memories[m].owner].tokens;
      memory->read_toggles[0] +=
          tokens == 0 ? 0 : loaded->first + tokens * loaded->inner + (tokens - 1) * loaded->closing;
    }
  }
}
