#include "models/machine/core.h"

#include <string.h>

#define IDLE UINT64_MAX

em_engine_state *em_state_engines(const em_core *core, const em_state *state) {
  return (em_engine_state *)(void *)((uint8_t *)(uintptr_t)state + core->engines_offset);
}

em_buffer_state *em_state_buffers(const em_core *core, const em_state *state) {
  return (em_buffer_state *)(void *)((uint8_t *)(uintptr_t)state + core->buffers_offset);
}

uint64_t *em_state_finish(const em_core *core, const em_state *state) {
  return (uint64_t *)(void *)((uint8_t *)(uintptr_t)state + core->finish_offset);
}

int8_t *em_state_slot(const em_core *core, const em_state *state, uint32_t buffer, uint32_t slot) {
  const em_buffer *b = &core->graph.buffers[buffer];
  return (int8_t *)(uintptr_t)state + core->data_offset[buffer] + (size_t)slot * b->slot_words * b->word_lanes;
}

void *em_state_memory(const em_core *core, const em_state *state, uint32_t engine) {
  return (uint8_t *)(uintptr_t)state + core->memory_offset[engine];
}

void *em_state_toggles(const em_core *core, const em_state *state) {
  return (uint8_t *)(uintptr_t)state + core->toggles_offset;
}

static int8_t *output_codes(const em_core *core, const em_state *state) {
  return (int8_t *)(uintptr_t)state + core->output_offset;
}

const int8_t *em_core_output(const em_core *core, const em_state *state) {
  return output_codes(core, state);
}

bool em_engine_ends(const em_engine *engine, uint32_t place) {
  return place + 1 == engine->tokens_per_release || engine->tokens_per_release == 1;
}

uint32_t em_engine_cycles(const em_engine *engine, uint32_t place) {
  return em_engine_ends(engine, place) ? engine->busy_last_cycles : engine->busy_cycles;
}

static void mark_dirty(em_state *state, uint32_t engine) {
  state->dirty[engine / 64] |= UINT64_C(1) << engine % 64;
}

void em_state_reset(const em_core *core, em_state *state) {
  memset(state, 0, core->state_bytes);
  for (uint32_t e = 0; e < core->graph.engine_count; e++) {
    em_state_finish(core, state)[e] = IDLE;
    if (core->graph.engines[e].kind != EM_AXIS_IN && core->graph.engines[e].kind != EM_AXIS_OUT) {
      mark_dirty(state, e);
    }
  }
}

/* ---- Token buffers ---- */

static bool port_valid(const em_core *core, const em_buffer_state *buffers, em_port port) {
  return buffers[port.buffer].count[port.reader] >= core->graph.buffers[port.buffer].take_tokens;
}

static bool port_ready(const em_core *core, const em_buffer_state *buffers, em_port port) {
  const em_buffer *buffer = &core->graph.buffers[port.buffer];
  const em_buffer_state *b = &buffers[port.buffer];
  return b->count[0] < buffer->depth_tokens && (buffer->reader_count < 2 || b->count[1] < buffer->depth_tokens);
}

static void commit(const em_core *core, em_state *state, em_port port) {
  const em_buffer *buffer = &core->graph.buffers[port.buffer];
  em_buffer_state *b = &em_state_buffers(core, state)[port.buffer];
  b->write_slot = b->write_slot + 1 == buffer->depth_tokens ? 0 : b->write_slot + 1;
  for (uint32_t r = 0; r < buffer->reader_count; r++) {
    b->count[r]++;
    mark_dirty(state, buffer->readers[r]);
  }
}

static void release(const em_core *core, em_state *state, em_port port) {
  const em_buffer *buffer = &core->graph.buffers[port.buffer];
  em_buffer_state *b = &em_state_buffers(core, state)[port.buffer];
  b->count[port.reader] -= buffer->take_tokens;
  uint32_t slot = b->read_slot[port.reader] + buffer->take_tokens; /* which divides the depth */
  b->read_slot[port.reader] = slot == buffer->depth_tokens ? 0 : slot;
  mark_dirty(state, buffer->writer);
}

