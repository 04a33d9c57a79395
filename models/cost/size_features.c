#include "models/cost/size_features.h"

#include <assert.h>
#include <string.h>

#include "models/cost/ports.h"

/*
 * The features by name. Where a name says bits or a plural, the feature is how many there are in the part; widths are
 * those that the headers of rtl/ derive. "base" is 1: what a part has whatever its parameters, above all its
 * performance counters.
 */
static const char *const names[EM_COST_KINDS][EM_SIZE_QUANTITIES][EM_COST_FEATURES] = {
    [EM_COST_AXIS_IN] = {{"base", "beat_bits"}, {"base", "beat_bits"}},
    [EM_COST_LINEAR] = {{"base", "products", "product_bits", "accumulator_bits", "total_bits", "bias_bits", "posts",
                         "residuals", "input_roundings", "counter_bits", "patch_bits", "rows"},
                        {"base", "lane_bits", "counter_bits", "patch_bits", "bias", "posts", "residual",
                         "input_rounding"}},
    [EM_COST_NORM] = {{"base", "lanes", "lane_bits", "width", "counter_bits"},
                      {"base", "lanes", "lane_bits", "width", "counter_bits"}},
    [EM_COST_CONV] = {{"base", "lanes", "products", "region_lanes", "table_regions", "shared_regions", "shared_lanes",
                       "rounding_lanes", "counter_bits"},
                      {"base", "lanes", "lane_bits", "table_regions", "counter_bits", "rounding"}},
    [EM_COST_SSM] = {{"base", "lanes", "region_lanes", "table_regions", "channels", "channel_bits", "bc_bits",
                      "bc_choice_bits", "counter_bits"},
                     {"base", "lanes", "table_regions", "channels", "channel_bits", "bc_bits", "counter_bits"}},
    [EM_COST_POOL] = {{"base", "lanes", "lane_bits", "counter_bits"}, {"base", "lanes", "lane_bits", "counter_bits"}},
    [EM_COST_AXIS_OUT] = {{"base", "beat_bits", "bytes", "rounding_bytes", "token_bits"},
                          {"base", "beat_bits", "rounding", "token_bits"}},
    [EM_COST_BUFFER] = {{"readers", "count_bits", "base_bits", "adder_bits", "choice_bits", "shift_bits", "place_bits",
                         "division_bits", "places"},
                        {"count_bits", "base_bits", "place_bits"}},
    [EM_COST_MEMORY] = {{"bits", "choice_bits", "output_bits", "write_enables", "bank_words", "banks"},
                        {"bits", "output_bits"}},
    [EM_COST_APB] = {{"base", "engines"}, {"base"}},
};

const char *em_size_feature_name(em_cost_kind kind, em_size_quantity quantity, uint32_t feature) {
  return names[kind][quantity][feature];
}

/* ---- Widths, of the RTL files named ---- */

enum {
  CODE_BITS = 8,      /* an INT8 code */
  PRODUCT_BITS = 15,  /* em_linear_lane.sv: of two codes, in [-127 * 128, 2^14], with its sign */
  ACC_SHIFT_MAX = 7,  /* em_pkg.sv: an accumulator's largest left shift against the bias */
  BIAS_BITS = 8 + 15, /* em_pkg.sv, AlignShiftMax: a bias code shifted left by up to 15 */
  BANK_BITS = 64,     /* em_sram_flops.sv: a wide word is kept in banks of about so many bits */
};

/* Registers that hold the same index, stage after stage, in the control of an engine. */
enum {
  LINEAR_ROWS = 4,     /* em_linear_steps.sv: row_q, row1_q .. row3_q */
  NORM_INDICES = 2,    /* em_norm_control.sv: index_q, windex_q */
  CONV_GROUPS = 4,     /* em_conv_control.sv: group_q, group1_q .. group3_q */
  SSM_LOADS = 2,       /* em_ssm_control.sv: p_index_q, load_index_q; */
  SSM_WORDS = 5,       /* word_q, word1_q .. word4_q; */
  SSM_SUBS = 5,        /* sub_q, sub1_q .. sub4_q; */
  SSM_GROUPS = 7,      /* group_q, group1_q .. group6_q */
  POOL_INDICES = 3,    /* em_pool_control.sv: index_q, add_index_q, windex_q */
  PATCH_ADDRESSES = 2, /* em_patch_address.sv: base_q, offset_q */
};

