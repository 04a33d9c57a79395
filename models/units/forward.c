#include "models/units/forward.h"

#include <stdlib.h>
#include <string.h>

#include "models/units/stream.h"

enum { CACHE_BYTES = 1 << 20 };

/* ---- Layout: first measured, then placed ---- */

typedef struct {
  int8_t *block; /* NULL while measuring */
  size_t end;
} layout;

static void *place(layout *l, size_t bytes) {
  size_t offset = (l->end + EM_LANES - 1) / EM_LANES * EM_LANES;
  l->end = offset + bytes;
  return l->block == NULL ? NULL : l->block + offset;
}

/* Rows that a buffer needs for a token; the frame buffer's are a patch. */
static size_t token_bytes(const em_graph *graph, const em_buffer *buffer) {
  const em_shape *s = &graph->design.shape;
  return (size_t)(buffer->id == EM_BUFFER_FRAME ? s->p * s->p * s->c : buffer->elements) * EM_LANES;
}

static uint32_t tokens_at_once(const em_graph *graph) {
  const em_shape *s = &graph->design.shape;
  size_t bytes = 0;
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    bytes +=
        graph->buffers[b].block == EM_NONE || graph->buffers[b].block == 0 ? token_bytes(graph, &graph->buffers[b]) : 0;
  }
  const size_t fit = bytes < CACHE_BYTES ? CACHE_BYTES / bytes : 1;
  const uint32_t tokens = s->l < EM_FORWARD_TOKENS ? s->l : EM_FORWARD_TOKENS;
  return fit < tokens ? (uint32_t)fit : tokens;
}

/* Blocks come one after another, so they share their rows; a block's input and its output are two sets. */
static int8_t *share_rows(const em_forward *f, uint32_t index) {
  const em_buffer *buffer = &f->graph->buffers[index];
  const uint32_t apart = buffer->id == EM_BUFFER_TOK ? 2 : 1;
  if (buffer->block == EM_NONE || buffer->block < apart) {
    return NULL;
  }
  for (uint32_t b = 0; b < index; b++) {
    const em_buffer *other = &f->graph->buffers[b];
    if (other->id == buffer->id && other->block == buffer->block - apart) {
      return f->rows[b];
    }
  }
  return NULL;
}

static void lay_out(em_forward *f, layout *l) {
  const em_graph *graph = f->graph;
  const uint32_t l_tokens = graph->design.shape.l;
  size_t scratch = 0;
  f->nodes = place(l, graph->engine_count * sizeof *f->nodes);
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    const em_buffer *buffer = &graph->buffers[b];
    const bool whole = buffer->take_tokens > 1;
    const bool shared = buffer->block != EM_NONE && buffer->block >= (buffer->id == EM_BUFFER_TOK ? 2 : 1);
    f->rows[b] = shared ? share_rows(f, b) : place(l, (whole ? l_tokens : f->tokens) * token_bytes(graph, buffer));
  }
  f->results = place(l, (size_t)f->tokens * graph->design.shape.outputs * EM_LANES);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    f->memories[e] = place(l, em_unit_memory_bytes(graph, e));
    const size_t bytes = em_unit_scratch_bytes(graph, e, f->tokens);
    scratch = bytes > scratch ? bytes : scratch;
  }
  f->scratch = place(l, scratch);
}

em_status em_forward_open(em_forward *f, const em_graph *graph, const em_unit *units, em_error *error) {
  *f = (em_forward){.graph = graph, .units = units, .tokens = tokens_at_once(graph)};
  layout l = {0};
  lay_out(f, &l);
  const size_t bytes = (l.end + EM_LANES - 1) / EM_LANES * EM_LANES;
  f->block = aligned_alloc(EM_LANES, bytes);
  if (f->block == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for a batch of frames");
  }
  memset(f->block, 0, bytes);
  l = (layout){f->block, 0};
  lay_out(f, &l);
  return EM_OK;
}