const int8_t *em_core_input(const em_core *core, const em_state *state, const em_engine *engine, uint32_t input) {
  em_port port = engine->inputs[input];
  return em_state_slot(core, state, port.buffer, em_state_buffers(core, state)[port.buffer].read_slot[port.reader]);
}

int8_t *em_core_output_slot(const em_core *core, const em_state *state, const em_engine *engine, uint32_t output) {
  uint32_t buffer = engine->outputs[output].buffer;
  return em_state_slot(core, state, buffer, em_state_buffers(core, state)[buffer].write_slot);
}

/* ---- One token's values ---- */

/* Copies patch `token` of a frame into `patch`, content in (row, column, channel) order. */
static void gather_patch(const em_shape *s, const int8_t *frame, uint32_t token, int8_t *patch) {
  uint32_t across = s->w / s->p, row_codes = s->p * s->c;
  const int8_t *corner = frame + ((size_t)(token / across) * s->p * s->w + (size_t)(token % across) * s->p) * s->c;
  for (uint32_t row = 0; row < s->p; row++) {
    memcpy(patch + (size_t)row * row_codes, corner + (size_t)row * s->w * s->c, row_codes);
  }
}

static int8_t *patch_of(const em_core *core, const em_state *state) {
  return (int8_t *)(uintptr_t)state + core->patch_offset;
}

static int8_t *rows_at(const em_core *core, const em_state *state, uint32_t which) {
  return (int8_t *)(uintptr_t)state + core->row_offsets[which];
}

/* The frame is lane 0 of a batch of one; the other lanes stay 0. */
static int8_t *spread(const int8_t *codes, size_t elements, int8_t *rows) {
  for (size_t i = 0; i < elements; i++) {
    rows[i * EM_LANES] = codes[i];
  }
  return rows;
}

static void collect(const int8_t *rows, size_t elements, int8_t *codes) {
  for (size_t i = 0; i < elements; i++) {
    codes[i] = rows[i * EM_LANES];
  }
}

/* The engine's own memory to rows, or back. */
static void exchange_memory(const em_core *core, em_state *state, uint32_t index, bool back) {
  const em_shape *s = &core->graph.design.shape;
  const em_kind kind = core->graph.engines[index].kind;
  void *memory = em_state_memory(core, state, index), *rows = rows_at(core, state, EM_CORE_MEMORY_ROWS);
  if (kind == EM_CONV && !back) {
    spread(memory, (size_t)s->ed * (s->k - 1), rows);
  } else if (kind == EM_CONV) {
    collect(rows, (size_t)s->ed * (s->k - 1), memory);
  }
  const size_t words = kind == EM_SSM ? (size_t)s->ed * s->n : kind == EM_POOL ? s->d : 0;
  int32_t *plain = memory, *lanes = rows;
  for (size_t i = 0; i < words; i++) {
    *(back ? plain + i : lanes + i * EM_LANES) = *(back ? lanes + i * EM_LANES : plain + i);
  }
}

/* A token that is being computed. */
typedef struct {
  const em_core *core;
  em_state *state;
  uint32_t index;
  const em_unit_io *io;
} token;

static void see_states(void *context, const em_states *told) {
  const token *t = context;
  em_toggles_states(t->core->toggles, em_state_toggles(t->core, t->state), t->index, t->io, told);
}

/* patch_embed gets the patch at `place`. */
static const int8_t *input_codes(const em_core *core, const em_state *state, const em_engine *engine, uint32_t input,
                                 uint32_t place) {
  const int8_t *codes = em_core_input(core, state, engine, input);
  if (engine->holds_input) {
    gather_patch(&core->graph.design.shape, codes, place, patch_of(core, state));
    return patch_of(core, state);
  }
  return codes;
}

static const int8_t *spread_input(const em_core *core, const em_state *state, const em_engine *engine, uint32_t input,
                                  uint32_t place) {
  const em_buffer *buffer = &core->graph.buffers[engine->inputs[input].buffer];
  const size_t elements = engine->holds_input ? engine->linear.in : (size_t)buffer->elements * buffer->take_tokens;
  return spread(input_codes(core, state, engine, input, place), elements, rows_at(core, state, input));
}

