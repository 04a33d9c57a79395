#include "models/cost/clock_groups.h"

#include <assert.h>

#include "models/cost/ports.h"

enum { CODE_BITS = 8, THRESHOLD_BITS = 9, SLOPE_BITS = 16, INTERCEPT_BITS = 32 }; /* em_pkg.sv */

/* Unit registers by width (em_pkg.sv): each has an enable of its own and is written before a run. */
enum { SHIFT = 7, ACC_SHIFT = 3, ALIGN_SHIFT = 4, PWL_SHIFT = 5, BX_SHIFT = 6, DX_SHIFT = 5, CUR_SHIFT = 3 };

/* A part's groups while they are listed, and what happened to the engine. */
typedef struct {
  const em_graph *graph;
  const em_engine *engine;
  em_clock_group *groups;
  uint32_t count;
  double strobes[EM_ACTIVITY_STROBES], tokens;
} list;

/* Groups without flip-flops do not exist. */
static void add(list *l, double gates, double flops, double cycles) {
  if (gates > 0 && flops > 0) {
    assert(l->count < EM_CLOCK_GROUPS);
    l->groups[l->count++] = (em_clock_group){gates, flops, cycles};
  }
}

static void add_registers(list *l, double count, double width) {
  add(l, count, width, 0);
}

/* em_pwl_table.sv: entries are written one by one, before a run. */
static void add_tables(list *l, double tables, uint32_t segments) {
  double regions = em_pwl_regions(segments);
  add_registers(l, tables * (regions - 1), THRESHOLD_BITS);
  add_registers(l, tables * regions, SLOPE_BITS);
  add_registers(l, tables * regions, INTERCEPT_BITS);
  add_registers(l, tables, PWL_SHIFT);
}

/* em_perf_counters.sv: one counter an event. */
static void add_counters(list *l, const em_engine_timing *times) {
  enum { COUNTER_BITS = 32 };
  const double counted[] = {(double)times->busy, (double)times->starved, (double)times->blocked, (double)times->tokens};
  for (uint32_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
    add(l, 1, COUNTER_BITS, counted[i]);
  }
}

/* em_linear_steps.sv, em_patch_address.sv: fetch, end of a row, end of a token. */
static void linear_control(list *l) {
  const em_shape *s = &l->graph->design.shape;
  const em_linear_geometry *g = &l->engine->linear;
  uint32_t chunks = g->in / g->in_lanes, rows = g->out / g->out_lanes;
  double chunk = em_index_bits(chunks), row = em_index_bits(rows), step = em_index_bits((uint64_t)chunks * rows);
  double fetched = step + chunk + 1; /* step_q, chunk_q, running_q */
  if (l->engine->id == EM_ENGINE_PATCH_EMBED) {
    uint32_t lanes = g->in_lanes, across = s->w / s->p, down = s->h / s->p;
    double address = em_index_bits((uint64_t)s->h * s->w * s->c / lanes);
    fetched += address + (s->p > 1 ? em_index_bits(s->p * s->c / lanes) : 0); /* of one row: it is chunk_q */
    add(l, 1, address + em_index_bits(across), l->tokens);
    add(l, 1, em_index_bits(down), l->tokens / across);
  }
  add(l, 1, fetched, l->strobes[0]);
  add(l, 1, row + 1, l->strobes[0]); /* row1_q, first_q */
  add(l, 2, row, 2 * l->strobes[1]); /* row_q, row2_q; row3_q stands with the results */
}

static void linear_groups(list *l) {
  const em_linear_geometry *g = &l->engine->linear;
  linear_control(l);
  add(l, 1, (double)g->out_lanes * em_accumulator_bits(g), l->strobes[0]);
  add(l, 1, (double)g->out_lanes * CODE_BITS + em_index_bits(g->out / g->out_lanes), l->strobes[1]);
  add_registers(l, 1.0 + g->in_requant + g->groups + g->residual, SHIFT);
  add_registers(l, (g->bias ? 1 : 0) + (g->residual ? 2 : 0), ALIGN_SHIFT);
  add_registers(l, g->bias ? 1 : 0, ACC_SHIFT);
}

/* A divider of em_divider.sv in each lane: remainders of so many bits, a quotient, the step's number. */
static void add_dividers(list *l, double remainder_bits, double steps) {
  enum { BIT_BITS = 3 };
  double lanes = l->engine->lanes;
  add(l, 1, lanes * remainder_bits, steps);
  add(l, 1, lanes * CODE_BITS, steps);
  add(l, 1, BIT_BITS, steps);
}

