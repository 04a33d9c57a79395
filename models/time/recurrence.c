#include "models/time/recurrence.h"

#include <string.h>

enum { FIRST_MARK = 16 }; /* tokens of a frame before a repeating pattern is looked for */

static uint64_t later(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

/* A reader takes take_tokens slots at once: they count as one. */
static uint32_t slot_count(const em_buffer *buffer) {
  return buffer->depth_tokens / buffer->take_tokens;
}

size_t em_recurrence_state_words(const em_graph *graph) {
  size_t words = 2 * (size_t)graph->engine_count + graph->buffer_count;
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    words += slot_count(&graph->buffers[b]);
  }
  return words;
}

size_t em_recurrence_words(const em_graph *graph) {
  return 2 * em_recurrence_state_words(graph);
}

/* The first after axis_in that works once a frame reads the pool's mean or the whole store. With one token a frame it
 * does not matter which is which. */
uint32_t em_recurrence_frame_engine(const em_graph *graph) {
  uint32_t e = 1;
  while (e < graph->engine_count) {
    const em_buffer *input = &graph->buffers[graph->engines[e].inputs[0].buffer];
    if (input->take_tokens > 1 || graph->engines[input->writer].holds_output) {
      break;
    }
    e++;
  }
  return e;
}

void em_recurrence_start(em_recurrence *r, const em_graph *graph, const em_stimulus *stalls, uint64_t *workspace,
                         em_token_observer observer, void *context) {
  r->graph = graph;
  r->stalls = stalls != NULL && (stalls->stall_in > 0 || stalls->stall_out > 0) ? stalls : NULL;
  r->observer = observer;
  r->context = context;
  r->frames = r->cycles = r->steps = 0;
  r->state_words = (uint32_t)em_recurrence_state_words(graph);
  r->state = workspace;
  r->mark = workspace + r->state_words;
  r->last = r->state;
  r->blocked = r->last + graph->engine_count;
  r->place = r->blocked + graph->engine_count;
  r->released = r->place + graph->buffer_count;
  r->frame_engine = em_recurrence_frame_engine(graph);
  memset(r->state, 0, r->state_words * sizeof *r->state);
  r->slots[0] = 0;
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    r->place[b] = r->slots[b];
    r->slots[b + 1] = r->slots[b] + slot_count(&graph->buffers[b]);
  }
}

/* ---- One token ---- */

/* The engine's inputs are released; the last reader of a buffer moves on to its next slot. */
static void release(em_recurrence *r, const em_engine *engine, uint64_t finish) {
  for (uint32_t i = 0; i < engine->input_count; i++) {
    uint32_t b = engine->inputs[i].buffer, reader = engine->inputs[i].reader;
    uint64_t *place = &r->place[b], *slot = &r->released[*place];
    *slot = reader == 0 ? finish : later(*slot, finish);
    if (reader + 1 == r->graph->buffers[b].reader_count) {
      *place = *place + 1 == r->slots[b + 1] ? r->slots[b] : *place + 1;
    }
  }
}

static uint64_t inputs_ready(const em_recurrence *r, const em_engine *engine, uint64_t ready) {
  for (uint32_t i = 0; i < engine->input_count; i++) {
    ready = later(ready, r->last[r->graph->buffers[engine->inputs[i].buffer].writer]);
  }
  return ready;
}

static uint64_t outputs_ready(const em_recurrence *r, const em_engine *engine, uint64_t ready) {
  for (uint32_t i = 0; i < engine->output_count; i++) {
    ready = later(ready, r->released[r->place[engine->outputs[i].buffer]]);
  }
  return ready;
}

/* `ends`: the token is the last of its frame. */
static void step_engine(em_recurrence *r, uint32_t index, uint64_t token, bool ends) {
  const em_engine *engine = &r->graph->engines[index];
  uint64_t free = r->last[index];
  uint64_t fed = inputs_ready(r, engine, free);
  uint64_t start = outputs_ready(r, engine, fed);
  uint64_t finish = start + (ends ? engine->busy_last_cycles : engine->busy_cycles);
  r->last[index] = finish;
  r->blocked[index] += start - fed;
  if (ends || !engine->holds_input) {
    release(r, engine, finish);
  }
  if (r->observer != NULL) {
    em_token_time time = {index, token, fed - free, start - fed, start, finish, 0};
    r->observer(r->context, &time);
  }
}