/* A token by itself, an element a lane. */
static void compute_alone(const em_core *core, em_state *state, uint32_t index, uint32_t place, int8_t *outputs[2],
                          em_node_count *nodes) {
  const em_engine *engine = &core->graph.engines[index];
  em_token_io io = {.place = place,
                    .outputs = {outputs[0], outputs[1]},
                    .memory = em_state_memory(core, state, index),
                    .scratch = rows_at(core, state, EM_CORE_SCRATCH_ROWS),
                    .nodes = nodes};
  for (uint32_t i = 0; i < engine->input_count; i++) {
    io.inputs[i] = input_codes(core, state, engine, i, place);
  }
  em_token_compute(&core->tokens[index], &core->units[index], &io);
}

static bool alone(const em_core *core, uint32_t index) {
  return core->toggles == NULL && core->tokens[index].ready;
}

static void compute(const em_core *core, em_state *state, uint32_t index, em_engine_state *es) {
  if (core->units == NULL) {
    return;
  }
  const em_engine *engine = &core->graph.engines[index];
  const uint32_t place = engine->tokens_per_frame == 1 ? 0 : es->token;
  if (alone(core, index)) {
    int8_t *outputs[2] = {NULL, NULL};
    for (uint32_t i = 0; i < engine->output_count; i++) {
      outputs[i] = em_core_output_slot(core, state, engine, i);
    }
    compute_alone(core, state, index, place, outputs, es->nodes);
    return;
  }
  token t = {core, state, index, NULL};
  em_unit_io io = {.tokens = 1,
                   .place = place,
                   .frames = 1,
                   .memory = rows_at(core, state, EM_CORE_MEMORY_ROWS),
                   .scratch = rows_at(core, state, EM_CORE_SCRATCH_ROWS),
                   .nodes = es->nodes,
                   .states = core->toggles != NULL ? see_states : NULL,
                   .context = &t};
  t.io = &io;
  for (uint32_t i = 0; i < engine->input_count; i++) {
    io.inputs[i] = spread_input(core, state, engine, i, place);
  }
  for (uint32_t i = 0; i < engine->output_count; i++) {
    io.outputs[i] = rows_at(core, state, EM_CORE_OUTPUT_ROWS + i);
  }
  exchange_memory(core, state, index, false);
  em_unit_compute(&core->units[index], &io);
  exchange_memory(core, state, index, true);
  for (uint32_t i = 0; i < engine->output_count; i++) {
    collect(io.outputs[i], core->graph.buffers[engine->outputs[i].buffer].elements,
            em_core_output_slot(core, state, engine, i));
  }
  if (core->toggles != NULL) {
    em_toggles_step(core->toggles, em_state_toggles(core, state), index, &io);
  }
}

/* What axis_out sends. */
static void compute_result(const em_core *core, em_state *state, uint32_t index, em_engine_state *es) {
  if (core->units == NULL) {
    return;
  }
  const em_engine *engine = &core->graph.engines[index];
  const uint32_t place = (uint32_t)(es->tokens % engine->tokens_per_frame);
  if (alone(core, index)) {
    compute_alone(core, state, index, place, (int8_t *[2]){output_codes(core, state), NULL}, es->nodes);
    return;
  }
  int8_t *output = rows_at(core, state, EM_CORE_OUTPUT_ROWS);
  const em_unit_io io = {.tokens = 1,
                         .place = place,
                         .frames = 1,
                         .inputs = {spread_input(core, state, engine, 0, place)},
                         .outputs = {output},
                         .nodes = es->nodes};
  em_unit_compute(&core->units[index], &io);
  collect(output, core->graph.design.shape.outputs, output_codes(core, state));
  if (core->toggles != NULL) {
    em_toggles_step(core->toggles, em_state_toggles(core, state), index, &io);
  }
}

/* ---- Time ---- */

static void add_cycles(em_engine_state *es, uint64_t cycles) {
  switch (es->status) {
    case EM_BUSY: es->busy += cycles; break;
    case EM_STARVED: es->starved += cycles; break;
    case EM_BLOCKED: es->blocked += cycles; break;
  }
  es->since += cycles;
}

/* Cycles are added up when the status changes. */
static void set_status(em_engine_state *es, uint64_t cycle, em_engine_status status) {
  if (es->status != status) {
    add_cycles(es, cycle - es->since);
    es->status = status;
  }
}

