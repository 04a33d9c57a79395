#include "models/explore/factors.h"

#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(em_design, field)
#define NOTHING SIZE_MAX

/* The lane counts that a factor's parts read, by their offsets in em_design; with a head, see scope_of. */
static const size_t scopes[EM_FACTORS][EM_FACTOR_LANES] = {
    [EM_ENGINE_AXIS_IN] = {AT(in_bytes), NOTHING, NOTHING, NOTHING},
    [EM_ENGINE_PATCH_EMBED] = {AT(patch_embed.in), AT(patch_embed.out), NOTHING, NOTHING},
    [EM_ENGINE_NORM] = {AT(norm_units), NOTHING, NOTHING, NOTHING},
    [EM_ENGINE_IN_PROJ] = {AT(in_proj.in), AT(in_proj.out), NOTHING, NOTHING},
    [EM_ENGINE_CONV] = {AT(conv_lanes), NOTHING, NOTHING, NOTHING},
    [EM_ENGINE_PARAM_PROJ] = {AT(param_proj.in), AT(param_proj.out), NOTHING, NOTHING},
    [EM_ENGINE_DELTA_PROJ] = {AT(delta_proj.in), AT(delta_proj.out), NOTHING, NOTHING},
    [EM_ENGINE_SSM] = {AT(ssm_lanes), AT(param_proj.out), NOTHING, NOTHING},
    [EM_ENGINE_OUT_PROJ] = {AT(out_proj.in), AT(out_proj.out), NOTHING, NOTHING},
    [EM_ENGINE_POOL] = {AT(pool_lanes), NOTHING, NOTHING, NOTHING},
    [EM_ENGINE_HEAD_0] = {AT(head_0.in), AT(head_0.out), NOTHING, NOTHING},
    [EM_ENGINE_HEAD_1] = {AT(head_1.in), AT(head_1.out), NOTHING, NOTHING},
    [EM_ENGINE_AXIS_OUT] = {AT(out_bytes), NOTHING, NOTHING, NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_FRAME] = {AT(in_bytes), AT(patch_embed.in), AT(patch_embed.out), NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_TOK] = {AT(norm_units), AT(out_proj.out), NOTHING, NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_U] = {AT(norm_units), AT(in_proj.in), AT(in_proj.out), NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_SZ] = {AT(in_proj.out), AT(conv_lanes), NOTHING, NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_X] = {AT(conv_lanes), AT(param_proj.in), AT(param_proj.out), AT(ssm_lanes)},
    [EM_FACTOR_BUFFERS + EM_BUFFER_G] = {AT(conv_lanes), AT(ssm_lanes), NOTHING, NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_P] = {AT(param_proj.out), AT(delta_proj.in), AT(delta_proj.out), NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_DELTA] = {AT(delta_proj.out), AT(ssm_lanes), NOTHING, NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_Q] = {AT(ssm_lanes), AT(out_proj.in), AT(out_proj.out), NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_STORE] = {AT(out_proj.out), AT(head_0.in), AT(head_0.out), NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_POOLED] = {AT(pool_lanes), AT(head_0.in), AT(head_0.out), NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_HIDDEN] = {AT(head_0.out), AT(head_1.in), AT(head_1.out), NOTHING},
    [EM_FACTOR_BUFFERS + EM_BUFFER_OUT] = {AT(head_1.out), AT(out_bytes), NOTHING, NOTHING},
    [EM_FACTOR_TOK_0] = {AT(patch_embed.out), AT(norm_units), AT(out_proj.out), NOTHING},
    [EM_FACTOR_REST] = {NOTHING, NOTHING, NOTHING, NOTHING},
};

/* The head decides who reads the store, and who writes the results. */
static void scope_of(const em_shape *s, uint32_t factor, size_t scope[EM_FACTOR_LANES]) {
  memcpy(scope, scopes[factor], sizeof scopes[factor]);
  if (factor == EM_FACTOR_BUFFERS + EM_BUFFER_STORE && (s->head == EM_HEAD_MEAN || s->head == EM_HEAD_NONE)) {
    scope[1] = s->head == EM_HEAD_MEAN ? AT(pool_lanes) : AT(out_bytes);
    scope[2] = NOTHING;
  }
  if (factor == EM_FACTOR_BUFFERS + EM_BUFFER_OUT && s->head_hidden == 0) {
    scope[0] = AT(head_0.out);
  }
}

double em_cost_energy(const em_cost_terms *terms, double cycles) {
  double energy = terms->once + terms->each * cycles;
  for (uint32_t i = 0; i < terms->clock_count; i++) {
    const em_clock_term *c = &terms->clocks[i];
    double all = c->flops * cycles, gated = c->enabled + c->free * cycles;
    energy += all < gated ? all : gated;
  }
  return energy;
}

