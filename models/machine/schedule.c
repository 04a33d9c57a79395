#include "models/machine/schedule.h"

#include <string.h>

/* One busy engine in one cycle, and where to write what it does. */
typedef struct {
  const em_core *core;
  const em_state *state;
  const em_engine *engine;
  uint32_t index;
  uint32_t k; /* cycle in the token */
  em_records *records;
} busy_cycle;

const char *em_strobe_name(em_kind kind, uint32_t strobe) {
  static const char *const names[][EM_STROBES] = {
      [EM_AXIS_IN] = {"beat"},
      [EM_LINEAR] = {"mac", "wb1", "wb2"},
      [EM_NORM] = {"stat", "t1", "num", "div", "write"},
      [EM_CONV] = {"mac", "req", "pwl_x", "pwl_g"},
      [EM_SSM] = {"load", "s1", "s2", "s3", "s4", "s5", "s6"},
      [EM_POOL] = {"add", "num", "div", "write"},
      [EM_AXIS_OUT] = {"beat"},
  };
  return names[kind][strobe];
}

static void strobe(const busy_cycle *now, uint32_t number) {
  now->records->engines[now->index] |= UINT64_C(1) << (EM_RECORD_STROBE_BIT + number);
}

static void read_word(const busy_cycle *now, uint32_t memory, uint32_t port, uint64_t address) {
  uint32_t shift = EM_RECORD_ADDRESS_BITS * (1 + port);
  now->records->memories[memory] |= address << shift | UINT64_C(1) << (EM_RECORD_READ_BIT + port);
}

static void write_word(const busy_cycle *now, uint32_t memory, uint64_t address, em_write write) {
  now->records->memories[memory] |= address | UINT64_C(1) << EM_RECORD_WRITE_BIT;
  now->records->writes[memory] = write;
}

static void read_input(const busy_cycle *now, uint32_t input, uint32_t element) {
  em_port port = now->engine->inputs[input];
  const em_buffer *buffer = &now->core->graph.buffers[port.buffer];
  uint32_t slot = em_state_buffers(now->core, now->state)[port.buffer].read_slot[port.reader];
  read_word(now, buffer->memory, port.reader, (uint64_t)slot * buffer->slot_words + element / buffer->word_lanes);
}

static void write_output(const busy_cycle *now, uint32_t output, uint32_t element, uint32_t lanes) {
  uint32_t index = now->engine->outputs[output].buffer;
  const em_buffer *buffer = &now->core->graph.buffers[index];
  uint32_t slot = em_state_buffers(now->core, now->state)[index].write_slot;
  const int8_t *codes = em_state_slot(now->core, now->state, index, slot) + element;
  write_word(now, buffer->memory, (uint64_t)slot * buffer->slot_words + element / buffer->word_lanes,
             (em_write){.first_lane = element % buffer->word_lanes, .lanes = lanes, .codes = codes});
}

/* A step of an engine that goes through `columns` steps for each of its rows. */
typedef struct {
  uint32_t row, column;
} place;

/* The step that many cycles before; there is one. Divisions are dear here: this takes none. */
static place cycles_before(place at, uint32_t cycles, uint32_t columns) {
  for (; at.column < cycles; at.row--) {
    at.column += columns;
  }
  return (place){at.row, at.column - cycles};
}

static void record_linear(const busy_cycle *now) {
  const em_linear_geometry *g = &now->engine->linear;
  const em_shape *s = &now->core->graph.design.shape;
  const uint32_t k = now->k, columns = g->in / g->in_lanes, steps = now->engine->busy_cycles - 3;
  const place at = {k / columns, k % columns};
  if (k < steps) {
    uint32_t element = at.column * g->in_lanes;
    if (now->engine->holds_input) { /* patch_embed reads the frame */
      uint32_t token = em_state_engines(now->core, now->state)[now->index].token;
      uint32_t across = s->w / s->p, row = element / (s->p * s->c), within = element % (s->p * s->c);
      element = ((token / across * s->p + row) * s->w + token % across * s->p) * s->c + within;
    }
    read_input(now, 0, element);
    read_word(now, now->engine->memories[0], 0, k);
  }
  /* The stages after it have the steps of 1, 2 and 3 cycles before; what closes a row goes on. */
  for (uint32_t stage = 1; stage <= 3 && stage <= k; stage++) {
    const place done = cycles_before(at, stage, columns);
    const bool closes = done.column == columns - 1;
    if (k - stage >= steps || (stage > 1 && !closes)) {
      continue;
    }
    strobe(now, stage - 1);
    if (stage == 1 && g->bias && closes) {
      read_word(now, now->engine->memories[1], 0, done.row);
    } else if (stage == 2 && g->residual) {
      read_input(now, 1, done.row * g->out_lanes);
    } else if (stage == 3) {
      write_output(now, 0, done.row * g->out_lanes, g->out_lanes);
    }
  }
}

