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

static void ssm_strobe(const em_design *design, uint32_t strobe, uint64_t *a) {
  uint64_t lanes = design->ssm_lanes, n = design->shape.n, channels = lanes > n ? lanes / n : 1;
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
    case EM_SSM: ssm_strobe(&graph->design, strobe, actions); break;
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

static void add_input(const tally *t, uint32_t input, uint64_t reads) {
  em_port port = t->engine->inputs[input];
  t->memories[t->graph->buffers[port.buffer].memory].reads[port.reader] += reads;
}

static void add_output(const tally *t, uint32_t output, uint64_t writes) {
  t->memories[t->graph->buffers[t->engine->outputs[output].buffer].memory].writes += writes;
}

static void add_own(const tally *t, uint32_t place, uint64_t reads, uint64_t writes) {
  t->memories[t->engine->memories[place]].reads[0] += reads;
  t->memories[t->engine->memories[place]].writes += writes;
}

static void add_linear(const tally *t) {
  const em_linear_geometry *g = &t->engine->linear;
  uint64_t rows = t->tokens * (g->out / g->out_lanes), steps = rows * (g->in / g->in_lanes);
  t->strobes[0] += steps;
  t->strobes[1] += rows;
  t->strobes[2] += rows;
  add_input(t, 0, steps);
  add_own(t, 0, steps, 0);
  if (g->bias) {
    add_own(t, 1, rows, 0);
  }
  if (g->residual) {
    add_input(t, 1, rows);
  }
  add_output(t, 0, rows);
}

static void add_norm(const tally *t) {
  uint64_t groups = t->tokens * (t->graph->design.shape.d / t->engine->lanes);
  const uint64_t fired[] = {groups, groups, groups, 8 * groups, groups};
  for (uint32_t i = 0; i < 5; i++) {
    t->strobes[i] += fired[i];
  }
  add_input(t, 0, 2 * groups);
  add_own(t, 0, groups, 0);
  add_own(t, 1, groups, 0);
  add_output(t, 0, groups);
}

static void add_conv(const tally *t) {
  uint64_t groups = t->tokens * (t->graph->design.shape.ed / t->engine->lanes);
  for (uint32_t i = 0; i < 4; i++) {
    t->strobes[i] += groups;
  }
  add_input(t, 0, 2 * groups);
  add_own(t, 0, groups, 0);
  add_own(t, 1, groups, 0);
  add_own(t, 2, groups, groups);
  add_output(t, 0, groups);
  add_output(t, 1, groups);
}

static void add_ssm(const tally *t) {
  const em_design *design = &t->graph->design;
  const em_shape *s = &design->shape;
  uint64_t loads = t->tokens * ((s->r + 2 * s->n) / design->param_proj.out);
  uint64_t steps = t->tokens * (s->ed * s->n / t->engine->lanes);
  uint64_t groups = t->engine->lanes > s->n ? steps : t->tokens * s->ed;
  t->strobes[0] += loads;
  for (uint32_t stage = 1; stage <= 6; stage++) {
    t->strobes[stage] += stage < 5 ? steps : groups;
  }
  add_input(t, 0, loads);
  for (uint32_t input = 1; input < 4; input++) {
    add_input(t, input, groups);
  }
  add_own(t, 0, steps, 0);
  add_own(t, 1, groups, 0);
  add_own(t, 2, steps, steps);
  add_output(t, 0, groups);
}

static void add_pool(const tally *t) {
  uint64_t groups = t->graph->design.shape.d / t->engine->lanes, adding = (t->tokens - t->ending) * groups;
  uint64_t dividing = t->ending * groups;
  t->strobes[0] += adding;
  t->strobes[1] += dividing;
  t->strobes[2] += 8 * dividing;
  t->strobes[3] += dividing;
  add_input(t, 0, adding + dividing);
  add_own(t, 0, adding + dividing, adding);
  add_output(t, 0, dividing);
}

void em_activity_add(const em_graph *graph, uint32_t engine, uint64_t tokens, em_engine_activity *activity,
                     em_memory_activity *memories) {
  const em_engine *e = &graph->engines[engine];
  uint64_t strobes[EM_ACTIVITY_STROBES] = {0}, actions[EM_ACTIONS];
  tally t = {graph, e, tokens, tokens / e->tokens_per_release, strobes, memories};
  switch (e->kind) {
    case EM_LINEAR: add_linear(&t); break;
    case EM_NORM: add_norm(&t); break;
    case EM_CONV: add_conv(&t); break;
    case EM_SSM: add_ssm(&t); break;
    case EM_POOL: add_pool(&t); break;
    case EM_AXIS_IN:
      strobes[0] = tokens * e->busy_cycles;
      add_output(&t, 0, strobes[0]);
      break;
    case EM_AXIS_OUT:
      strobes[0] = tokens * (e->busy_cycles - 1);
      add_input(&t, 0, strobes[0]);
      break;
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