static void norm_groups(list *l) {
  uint32_t d = l->graph->design.shape.d;
  double lanes = l->engine->lanes, width = em_index_bits(d), group = em_index_bits(d / l->engine->lanes);
  double stat = l->strobes[0], t1 = l->strobes[1], num = l->strobes[2], div = l->strobes[3], write = l->strobes[4];
  add(l, 1, 3 * CODE_BITS + width, stat);              /* sum_q, min_q, max_q */
  double range = CODE_BITS + width - __builtin_ctz(d); /* dr_q without its low bits, which D gives: always 0 */
  add(l, 1, lanes * (CODE_BITS + 1 + width), t1);
  add(l, 1, range, t1);
  add(l, 1, 23 + width + lanes, num);     /* den_q, signs; em_norm.sv */
  add_dividers(l, 31 + width, num + div); /* em_norm_lane.sv */
  add(l, 1, group, stat + t1);
  add(l, 1, group, write);
  add_registers(l, 3, ALIGN_SHIFT);
}

static void conv_groups(list *l) {
  const em_design *design = &l->graph->design;
  const em_shape *s = &design->shape;
  uint32_t groups = s->ed / l->engine->lanes;
  double lanes = l->engine->lanes, group = em_index_bits(groups), mac = l->strobes[0], gate = l->strobes[3];
  add(l, 1, lanes * (15 + em_index_bits(s->k + 1)), mac);       /* acc_q; em_conv_lane.sv */
  add(l, 1, lanes * CODE_BITS, l->strobes[1] + gate);           /* what the tables take; em_conv_pwl.sv */
  add(l, 1, em_index_bits(2 * groups) + group + 2, mac + gate); /* step_q, group_q, gate_q, running_q */
  add(l, 1, group, mac + gate);                                 /* group1_q */
  add(l, 2, group, 2 * mac);                                    /* group2_q, group3_q */
  add(l, 1, em_index_bits(s->l), l->tokens);
  add_registers(l, s->conv_silu ? 1 : 2, SHIFT);
  add_registers(l, 1, ALIGN_SHIFT);
  add_registers(l, 1, ACC_SHIFT);
  add_tables(l, s->conv_silu ? 2 : 1, design->silu_segments);
}

/* em_ssm_bc.sv: B and C as they are loaded, an enable a load; delta's codes come first and are not kept. */
static void add_loads(list *l) {
  const em_design *design = &l->graph->design;
  uint32_t out = design->param_proj.out, shared = design->shape.r % out, codes = 2 * design->shape.n;
  uint32_t first = shared > 0 ? out - shared : 0, others = (codes - first) / out;
  add(l, 1, (double)first * CODE_BITS, l->tokens);
  add(l, others, (double)out * CODE_BITS, l->tokens * others);
}

static void ssm_groups(list *l) {
  const em_design *design = &l->graph->design;
  const em_shape *s = &design->shape;
  uint32_t channels = l->engine->channels, sub = s->n / (l->engine->lanes / channels), groups = s->ed / channels;
  uint32_t out = design->param_proj.out, loads = (s->r + 2 * s->n) / out;
  double lanes = l->engine->lanes, ch = channels, word = em_index_bits((uint64_t)groups * sub);
  double subs = em_index_bits(sub), group = em_index_bits(groups), place = word + subs + group;
  const double *strobes = l->strobes;
  add(l, 1, lanes * 2 * CODE_BITS + ch * CODE_BITS + place, strobes[0]);    /* b_bar_q, a_in_q, x; em_ssm_lane.sv */
  add(l, 1, lanes * (CODE_BITS + 31) + ch * CODE_BITS + place, strobes[1]); /* a_bar_q, bx_q, x */
  add(l, 1, lanes * 24 + ch * CODE_BITS + place, strobes[2]);               /* cur_q, x */
  add(l, 1, ch * (31 + em_index_bits(s->n + 1) + CODE_BITS), strobes[3]);   /* ysum_q, x5_q; em_ssm_channel.sv */
  add(l, 1, ch * CODE_BITS + group, strobes[4]);                            /* y_q, group6_q */
  add(l, 1, word + subs, strobes[0]);                                       /* word_q, sub_q */
  add(l, 1, place, strobes[0]);                                             /* word1_q, sub1_q, group1_q */
  add(l, 2, group, 2 * strobes[4]);                                         /* group_q, group5_q */
  add(l, 2, em_index_bits(loads), 2 * l->tokens * loads);                   /* p_index_q, load_index_q */
  add_loads(l);
  add(l, 1, em_index_bits(s->l), l->tokens);
  add_registers(l, 4, SHIFT); /* y, gated, exp_in, b_bar */
  add_registers(l, 1, BX_SHIFT);
  add_registers(l, 1, DX_SHIFT);
  add_registers(l, 1, CUR_SHIFT);
  add_tables(l, 1, design->exp_segments);
}