static void record_norm(const busy_cycle *now) {
  uint32_t lanes = now->engine->lanes, groups = now->core->graph.design.shape.d / lanes, k = now->k;
  if (k < groups) {
    read_input(now, 0, k * lanes);
  }
  if (k >= 1 && k <= groups) {
    strobe(now, 0);
  }
  if (k < groups) {
    return;
  }
  uint32_t group = (k - groups) / 9, offset = (k - groups) % 9;
  if (group < groups) {
    if (offset == 0) {
      read_input(now, 0, group * lanes);
      read_word(now, now->engine->memories[0], 0, group);
      read_word(now, now->engine->memories[1], 0, group);
    } else {
      strobe(now, offset < 3 ? offset : 3);
    }
  }
  if (group >= 1 && offset < 2) { /* the previous group's last two divider steps */
    strobe(now, 3);
  }
  if (group >= 1 && offset == 2) {
    strobe(now, 4);
    write_output(now, 0, (group - 1) * lanes, lanes);
  }
}

static void record_conv(const busy_cycle *now) {
  uint32_t lanes = now->engine->lanes, groups = (now->engine->busy_cycles - 3) / 2, k = now->k;
  const uint16_t *memories = now->engine->memories;
  if (k < 2 * groups) {
    read_input(now, 0, k * lanes);
  }
  if (k < groups) {
    read_word(now, memories[0], 0, k);
    read_word(now, memories[2], 0, k);
  }
  if (k >= 1 && k - 1 < groups) {
    uint32_t taps = now->core->graph.design.shape.k - 1, ed = now->core->graph.design.shape.ed;
    const int8_t *history = em_state_memory(now->core, now->state, now->index);
    strobe(now, 0);
    write_word(
        now, memories[2], k - 1,
        (em_write){.lanes = lanes * taps, .codes = history + (size_t)(k - 1) * lanes, .taps = taps, .stride = ed});
    read_word(now, memories[1], 0, k - 1);
  }
  if (k >= 2 && k - 2 < groups) {
    strobe(now, 1);
  }
  if (k >= 3) {
    uint32_t step = k - 3, gate = step >= groups ? 1 : 0;
    strobe(now, 2 + gate);
    write_output(now, gate, (step - gate * groups) * lanes, lanes);
  }
}

static void record_ssm(const busy_cycle *now) {
  const em_design *design = &now->core->graph.design;
  const em_shape *s = &design->shape;
  uint32_t lanes = now->engine->lanes, channels = now->engine->channels;
  uint32_t per_group = lanes < s->n ? s->n / lanes : 1;
  uint32_t plane = design->param_proj.out, loads = (s->r + 2 * s->n) / plane, k = now->k;
  uint32_t steps = now->engine->busy_cycles - 6 - loads;
  const uint16_t *memories = now->engine->memories;
  if (k < loads) {
    read_input(now, 0, k * plane);
  }
  if (k >= 1 && k <= loads) {
    strobe(now, 0);
  }
  if (k < loads) {
    return;
  }
  const uint32_t step = k - loads;
  const place at = {step / per_group, step % per_group};
  if (step < steps) {
    read_word(now, memories[0], 0, step);
    if (at.column == 0) {
      read_input(now, 1, at.row * channels);
      read_input(now, 2, at.row * channels);
    }
  }
  for (uint32_t stage = 1; stage <= 6 && stage <= step; stage++) {
    const place done = cycles_before(at, stage, per_group); /* the step that is in this stage now */
    const bool closes = done.column == per_group - 1;
    if (step - stage >= steps || (stage >= 5 && !closes)) {
      continue;
    }
    strobe(now, stage);
    if (stage == 2) {
      read_word(now, memories[2], 0, step - stage);
    } else if (stage == 4) {
      const int32_t *h = em_state_memory(now->core, now->state, now->index);
      const uint32_t word = step - stage;
      write_word(now, memories[2], word, (em_write){.lanes = lanes, .values = h + (size_t)word * lanes});
      if (closes) {
        read_word(now, memories[1], 0, done.row);
      }
    } else if (stage == 5) {
      read_input(now, 3, done.row * channels);
    } else if (stage == 6) {
      write_output(now, 0, done.row * channels, channels);
    }
  }
}

static void record_pool(const busy_cycle *now) {
  uint32_t lanes = now->engine->lanes, groups = now->core->graph.design.shape.d / lanes, k = now->k;
  uint16_t memory = now->engine->memories[0];
  if (!em_engine_ends(now->engine, em_state_engines(now->core, now->state)[now->index].token)) {
    if (k < groups) {
      read_input(now, 0, k * lanes);
      read_word(now, memory, 0, k);
    }
    if (k >= 1) {
      const int32_t *sums = em_state_memory(now->core, now->state, now->index);
      strobe(now, 0);
      write_word(now, memory, k - 1, (em_write){.lanes = lanes, .values = sums + (size_t)(k - 1) * lanes});
    }
    return;
  }
  uint32_t group = k / 9, offset = k % 9;
  if (group < groups) {
    if (offset == 0) {
      read_input(now, 0, group * lanes);
      read_word(now, memory, 0, group);
    } else {
      strobe(now, offset == 1 ? 1 : 2);
    }
  }
  if (group >= 1 && offset == 0) {
    strobe(now, 2);
  }
  if (group >= 1 && offset == 1) {
    strobe(now, 3);
    write_output(now, 0, (group - 1) * lanes, lanes);
  }
}