void em_forward_close(em_forward *f) {
  free(f->block);
  *f = (em_forward){0};
}

/* ---- A batch ---- */

typedef struct {
  em_forward *f;
  const int8_t *frames;
  uint32_t count;
  const em_forward_observer *observer;
  uint32_t engine; /* that computes */
  const em_unit_io *io;
} walk;

static void tell_states(void *context, const em_states *told) {
  const walk *w = context;
  w->observer->states(w->observer->context, w->engine, w->io, told);
}

static void tell_step(const walk *w, uint32_t engine, const em_unit_io *io) {
  if (w->observer != NULL) {
    w->observer->step(w->observer->context, engine, io);
  }
}

/* The rows of tokens from `token` on; what is taken whole keeps all of a frame's. */
static int8_t *rows_of(const em_forward *f, em_port port, uint32_t token) {
  const em_buffer *buffer = &f->graph->buffers[port.buffer];
  return f->rows[port.buffer] + (buffer->take_tokens > 1 ? token * token_bytes(f->graph, buffer) : 0);
}

static void step(walk *w, uint32_t index, uint32_t token, uint32_t tokens) {
  em_forward *f = w->f;
  const em_engine *engine = &f->graph->engines[index];
  const bool states = w->observer != NULL && w->observer->states != NULL && engine->kind == EM_SSM;
  em_unit_io io = {.tokens = tokens,
                   .place = token,
                   .frames = w->count,
                   .outputs = {f->results},
                   .memory = f->memories[index],
                   .scratch = f->scratch,
                   .nodes = f->nodes[index],
                   .states = states ? tell_states : NULL,
                   .context = w};
  for (uint32_t i = 0; i < engine->input_count; i++) {
    io.inputs[i] = rows_of(f, engine->inputs[i], token);
  }
  for (uint32_t i = 0; i < engine->output_count; i++) {
    io.outputs[i] = rows_of(f, engine->outputs[i], token);
  }
  w->engine = index;
  w->io = &io;
  em_unit_compute(&f->units[index], &io);
  tell_step(w, index, &io);
}

static void send(walk *w, uint32_t token, uint32_t tokens, int8_t *outputs) {
  const em_shape *s = &w->f->graph->design.shape;
  const uint32_t last = w->f->graph->engine_count - 1;
  const size_t width = (size_t)w->f->graph->engines[last].tokens_per_frame * s->outputs;
  step(w, last, token, tokens);
  em_stream_results(w->f->results, tokens * s->outputs, w->count, outputs + (size_t)token * s->outputs, width);
}

void em_forward_batch(em_forward *f, const int8_t *frames, uint32_t count, int8_t *outputs,
                      const em_forward_observer *observer) {
  const em_graph *graph = f->graph;
  const em_shape *s = &graph->design.shape;
  const uint32_t last = graph->engine_count - 1;
  const bool results = em_results_per_frame(s) > 1; /* one a token */
  uint32_t head = 1;                                /* engines from here on work once a frame */
  while (head < last && (results || graph->engines[head].id < EM_ENGINE_HEAD_0)) {
    head++;
  }
  walk w = {.f = f, .frames = frames, .count = count, .observer = observer};
  tell_step(&w, 0, &(em_unit_io){.tokens = 1, .frames = count, .inputs = {frames}});
  for (uint32_t token = 0; token < s->l; token += f->tokens) {
    const uint32_t tokens = s->l - token < f->tokens ? s->l - token : f->tokens;
    em_stream_patches(s, frames, count, token, tokens, f->rows[graph->engines[1].inputs[0].buffer]);
    for (uint32_t e = 1; e < head; e++) {
      step(&w, e, token, tokens);
    }
    if (results) {
      send(&w, token, tokens, outputs);
    }
  }
  if (!results) {
    for (uint32_t e = head; e < last; e++) {
      step(&w, e, 0, 1);
    }
    send(&w, 0, 1, outputs);
  }
}
