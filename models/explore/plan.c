#include "models/explore/plan.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static bool asked(const em_explore_space *space, em_explore_figure figure) {
  return (space->objectives >> figure & 1) != 0 || space->limits[figure] < INFINITY;
}

/* The costs of labels: what is asked for but the interval. Power at an interval is energy. */
static em_status find_costs(const em_explore_space *space, em_explore_plan *plan, em_error *error) {
  em_pace *p = &plan->pace;
  bool energy = plan->energy = asked(space, EM_EXPLORE_ENERGY) || asked(space, EM_EXPLORE_POWER);
  bool area = asked(space, EM_EXPLORE_AREA);
  plan->latency = asked(space, EM_EXPLORE_LATENCY);
  if (area && energy && plan->latency) {
    return em_fail(
        error, EM_BAD_INPUT,
        "objectives and limits: latency with both area and energy or power is not covered; leave one out, or "
        "use another method");
  }
  if (area || (!energy && !plan->latency)) {
    p->costs[p->cost_count++] = EM_EXPLORE_AREA;
  }
  if (energy) {
    p->costs[p->cost_count++] = EM_EXPLORE_ENERGY;
  }
  if (plan->latency) {
    p->costs[p->cost_count++] = EM_EXPLORE_LATENCY;
  }
  plan->every_cycle = !energy && !plan->latency;
  return EM_OK;
}

static em_status check_depths(const em_explore_space *space, em_error *error) {
  for (uint32_t i = 0; i < space->depth_count; i++) {
    const em_explore_depths *d = &space->depths[i];
    bool store = d->key->offset == offsetof(em_design, depth_tokens.store);
    bool frames = d->key->offset == offsetof(em_design, depth_tokens.frame) ||
                  (store && space->base.shape.head == EM_HEAD_FLATTEN);
    if (frames && d->least < 2 * d->step) {
      return em_fail(error, EM_BAD_INPUT, "%s.%s: %u; the exact front needs two frames, %u, or more", d->key->section,
                     d->key->key, d->least, 2 * d->step);
    }
    if ((d->most - d->least) / d->step >= EM_EXPLORE_MOST_DEPTH) {
      return em_fail(error, EM_BAD_INPUT, "%s.%s: %u to %u; the exact front takes at most %d depths", d->key->section,
                     d->key->key, d->least, d->most, EM_EXPLORE_MOST_DEPTH);
    }
  }
  return EM_OK;
}

bool em_works_on_tokens(const em_shape *s, uint32_t engine) {
  bool head = engine == EM_ENGINE_HEAD_0 || engine == EM_ENGINE_HEAD_1 || engine == EM_ENGINE_AXIS_OUT;
  return engine != EM_ENGINE_AXIS_IN && (!head || em_results_per_frame(s) == s->l);
}

/* Cycles of a frame that an engine is busy. */
static uint64_t busy_in_frame(const em_factors *factors, uint32_t engine, uint32_t entry) {
  const em_factor *f = &factors->factors[engine];
  uint64_t others = em_works_on_tokens(&factors->space.base.shape, engine) ? factors->space.base.shape.l - 1 : 0;
  return others * f->busy[entry] + f->busy_last[entry];
}

int em_falling(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a < b) - (a > b);
}

/* The least interval that the lanes allow, the longest that depths can make, and how many an engine can set. */
typedef struct {
  uint64_t least, longest, count;
} range;

static range range_of(const em_factors *factors) {
  range r = {1, 0, 0};
  uint64_t l = factors->space.base.shape.l;
  for (uint32_t engine = 0; engine <= EM_ENGINE_AXIS_OUT; engine++) {
    const em_factor *f = &factors->factors[engine];
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t entry = 0; entry < f->size; entry++) {
      uint64_t busy = busy_in_frame(factors, engine, entry), last = l * f->busy_last[entry];
      least = busy < least ? busy : least;
      most = last > most ? last : most;
    }
    r.count += f->size;
    r.longest += most * (engine == EM_ENGINE_OUT_PROJ ? 2 : 1);
    r.least = f->size > 0 && least > r.least ? least : r.least;
  }
  return r;
}

static uint32_t without_twins(uint64_t *values, uint32_t count) {
  uint32_t kept = 0;
  qsort(values, count, sizeof *values, em_falling);
  for (uint32_t i = 0; i < count; i++) {
    if (kept == 0 || values[i] != values[kept - 1]) {
      values[kept++] = values[i];
    }
  }
  return kept;
}

/* Intervals that an engine can set, those asked for, the limit, and one that everything meets. */
static uint32_t find_intervals(const em_explore_plan *plan, range r, uint64_t *intervals) {
  const em_factors *factors = &plan->factors;
  const em_explore_space *space = &factors->space;
  double limit = space->limits[EM_EXPLORE_INTERVAL];
  uint64_t most = limit < (double)r.longest ? (uint64_t)limit : r.longest;
  uint32_t count = 0, kept = 0;
  bool every = (space->objectives >> EM_EXPLORE_INTERVAL & 1) != 0 || plan->energy;
  for (uint32_t engine = 0; engine <= EM_ENGINE_AXIS_OUT && every; engine++) {
    for (uint32_t entry = 0; entry < factors->factors[engine].size; entry++) {
      intervals[count++] = busy_in_frame(factors, engine, entry);
    }
  }
  for (uint32_t i = 0; i < space->target_count && every; i++) {
    intervals[count++] = space->targets[i];
  }
  for (uint32_t i = 0; i < plan->shallow_count && every; i++) {
    intervals[count++] = plan->shallow[i];
  }
  if (limit < INFINITY || !every || plan->every_cycle) {
    intervals[count++] = most;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (intervals[i] >= r.least && intervals[i] <= most) {
      intervals[kept++] = intervals[i];
    }
  }
  return without_twins(intervals, kept);
}