em_engine_state em_core_counters(const em_core *core, const em_state *state, uint32_t engine) {
  em_engine_state es = em_state_engines(core, state)[engine];
  add_cycles(&es, state->cycle - es.since);
  return es;
}

void em_state_conclude(const em_core *core, em_state *state, uint64_t cycles, const em_engine_timing *times) {
  state->cycle = cycles;
  for (uint32_t e = 0; e < core->graph.engine_count; e++) {
    em_engine_state *es = &em_state_engines(core, state)[e];
    es->busy = times[e].busy;
    es->starved = times[e].starved;
    es->blocked = times[e].blocked;
    es->tokens = times[e].tokens;
    es->since = cycles;
  }
}

void em_core_activity(const em_core *core, const em_state *state, em_run_activity *activity) {
  em_activity_clear(&core->graph, activity);
  activity->cycles = state->cycle;
  for (uint32_t e = 0; e < core->graph.engine_count; e++) {
    em_engine_state es = em_core_counters(core, state, e);
    activity->times[e] = (em_engine_timing){es.busy, es.starved, es.blocked, es.tokens};
    em_activity_add(&core->graph, e, es.tokens, &activity->engines[e], activity->memories);
  }
  if (core->toggles != NULL) {
    em_toggles_add(core->toggles, em_state_toggles(core, state), activity);
  }
}

static em_engine_status idle_status(const em_core *core, const em_buffer_state *buffers, const em_engine *engine) {
  for (uint32_t i = 0; i < engine->input_count; i++) {
    if (!port_valid(core, buffers, engine->inputs[i])) {
      return EM_STARVED;
    }
  }
  for (uint32_t i = 0; i < engine->output_count; i++) {
    if (!port_ready(core, buffers, engine->outputs[i])) {
      return EM_BLOCKED;
    }
  }
  return EM_BUSY;
}

void em_core_settle(const em_core *core, em_state *state) {
  const em_buffer_state *buffers = em_state_buffers(core, state);
  uint64_t *finish = em_state_finish(core, state);
  for (uint32_t word = 0; word < (core->graph.engine_count + 63) / 64; word++) {
    uint64_t pending = state->dirty[word];
    state->dirty[word] = 0;
    for (; pending != 0; pending &= pending - 1) {
      uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(pending);
      const em_engine *engine = &core->graph.engines[index];
      if (finish[index] != IDLE || engine->kind == EM_AXIS_IN || engine->kind == EM_AXIS_OUT) {
        continue;
      }
      em_engine_state *es = &em_state_engines(core, state)[index];
      set_status(es, state->cycle, idle_status(core, buffers, engine));
      if (es->status == EM_BUSY) {
        finish[index] = state->cycle + em_engine_cycles(engine, es->token);
        compute(core, state, index, es);
      }
    }
  }
}

/* Commits and releases what the engine's token ends, at the end of its last cycle. */
static void finish_token(const em_core *core, em_state *state, uint32_t index) {
  const em_engine *engine = &core->graph.engines[index];
  em_engine_state *es = &em_state_engines(core, state)[index];
  bool ends = em_engine_ends(engine, es->token);
  for (uint32_t i = 0; i < engine->input_count && (ends || !engine->holds_input); i++) {
    release(core, state, engine->inputs[i]);
  }
  for (uint32_t i = 0; i < engine->output_count && (ends || !engine->holds_output); i++) {
    commit(core, state, engine->outputs[i]);
  }
  es->tokens++;
  es->token = es->token + 1 == core->graph.design.shape.l ? 0 : es->token + 1;
  em_state_finish(core, state)[index] = IDLE;
  mark_dirty(state, index);
}

/* axis_in, the first engine. Returns how many cycles its present status lasts at most. */
static uint64_t plan_input(const em_core *core, const em_state *state, const em_pins *pins, em_engine_status *status) {
  const em_engine *engine = &core->graph.engines[0];
  bool ready = port_ready(core, em_state_buffers(core, state), engine->outputs[0]);
  *status = !ready ? EM_BLOCKED : pins->in_valid ? EM_BUSY : EM_STARVED;
  return *status == EM_BUSY ? engine->busy_cycles - state->in_beat : UINT64_MAX;
}