/* A frame through axis_in with bubbles: a beat waits for the source, the first one also for the slot. */
static void step_source(em_recurrence *r) {
  const em_engine *engine = &r->graph->engines[0];
  uint64_t free = r->last[0], ready = outputs_ready(r, engine, free), cycle = free, start = 0;
  for (uint32_t beat = 0; beat < engine->busy_cycles; beat++) {
    while (!em_stimulus_offers(r->stalls, cycle)) {
      cycle++;
    }
    cycle = beat == 0 ? later(cycle, ready) : cycle;
    start = beat == 0 ? cycle : start;
    cycle++;
  }
  r->last[0] = cycle;
  r->blocked[0] += ready - free;
  if (r->observer != NULL) {
    uint64_t pauses = cycle - start - engine->busy_cycles;
    em_token_time time = {0, r->frames, start - ready, ready - free, start, cycle, pauses};
    r->observer(r->context, &time);
  }
}

/* A result through axis_out with back-pressure: a cycle to fetch it, then its beats. */
static void step_sink(em_recurrence *r, uint64_t token) {
  uint32_t index = r->graph->engine_count - 1;
  const em_engine *engine = &r->graph->engines[index];
  uint64_t free = r->last[index], start = inputs_ready(r, engine, free), cycle = start + 1;
  for (uint32_t beat = 1; beat < engine->busy_cycles; beat++) {
    while (!em_stimulus_ready(r->stalls, cycle)) {
      cycle++;
    }
    cycle++;
  }
  uint64_t pauses = cycle - start - engine->busy_cycles;
  r->last[index] = cycle;
  r->blocked[index] += pauses;
  release(r, engine, cycle);
  if (r->observer != NULL) {
    em_token_time time = {index, token, start - free, 0, start, cycle, pauses};
    r->observer(r->context, &time);
  }
}

static void step(em_recurrence *r, uint32_t index, uint64_t token, bool ends) {
  if (r->stalls == NULL || (index != 0 && index != r->graph->engine_count - 1)) {
    step_engine(r, index, token, ends);
  } else if (index == 0) {
    step_source(r);
  } else {
    step_sink(r, token);
  }
}

/* ---- Patterns ---- */

/* A copy of the state, and how to read it. */
static const uint64_t *places_of(const em_recurrence *r, const uint64_t *state) {
  return state + 2 * (size_t)r->graph->engine_count;
}

static const uint64_t *released_of(const em_recurrence *r, const uint64_t *state) {
  return places_of(r, state) + r->graph->buffer_count;
}

/*
 * A slot that was released before its writer's last finish is simply free: how long ago does not matter, now or later.
 */
static bool slots_repeat(const em_recurrence *r, const uint64_t *state, uint32_t buffer, uint64_t cycles) {
  uint32_t writer = r->graph->buffers[buffer].writer, first = r->slots[buffer], end = r->slots[buffer + 1];
  uint64_t now = r->place[buffer], then = places_of(r, state)[buffer];
  const uint64_t *released = released_of(r, state);
  for (uint32_t i = first; i < end; i++) {
    if (later(r->released[now], r->last[writer]) != later(released[then], state[writer]) + cycles) {
      return false;
    }
    now = now + 1 == end ? first : now + 1;
    then = then + 1 == end ? first : then + 1;
  }
  return true;
}

/* True when engines first..end-1 and the buffers that they write are where they were, `cycles` later. */
static bool repeats(const em_recurrence *r, const uint64_t *state, uint32_t first, uint32_t end, uint64_t cycles) {
  for (uint32_t e = end; e-- > first;) { /* those at the end settle last */
    if (r->last[e] != state[e] + cycles) {
      return false;
    }
  }
  for (uint32_t e = first; e < end; e++) {
    const em_engine *engine = &r->graph->engines[e];
    for (uint32_t o = 0; o < engine->output_count; o++) {
      if (!slots_repeat(r, state, engine->outputs[o].buffer, cycles)) {
        return false;
      }
    }
  }
  return true;
}