static void pool_groups(list *l) {
  const em_shape *s = &l->graph->design.shape;
  double width = em_index_bits(s->l), group = em_index_bits(s->d / l->engine->lanes);
  double steps = l->strobes[1] + l->strobes[2];
  add_dividers(l, 24 + width, steps); /* em_pool_lane.sv */
  add(l, 1, l->engine->lanes, l->strobes[1]);
  add(l, 2, group, 2 * (l->strobes[0] + l->strobes[1])); /* index_q, add_index_q */
  add(l, 1, group, l->strobes[3]);
  add(l, 1, width, l->tokens);
  add_registers(l, 2, ALIGN_SHIFT);
}

static void axis_groups(list *l) {
  const em_shape *s = &l->graph->design.shape;
  bool in = l->engine->kind == EM_AXIS_IN, none = !in && s->head == EM_HEAD_NONE;
  uint32_t codes = in ? s->h * s->w * s->c : s->outputs;
  add(l, 1, em_index_bits(codes / l->engine->lanes), l->strobes[0]);
  add(l, 1, in ? 0 : em_index_bits(em_results_per_frame(s)), l->tokens);
  add_registers(l, none ? 1 : 0, SHIFT);
}

static void engine_groups(list *l, const em_engine_timing *times) {
  add_counters(l, times);
  switch (l->engine->kind) {
    case EM_LINEAR: linear_groups(l); break;
    case EM_NORM: norm_groups(l); break;
    case EM_CONV: conv_groups(l); break;
    case EM_SSM: ssm_groups(l); break;
    case EM_POOL: pool_groups(l); break;
    case EM_AXIS_IN:
    case EM_AXIS_OUT: axis_groups(l); break;
  }
}

/* em_token_buffer.sv, em_token_reader.sv: a writer's base, and a count, a base and a place for each reader. */
static void buffer_groups(list *l, const em_run_activity *activity, const em_buffer *b) {
  double written = activity == NULL ? 0 : (double)activity->times[b->writer].tokens;
  add(l, 1, em_buffer_base_flops(b, b->slot_words), written);
  for (uint32_t r = 0; r < b->reader_count; r++) {
    double taken = activity == NULL ? 0 : (double)activity->times[b->readers[r]].tokens;
    double reads = activity == NULL ? 0 : (double)activity->memories[b->memory].reads[r];
    add(l, 1, em_index_bits(b->depth_tokens + 1), written + taken);
    add(l, 1, em_buffer_base_flops(b, b->take_tokens * b->slot_words), taken);
    add(l, 1, em_index_bits(b->word_lanes / em_buffer_read_lanes(l->graph, b, r)), reads);
  }
}

/* em_sram_flops.sv: an enable for each mask bit of each word, and one for each reader's word. */
static void memory_groups(list *l, const em_memory_activity *a, const em_memory *m) {
  double width = (double)m->lanes * m->lane_bits, enables = em_memory_write_enables(l->graph, m);
  add(l, m->words * enables, width / enables, a == NULL ? 0 : (double)a->writes); /* a write has one enable */
  for (uint32_t r = 0; r < m->readers; r++) {
    add(l, 1, width, a == NULL ? 0 : (double)a->reads[r]);
  }
}

/* em_apb.sv: the address and data of a transfer, the answer; no transfers while running. */
static void apb_groups(list *l) {
  enum { SETUP_BITS = 66, ANSWER_BITS = 33 };
  add_registers(l, 1, SETUP_BITS);
  add_registers(l, 1, ANSWER_BITS);
}

uint32_t em_clock_groups(const em_graph *graph, const em_run_activity *activity, em_part part,
                         em_clock_group groups[EM_CLOCK_GROUPS]) {
  static const em_engine_timing still = {0, 0, 0, 0};
  list l = {.graph = graph, .groups = groups};
  switch (part.kind) {
    case EM_PART_ENGINE:
      l.engine = &graph->engines[part.index];
      for (uint32_t i = 0; activity != NULL && i < EM_ACTIVITY_STROBES; i++) {
        l.strobes[i] = (double)activity->engines[part.index].strobes[i];
      }
      l.tokens = activity == NULL ? 0 : (double)activity->times[part.index].tokens;
      engine_groups(&l, activity == NULL ? &still : &activity->times[part.index]);
      break;
    case EM_PART_BUFFER: buffer_groups(&l, activity, &graph->buffers[part.index]); break;
    case EM_PART_MEMORY:
      memory_groups(&l, activity == NULL ? NULL : &activity->memories[part.index], &graph->memories[part.index]);
      break;
    case EM_PART_APB: apb_groups(&l); break;
  }
  return l.count;
}
