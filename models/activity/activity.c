#include "models/activity/activity.h"

#include <string.h>

void em_activity_clear(const em_graph *graph, em_run_activity *activity) {
  activity->cycles = 0;
  activity->toggles = false;
  memset(activity->times, 0, graph->engine_count * sizeof *activity->times);
  memset(activity->engines, 0, graph->engine_count * sizeof *activity->engines);
  memset(activity->memories, 0, graph->memory_count * sizeof *activity->memories);
}

const char *em_action_key(em_action action) {
  static const char *const keys[EM_ACTIONS] = {"mac_8x8_ops",  "mul_8x8_ops",  "mul_8x17_ops", "mac_8x24_ops",
                                               "mul_norm_ops", "add_ops",      "compare_ops",  "round_ops",
                                               "pwl_ops",      "div_step_ops", "register_bits"};
  return keys[action];
}

static uint32_t bits_for(uint64_t values) { /* ceil(log2(values)) */
  uint32_t bits = 0;
  while (UINT64_C(1) << bits < values) {
    bits++;
  }
  return bits;
}

/* ---- What a strobe does ---- */

static void linear_strobe(const em_linear_geometry *g, uint32_t strobe, uint64_t *a) {
  uint64_t lanes = g->out_lanes;
  if (strobe == 0) {
    a[EM_MAC_8X8] = lanes * g->in_lanes;
    a[EM_ROUND] = g->in_requant ? g->in_lanes : 0;
    a[EM_REG_BIT] = lanes * (16 + bits_for(g->in));
  } else if (strobe == 1) {
    a[EM_ADD] = g->bias ? lanes : 0;
    a[EM_ROUND] = lanes;
    a[EM_REG_BIT] = 8 * lanes;
  } else {
    a[EM_ADD] = g->residual ? lanes : 0;
    a[EM_ROUND] = (g->residual ? lanes : 0) + (g->groups > 0 ? lanes : 0);
  }
}

static void norm_strobe(const em_shape *s, uint64_t lanes, uint32_t strobe, uint64_t *a) {
  uint64_t wide = bits_for(s->d) + 9;
  switch (strobe) {
    case 0:
      a[EM_ADD] = lanes;
      a[EM_COMPARE] = 2 * lanes;
      a[EM_REG_BIT] = 8 + bits_for(s->d) + 16;
      break;
    case 1:
      a[EM_MUL_NORM] = lanes;
      a[EM_ADD] = lanes;
      a[EM_REG_BIT] = lanes * wide + wide;
      break;
    case 2:
      a[EM_MUL_NORM] = 2 * lanes;
      a[EM_ADD] = lanes;
      a[EM_REG_BIT] = lanes * (2 * wide + 24);
      break;
    case 3:
      a[EM_DIV_STEP] = lanes;
      a[EM_REG_BIT] = lanes * (wide + 24);
      break;
    default: a[EM_ROUND] = lanes; break;
  }
}

static void conv_strobe(const em_shape *s, uint64_t lanes, uint32_t strobe, uint64_t *a) {
  switch (strobe) {
    case 0:
      a[EM_MAC_8X8] = lanes * s->k;
      a[EM_REG_BIT] = lanes * (16 + bits_for(s->k));
      break;
    case 1:
      a[EM_ADD] = lanes;
      a[EM_ROUND] = lanes;
      a[EM_REG_BIT] = 8 * lanes;
      break;
    case 2: a[s->conv_silu ? EM_PWL : EM_ROUND] = lanes; break;
    default: a[EM_PWL] = lanes; break;
  }
}

static void ssm_strobe(const em_design *design, uint64_t channels, uint32_t strobe, uint64_t *a) {
  uint64_t lanes = design->ssm_lanes, n = design->shape.n;
  switch (strobe) {
    case 0: a[EM_REG_BIT] = 8 * (uint64_t)design->param_proj.out; break;
    case 1:
      a[EM_MUL_8X8] = 2 * lanes;
      a[EM_ROUND] = 2 * lanes;
      a[EM_REG_BIT] = 16 * lanes + 8 * channels;
      break;
    case 2:
      a[EM_PWL] = lanes;
      a[EM_MUL_8X8] = lanes;
      a[EM_ROUND] = lanes;
      a[EM_REG_BIT] = 40 * lanes + 8 * channels;
      break;
    case 3:
      a[EM_MUL_8X17] = lanes;
      a[EM_ADD] = lanes;
      a[EM_ROUND] = lanes;
      a[EM_REG_BIT] = 24 * lanes + 8 * channels;
      break;
    case 4:
      a[EM_MAC_8X24] = lanes;
      a[EM_ROUND] = lanes;
      a[EM_REG_BIT] = channels * (40 + bits_for(n));
      break;
    case 5:
      a[EM_MUL_8X8] = channels;
      a[EM_ADD] = channels;
      a[EM_ROUND] = channels;
      a[EM_REG_BIT] = 8 * channels;
      break;
    default:
      a[EM_MUL_8X8] = channels;
      a[EM_ROUND] = channels;
      break;
  }
}

static void pool_strobe(uint64_t lanes, uint32_t strobe, uint64_t *a) {
  a[EM_ADD] = strobe < 2 ? lanes : 0;
  a[EM_DIV_STEP] = strobe == 2 ? lanes : 0;
  a[EM_ROUND] = strobe == 3 ? lanes : 0;
  a[EM_REG_BIT] = strobe == 1 || strobe == 2 ? 48 * lanes : 0;
}

