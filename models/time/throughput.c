#include "models/time/throughput.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Depths are tried on a design and a graph of their own, with an effort that ends. */
typedef struct {
  em_graph *graph;
  em_design design;
  uint64_t steps; /* left */
  bool out_of_memory;
} trial;

static uint64_t busy_in_frame(const em_graph *graph, uint32_t engine, uint32_t frame_engine) {
  const em_engine *e = &graph->engines[engine];
  uint64_t tokens = engine > 0 && engine < frame_engine ? graph->design.shape.l : 1;
  return (tokens - tokens / e->tokens_per_release) * e->busy_cycles +
         tokens / e->tokens_per_release * e->busy_last_cycles;
}

static void find_busiest(const em_graph *graph, em_throughput *t) {
  uint32_t frame_engine = em_recurrence_frame_engine(graph);
  t->busiest_cycles = 0;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    uint64_t busy = busy_in_frame(graph, e, frame_engine);
    t->busiest_cycles = busy > t->busiest_cycles ? busy : t->busiest_cycles;
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    t->busiest[e] = busy_in_frame(graph, e, frame_engine) == t->busiest_cycles;
  }
}

/* The interval of a/b cycles is longer than that of c/d. */
static bool longer(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  return (long double)a * (long double)d > (long double)c * (long double)b;
}

/* The steady state of a graph within the effort that is left; not exact where that is too little. */
static em_steady steady_of(const em_graph *graph, trial *t) {
  em_steady steady = {0};
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  if (workspace == NULL) {
    t->out_of_memory = true;
    return steady;
  }
  em_timing_steady(graph, t->steps, workspace, &steady);
  t->steps -= steady.steps < t->steps ? steady.steps : t->steps;
  free(workspace);
  return steady;
}

static em_steady steady_of_trial(trial *t) {
  em_graph_build(t->graph, &t->design);
  return steady_of(t->graph, t);
}

/* ---- The search for depths ---- */

/* Depths of a key go in steps: of L for the store of head flatten. */
static uint32_t depth_step(const em_design *design, const em_design_key *key) {
  bool store = key->offset == offsetof(em_design, depth_tokens.store);
  return store && design->shape.head == EM_HEAD_FLATTEN ? design->shape.l : 1;
}

static uint32_t scaled(const em_design *design, const em_design_key *key, uint32_t scale) {
  uint64_t depth = (uint64_t)em_design_get(design, key) * scale;
  uint32_t most = em_design_most_depth(design, key);
  return depth < most ? (uint32_t)depth : most;
}

static uint32_t depth_keys(const em_design *design, em_depth_limit depths[EM_DEPTH_KEYS]) {
  uint32_t count = 0;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (strcmp(key->section, "depth_tokens") == 0 && em_design_key_applies(key, &design->shape)) {
      depths[count++] = (em_depth_limit){key, em_design_get(design, key), 0};
    }
  }
  return count;
}

/*
 * All depths are doubled until nothing gets better, then each in turn is made as small as the interval bears: from the
 * last key, which is nearest to the output, to the first. What stays deeper than in the design is what limits.
 */