/* `times` times what engines first..end-1 did since `state`. */
static void leap(em_recurrence *r, const uint64_t *state, uint32_t first, uint32_t end, uint64_t cycles,
                 uint64_t times) {
  const uint64_t *blocked = state + r->graph->engine_count;
  for (uint32_t e = first; e < end; e++) {
    const em_engine *engine = &r->graph->engines[e];
    r->last[e] += times * cycles;
    r->blocked[e] += times * (r->blocked[e] - blocked[e]);
    for (uint32_t o = 0; o < engine->output_count; o++) {
      uint32_t b = engine->outputs[o].buffer;
      for (uint32_t slot = r->slots[b]; slot < r->slots[b + 1]; slot++) {
        r->released[slot] += times * cycles;
      }
    }
  }
}

bool em_recurrence_repeats(const em_recurrence *r, const uint64_t *state, uint64_t cycles) {
  return r->stalls == NULL && repeats(r, state, 0, r->graph->engine_count, cycles);
}

void em_recurrence_leap(em_recurrence *r, const uint64_t *state, uint64_t frames, uint64_t cycles, uint64_t times) {
  leap(r, state, 0, r->graph->engine_count, cycles, times);
  r->frames += times * frames;
  r->cycles += times * cycles;
}

/*
 * Within a frame: where after `done` tokens all is as it was at the mark, whole repetitions are added at once, up to
 * the frame's last token, which differs. Returns the tokens that are done then. The mark moves to every power of two.
 */
static uint64_t skip_tokens(em_recurrence *r, uint64_t done, uint64_t *marked) {
  uint64_t left = r->graph->design.shape.l - 1 - done, cycles = *marked > 0 ? r->last[1] - r->mark[1] : 0;
  bool frame_waited = later(r->last[0], r->last[1]) != later(r->mark[0], r->mark[1]) + cycles;
  if (*marked > 0 && !frame_waited && repeats(r, r->mark, 1, r->frame_engine, cycles)) {
    uint64_t period = done - *marked, times = left / period;
    leap(r, r->mark, 1, r->frame_engine, cycles, times);
    *marked = UINT64_MAX; /* once a frame */
    return done + times * period;
  }
  if ((done & (done - 1)) == 0) {
    memcpy(r->mark, r->state, r->state_words * sizeof *r->state);
    *marked = done;
  }
  return done;
}

void em_recurrence_frame(em_recurrence *r) {
  const em_shape *s = &r->graph->design.shape;
  bool skips = r->observer == NULL && s->l > 2 * FIRST_MARK && (r->stalls == NULL || em_results_per_frame(s) == 1);
  uint64_t first = r->frames * s->l, marked = 0;
  step(r, 0, r->frames, true);
  for (uint64_t t = 0; t < s->l;) {
    for (uint32_t e = 1; e < r->frame_engine; e++) {
      step(r, e, first + t, t + 1 == s->l);
    }
    r->steps += r->frame_engine;
    t++;
    if (skips && t >= FIRST_MARK && t < s->l && marked != UINT64_MAX) {
      t = skip_tokens(r, t, &marked);
    }
  }
  for (uint32_t e = r->frame_engine; e < r->graph->engine_count; e++) {
    step(r, e, r->frames, true);
  }
  r->frames++;
  r->cycles = r->last[r->graph->engine_count - 1];
}

/* ---- Counters ---- */

em_engine_timing em_recurrence_counters(const em_recurrence *r, uint32_t index) {
  const em_engine *engine = &r->graph->engines[index];
  bool of_tokens = index > 0 && index < r->frame_engine;
  uint64_t tokens = of_tokens ? r->frames * r->graph->design.shape.l : r->frames;
  uint64_t ending = tokens / engine->tokens_per_release, last = r->last[index];
  em_engine_timing t = {.tokens = tokens,
                        .busy = (tokens - ending) * engine->busy_cycles + ending * engine->busy_last_cycles,
                        .blocked = r->blocked[index]};
  if (index == 0) { /* with nothing left to take it still waits for the slot of one more frame */
    t.blocked += outputs_ready(r, engine, last) - last;
  }
  t.starved = r->cycles - t.busy - t.blocked;
  return t;
}