/* ---- One entry ---- */

/* A graph of at most two blocks, one for the first and one for all others, and what happens in a frame. */
typedef struct {
  em_graph graph;
  em_run_activity near, far; /* in `cycles`, and in twice as many */
  uint64_t cycles;           /* more than any engine is busy */
  em_price_rates rates, far_rates;
  double flop_pj; /* of one flip-flop's clock in one cycle */
} bench;

/* Energy of all but the clamped clocks. */
static double free_energy(const em_price_rates *rates, em_part_use use, double *area) {
  em_part_price price;
  use.work.flop_cycles = use.work.flop_cycles_gated = 0;
  em_price_part(rates, &use, &price);
  *area = price.figures[EM_FIGURE_LOGIC_AREA] + price.figures[EM_FIGURE_MACRO_AREA];
  return price.figures[EM_FIGURE_SWITCHING] + price.figures[EM_FIGURE_CLOCK] + price.figures[EM_FIGURE_SRAM] +
         price.figures[EM_FIGURE_LEAKAGE];
}

/* All is linear in the cycles but the clamp; two lengths of a run say how. */
static void add_part(const bench *b, const em_explore_rates *rates, uint32_t part, double copies,
                     em_cost_terms *terms) {
  em_part_use near, far;
  double area, cycles = (double)b->cycles;
  em_fit_use(rates->fit, &b->graph, &b->near, rates->gate_min_flops, part, &near);
  far = near;
  if (em_part_at(&b->graph, part).kind == EM_PART_ENGINE || em_part_at(&b->graph, part).kind == EM_PART_APB) {
    em_fit_use(rates->fit, &b->graph, &b->far, rates->gate_min_flops, part, &far);
  } else {
    far.work.gate_cycles *= 2;
  }
  double at_near = free_energy(&b->rates, near, &area), at_far = free_energy(&b->far_rates, far, &area);
  double each = (at_far - at_near) / cycles, pj = copies * b->flop_pj;
  terms->area += copies * area;
  terms->each += copies * each;
  terms->once += copies * (at_near - each * cycles);
  if (near.size.macros == 0) {
    double rising = (far.work.enabled_cycles - near.work.enabled_cycles) / cycles; /* counters of idle cycles */
    bool gating = b->rates.point.clock_gating;
    terms->clocks[terms->clock_count++] =
        (em_clock_term){pj * near.size.flops, gating ? pj * (near.work.enabled_cycles - rising * cycles) : 0,
                        pj * (gating ? near.work.free_flops + rising : near.size.flops)};
  }
}

static uint32_t part_of_engine(uint32_t engine) {
  return engine;
}

static uint32_t part_of_buffer(const em_graph *graph, uint32_t buffer) {
  return graph->engine_count + buffer;
}

static uint32_t part_of_memory(const em_graph *graph, uint32_t memory) {
  return graph->engine_count + graph->buffer_count + memory;
}

static void add_engine(const bench *b, const em_explore_rates *rates, uint32_t engine, double copies,
                       em_cost_terms *terms) {
  const em_engine *e = &b->graph.engines[engine];
  add_part(b, rates, part_of_engine(engine), copies, terms);
  for (uint32_t i = 0; i < 3; i++) {
    if (e->memories[i] != EM_NONE) {
      add_part(b, rates, part_of_memory(&b->graph, e->memories[i]), copies, terms);
    }
  }
}

static uint32_t find_engine(const em_graph *graph, uint32_t id) {
  uint32_t e = 0;
  while (e < graph->engine_count && (uint32_t)graph->engines[e].id != id) {
    e++;
  }
  return e;
}

/* The first, or with `later` the last. */
static uint32_t find_buffer(const em_graph *graph, uint32_t id, bool later) {
  uint32_t found = graph->buffer_count;
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    if ((uint32_t)graph->buffers[b].id == id && (later || found == graph->buffer_count)) {
      found = b;
    }
  }
  return found;
}

double em_factor_copies(const em_shape *s, uint32_t factor) {
  if (factor == EM_FACTOR_BUFFERS + EM_BUFFER_TOK) {
    return s->m - 1;
  }
  bool engine = factor >= EM_ENGINE_NORM && factor <= EM_ENGINE_OUT_PROJ;
  bool buffer = factor >= EM_FACTOR_BUFFERS + EM_BUFFER_U && factor <= EM_FACTOR_BUFFERS + EM_BUFFER_Q;
  return engine || buffer ? s->m : 1;
}

