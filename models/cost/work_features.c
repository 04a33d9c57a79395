#include "models/cost/work_features.h"

#include <assert.h>
#include <string.h>

#include "models/cost/ports.h"

/* The features by name, as in size_features.c; cycles and busy cycles of the engine, strobes times what they strobe. */
static const char *const names[EM_COST_KINDS][EM_COST_FEATURES] = {
    [EM_COST_AXIS_IN] = {"cycles", "beats", "beat_bits"},
    [EM_COST_LINEAR] = {"cycles", "busy", "products", "input_spread", "weight_toggles", "accumulations", "roundings",
                        "tree_products", "posts", "residuals", "input_roundings", "result_toggles"},
    [EM_COST_NORM] = {"cycles", "busy", "lane_groups", "lane_group_bits", "input_toggles", "parameter_toggles"},
    [EM_COST_CONV] = {"cycles", "busy", "products", "operand_toggles", "weight_toggles", "roundings", "evaluations",
                      "region_evaluations", "plain_roundings", "shared_switches", "shared_lane_switches"},
    [EM_COST_SSM] = {"cycles", "busy", "lane_steps", "region_steps", "a_toggles", "state_toggles", "delta_spread",
                     "x_spread", "channel_groups", "token_lanes", "channel_steps", "choice_steps"},
    [EM_COST_POOL] = {"cycles", "busy", "additions", "divisions", "input_toggles"},
    [EM_COST_AXIS_OUT] = {"cycles", "beats", "data_toggles", "rounding_bytes"},
    [EM_COST_BUFFER] = {"accesses", "address_accesses", "choice_reads", "choice_toggles", "place_writes", "token_bits",
                        "divisions"},
    [EM_COST_MEMORY] = {"own_choices", "own_spread", "buffer_choices", "buffer_spread", "read_bits", "read_toggles",
                        "write_spread", "written_spread", "write_enables", "own_written_bits", "buffer_written_bits"},
    [EM_COST_APB] = {"cycles"},
};

const char *em_work_feature_name(em_cost_kind kind, uint32_t feature) {
  return names[kind][feature];
}

enum {
  CODE_BITS = 8, /* an INT8 code */
};

/* ---- Toggles ---- */

static double half(double bits) {
  return bits / 2;
}

static double read_toggles(const em_graph *graph, const em_run_activity *activity, uint32_t memory, uint32_t port) {
  const em_memory *m = &graph->memories[memory];
  const em_memory_activity *a = &activity->memories[memory];
  if (activity->toggles) {
    return (double)a->read_toggles[port];
  }
  uint32_t lanes =
      m->role == EM_MEMORY_BUFFER ? em_buffer_read_lanes(graph, &graph->buffers[m->owner], port) : m->lanes;
  return half((double)a->reads[port] * lanes * m->lane_bits);
}

static double write_toggles(const em_graph *graph, const em_run_activity *activity, uint32_t memory) {
  const em_memory *m = &graph->memories[memory];
  const em_memory_activity *a = &activity->memories[memory];
  if (activity->toggles) {
    return (double)a->write_toggles;
  }
  uint32_t lanes = m->role == EM_MEMORY_BUFFER ? em_buffer_write_lanes(graph, &graph->buffers[m->owner]) : m->lanes;
  return half((double)a->writes * lanes * m->lane_bits);
}

/* How much of a port's bits toggles, 1 as random data; 0 where nothing moved. */
static double rate(double toggles, double bits) {
  double twice = bits > 0 ? 2 * toggles / bits : 0;
  return twice < 1 ? twice : 1;
}

/* A run and one of its engines. */
typedef struct {
  const em_graph *graph;
  const em_run_activity *activity;
  const em_engine *engine;
  const uint64_t *strobes;
  double cycles, busy;
} view;

static double input_toggles(const view *v, uint32_t input) {
  em_port port = v->engine->inputs[input];
  return read_toggles(v->graph, v->activity, v->graph->buffers[port.buffer].memory, port.reader);
}

/* Of the codes that the engine reads. */
static double input_rate(const view *v, uint32_t input) {
  em_port port = v->engine->inputs[input];
  const em_buffer *b = &v->graph->buffers[port.buffer];
  double lanes = em_buffer_read_lanes(v->graph, b, port.reader);
  return rate(input_toggles(v, input), CODE_BITS * lanes * (double)v->activity->memories[b->memory].reads[port.reader]);
}

static double result_toggles(const view *v, uint32_t output) {
  return write_toggles(v->graph, v->activity, v->graph->buffers[v->engine->outputs[output].buffer].memory);
}

static double own_toggles(const view *v, uint32_t place) {
  uint16_t memory = v->engine->memories[place];
  return memory == EM_NONE ? 0 : read_toggles(v->graph, v->activity, memory, 0);
}

/* ---- Features ---- */

static void put(double features[EM_COST_FEATURES], const double *values, size_t count) {
  assert(count <= EM_COST_FEATURES);
  memcpy(features, values, count * sizeof *values);
}

