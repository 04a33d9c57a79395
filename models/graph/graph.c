#include "models/graph/graph.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static uint32_t gcd(uint32_t a, uint32_t b) {
  while (b != 0) {
    uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static uint32_t lcm(uint32_t a, uint32_t b) {
  return a / gcd(a, b) * b;
}

static void set_words(em_graph *graph, uint32_t index, uint32_t words) {
  em_memory *memory = &graph->memories[index];
  memory->words = words;
  memory->macro = (uint64_t)words * memory->lanes * memory->lane_bits >= graph->design.macro_min_bits;
}

static uint16_t add_memory(em_graph *graph, em_memory_role role, uint32_t owner, uint32_t words, uint32_t lanes,
                           uint32_t lane_bits) {
  uint32_t index = graph->memory_count++;
  graph->memories[index] = (em_memory){role, (uint16_t)owner, 1, words, lanes, lane_bits, false, false};
  set_words(graph, index, words);
  graph->memories[index].loaded =
      role != EM_MEMORY_BUFFER && role != EM_MEMORY_HISTORY && role != EM_MEMORY_STATE && role != EM_MEMORY_SUM;
  return (uint16_t)index;
}

static uint16_t add_buffer(em_graph *graph, em_buffer_id id, uint32_t block, uint32_t elements, uint32_t depth) {
  uint32_t index = graph->buffer_count++;
  graph->buffers[index] = (em_buffer){.id = id,
                                      .block = (uint16_t)block,
                                      .memory = EM_NONE,
                                      .elements = elements,
                                      .depth_tokens = depth,
                                      .take_tokens = 1,
                                      .word_lanes = 1};
  return (uint16_t)index;
}

static em_engine *add_engine(em_graph *graph, em_kind kind, em_engine_id id, uint32_t block, uint32_t unit) {
  em_engine *engine = &graph->engines[graph->engine_count++];
  *engine = (em_engine){.kind = kind,
                        .id = id,
                        .block = (uint16_t)block,
                        .unit = (uint16_t)unit,
                        .memories = {EM_NONE, EM_NONE, EM_NONE},
                        .columns = 1,
                        .tokens_per_frame = graph->design.shape.l,
                        .tokens_per_release = 1};
  return engine;
}

static uint16_t index_of(const em_graph *graph, const em_engine *engine) {
  return (uint16_t)(engine - graph->engines);
}

/* The engine takes `elements` of a token, `lanes` at a time, `passes` times. */
static void connect_input(em_graph *graph, em_engine *engine, uint16_t buffer, uint32_t elements, uint32_t lanes,
                          uint32_t passes) {
  em_buffer *b = &graph->buffers[buffer];
  engine->inputs[engine->input_count++] = (em_port){buffer, b->reader_count, lanes, elements / lanes, passes};
  b->readers[b->reader_count++] = index_of(graph, engine);
  b->word_lanes = lcm(b->word_lanes, lanes);
}

static void connect_output(em_graph *graph, em_engine *engine, uint16_t buffer, uint32_t lanes) {
  em_buffer *b = &graph->buffers[buffer];
  engine->outputs[engine->output_count++] = (em_port){buffer, 0, lanes, b->elements / lanes, 1};
  b->writer = index_of(graph, engine);
  b->word_lanes = lcm(b->word_lanes, lanes);
}

static void set_busy(em_engine *engine, uint64_t cycles) {
  assert(cycles <= UINT32_MAX);
  engine->busy_cycles = engine->busy_last_cycles = (uint32_t)cycles;
}

static em_engine *add_linear(em_graph *graph, em_engine_id id, uint32_t block, uint32_t unit,
                             const em_linear_geometry *geometry, uint16_t input, uint16_t output) {
  em_engine *engine = add_engine(graph, EM_LINEAR, id, block, unit);
  engine->linear = *geometry;
  engine->rows = geometry->out / geometry->out_lanes;
  engine->columns = geometry->in / geometry->in_lanes;
  connect_input(graph, engine, input, geometry->in, geometry->in_lanes, engine->rows);
  connect_output(graph, engine, output, geometry->out_lanes);
  uint64_t steps = (uint64_t)engine->rows * engine->columns;
  assert(steps <= UINT32_MAX - 3);
  uint32_t owner = index_of(graph, engine);
  engine->memories[0] =
      add_memory(graph, EM_MEMORY_WEIGHT, owner, (uint32_t)steps, geometry->in_lanes * geometry->out_lanes, 8);
  if (geometry->bias) {
    engine->memories[1] = add_memory(graph, EM_MEMORY_BIAS, owner, engine->rows, geometry->out_lanes, 8);
  }
  set_busy(engine, steps + 3);
  return engine;
}

static void add_norm(em_graph *graph, uint32_t block, uint32_t unit, uint16_t tok, uint16_t u) {
  const em_design *design = &graph->design;
  em_engine *engine = add_engine(graph, EM_NORM, EM_ENGINE_NORM, block, unit);
  engine->lanes = design->norm_units;
  connect_input(graph, engine, tok, design->shape.d, engine->lanes, 2);
  connect_output(graph, engine, u, engine->lanes);
  uint32_t groups = engine->rows = design->shape.d / engine->lanes;
  engine->memories[0] = add_memory(graph, EM_MEMORY_GAMMA, index_of(graph, engine), groups, engine->lanes, 8);
  engine->memories[1] = add_memory(graph, EM_MEMORY_BETA, index_of(graph, engine), groups, engine->lanes, 8);
  set_busy(engine, 10 * (uint64_t)groups + 3);
}

static void add_conv(em_graph *graph, uint32_t block, uint32_t unit, uint16_t sz, uint16_t x, uint16_t g) {
  const em_shape *s = &graph->design.shape;
  em_engine *engine = add_engine(graph, EM_CONV, EM_ENGINE_CONV, block, unit);
  engine->lanes = graph->design.conv_lanes;
  connect_input(graph, engine, sz, 2 * s->ed, engine->lanes, 1);
  connect_output(graph, engine, x, engine->lanes);
  connect_output(graph, engine, g, engine->lanes);
  uint32_t groups = engine->rows = s->ed / engine->lanes;
  uint32_t owner = index_of(graph, engine);
  engine->memories[0] = add_memory(graph, EM_MEMORY_WEIGHT, owner, groups, engine->lanes * s->k, 8);
  engine->memories[1] = add_memory(graph, EM_MEMORY_BIAS, owner, groups, engine->lanes, 8);
  engine->memories[2] = add_memory(graph, EM_MEMORY_HISTORY, owner, groups, engine->lanes * (s->k - 1), 8);
  set_busy(engine, 2 * (uint64_t)groups + 3);
}

static void add_ssm(em_graph *graph, uint32_t block, uint32_t unit, uint16_t p, uint16_t x, uint16_t delta, uint16_t g,
                    uint16_t q) {
  const em_design *design = &graph->design;
  const em_shape *s = &design->shape;
  em_engine *engine = add_engine(graph, EM_SSM, EM_ENGINE_SSM, block, unit);
  engine->lanes = design->ssm_lanes;
  uint32_t channels = engine->channels = engine->lanes > s->n ? engine->lanes / s->n : 1;
  engine->rows = s->ed / channels;
  engine->columns = channels * s->n / engine->lanes;
  engine->loads = (s->r + 2 * s->n) / design->param_proj.out;
  connect_input(graph, engine, p, s->r + 2 * s->n, design->param_proj.out, 1);
  connect_input(graph, engine, x, s->ed, channels, 1);
  connect_input(graph, engine, delta, s->ed, channels, 1);
  connect_input(graph, engine, g, s->ed, channels, 1);
  connect_output(graph, engine, q, channels);
  uint32_t steps = engine->rows * engine->columns;
  uint32_t owner = index_of(graph, engine);
  engine->memories[0] = add_memory(graph, EM_MEMORY_A, owner, steps, engine->lanes, 8);
  engine->memories[1] = add_memory(graph, EM_MEMORY_D, owner, engine->rows, channels, 8);
  engine->memories[2] = add_memory(graph, EM_MEMORY_STATE, owner, steps, engine->lanes, 17);
  set_busy(engine, (uint64_t)engine->loads + steps + 6);
}

/* Adds one block; `tok` is its input buffer, `next` where out_proj writes. */
static void add_block(em_graph *graph, uint32_t block, uint16_t tok, uint16_t next) {
  const em_design *design = &graph->design;
  const em_shape *s = &design->shape;
  uint32_t unit = 3 + 7 * block;
  uint16_t u = add_buffer(graph, EM_BUFFER_U, block, s->d, design->depth_tokens.u);
  uint16_t sz = add_buffer(graph, EM_BUFFER_SZ, block, 2 * s->ed, design->depth_tokens.sz);
  uint16_t x = add_buffer(graph, EM_BUFFER_X, block, s->ed, design->depth_tokens.x);
  uint16_t g = add_buffer(graph, EM_BUFFER_G, block, s->ed, design->depth_tokens.g);
  uint16_t p = add_buffer(graph, EM_BUFFER_P, block, s->r + 2 * s->n, design->depth_tokens.p);
  uint16_t delta = add_buffer(graph, EM_BUFFER_DELTA, block, s->ed, design->depth_tokens.delta);
  uint16_t q = add_buffer(graph, EM_BUFFER_Q, block, s->ed, design->depth_tokens.q);

  add_norm(graph, block, unit, tok, u);
  em_linear_geometry in_proj = {.in = s->d,
                                .out = 2 * s->ed,
                                .in_lanes = design->in_proj.in,
                                .out_lanes = design->in_proj.out,
                                .groups = 2,
                                .bound = {s->ed, 2 * s->ed}};
  add_linear(graph, EM_ENGINE_IN_PROJ, block, unit + 1, &in_proj, u, sz);
  add_conv(graph, block, unit + 2, sz, x, g);
  em_linear_geometry param_proj = {.in = s->ed,
                                   .out = s->r + 2 * s->n,
                                   .in_lanes = design->param_proj.in,
                                   .out_lanes = design->param_proj.out,
                                   .groups = 3,
                                   .bound = {s->r, s->r + s->n, s->r + 2 * s->n}};
  add_linear(graph, EM_ENGINE_PARAM_PROJ, block, unit + 3, &param_proj, x, p);
  em_linear_geometry delta_proj = {.in = s->r,
                                   .out = s->ed,
                                   .in_lanes = design->delta_proj.in,
                                   .out_lanes = design->delta_proj.out,
                                   .bias = true,
                                   .relu = true,
                                   .groups = 1,
                                   .bound = {s->ed}};
  add_linear(graph, EM_ENGINE_DELTA_PROJ, block, unit + 4, &delta_proj, p, delta);
  add_ssm(graph, block, unit + 5, p, x, delta, g, q);
  em_linear_geometry out_proj = {
      .in = s->ed, .out = s->d, .in_lanes = design->out_proj.in, .out_lanes = design->out_proj.out, .residual = true};
  em_engine *engine = add_linear(graph, EM_ENGINE_OUT_PROJ, block, unit + 6, &out_proj, q, next);
  connect_input(graph, engine, tok, s->d, design->out_proj.out, 1);
}

static void add_pool(em_graph *graph, uint32_t unit, uint16_t store, uint16_t pooled) {
  const em_shape *s = &graph->design.shape;
  em_engine *engine = add_engine(graph, EM_POOL, EM_ENGINE_POOL, EM_NONE, unit);
  engine->lanes = graph->design.pool_lanes;
  connect_input(graph, engine, store, s->d, engine->lanes, 1);
  connect_output(graph, engine, pooled, engine->lanes);
  engine->tokens_per_release = s->l;
  engine->holds_output = true;
  uint32_t groups = engine->rows = s->d / engine->lanes;
  uint32_t sum_bits = 8;
  while (UINT64_C(1) << (sum_bits - 8) < s->l) {
    sum_bits++;
  }
  engine->memories[0] = add_memory(graph, EM_MEMORY_SUM, index_of(graph, engine), groups, engine->lanes, sum_bits);
  engine->busy_cycles = groups + 1;
  engine->busy_last_cycles = 9 * groups + 2;
}

/* Adds what follows the last block; returns the buffer that axis_out reads. */
static uint16_t add_head(em_graph *graph, uint16_t store) {
  const em_design *design = &graph->design;
  const em_shape *s = &design->shape;
  if (s->head == EM_HEAD_NONE) {
    return store;
  }
  uint32_t base = 3 + 7 * s->m;
  uint16_t input = store;
  if (s->head == EM_HEAD_MEAN) {
    input = add_buffer(graph, EM_BUFFER_POOLED, EM_NONE, s->d, design->depth_tokens.pooled);
    add_pool(graph, base, store, input);
  } else if (s->head == EM_HEAD_FLATTEN) {
    graph->buffers[store].take_tokens = s->l;
  }
  uint32_t tokens = em_results_per_frame(s);
  bool hidden = s->head_hidden > 0;
  uint16_t out = add_buffer(graph, EM_BUFFER_OUT, EM_NONE, s->outputs, design->depth_tokens.out);
  uint16_t middle =
      hidden ? add_buffer(graph, EM_BUFFER_HIDDEN, EM_NONE, s->head_hidden, design->depth_tokens.hidden) : out;
  em_linear_geometry head_0 = {.in = s->head == EM_HEAD_FLATTEN ? s->l * s->d : s->d,
                               .out = hidden ? s->head_hidden : s->outputs,
                               .in_lanes = design->head_0.in,
                               .out_lanes = design->head_0.out,
                               .in_requant = true,
                               .bias = true,
                               .relu = hidden,
                               .groups = hidden ? 1 : 0,
                               .bound = {s->head_hidden}};
  add_linear(graph, EM_ENGINE_HEAD_0, EM_NONE, base + 1, &head_0, input, middle)->tokens_per_frame = tokens;
  if (hidden) {
    em_linear_geometry head_1 = {.in = s->head_hidden,
                                 .out = s->outputs,
                                 .in_lanes = design->head_1.in,
                                 .out_lanes = design->head_1.out,
                                 .bias = true};
    add_linear(graph, EM_ENGINE_HEAD_1, EM_NONE, base + 2, &head_1, middle, out)->tokens_per_frame = tokens;
  }
  return out;
}

static void finish_buffer(em_graph *graph, uint32_t index) {
  em_buffer *b = &graph->buffers[index];
  b->slot_words = (b->elements + b->word_lanes - 1) / b->word_lanes;
  b->memory = add_memory(graph, EM_MEMORY_BUFFER, index, b->depth_tokens * b->slot_words, b->word_lanes, 8);
  graph->memories[b->memory].readers = b->reader_count;
}

void em_graph_set_depth(em_graph *graph, uint32_t buffer, uint32_t depth_tokens) {
  em_buffer *b = &graph->buffers[buffer];
  b->depth_tokens = depth_tokens;
  set_words(graph, b->memory, depth_tokens * b->slot_words);
}

void em_graph_build(em_graph *graph, const em_design *design) {
  const em_shape *s = &design->shape;
  graph->design = *design;
  graph->engine_count = graph->buffer_count = graph->memory_count = 0;

  uint16_t frame = add_buffer(graph, EM_BUFFER_FRAME, EM_NONE, s->h * s->w * s->c, design->depth_tokens.frame);
  em_engine *axis_in = add_engine(graph, EM_AXIS_IN, EM_ENGINE_AXIS_IN, EM_NONE, 1);
  axis_in->lanes = design->in_bytes;
  axis_in->tokens_per_frame = 1;
  connect_output(graph, axis_in, frame, design->in_bytes);
  set_busy(axis_in, s->h * s->w * s->c / design->in_bytes);

  uint16_t tok = add_buffer(graph, EM_BUFFER_TOK, 0, s->d, design->depth_tokens.tok);
  em_linear_geometry embed = {.in = s->p * s->p * s->c,
                              .out = s->d,
                              .in_lanes = design->patch_embed.in,
                              .out_lanes = design->patch_embed.out,
                              .in_requant = true,
                              .bias = true};
  em_engine *patch_embed = add_linear(graph, EM_ENGINE_PATCH_EMBED, EM_NONE, 2, &embed, frame, tok);
  patch_embed->tokens_per_release = s->l;
  patch_embed->holds_input = true;

  for (uint32_t block = 0; block < s->m; block++) {
    bool last = block + 1 == s->m;
    uint16_t next = add_buffer(graph, last ? EM_BUFFER_STORE : EM_BUFFER_TOK, last ? EM_NONE : block + 1, s->d,
                               last ? design->depth_tokens.store : design->depth_tokens.tok);
    add_block(graph, block, tok, next);
    tok = next;
  }
  uint16_t result = add_head(graph, tok);
  em_engine *axis_out = add_engine(graph, EM_AXIS_OUT, EM_ENGINE_AXIS_OUT, EM_NONE, 3 + 7 * s->m + 3);
  axis_out->lanes = design->out_bytes;
  axis_out->tokens_per_frame = em_results_per_frame(s);
  connect_input(graph, axis_out, result, s->outputs, design->out_bytes, 1);
  set_busy(axis_out, 1 + s->outputs / design->out_bytes);

  for (uint32_t i = 0; i < graph->buffer_count; i++) {
    finish_buffer(graph, i);
  }
}

em_status em_graph_check_rtl(const em_graph *graph, em_error *error) {
  if (graph->design.shape.m > 35) {
    return em_fail(error, EM_BAD_INPUT, "shape.M: %u blocks; the RTL's address map has room for 35",
                   graph->design.shape.m);
  }
  for (uint32_t i = 0; i < graph->memory_count; i++) {
    const em_memory *memory = &graph->memories[i];
    uint64_t word_bytes = ((uint64_t)memory->lanes * memory->lane_bits + 7) / 8, stride = 4;
    while (stride < word_bytes) {
      stride *= 2;
    }
    if (memory->words > 1u << 20 || (memory->loaded && memory->words * stride > 1u << 21)) {
      char name[EM_NAME_CHARS];
      em_memory_name(graph, i, name);
      return em_fail(error, EM_BAD_INPUT,
                     "memory %s: %u words of %u bytes; the RTL holds at most 2^20 words and 2 MiB of address space",
                     name, memory->words, (uint32_t)word_bytes);
    }
  }
  return EM_OK;
}
