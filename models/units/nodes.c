/* Contract names of the activation nodes that each engine requantises. */
#include "models/units/unit.h"

static const char *linear_node(const em_graph *graph, const em_engine *engine, uint32_t node) {
  const em_shape *s = &graph->design.shape;
  const char *const in_proj[] = {"conv.in", "gate.in"}, *const params[] = {"delta_in", "B", "C"};
  bool post = node >= EM_LINEAR_NODE_POST && node < EM_LINEAR_NODE_RESIDUAL;
  uint32_t group = node - EM_LINEAR_NODE_POST;
  switch (engine->id) {
    case EM_ENGINE_PATCH_EMBED:
      return node == EM_LINEAR_NODE_IN ? "patches" : node == EM_LINEAR_NODE_OUT ? "embed" : NULL;
    case EM_ENGINE_IN_PROJ: return node == EM_LINEAR_NODE_OUT ? "in_proj" : post && group < 2 ? in_proj[group] : NULL;
    case EM_ENGINE_PARAM_PROJ: return node == EM_LINEAR_NODE_OUT ? "params" : post ? params[group] : NULL;
    case EM_ENGINE_DELTA_PROJ: return node == EM_LINEAR_NODE_OUT ? "delta_proj" : post && group == 0 ? "delta" : NULL;
    case EM_ENGINE_OUT_PROJ:
      return node == EM_LINEAR_NODE_OUT ? "output_proj" : node == EM_LINEAR_NODE_RESIDUAL ? "output" : NULL;
    case EM_ENGINE_HEAD_0:
      if (node == EM_LINEAR_NODE_IN) {
        return s->head != EM_HEAD_MEAN ? "head.in" : NULL; /* the pool makes that of the mean */
      }
      if (s->head_hidden == 0) {
        return node == EM_LINEAR_NODE_OUT ? "output" : NULL;
      }
      return node == EM_LINEAR_NODE_OUT ? "head.hidden" : post && group == 0 ? "head.act" : NULL;
    case EM_ENGINE_HEAD_1: return node == EM_LINEAR_NODE_OUT ? "output" : NULL;
    case EM_ENGINE_AXIS_IN:
    case EM_ENGINE_NORM:
    case EM_ENGINE_CONV:
    case EM_ENGINE_SSM:
    case EM_ENGINE_POOL:
    case EM_ENGINE_AXIS_OUT: return NULL;
  }
  return NULL;
}

const char *em_engine_node_name(const em_graph *graph, uint32_t engine, uint32_t node) {
  static const char *const conv[EM_ENGINE_NODES] = {"conv", "x", "gate"};
  static const char *const ssm[EM_ENGINE_NODES] = {"exp_in", "A_bar", "B_bar", "state", "y", "gated"};
  const em_engine *e = &graph->engines[engine];
  switch (e->kind) {
    case EM_LINEAR: return linear_node(graph, e, node);
    case EM_NORM: return node == 0 ? "norm" : NULL;
    case EM_CONV: return conv[node];
    case EM_SSM: return ssm[node];
    case EM_POOL: return node == 0 ? "head.in" : NULL;
    case EM_AXIS_OUT: return node == 0 && graph->design.shape.head == EM_HEAD_NONE ? "output" : NULL;
    case EM_AXIS_IN: return NULL;
  }
  return NULL;
}