static void build(bench *b, const em_design *design) {
  em_design small = *design;
  em_price_point point = {design->clock_mhz, design->vdd_mv, design->temperature_c, design->clock_gating, 0};
  small.shape.m = design->shape.m < 2 ? design->shape.m : 2;
  em_graph_build(&b->graph, &small);
  b->cycles = 1;
  for (uint32_t e = 0; e < b->graph.engine_count; e++) {
    const em_engine *engine = &b->graph.engines[e];
    uint64_t busy = (uint64_t)engine->tokens_per_frame * engine->busy_last_cycles;
    b->cycles = busy > b->cycles ? busy : b->cycles;
  }
  em_explore_activity(&b->graph, 1, b->cycles, &b->near);
  em_explore_activity(&b->graph, 1, 2 * b->cycles, &b->far);
  point.cycles = b->cycles;
  b->rates = em_price_rates_at(&b->rates.prices, &point);
  point.cycles *= 2;
  b->far_rates = em_price_rates_at(&b->rates.prices, &point);
}

/* ---- Tables ---- */

static void fill_engine(bench *b, const em_explore_space *space, uint32_t id, uint32_t entry, em_factor *f) {
  uint32_t engine = find_engine(&b->graph, id);
  add_engine(b, &space->rates, engine, em_factor_copies(&space->base.shape, id), &f->terms[entry]);
  f->busy[entry] = b->graph.engines[engine].busy_cycles;
  f->busy_last[entry] = b->graph.engines[engine].busy_last_cycles;
}

static void fill_buffer(bench *b, const em_explore_space *space, uint32_t factor, uint32_t entry, em_factor *f) {
  bool first = factor == EM_FACTOR_TOK_0;
  uint32_t id = first ? (uint32_t)EM_BUFFER_TOK : factor - EM_FACTOR_BUFFERS;
  uint32_t buffer = find_buffer(&b->graph, id, !first && id == EM_BUFFER_TOK);
  const em_explore_depths *depths = &space->depths[f->place];
  for (uint32_t d = 0; d < f->depths; d++) {
    em_cost_terms *terms = &f->terms[(size_t)entry * f->depths + d];
    em_graph_set_depth(&b->graph, buffer, depths->least + d * depths->step);
    add_part(b, &space->rates, part_of_buffer(&b->graph, buffer), em_factor_copies(&space->base.shape, factor), terms);
    add_part(b, &space->rates, part_of_memory(&b->graph, b->graph.buffers[buffer].memory),
             em_factor_copies(&space->base.shape, factor), terms);
  }
}

/* What no lane count changes: the APB slave, with the engines of all blocks. */
static void fill_rest(bench *b, const em_explore_space *space, em_factor *f) {
  em_graph_build(&b->graph, &space->base);
  em_explore_activity(&b->graph, 1, b->cycles, &b->near);
  em_explore_activity(&b->graph, 1, 2 * b->cycles, &b->far);
  add_part(b, &space->rates, em_part_count(&b->graph) - 1, 1, &f->terms[0]);
}

static void fill(bench *b, const em_explore_space *space, uint32_t factor, em_factor *f) {
  em_design design = space->base;
  for (uint32_t entry = 0; entry < f->size; entry++) {
    for (uint32_t i = 0; i < f->lane_count; i++) {
      const em_explore_lanes *lanes = &space->lanes[f->lanes[i]];
      em_design_set(&design, lanes->key, lanes->values[entry / f->strides[i] % lanes->count]);
    }
    build(b, &design);
    if (factor == EM_FACTOR_REST) {
      fill_rest(b, space, f);
    } else if (factor < EM_FACTOR_BUFFERS) {
      fill_engine(b, space, factor, entry, f);
    } else {
      fill_buffer(b, space, factor, entry, f);
    }
  }
}

static uint32_t lanes_at(const em_explore_space *space, size_t offset) {
  uint32_t i = 0;
  while (i < space->lane_count && space->lanes[i].key->offset != offset) {
    i++;
  }
  return i;
}

static bool present(const em_graph *graph, uint32_t factor) {
  if (factor == EM_FACTOR_REST || factor == EM_FACTOR_TOK_0) {
    return true;
  }
  if (factor == EM_FACTOR_BUFFERS + EM_BUFFER_TOK) {
    return graph->design.shape.m > 1;
  }
  return factor < EM_FACTOR_BUFFERS ? find_engine(graph, factor) < graph->engine_count
                                    : find_buffer(graph, factor - EM_FACTOR_BUFFERS, false) < graph->buffer_count;
}