void em_activity_strobe(const em_graph *graph, uint32_t engine, uint32_t strobe, uint64_t actions[EM_ACTIONS]) {
  const em_engine *e = &graph->engines[engine];
  const em_shape *s = &graph->design.shape;
  memset(actions, 0, EM_ACTIONS * sizeof *actions);
  switch (e->kind) {
    case EM_LINEAR: linear_strobe(&e->linear, strobe, actions); break;
    case EM_NORM: norm_strobe(s, e->lanes, strobe, actions); break;
    case EM_CONV: conv_strobe(s, e->lanes, strobe, actions); break;
    case EM_SSM: ssm_strobe(&graph->design, e->channels, strobe, actions); break;
    case EM_POOL: pool_strobe(e->lanes, strobe, actions); break;
    case EM_AXIS_OUT: actions[EM_ROUND] = s->head == EM_HEAD_NONE ? e->lanes : 0; break;
    case EM_AXIS_IN: break;
  }
}

/* ---- How often, by closed formula ---- */

/* Tokens of one engine, and where its counts go. */
typedef struct {
  const em_graph *graph;
  const em_engine *engine;
  uint64_t tokens, ending; /* all of them, and those that end a group of tokens_per_release */
  uint64_t *strobes;
  em_memory_activity *memories;
} tally;

/* What passes the ports, the streams' too; pool writes only for a token that ends a frame. */
static void add_ports(const tally *t) {
  for (uint32_t i = 0; i < t->engine->input_count; i++) {
    const em_port *port = &t->engine->inputs[i];
    em_memory_activity *memory = &t->memories[t->graph->buffers[port->buffer].memory];
    memory->reads[port->reader] += t->tokens * port->accesses * port->passes;
  }
  for (uint32_t i = 0; i < t->engine->output_count; i++) {
    const em_port *port = &t->engine->outputs[i];
    const uint64_t tokens = t->engine->holds_output ? t->ending : t->tokens;
    t->memories[t->graph->buffers[port->buffer].memory].writes += tokens * port->accesses;
  }
}

static void add_own(const tally *t, uint32_t place, uint64_t reads, uint64_t writes) {
  t->memories[t->engine->memories[place]].reads[0] += reads;
  t->memories[t->engine->memories[place]].writes += writes;
}

static void add_linear(const tally *t) {
  uint64_t rows = t->tokens * t->engine->rows, steps = rows * t->engine->columns;
  t->strobes[0] += steps;
  t->strobes[1] += rows;
  t->strobes[2] += rows;
  add_own(t, 0, steps, 0);
  if (t->engine->linear.bias) {
    add_own(t, 1, rows, 0);
  }
}

static void add_norm(const tally *t) {
  uint64_t groups = t->tokens * t->engine->rows;
  const uint64_t fired[] = {groups, groups, groups, 8 * groups, groups};
  for (uint32_t i = 0; i < 5; i++) {
    t->strobes[i] += fired[i];
  }
  add_own(t, 0, groups, 0);
  add_own(t, 1, groups, 0);
}

static void add_conv(const tally *t) {
  uint64_t groups = t->tokens * t->engine->rows;
  for (uint32_t i = 0; i < 4; i++) {
    t->strobes[i] += groups;
  }
  add_own(t, 0, groups, 0);
  add_own(t, 1, groups, 0);
  add_own(t, 2, groups, groups);
}

static void add_ssm(const tally *t) {
  uint64_t groups = t->tokens * t->engine->rows, steps = groups * t->engine->columns;
  t->strobes[0] += t->tokens * t->engine->loads;
  for (uint32_t stage = 1; stage <= 6; stage++) {
    t->strobes[stage] += stage < 5 ? steps : groups;
  }
  add_own(t, 0, steps, 0);
  add_own(t, 1, groups, 0);
  add_own(t, 2, steps, steps);
}

static void add_pool(const tally *t) {
  uint64_t groups = t->engine->rows, adding = (t->tokens - t->ending) * groups, dividing = t->ending * groups;
  t->strobes[0] += adding;
  t->strobes[1] += dividing;
  t->strobes[2] += 8 * dividing;
  t->strobes[3] += dividing;
  add_own(t, 0, adding + dividing, adding);
}

void em_activity_add(const em_graph *graph, uint32_t engine, uint64_t tokens, em_engine_activity *activity,
                     em_memory_activity *memories) {
  const em_engine *e = &graph->engines[engine];
  uint64_t strobes[EM_ACTIVITY_STROBES] = {0}, actions[EM_ACTIONS];
  tally t = {graph, e, tokens, tokens / e->tokens_per_release, strobes, memories};
  add_ports(&t);
  switch (e->kind) {
    case EM_LINEAR: add_linear(&t); break;
    case EM_NORM: add_norm(&t); break;
    case EM_CONV: add_conv(&t); break;
    case EM_SSM: add_ssm(&t); break;
    case EM_POOL: add_pool(&t); break;
    case EM_AXIS_IN: strobes[0] = tokens * e->busy_cycles; break;
    case EM_AXIS_OUT: strobes[0] = tokens * (e->busy_cycles - 1); break;
  }
  for (uint32_t i = 0; i < EM_ACTIVITY_STROBES; i++) {
    activity->strobes[i] += strobes[i];
    if (strobes[i] > 0) {
      em_activity_strobe(graph, engine, i, actions);
      for (uint32_t a = 0; a < EM_ACTIONS; a++) {
        activity->actions[a] += strobes[i] * actions[a];
      }
    }
  }
}