/* axis_out, the last engine; busy when it fetches a result or sends a beat. */
static uint64_t plan_output(const em_core *core, const em_state *state, const em_pins *pins, em_engine_status *status) {
  const em_engine *engine = &core->graph.engines[core->graph.engine_count - 1];
  if (state->out_valid) {
    *status = pins->out_ready ? EM_BUSY : EM_BLOCKED;
    return pins->out_ready ? engine->busy_cycles - 1 - state->out_beat : UINT64_MAX;
  }
  bool fetch = port_valid(core, em_state_buffers(core, state), engine->inputs[0]);
  *status = fetch ? EM_BUSY : EM_STARVED;
  return fetch ? 1 : UINT64_MAX;
}

static void advance_input(const em_core *core, em_state *state, const em_pins *pins, em_step *step) {
  const em_engine *engine = &core->graph.engines[0];
  em_engine_state *es = &em_state_engines(core, state)[0];
  if (es->status != EM_BUSY) {
    return;
  }
  step->in_beats = (uint32_t)step->cycles;
  if (core->units != NULL) {
    memcpy(em_core_output_slot(core, state, engine, 0) + (size_t)state->in_beat * engine->lanes, pins->in_data,
           (size_t)step->in_beats * engine->lanes);
  }
  if (core->units != NULL && core->toggles != NULL) {
    em_toggles_stream(core->toggles, em_state_toggles(core, state), pins->in_data, step->in_beats);
  }
  state->in_beat += step->in_beats;
  if (state->in_beat == engine->busy_cycles) {
    state->in_beat = 0;
    commit(core, state, engine->outputs[0]);
    es->tokens++;
    step->frame_in = true;
    step->finished[0] |= 1;
  }
}

static void advance_output(const em_core *core, em_state *state, em_step *step) {
  uint32_t index = core->graph.engine_count - 1;
  const em_engine *engine = &core->graph.engines[index];
  em_engine_state *es = &em_state_engines(core, state)[index];
  if (es->status != EM_BUSY) {
    return;
  }
  if (!state->out_valid) {
    compute_result(core, state, index, es);
    state->out_valid = 1;
    return;
  }
  step->out_beats = (uint32_t)step->cycles;
  state->out_beat += step->out_beats;
  if (state->out_beat == engine->busy_cycles - 1) {
    state->out_beat = 0;
    state->out_valid = 0;
    release(core, state, engine->inputs[0]);
    es->tokens++;
    step->result_out = true;
    step->finished[index / 64] |= UINT64_C(1) << index % 64;
  }
}

/* The earliest cycle in which a token ends; IDLE, the largest value, where none is in progress. */
static uint64_t next_finish(const uint64_t *finish, uint32_t count) {
  uint64_t next = IDLE;
  for (uint32_t e = 0; e < count; e++) {
    next = finish[e] < next ? finish[e] : next;
  }
  return next;
}

void em_core_advance(const em_core *core, em_state *state, const em_pins *pins, uint64_t max_cycles, em_step *step) {
  em_core_settle(core, state);
  uint32_t last = core->graph.engine_count - 1;
  em_engine_state *engines = em_state_engines(core, state);
  uint64_t *finish = em_state_finish(core, state);
  em_engine_status in_status, out_status;
  uint64_t cycles = max_cycles;
  uint64_t limit = plan_input(core, state, pins, &in_status);
  cycles = limit < cycles ? limit : cycles;
  limit = plan_output(core, state, pins, &out_status);
  cycles = limit < cycles ? limit : cycles;
  uint64_t next = next_finish(finish, core->graph.engine_count); /* the streams are always idle in this sense */
  cycles = next != IDLE && next - state->cycle < cycles ? next - state->cycle : cycles;

  *step = (em_step){.cycles = cycles};
  set_status(&engines[0], state->cycle, in_status);
  set_status(&engines[last], state->cycle, out_status);
  state->cycle += cycles;
  advance_input(core, state, pins, step);
  advance_output(core, state, step);
  if (next == state->cycle) {
    for (uint32_t e = 1; e < last; e++) {
      if (finish[e] == next) {
        finish_token(core, state, e);
        step->finished[e / 64] |= UINT64_C(1) << e % 64;
      }
    }
  }
}
