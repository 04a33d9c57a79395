#include "models/explore/closed.h"

#include "models/time/recurrence.h"

uint32_t em_least_depth(uint64_t chain, uint64_t l, uint64_t cycles) {
  return (uint32_t)((l * chain + cycles - 1) / cycles);
}

/* Raises the interval to cycles / frames; true when that is longer. */
static bool raise(em_closed *c, uint64_t cycles, uint64_t frames) {
  bool longer = cycles * c->frames > c->cycles * frames;
  if (longer) {
    c->cycles = cycles;
    c->frames = frames;
  }
  return longer;
}

/* Engines of a chain are neighbours in the graph's order. */
static uint64_t busy_between(const em_graph *graph, uint32_t first, uint32_t last) {
  uint64_t sum = 0;
  for (uint32_t e = first; e <= last; e++) {
    sum += graph->engines[e].busy_last_cycles;
  }
  return sum;
}

static uint64_t busy_in_frame(const em_graph *graph, uint32_t engine, bool of_tokens) {
  const em_engine *e = &graph->engines[engine];
  uint64_t last = e->busy_last_cycles, others = of_tokens ? graph->design.shape.l - 1 : 0;
  return others * e->busy_cycles + last;
}

static bool deep_enough(const em_graph *graph) {
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    const em_buffer *buffer = &graph->buffers[b];
    if ((buffer->id == EM_BUFFER_FRAME || buffer->take_tokens > 1) && buffer->depth_tokens < 2 * buffer->take_tokens) {
      return false;
    }
  }
  return true;
}

/* A buffer's term; true when it is one that the pool's last token makes a bound. */
static bool raise_by_buffer(const em_graph *graph, const em_buffer *b, uint32_t frame_engine, em_closed *c) {
  uint64_t l = graph->design.shape.l, depth = b->depth_tokens;
  uint32_t last = b->readers[b->reader_count - 1];
  uint64_t chain = busy_between(graph, b->writer, last);
  if (b->id == EM_BUFFER_FRAME || b->take_tokens > 1) {
    return false;
  }
  if (graph->engines[b->writer].holds_output) { /* a slot is taken from the frame's first token on */
    return raise(c, l * chain, l * (depth - 1) + 1);
  }
  bool longer = raise(c, (b->writer < frame_engine ? l : 1) * chain, depth);
  return longer && graph->engines[last].holds_output;
}

/* Of the token engines; the pool's last token aside. */
static uint64_t slowest(const em_graph *graph, uint32_t frame_engine) {
  uint64_t most = 0;
  for (uint32_t e = 1; e < frame_engine; e++) {
    uint64_t busy = graph->engines[e].busy_cycles;
    most = busy > most ? busy : most;
  }
  return most;
}

static bool flows(const em_graph *graph, uint32_t frame_engine, uint64_t period) {
  for (uint32_t i = 0; i < graph->buffer_count && graph->design.shape.l > 1; i++) {
    const em_buffer *b = &graph->buffers[i];
    uint32_t last = b->readers[b->reader_count - 1];
    if (b->writer == 0 || b->writer >= frame_engine || b->take_tokens > 1 || last >= frame_engine) {
      continue;
    }
    uint64_t chain = busy_between(graph, b->writer, last);
    chain -= graph->engines[last].busy_last_cycles - graph->engines[last].busy_cycles;
    if (chain > b->depth_tokens * period) {
      return false;
    }
  }
  return true;
}

void em_closed_of(const em_graph *graph, em_closed *c) {
  uint32_t frame_engine = em_recurrence_frame_engine(graph);
  *c = (em_closed){.covered = deep_enough(graph), .cycles = 0, .frames = 1};
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    raise(c, busy_in_frame(graph, e, e > 0 && e < frame_engine), 1);
  }
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    c->bound = raise_by_buffer(graph, &graph->buffers[b], frame_engine, c) || c->bound;
  }
  uint64_t period = slowest(graph, frame_engine);
  c->flows = flows(graph, frame_engine, period);
  c->latency_cycles = busy_between(graph, 0, graph->engine_count - 1) + (graph->design.shape.l - 1) * period;
}