/* Whether each buffer can be as deep as any chain needs. */
static bool deep(const em_explore_space *space) {
  for (uint32_t i = 0; i < space->depth_count; i++) {
    const em_explore_depths *d = &space->depths[i];
    if (d->most < EM_TOK_DEPTHS * d->step && d->key->offset != offsetof(em_design, depth_tokens.frame) &&
        d->step == 1) {
      return false;
    }
  }
  return true;
}

/* Engines set no interval that shallow buffers keep them from: then those of the front of interval and area. */
static em_status find_shallow(em_explore_plan *plan, em_error *error) {
  em_explore_space space = plan->factors.space;
  em_explore_points front = {0};
  em_explore_effort effort = {0};
  if (plan->every_cycle || deep(&space)) {
    return EM_OK;
  }
  space.objectives = 1u << EM_EXPLORE_INTERVAL | 1u << EM_EXPLORE_AREA;
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    space.limits[i] = i == EM_EXPLORE_INTERVAL ? space.limits[i] : INFINITY;
  }
  em_status status = em_explore_front(&space, &front, &effort, error);
  plan->shallow = calloc(front.count + 1, sizeof *plan->shallow);
  if (status == EM_OK && plan->shallow == NULL) {
    status = em_fail(error, EM_FAILED, "out of memory for %u intervals", front.count);
  }
  for (uint32_t i = 0; status == EM_OK && i < front.count; i++) {
    plan->shallow[plan->shallow_count++] = (uint64_t)ceil(front.points[i].figures.values[EM_EXPLORE_INTERVAL] - 1e-9);
  }
  em_explore_points_free(&front);
  return status;
}

static em_status find_pieces(em_explore_plan *plan, em_error *error) {
  range r = range_of(&plan->factors);
  uint64_t *intervals = calloc(r.count + plan->factors.space.target_count + plan->shallow_count + 1, sizeof *intervals);
  if (intervals == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the pieces of a space");
  }
  uint32_t count = find_intervals(plan, r, intervals);
  if (count == 0) {
    free(intervals);
    return em_fail(error, EM_BAD_INPUT, "limit interval: %g cycles; the lanes allow no less than %" PRIu64,
                   plan->factors.space.limits[EM_EXPLORE_INTERVAL], r.least);
  }
  plan->pieces = calloc(count, sizeof *plan->pieces);
  for (uint32_t i = 0; i < count && plan->pieces != NULL; i++) {
    uint64_t next = i + 1 < count ? intervals[i + 1] + 1 : r.least;
    plan->pieces[i] = (em_piece){plan->every_cycle ? next : intervals[i], intervals[i]};
  }
  plan->piece_count = count;
  free(intervals);
  return plan->pieces != NULL ? EM_OK : em_fail(error, EM_FAILED, "out of memory for %u pieces", count);
}

em_status em_explore_plan_make(const em_explore_space *space, em_explore_plan **plan, em_error *error) {
  em_explore_plan *p = *plan = calloc(1, sizeof *p);
  em_status status = p == NULL ? em_fail(error, EM_FAILED, "out of memory for a plan") : check_depths(space, error);
  if (status == EM_OK) {
    status = find_costs(space, p, error);
  }
  if (status == EM_OK) {
    status = em_factors_make(space, &p->factors, error);
  }
  if (status == EM_OK) {
    status = find_shallow(p, error);
  }
  if (status == EM_OK) {
    status = find_pieces(p, error);
  }
  if (status != EM_OK) {
    em_explore_plan_free(p);
    *plan = NULL;
  }
  return status;
}

void em_explore_plan_free(em_explore_plan *plan) {
  if (plan != NULL) {
    em_factors_free(&plan->factors);
    free(plan->pieces);
    free(plan->shallow);
    free(plan);
  }
}

uint32_t em_explore_piece_count(const em_explore_plan *plan) {
  return plan->piece_count;
}

uint64_t em_explore_piece_interval(const em_explore_plan *plan, uint32_t p) {
  return plan->pieces[p].most;
}

em_pace em_plan_pace(const em_explore_plan *plan, uint64_t cycles) {
  const double *limits = plan->factors.space.limits;
  em_pace pace = plan->pace;
  pace.cycles = pace.period_cycles = cycles;
  pace.period_tokens = plan->factors.space.base.shape.l;
  for (uint32_t k = 0; k < EM_COSTS; k++) {
    pace.most[k] = k < pace.cost_count ? limits[pace.costs[k]] : INFINITY;
    if (k < pace.cost_count && pace.costs[k] == EM_EXPLORE_ENERGY) { /* mW: pJ a frame over its length in us, e-3 */
      double us = (double)cycles / plan->factors.space.base.clock_mhz;
      pace.most[k] = fmin(pace.most[k], limits[EM_EXPLORE_POWER] * us * 1e3);
    }
  }
  return pace;
}