#define PUT(features, ...) \
  put(features, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void linear_work(const view *v, double *features) {
  const em_linear_geometry *g = &v->engine->linear;
  double macs = (double)v->strobes[0] * g->out_lanes, first = (double)v->strobes[1] * g->out_lanes;
  double second = (double)v->strobes[2] * g->out_lanes, input = input_rate(v, 0);
  PUT(features, v->cycles, v->busy, macs * g->in_lanes, input_toggles(v, 0) * g->out_lanes, own_toggles(v, 0) * input,
      macs * em_accumulator_bits(g) * input, first * em_total_bits(g), macs * g->in_lanes * em_index_bits(g->in_lanes),
      g->groups > 0 ? second : 0, g->residual ? second : 0, g->in_requant ? (double)v->strobes[0] * g->in_lanes : 0,
      result_toggles(v, 0));
}

static void norm_work(const view *v, double *features) {
  double groups = (double)v->strobes[1] * v->engine->lanes;
  PUT(features, v->cycles, v->busy, groups, groups * em_index_bits(v->graph->design.shape.d), input_toggles(v, 0),
      own_toggles(v, 0) + own_toggles(v, 1));
}

static void conv_work(const view *v, double *features) {
  const em_shape *s = &v->graph->design.shape;
  double lanes = v->engine->lanes, regions = em_pwl_regions(v->graph->design.silu_segments);
  double silu = (double)v->strobes[2] * lanes, gates = (double)v->strobes[3] * lanes;
  double evaluations = gates + (s->conv_silu ? silu : 0);
  double tokens = (double)v->strobes[0] / (s->ed / v->engine->lanes);
  double switches = s->conv_silu ? tokens * regions : 0;
  PUT(features, v->cycles, v->busy, (double)v->strobes[0] * lanes * s->k, input_toggles(v, 0) + own_toggles(v, 2),
      own_toggles(v, 0), (double)v->strobes[1] * lanes, evaluations, evaluations * regions,
      s->conv_silu ? 0 : silu * input_rate(v, 0), switches, switches * lanes);
}

static void ssm_work(const view *v, double *features) {
  const em_design *design = &v->graph->design;
  uint32_t channels = v->engine->channels, per_channel = v->engine->lanes / channels;
  double steps = (double)v->strobes[1] * v->engine->lanes, regions = em_pwl_regions(design->exp_segments);
  double delta = input_rate(v, 2), tokens = steps / ((double)design->shape.ed * design->shape.n);
  PUT(features, v->cycles, v->busy, steps, steps * regions * delta, own_toggles(v, 0) * delta, own_toggles(v, 2),
      input_toggles(v, 2) * per_channel, input_toggles(v, 1) * per_channel, (double)v->strobes[5] * channels,
      tokens * v->engine->lanes, (double)v->strobes[1] * channels,
      (double)v->strobes[1] * 2 * CODE_BITS * (design->shape.n - per_channel));
}

static void pool_work(const view *v, double *features) {
  double lanes = v->engine->lanes;
  PUT(features, v->cycles, v->busy, (double)v->strobes[0] * lanes, (double)v->strobes[1] * lanes, input_toggles(v, 0));
}

static void engine_work(const em_graph *graph, const em_run_activity *activity, uint32_t index, double *features) {
  const em_engine *e = &graph->engines[index];
  const em_shape *s = &graph->design.shape;
  view v = {graph,
            activity,
            e,
            activity->engines[index].strobes,
            (double)activity->cycles,
            (double)activity->times[index].busy};
  double beats = (double)v.strobes[0];
  switch (e->kind) {
    case EM_AXIS_IN: PUT(features, v.cycles, beats, beats * em_index_bits(s->h * s->w * s->c / e->lanes)); break;
    case EM_LINEAR: linear_work(&v, features); break;
    case EM_NORM: norm_work(&v, features); break;
    case EM_CONV: conv_work(&v, features); break;
    case EM_SSM: ssm_work(&v, features); break;
    case EM_POOL: pool_work(&v, features); break;
    case EM_AXIS_OUT:
      PUT(features, v.cycles, beats, input_toggles(&v, 0), s->head == EM_HEAD_NONE ? beats * e->lanes : 0);
      break;
  }
}

static void buffer_work(const em_graph *graph, const em_run_activity *activity, const em_buffer *b, double *features) {
  const em_memory_activity *a = &activity->memories[b->memory];
  uint32_t address = em_index_bits((uint64_t)b->depth_tokens * b->slot_words);
  uint32_t per_word = b->word_lanes / em_buffer_write_lanes(graph, b);
  uint32_t count = em_index_bits(b->depth_tokens + 1);
  double accesses = (double)a->writes, choices = 0, choice_toggles = 0, divisions = 0;
  double tokens = (double)activity->times[b->writer].tokens;
  if (per_word > 1 && (per_word & (per_word - 1)) != 0) {
    divisions += (double)a->writes;
  }
  for (uint32_t r = 0; r < b->reader_count; r++) {
    uint32_t lanes = em_buffer_read_lanes(graph, b, r), places = b->word_lanes / lanes;
    accesses += (double)a->reads[r];
    choices += (double)a->reads[r] * CODE_BITS * (b->word_lanes - lanes);
    choice_toggles += places > 1 ? read_toggles(graph, activity, b->memory, r) : 0;
    divisions += (places & (places - 1)) != 0 ? (double)a->reads[r] : 0;
  }
  PUT(features, accesses, accesses * address, choices, choice_toggles, per_word > 1 ? (double)a->writes * per_word : 0,
      tokens * (1 + b->reader_count) * (address + count), divisions);
}

/* What reads do to the words of a memory: how often another is read, and the bits in which it differs. */
typedef struct {
  double changes, toggles;
} word_reads;

/* Words of a slot that one pass of the reader over its token goes through. */
static uint32_t words_of_pass(const em_graph *graph, const em_buffer *b, uint32_t port) {
  const em_shape *s = &graph->design.shape;
  uint32_t codes = em_buffer_read_accesses(graph, b, port) * em_buffer_read_lanes(graph, b, port), rows = 1;
  if (b->id == EM_BUFFER_FRAME) { /* a patch: the rows of it lie apart */
    codes = s->p * s->c;
    rows = s->p;
  }
  uint32_t words = rows * ((codes + b->word_lanes - 1) / b->word_lanes);
  return words < b->slot_words * b->take_tokens ? words : b->slot_words * b->take_tokens;
}

static double word_changes(const em_graph *graph, const em_run_activity *activity, const em_memory *m, uint32_t port,
                           double reads) {
  if (m->words == 1) {
    return 0;
  }
  if (m->role != EM_MEMORY_BUFFER) {
    /* Addresses also run without reads: while the norm gathers its statistics, while the convolution passes the gate.
     */
    em_kind kind = graph->engines[m->owner].kind;
    return kind == EM_NORM || kind == EM_CONV ? 2 * reads : reads;
  }
  const em_buffer *b = &graph->buffers[m->owner];
  /* Accesses within a word change nothing; a pass of one word changes with the token. */
  return words_of_pass(graph, b, port) > 1 ? reads * em_buffer_read_lanes(graph, b, port) / m->lanes
                                           : (double)activity->times[b->readers[port]].tokens;
}

static word_reads reads_of(const em_graph *graph, const em_run_activity *activity, uint32_t index, uint32_t port) {
  const em_memory *m = &graph->memories[index];
  double reads = (double)activity->memories[index].reads[port], width = (double)m->lanes * m->lane_bits;
  double lanes = m->role == EM_MEMORY_BUFFER ? em_buffer_read_lanes(graph, &graph->buffers[m->owner], port) : m->lanes;
  double changes = word_changes(graph, activity, m, port, reads);
  double toggled = rate(read_toggles(graph, activity, index, port), reads * lanes * m->lane_bits) / 2;
  return (word_reads){changes, changes * width * toggled};
}

static void memory_work(const em_graph *graph, const em_run_activity *activity, uint32_t index, double *features) {
  const em_memory *m = &graph->memories[index];
  const em_memory_activity *a = &activity->memories[index];
  if (m->macro) {
    return;
  }
  double width = (double)m->lanes * m->lane_bits, others = m->words - 1, changes = 0, read = 0;
  double reads = (double)(a->reads[0] + a->reads[1]);
  for (uint32_t port = 0; port < m->readers; port++) {
    word_reads words = reads_of(graph, activity, index, port);
    changes += words.changes;
    read += words.toggles;
  }
  double written = write_toggles(graph, activity, index);
  uint32_t lanes = m->role == EM_MEMORY_BUFFER ? em_buffer_write_lanes(graph, &graph->buffers[m->owner]) : m->lanes;
  double written_bits = (double)a->writes * lanes * m->lane_bits, spread = (double)m->words * m->lanes / lanes;
  double buffer = m->role == EM_MEMORY_BUFFER ? 1 : 0, own = 1 - buffer;
  /* Between two writes most engines put 0 on their outputs, which all words see. */
  PUT(features, own * changes * width * others, own * read * others, buffer * changes * width * others,
      buffer * read * others, reads * width, read, written * spread, buffer * written_bits * spread,
      (double)a->writes * m->words, own * written_bits, buffer * written_bits);
}

void em_work_features(const em_graph *graph, const em_run_activity *activity, em_part part,
                      double features[EM_COST_FEATURES]) {
  memset(features, 0, EM_COST_FEATURES * sizeof *features);
  switch (part.kind) {
    case EM_PART_ENGINE: engine_work(graph, activity, part.index, features); break;
    case EM_PART_BUFFER: buffer_work(graph, activity, &graph->buffers[part.index], features); break;
    case EM_PART_MEMORY: memory_work(graph, activity, part.index, features); break;
    case EM_PART_APB: PUT(features, (double)activity->cycles); break;
  }
}