static void find_depths(const em_graph *graph, trial *t, em_throughput *found) {
  em_depth_limit depths[EM_DEPTH_KEYS];
  uint32_t count = depth_keys(&graph->design, depths), idle_doublings = 0;
  em_steady best = found->steady;
  for (uint32_t scale = 2; scale <= 1024 && idle_doublings < 2; scale *= 2) {
    for (uint32_t k = 0; k < count; k++) {
      em_design_set(&t->design, depths[k].key, scaled(&graph->design, depths[k].key, scale));
    }
    em_steady steady = steady_of_trial(t);
    if (!steady.exact) {
      return;
    }
    bool better = longer(best.period_cycles, best.period_frames, steady.period_cycles, steady.period_frames);
    idle_doublings = better ? 0 : idle_doublings + 1;
    best = better ? steady : best;
    if (best.period_cycles == found->busiest_cycles * best.period_frames) {
      break;
    }
  }
  found->freed_cycles = best.period_cycles;
  found->freed_frames = best.period_frames;
  for (uint32_t k = count; k-- > 0;) {
    const em_design_key *key = depths[k].key;
    uint32_t step = depth_step(&graph->design, key), low = depths[k].depth / step;
    uint32_t high = em_design_get(&t->design, key) / step;
    while (low < high) {
      uint32_t middle = low + (high - low) / 2;
      em_design_set(&t->design, key, middle * step);
      em_steady steady = steady_of_trial(t);
      if (!steady.exact) {
        return;
      }
      if (longer(steady.period_cycles, steady.period_frames, best.period_cycles, best.period_frames)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    em_design_set(&t->design, key, high * step);
    depths[k].freeing_depth = high * step;
  }
  for (uint32_t k = 0; k < count; k++) {
    if (depths[k].freeing_depth > depths[k].depth) {
      found->depths[found->depth_count++] = depths[k];
    }
  }
}

em_status em_throughput_find(const em_graph *graph, em_throughput *throughput, em_error *error) {
  trial t = {.graph = NULL, .design = graph->design, .steps = EM_TIMING_STEPS};
  *throughput = (em_throughput){.steady = steady_of(graph, &t)};
  find_busiest(graph, throughput);
  const em_steady *s = &throughput->steady;
  throughput->freed_cycles = s->period_cycles;
  throughput->freed_frames = s->period_frames;
  throughput->engines_limit = s->exact && s->period_cycles == throughput->busiest_cycles * s->period_frames;
  if (!t.out_of_memory && s->exact && !throughput->engines_limit) {
    t.graph = malloc(sizeof *t.graph);
    t.out_of_memory = t.graph == NULL;
    if (t.graph != NULL) {
      find_depths(graph, &t, throughput);
    }
    free(t.graph);
  }
  return t.out_of_memory ? em_fail(error, EM_FAILED, "out of memory for the timing") : EM_OK;
}

double em_throughput_interval(const em_throughput *throughput) {
  return (double)throughput->steady.period_cycles / (double)throughput->steady.period_frames;
}

/* ---- In words ---- */

typedef struct {
  char *text;
  size_t length;
} line;

__attribute__((format(printf, 2, 3))) static void add(line *l, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(l->text + l->length, EM_LIMIT_CHARS - l->length, format, arguments);
  va_end(arguments);
  l->length += length > 0 ? (size_t)length : 0;
  l->length = l->length < EM_LIMIT_CHARS ? l->length : EM_LIMIT_CHARS - 1;
}

/* Engines that tie; all blocks have the same lanes, so that they stand for one another. */
static void add_busiest(line *l, const em_graph *graph, const em_throughput *t) {
  uint32_t named = 0, count = 0, blocks = graph->design.shape.m;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    count += t->busiest[e];
    if (t->busiest[e] && (engine->block == EM_NONE || engine->block == 0)) {
      char name[EM_NAME_CHARS];
      em_engine_name(graph, e, name);
      const char *own = engine->block == EM_NONE || blocks == 1 ? name : strrchr(name, '.') + 1;
      add(l, "%s%s%s", named == 0 ? "" : ", ", own == name ? "" : "blocks.*.", own);
      named++;
    }
  }
  add(l, ", %sbusy %" PRIu64 " cycles a frame", count > 1 ? "each " : "", t->busiest_cycles);
}

void em_throughput_limit(const em_graph *graph, const em_throughput *t, char text[EM_LIMIT_CHARS]) {
  line l = {text, 0};
  if (t->engines_limit) {
    add_busiest(&l, graph, t);
    return;
  }
  if (t->depth_count == 0) {
    add(&l, "buffers (which was not found%s); the busiest: ", t->steady.exact ? "" : ", nor a period");
    add_busiest(&l, graph, t);
    return;
  }
  add(&l, "buffers, freed by ");
  for (uint32_t k = 0; k < t->depth_count; k++) {
    const em_depth_limit *d = &t->depths[k];
    add(&l, "%s%s.%s %u instead of %u", k == 0 ? "" : " and ", d->key->section, d->key->key, d->freeing_depth,
        d->depth);
  }
  add(&l, ": then %g cycles; the busiest: ", (double)t->freed_cycles / (double)t->freed_frames);
  add_busiest(&l, graph, t);
}
