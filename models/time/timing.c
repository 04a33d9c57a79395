#include "models/time/timing.h"

#include <string.h>

/*
 * Workspace: for every engine a ring with the finish times of its last tokens, and a ring with those of its last
 * releases (which patch_embed and pool make once a frame), each as long as the deepest buffer needs. A finish time is
 * one past the last busy cycle: the first cycle in which others see the effect.
 */
typedef struct {
  const em_graph *graph;
  uint64_t *rings;
  uint32_t ring_words;
  uint64_t latency_start, last_result, previous_result;
  em_token_observer observer;
  void *context;
  em_timing *timing;
} walk;

static uint32_t ring_words(const em_graph *graph) {
  uint32_t deepest = 1;
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    deepest = graph->buffers[b].depth_tokens > deepest ? graph->buffers[b].depth_tokens : deepest;
  }
  uint32_t words = 2;
  while (words < deepest + 1) {
    words *= 2;
  }
  return words;
}

size_t em_timing_workspace_words(const em_graph *graph) {
  return 2 * (size_t)ring_words(graph) * graph->engine_count;
}

static uint64_t *finish_at(const walk *w, uint32_t engine, uint64_t token) {
  return &w->rings[(size_t)(2 * engine) * w->ring_words + (token & (w->ring_words - 1))];
}

static uint64_t *release_at(const walk *w, uint32_t engine, uint64_t number) {
  return &w->rings[(size_t)(2 * engine + 1) * w->ring_words + (number & (w->ring_words - 1))];
}

static uint64_t later(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

/* First cycle in which token number `token` of the engine finds all its inputs. */
static uint64_t inputs_ready(const walk *w, const em_engine *engine, uint64_t token) {
  uint64_t ready = 0;
  for (uint32_t i = 0; i < engine->input_count; i++) {
    const em_buffer *buffer = &w->graph->buffers[engine->inputs[i].buffer];
    const em_engine *writer = &w->graph->engines[buffer->writer];
    uint64_t taken = engine->holds_input ? token / engine->tokens_per_release : token;
    uint64_t newest = (taken + 1) * buffer->take_tokens - 1; /* the last token that it needs */
    ready = later(
        ready, writer->holds_output ? *release_at(w, buffer->writer, newest) : *finish_at(w, buffer->writer, newest));
  }
  return ready;
}

/* First cycle in which it finds a free slot in all its outputs. */
static uint64_t outputs_ready(const walk *w, const em_engine *engine, uint64_t token) {
  uint64_t ready = 0;
  for (uint32_t i = 0; i < engine->output_count; i++) {
    const em_buffer *buffer = &w->graph->buffers[engine->outputs[i].buffer];
    uint64_t slot = engine->holds_output ? token / engine->tokens_per_release : token;
    if (slot < buffer->depth_tokens) {
      continue;
    }
    /* The reader's last step of those that release the token which has the slot now. */
    uint64_t step = (slot - buffer->depth_tokens) / buffer->take_tokens;
    for (uint32_t r = 0; r < buffer->reader_count; r++) {
      uint16_t reader = buffer->readers[r];
      ready = later(ready,
                    w->graph->engines[reader].holds_input ? *release_at(w, reader, step) : *finish_at(w, reader, step));
    }
  }
  return ready;
}

static void step_engine(walk *w, uint32_t index, uint64_t token) {
  const em_engine *engine = &w->graph->engines[index];
  em_engine_timing *t = &w->timing->engines[index];
  uint64_t free = token == 0 ? 0 : *finish_at(w, index, token - 1);
  uint64_t fed = later(free, inputs_ready(w, engine, token));
  uint64_t start = later(fed, outputs_ready(w, engine, token));
  bool ends = (token + 1) % engine->tokens_per_release == 0;
  uint64_t finish = start + (ends ? engine->busy_last_cycles : engine->busy_cycles);
  *finish_at(w, index, token) = finish;
  if (ends) {
    *release_at(w, index, token / engine->tokens_per_release) = finish;
  }
  t->starved += fed - free;
  t->blocked += start - fed;
  t->busy += finish - start;
  t->tokens++;
  if (w->observer != NULL) {
    w->observer(w->context, index, token, start, finish);
  }
}

/* Steps the engines first..last-1 through one token each. */
static void step_range(walk *w, uint32_t first, uint32_t last, uint64_t token) {
  for (uint32_t e = first; e < last; e++) {
    step_engine(w, e, token);
  }
}

/* After the last result: nothing to do is starved, except where axis_in still waits for a frame to be released. */
static void finish_counters(walk *w, uint64_t frames) {
  em_timing *timing = w->timing;
  for (uint32_t e = 0; e < w->graph->engine_count; e++) {
    em_engine_timing *t = &timing->engines[e];
    uint64_t free = *finish_at(w, e, t->tokens - 1);
    if (e == 0) {
      uint64_t ready = outputs_ready(w, &w->graph->engines[0], frames);
      t->blocked += ready > free ? ready - free : 0;
      free = later(free, ready);
    }
    t->starved += timing->cycles - free;
  }
}

void em_timing_run(const em_graph *graph, uint64_t frames, uint64_t *workspace, em_token_observer observer,
                   void *context, em_timing *timing) {
  walk w = {.graph = graph,
            .rings = workspace,
            .ring_words = ring_words(graph),
            .observer = observer,
            .context = context,
            .timing = timing};
  const em_shape *s = &graph->design.shape;
  uint32_t last = graph->engine_count - 1;
  uint32_t frame_end =
      2 + 7 * s->m; /* engines from here on work once a frame, except pool and, without a head, axis_out */
  bool pool = s->head == EM_HEAD_MEAN;
  memset(timing->engines, 0, graph->engine_count * sizeof timing->engines[0]);
  for (uint64_t frame = 0; frame < frames; frame++) {
    step_engine(&w, 0, frame);
    for (uint64_t token = frame * s->l; token < (frame + 1) * s->l; token++) {
      step_range(&w, 1, frame_end + (pool ? 1 : 0), token);
      if (s->head == EM_HEAD_NONE) {
        step_engine(&w, last, token);
      }
    }
    if (s->head != EM_HEAD_NONE) {
      step_range(&w, frame_end + (pool ? 1 : 0), last + 1, frame);
    }
    uint64_t result = *finish_at(&w, last, timing->engines[last].tokens - 1);
    timing->latency_cycles = frame == 0 ? result : timing->latency_cycles; /* the first beat enters in cycle 0 */
    timing->interval_cycles = frame == 0 ? 0 : result - timing->cycles;
    timing->cycles = result;
  }
  finish_counters(&w, frames);
}

void em_timing_activity(const em_graph *graph, const em_timing *timing, em_run_activity *activity) {
  memset(activity, 0, sizeof *activity);
  activity->cycles = timing->cycles;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    activity->times[e] = timing->engines[e];
    em_activity_add(graph, e, timing->engines[e].tokens, &activity->engines[e], activity->memories);
  }
}