/* A buffer's depths; of both tok one key. */
static void place_depths(const em_explore_space *space, const em_graph *graph, uint32_t factor, em_factor *f) {
  static const size_t offsets[] = {AT(depth_tokens.frame), AT(depth_tokens.tok),    AT(depth_tokens.u),
                                   AT(depth_tokens.sz),    AT(depth_tokens.x),      AT(depth_tokens.g),
                                   AT(depth_tokens.p),     AT(depth_tokens.delta),  AT(depth_tokens.q),
                                   AT(depth_tokens.store), AT(depth_tokens.pooled), AT(depth_tokens.hidden),
                                   AT(depth_tokens.out)};
  (void)graph;
  uint32_t id = factor == EM_FACTOR_TOK_0 ? (uint32_t)EM_BUFFER_TOK : factor - EM_FACTOR_BUFFERS;
  f->depths = 1;
  if (factor >= EM_FACTOR_BUFFERS && factor != EM_FACTOR_REST) {
    while (space->depths[f->place].key->offset != offsets[id]) {
      f->place++;
    }
    const em_explore_depths *depths = &space->depths[f->place];
    f->depths = (depths->most - depths->least) / depths->step + 1;
  }
}

static bool allocate(const em_explore_space *space, const em_graph *graph, uint32_t factor, em_factor *f) {
  size_t scope[EM_FACTOR_LANES];
  scope_of(&space->base.shape, factor, scope);
  f->size = 1;
  for (uint32_t i = 0; i < EM_FACTOR_LANES && scope[i] != NOTHING; i++) {
    f->lanes[i] = lanes_at(space, scope[i]);
    f->strides[i] = f->size;
    f->size *= space->lanes[f->lanes[i]].count;
    f->lane_count++;
  }
  place_depths(space, graph, factor, f);
  f->terms = calloc((size_t)f->size * f->depths, sizeof *f->terms);
  f->busy = calloc(f->size, sizeof *f->busy);
  f->busy_last = calloc(f->size, sizeof *f->busy_last);
  return f->terms != NULL && f->busy != NULL && f->busy_last != NULL;
}

/* One flip-flop's clock in one cycle. */
static double flop_pj(const em_price_rates *rates) {
  em_part_use use = {.work = {.flop_cycles = 1, .flop_cycles_gated = 1}};
  em_part_price price;
  em_price_part(rates, &use, &price);
  return price.figures[EM_FIGURE_CLOCK];
}

em_status em_factors_make(const em_explore_space *space, em_factors *factors, em_error *error) {
  bench *b = malloc(sizeof *b);
  *factors = (em_factors){.space = *space};
  bool fits = b != NULL;
  if (fits) {
    b->rates.prices = space->rates.prices;
    build(b, &space->base);
    b->flop_pj = flop_pj(&b->rates);
  }
  for (uint32_t factor = 0; factor < EM_FACTORS && fits; factor++) {
    em_factor *f = &factors->factors[factor];
    build(b, &space->base);
    if (present(&b->graph, factor)) {
      fits = allocate(space, &b->graph, factor, f);
      if (fits) {
        fill(b, space, factor, f);
      }
    }
  }
  free(b);
  if (!fits) {
    em_factors_free(factors);
    return em_fail(error, EM_FAILED, "out of memory for the tables of a space of designs");
  }
  return EM_OK;
}

void em_factors_free(em_factors *factors) {
  for (uint32_t factor = 0; factor < EM_FACTORS; factor++) {
    em_factor *f = &factors->factors[factor];
    free(f->terms);
    free(f->busy);
    free(f->busy_last);
    *f = (em_factor){0};
  }
}

uint32_t em_factor_entry(const em_factor *factor, const uint32_t *choices) {
  uint32_t entry = 0;
  for (uint32_t i = 0; i < factor->lane_count; i++) {
    entry += choices[factor->lanes[i]] * factor->strides[i];
  }
  return entry;
}

void em_factors_sum(const em_factors *factors, const uint32_t *choices, const uint32_t *depths, double cycles,
                    double *area, double *energy) {
  *area = *energy = 0;
  for (uint32_t factor = 0; factor < EM_FACTORS; factor++) {
    const em_factor *f = &factors->factors[factor];
    if (f->size > 0) {
      size_t entry = em_factor_entry(f, choices), depth = f->depths > 1 ? depths[f->place] : 0;
      const em_cost_terms *terms = &f->terms[entry * f->depths + depth];
      *area += terms->area;
      *energy += em_cost_energy(terms, cycles);
    }
  }
}

void em_factors_design(const em_factors *factors, const uint32_t *choices, const uint32_t *depths, em_design *design) {
  const em_explore_space *space = &factors->space;
  *design = space->base;
  for (uint32_t i = 0; i < space->lane_count; i++) {
    em_design_set(design, space->lanes[i].key, space->lanes[i].values[choices[i]]);
  }
  for (uint32_t i = 0; i < space->depth_count; i++) {
    em_design_set(design, space->depths[i].key, space->depths[i].least + depths[i] * space->depths[i].step);
  }
}