uint32_t em_index_bits(uint64_t n) {
  return n <= 1 ? 0 : 64 - (uint32_t)__builtin_clzll(n - 1);
}

uint32_t em_accumulator_bits(const em_linear_geometry *geometry) {
  return PRODUCT_BITS + em_index_bits((uint64_t)geometry->in + 1);
}

uint32_t em_total_bits(const em_linear_geometry *geometry) {
  uint32_t accumulator = em_accumulator_bits(geometry), shifted = accumulator + ACC_SHIFT_MAX;
  return geometry->bias ? (shifted > BIAS_BITS ? shifted : BIAS_BITS) + 1 : accumulator;
}

uint32_t em_pwl_regions(uint32_t segments) {
  return segments + 2;
}

static double number(bool condition) {
  return condition ? 1 : 0;
}

/* Copies `count` features into their places, which have names. */
static void put(double features[EM_COST_FEATURES], const double *values, size_t count) {
  assert(count <= EM_COST_FEATURES);
  memcpy(features, values, count * sizeof *values);
}

#define PUT(features, ...) \
  put(features, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* ---- Engines ---- */

static double patch_bits(const em_graph *graph, const em_engine *e) {
  const em_shape *s = &graph->design.shape;
  if (e->id != EM_ENGINE_PATCH_EMBED) {
    return 0;
  }
  uint32_t lanes = e->linear.in_lanes;
  return em_index_bits(s->w / s->p) + em_index_bits(s->h / s->p) +
         PATCH_ADDRESSES * em_index_bits(s->h * s->w * s->c / lanes) + em_index_bits(s->p * s->c / lanes);
}

static void linear_features(const em_graph *graph, const em_engine *e, em_size_quantity quantity, double *features) {
  const em_linear_geometry *g = &e->linear;
  uint32_t out = g->out_lanes, accumulator = em_accumulator_bits(g), total = em_total_bits(g);
  uint32_t chunks = g->in / g->in_lanes, rows = g->out / out;
  double counters = em_index_bits(chunks) + LINEAR_ROWS * em_index_bits(rows) + em_index_bits((uint64_t)chunks * rows);
  double products = (double)g->in_lanes * out;
  if (quantity == EM_SIZE_GATES) {
    PUT(features, 1, products, products * accumulator, (double)out * accumulator, (double)out * total,
        g->bias ? (double)out * total : 0, g->groups > 0 ? out : 0, g->residual ? out : 0,
        g->in_requant ? g->in_lanes : 0, counters, patch_bits(graph, e), out);
  } else {
    PUT(features, 1, (double)out * (accumulator + CODE_BITS), counters, patch_bits(graph, e), number(g->bias),
        g->groups, number(g->residual), number(g->in_requant));
  }
}

static void norm_features(const em_graph *graph, const em_engine *e, double *features) {
  uint32_t d = graph->design.shape.d, width = em_index_bits(d);
  PUT(features, 1, e->lanes, (double)e->lanes * width, width, NORM_INDICES * em_index_bits(d / e->lanes));
}

static void conv_features(const em_graph *graph, const em_engine *e, em_size_quantity quantity, double *features) {
  const em_shape *s = &graph->design.shape;
  double lanes = e->lanes, regions = em_pwl_regions(graph->design.silu_segments);
  double counters =
      em_index_bits(2 * s->ed / e->lanes) + CONV_GROUPS * em_index_bits(s->ed / e->lanes) + em_index_bits(s->l);
  double tables = s->conv_silu ? 2 * regions : regions;
  if (quantity == EM_SIZE_GATES) {
    PUT(features, 1, lanes, lanes * s->k, lanes * regions, tables, s->conv_silu ? regions : 0,
        lanes * em_index_bits(s->k + 1), s->conv_silu ? 0 : lanes, counters);
  } else {
    PUT(features, 1, lanes, lanes * em_index_bits(s->k + 1), tables, counters, number(!s->conv_silu));
  }
}

static void ssm_features(const em_graph *graph, const em_engine *e, em_size_quantity quantity, double *features) {
  const em_design *design = &graph->design;
  const em_shape *s = &design->shape;
  uint32_t channels = e->channels, per_channel = e->lanes / channels;
  uint32_t sub = s->n / per_channel, groups = s->ed / channels;
  double regions = em_pwl_regions(design->exp_segments);
  double counters = SSM_LOADS * em_index_bits((s->r + 2 * s->n) / design->param_proj.out) +
                    SSM_WORDS * em_index_bits((uint64_t)groups * sub) + SSM_SUBS * em_index_bits(sub) +
                    SSM_GROUPS * em_index_bits(groups) + em_index_bits(s->l);
  double bc_bits = 2.0 * CODE_BITS * s->n; /* of B and C of a token */
  double channel_bits = (double)channels * em_index_bits(s->n + 1);
  if (quantity == EM_SIZE_GATES) {
    PUT(features, 1, e->lanes, e->lanes * regions, regions, channels, channel_bits, bc_bits,
        2.0 * CODE_BITS * (s->n - per_channel), counters);
  } else {
    PUT(features, 1, e->lanes, regions, channels, channel_bits, bc_bits, counters);
  }
}

static void pool_features(const em_graph *graph, const em_engine *e, double *features) {
  const em_shape *s = &graph->design.shape;
  double lanes = e->lanes, width = em_index_bits(s->l);
  PUT(features, 1, lanes, lanes * width, POOL_INDICES * em_index_bits(s->d / e->lanes) + width);
}

static void axis_out_features(const em_graph *graph, const em_engine *e, em_size_quantity quantity, double *features) {
  const em_shape *s = &graph->design.shape;
  bool none = s->head == EM_HEAD_NONE;
  double beats = em_index_bits(s->outputs / e->lanes), tokens = em_index_bits(em_results_per_frame(s));
  if (quantity == EM_SIZE_GATES) {
    PUT(features, 1, beats, e->lanes, none ? e->lanes : 0, tokens);
  } else {
    PUT(features, 1, beats, number(none), tokens);
  }
}

static void engine_features(const em_graph *graph, const em_engine *e, em_size_quantity quantity, double *features) {
  const em_shape *s = &graph->design.shape;
  switch (e->kind) {
    case EM_AXIS_IN: PUT(features, 1, em_index_bits(s->h * s->w * s->c / e->lanes)); break;
    case EM_LINEAR: linear_features(graph, e, quantity, features); break;
    case EM_NORM: norm_features(graph, e, features); break;
    case EM_CONV: conv_features(graph, e, quantity, features); break;
    case EM_SSM: ssm_features(graph, e, quantity, features); break;
    case EM_POOL: pool_features(graph, e, features); break;
    case EM_AXIS_OUT: axis_out_features(graph, e, quantity, features); break;
  }
}

/* ---- Token buffers ---- */

/* What splits an access index into word and place costs: nothing by a power of two, else a division. */
static double division_bits(uint32_t accesses, uint32_t per_word) {
  bool power = (per_word & (per_word - 1)) == 0;
  double bits = em_index_bits(accesses);
  return power || accesses <= per_word ? 0 : bits * bits;
}

static uint32_t trailing_zeros(uint32_t n) {
  uint32_t bits = 0;
  while (n != 0 && (n >> bits & 1) == 0) {
    bits++;
  }
  return bits;
}

/*
 * A port's base address counts in steps of `step` words: the low bits in which they are all 0 become one register. The
 * word of the token is added to it where a token has several.
 */
typedef struct {
  double base_bits, adder_bits;
  double constants; /* registers of bits that are always 0 */
} buffer_address;

static buffer_address port_address(const em_buffer *b, uint32_t step, uint32_t span) {
  uint32_t words = b->depth_tokens * b->slot_words;
  if (step >= words) {
    return (buffer_address){0, 0, 0};
  }
  uint32_t zeros = trailing_zeros(step), bits = em_index_bits(words) - zeros;
  return (buffer_address){bits, span > 1 ? em_index_bits(words) : 0, zeros > 0 ? 1 : 0};
}

uint32_t em_buffer_base_flops(const em_buffer *buffer, uint32_t step) {
  buffer_address address = port_address(buffer, step, 1);
  return (uint32_t)(address.base_bits + address.constants);
}

static void buffer_features(const em_graph *graph, const em_buffer *b, em_size_quantity quantity, double *features) {
  uint32_t count = em_index_bits(b->depth_tokens + 1), per_word = b->word_lanes / em_buffer_write_lanes(graph, b);
  buffer_address address = port_address(b, b->slot_words, b->slot_words);
  double choices = 0, shifts = 0, places = 0,
         divisions = division_bits(b->elements * per_word / b->word_lanes, per_word);
  for (uint32_t r = 0; r < b->reader_count; r++) {
    uint32_t lanes = em_buffer_read_lanes(graph, b, r), step = b->take_tokens * b->slot_words;
    uint32_t accesses = b->word_lanes / lanes; /* of a word; several of odd lanes need a shifter instead of choices */
    buffer_address port = port_address(b, step, (em_buffer_read_accesses(graph, b, r) + accesses - 1) / accesses);
    address.base_bits += port.base_bits;
    address.adder_bits += port.adder_bits;
    address.constants += port.constants;
    bool shifts_word = accesses > 2 && (lanes & (lanes - 1)) != 0;
    choices += shifts_word ? 0 : (double)CODE_BITS * (b->word_lanes - lanes);
    shifts += shifts_word ? (double)CODE_BITS * b->word_lanes * em_index_bits(accesses) : 0;
    places += em_index_bits(accesses);
    divisions += division_bits(em_buffer_read_accesses(graph, b, r), accesses);
  }
  if (quantity == EM_SIZE_GATES) {
    PUT(features, b->reader_count, (double)count * b->reader_count, address.base_bits, address.adder_bits, choices,
        shifts, places, divisions, per_word > 1 ? per_word : 0);
  } else {
    PUT(features, (double)count * b->reader_count, address.base_bits + address.constants, places);
  }
}

/* ---- Memories of flip-flops ---- */

uint32_t em_memory_write_enables(const em_graph *graph, const em_memory *m) {
  switch (m->role) {
    case EM_MEMORY_BUFFER: return m->lanes / em_buffer_write_lanes(graph, &graph->buffers[m->owner]);
    case EM_MEMORY_HISTORY:
    case EM_MEMORY_STATE:
    case EM_MEMORY_SUM: return 1;
    case EM_MEMORY_WEIGHT:
    case EM_MEMORY_BIAS:
    case EM_MEMORY_GAMMA:
    case EM_MEMORY_BETA:
    case EM_MEMORY_A:
    case EM_MEMORY_D: break;
  }
  return m->lanes;
}

static void memory_features(const em_graph *graph, const em_memory *m, em_size_quantity quantity, double *features) {
  double width = (double)m->lanes * m->lane_bits, bits = m->words * width;
  uint32_t enables = em_memory_write_enables(graph, m), mask_bits = m->lanes * m->lane_bits / enables;
  uint32_t bank_masks = mask_bits < BANK_BITS ? BANK_BITS / mask_bits : 1,
           banks = (enables + bank_masks - 1) / bank_masks;
  if (m->macro) {
    return;
  }
  if (quantity == EM_SIZE_GATES) {
    PUT(features, bits, (m->words - 1) * width * m->readers, width * m->readers, (double)m->words * enables,
        (double)m->words * banks, banks);
  } else {
    PUT(features, bits, width * m->readers);
  }
}

void em_size_features(const em_graph *graph, em_part part, em_size_quantity quantity,
                      double features[EM_COST_FEATURES]) {
  memset(features, 0, EM_COST_FEATURES * sizeof *features);
  switch (part.kind) {
    case EM_PART_ENGINE: engine_features(graph, &graph->engines[part.index], quantity, features); break;
    case EM_PART_BUFFER: buffer_features(graph, &graph->buffers[part.index], quantity, features); break;
    case EM_PART_MEMORY: memory_features(graph, &graph->memories[part.index], quantity, features); break;
    case EM_PART_APB: PUT(features, 1, quantity == EM_SIZE_GATES ? graph->engine_count : 0); break;
  }
}