/* ---- Streams and buffers ---- */

static void record_commit(em_records *records, const em_engine *engine, uint32_t output) {
  records->buffers[engine->outputs[output].buffer] |= 1;
}

static void record_release(em_records *records, const em_engine *engine, uint32_t input) {
  records->buffers[engine->inputs[input].buffer] |= UINT64_C(1) << (1 + engine->inputs[input].reader);
}

static void record_input_stream(const busy_cycle *now, const em_pins *pins) {
  const em_engine *engine = now->engine;
  const em_buffer *buffer = &now->core->graph.buffers[engine->outputs[0].buffer];
  const em_buffer_state *b = &em_state_buffers(now->core, now->state)[engine->outputs[0].buffer];
  uint64_t *record = &now->records->engines[now->index];
  if (b->count[0] == buffer->depth_tokens) {
    *record = EM_BLOCKED;
  } else if (!pins->in_valid) {
    *record = EM_STARVED;
  } else {
    *record = EM_BUSY;
    strobe(now, 0);
    uint32_t element = now->state->in_beat * engine->lanes;
    write_word(now, buffer->memory, (uint64_t)b->write_slot * buffer->slot_words + element / buffer->word_lanes,
               (em_write){.first_lane = element % buffer->word_lanes, .lanes = engine->lanes, .codes = pins->in_data});
    if (now->state->in_beat + 1 == engine->busy_cycles) {
      *record |= UINT64_C(1) << EM_RECORD_LAST_BIT;
      record_commit(now->records, engine, 0);
    }
  }
}

static void record_output_stream(const busy_cycle *now, const em_pins *pins) {
  const em_engine *engine = now->engine;
  const em_buffer *buffer = &now->core->graph.buffers[engine->inputs[0].buffer];
  uint32_t count = em_state_buffers(now->core, now->state)[engine->inputs[0].buffer].count[engine->inputs[0].reader];
  uint64_t *record = &now->records->engines[now->index];
  if (!now->state->out_valid) {
    *record = count >= buffer->take_tokens ? EM_BUSY : EM_STARVED;
    if (*record == EM_BUSY) {
      read_input(now, 0, 0);
    }
  } else if (!pins->out_ready) {
    *record = EM_BLOCKED;
  } else {
    *record = EM_BUSY;
    strobe(now, 0);
    if (now->state->out_beat + 2 == engine->busy_cycles) {
      *record |= UINT64_C(1) << EM_RECORD_LAST_BIT;
      record_release(now->records, engine, 0);
    } else {
      read_input(now, 0, (now->state->out_beat + 1) * engine->lanes);
    }
  }
}

static void record_busy_engine(const busy_cycle *now, bool last) {
  const em_engine *engine = now->engine;
  switch (engine->kind) {
    case EM_LINEAR: record_linear(now); break;
    case EM_NORM: record_norm(now); break;
    case EM_CONV: record_conv(now); break;
    case EM_SSM: record_ssm(now); break;
    case EM_POOL: record_pool(now); break;
    case EM_AXIS_IN:
    case EM_AXIS_OUT: break;
  }
  if (!last) {
    return;
  }
  now->records->engines[now->index] |= UINT64_C(1) << EM_RECORD_LAST_BIT;
  bool ends = em_engine_ends(engine, em_state_engines(now->core, now->state)[now->index].token);
  for (uint32_t i = 0; i < engine->input_count && (ends || !engine->holds_input); i++) {
    record_release(now->records, engine, i);
  }
  for (uint32_t i = 0; i < engine->output_count && (ends || !engine->holds_output); i++) {
    record_commit(now->records, engine, i);
  }
}

void em_schedule_record(const em_core *core, const em_state *state, const em_pins *pins, em_records *records) {
  const em_graph *graph = &core->graph;
  const em_engine_state *engines = em_state_engines(core, state);
  const em_buffer_state *buffers = em_state_buffers(core, state);
  const uint64_t *finish = em_state_finish(core, state);
  memset(records->memories, 0, graph->memory_count * sizeof records->memories[0]);
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    records->buffers[b] = (uint64_t)buffers[b].count[0] << 8 | (uint64_t)buffers[b].count[1] << 24;
  }
  for (uint32_t e = 1; e + 1 < graph->engine_count; e++) {
    records->engines[e] = engines[e].status;
    if (finish[e] != UINT64_MAX) {
      const em_engine *engine = &graph->engines[e];
      uint64_t left = finish[e] - state->cycle;
      uint32_t cycles = em_engine_cycles(engine, engines[e].token);
      busy_cycle now = {core, state, engine, e, (uint32_t)(cycles - left), records};
      record_busy_engine(&now, left == 1);
    }
  }
  uint32_t last = graph->engine_count - 1;
  record_input_stream(&(busy_cycle){core, state, &graph->engines[0], 0, 0, records}, pins);
  record_output_stream(&(busy_cycle){core, state, &graph->engines[last], last, 0, records}, pins);
}
