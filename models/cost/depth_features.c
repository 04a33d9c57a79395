#include "models/cost/depth_features.h"

#include <assert.h>
#include <string.h>

/*
 * By name: "tree" and "chain" are levels of an adder tree over the lanes and of carries over bits, "choice" levels of a
 * choice among so many; "bias", "post", "residual", "rounding" are 1 where the engine has it.
 */
static const char *const names[EM_COST_KINDS][EM_COST_FEATURES] = {
    [EM_COST_AXIS_IN] = {"base"},
    [EM_COST_LINEAR] = {"base", "tree", "chain", "bias", "post", "residual", "rounding", "choice", "macro"},
    [EM_COST_NORM] = {"base", "tree", "chain"},
    [EM_COST_CONV] = {"base", "choice", "shared", "macro"},
    [EM_COST_SSM] = {"base", "choice", "channel_choice", "macro"},
    [EM_COST_POOL] = {"base", "chain"},
    [EM_COST_AXIS_OUT] = {"base", "rounding"},
};

const char *em_depth_feature_name(em_cost_kind kind, uint32_t feature) {
  return feature < EM_COST_FEATURES ? names[kind][feature] : NULL;
}

static void put(double features[EM_COST_FEATURES], const double *values, size_t count) {
  assert(count <= EM_COST_FEATURES);
  memcpy(features, values, count * sizeof *values);
}

#define PUT(features, ...) \
  put(features, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static double number(bool condition) {
  return condition ? 1 : 0;
}

static bool is_macro(const em_graph *graph, uint16_t memory) {
  return memory != EM_NONE && graph->memories[memory].macro;
}

/* Whether an operand comes from a macro, which takes a part of the cycle. */
static bool reads_macro(const em_graph *graph, const em_engine *e) {
  bool found = false;
  for (size_t place = 0; place < sizeof e->memories / sizeof e->memories[0]; place++) {
    found |= is_macro(graph, e->memories[place]);
  }
  for (uint32_t i = 0; i < e->input_count; i++) {
    found |= is_macro(graph, graph->buffers[e->inputs[i].buffer].memory);
  }
  return found;
}

void em_depth_features(const em_graph *graph, em_part part, double features[EM_COST_FEATURES]) {
  memset(features, 0, EM_COST_FEATURES * sizeof *features);
  if (part.kind != EM_PART_ENGINE) {
    return;
  }
  const em_engine *e = &graph->engines[part.index];
  const em_design *design = &graph->design;
  const em_shape *s = &design->shape;
  const em_linear_geometry *g = &e->linear;
  double macro = number(reads_macro(graph, e));
  switch (e->kind) {
    case EM_AXIS_IN: PUT(features, 1); break;
    case EM_LINEAR:
      PUT(features, 1, em_index_bits(g->in_lanes), em_accumulator_bits(g), number(g->bias), number(g->groups > 0),
          number(g->residual), number(g->in_requant), em_index_bits(g->out / g->out_lanes), macro);
      break;
    case EM_NORM: PUT(features, 1, em_index_bits(e->lanes), em_index_bits(s->d)); break;
    case EM_CONV:
      PUT(features, 1, em_index_bits(em_pwl_regions(design->silu_segments)), number(s->conv_silu), macro);
      break;
    case EM_SSM:
      PUT(features, 1, em_index_bits(em_pwl_regions(design->exp_segments)), em_index_bits(e->lanes / e->channels),
          macro);
      break;
    case EM_POOL: PUT(features, 1, em_index_bits(s->l)); break;
    case EM_AXIS_OUT: PUT(features, 1, number(s->head == EM_HEAD_NONE)); break;
  }
}
