#include "models/explore/front.h"

#include <math.h>
#include <stdlib.h>

#include "models/explore/closed.h"
#include "models/explore/plan.h"

/* ---- Judging ---- */

/* What a piece is solved with. */
typedef struct {
  const em_explore_plan *plan;
  em_elimination *elimination;
  em_explore_court *court;
  em_graph *graph;
  em_explore_points *points;
  em_explore_effort *effort;
} solver;

static bool near(double a, double b) {
  return fabs(a - b) <= 1e-9 * fabs(b);
}

static em_status mismatch(const char *what, double closed, double judged, em_error *error) {
  return em_fail(error, EM_FAILED,
                 "%s of a design: %.15g by the explorer, %.15g by the simulator; a defect, please report", what, closed,
                 judged);
}

/* Holds what the elimination believes of a design against the simulator. */
static em_status confirm(const solver *s, const em_pace *pace, const em_found *found, const em_explore_point *point,
                         em_error *error) {
  em_explore_figures at;
  em_closed closed;
  em_status status =
      em_explore_judge_at(s->court, &s->plan->factors.space.rates, &point->design, pace->cycles, &at, error);
  if (status != EM_OK) {
    return status;
  }
  em_graph_build(s->graph, &point->design);
  em_closed_of(s->graph, &closed);
  double interval = (double)closed.cycles / (double)closed.frames, judged = point->figures.values[EM_EXPLORE_INTERVAL];
  if (!closed.covered || interval > (double)pace->cycles * (1 + 1e-12)) {
    return mismatch("interval", interval, (double)pace->cycles, error);
  }
  if (closed.bound ? judged > interval * (1 + 1e-12) : !near(interval, judged)) {
    return mismatch("interval", interval, judged, error);
  }
  for (uint32_t k = 0; k < pace->cost_count; k++) {
    em_explore_figure figure = pace->costs[k];
    double cost = found->c[k];
    if (figure == EM_EXPLORE_LATENCY) {
      cost += (double)((s->plan->factors.space.base.shape.l - 1) * pace->period_cycles);
      if (cost < at.values[figure] * (1 - 1e-12)) { /* exact with the slowest engine's own period */
        return mismatch("latency", cost, at.values[figure], error);
      }
    } else if (!near(cost, at.values[figure])) {
      return mismatch(em_explore_figure_name(figure), cost, at.values[figure], error);
    }
  }
  return EM_OK;
}

static bool within_limits(const em_explore_space *space, const em_explore_figures *figures) {
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    if (figures->values[i] > space->limits[i]) {
      return false;
    }
  }
  return true;
}

static em_status judge(solver *s, const em_pace *pace, const em_found *found, em_explore_point *point,
                       em_error *error) {
  uint32_t choices[EM_EXPLORE_LANES], depths[EM_EXPLORE_DEPTHS];
  for (uint32_t i = 0; i < EM_EXPLORE_LANES; i++) {
    choices[i] = found->choices[i];
  }
  for (uint32_t i = 0; i < EM_EXPLORE_DEPTHS; i++) {
    depths[i] = found->depths[i];
  }
  em_factors_design(&s->plan->factors, choices, depths, &point->design);
  const em_design_key *key;
  em_status status = em_design_check(&point->design, &key, error);
  if (status == EM_OK) {
    status = em_explore_judge(s->court, &s->plan->factors.space.rates, &point->design, &point->figures, error);
  }
  if (status == EM_OK) {
    status = confirm(s, pace, found, point, error);
  }
  s->effort->judged++;
  return status;
}

/* ---- Solving ---- */

/* Everything at one pace; `interval` becomes the shortest of what was found, in whole cycles, 0 where there is none. */
static em_status solve_at(solver *s, const em_pace *pace, uint64_t *interval, em_error *error) {
  em_elimination *x = s->elimination;
  em_status status = em_eliminate(x, pace, error);
  *interval = 0;
  for (uint32_t i = 0; i < x->archive.count && status == EM_OK; i++) {
    em_explore_point point;
    status = judge(s, pace, &x->archive.found[i], &point, error);
    uint64_t own = status == EM_OK ? (uint64_t)ceil(point.figures.values[EM_EXPLORE_INTERVAL] - 1e-9) : 0;
    *interval = *interval == 0 || own < *interval ? own : *interval;
    if (status == EM_OK && within_limits(&s->plan->factors.space, &point.figures)) {
      status = em_explore_points_add(s->points, &point, error);
    }
  }
  return status;
}

/* Every interval of the piece: what is best at one is best down to its own. */
static em_status walk(solver *s, const em_piece *p, em_error *error) {
  uint64_t interval = p->most + 1;
  em_status status = EM_OK;
  while (status == EM_OK && interval > p->least) {
    em_pace pace = em_plan_pace(s->plan, interval - 1);
    status = solve_at(s, &pace, &interval, error);
  }
  return status;
}

/* With latency a token's pace is the slowest engine's, whatever the frame's: each that there can be. A lone token waits
 * for no other. */
static em_status solve_periods(solver *s, uint64_t cycles, em_error *error) {
  const em_factors *factors = &s->plan->factors;
  const em_shape *shape = &factors->space.base.shape;
  uint64_t least = 0, previous = UINT64_MAX, interval;
  uint32_t room = 0, count = 0;
  for (uint32_t engine = 0; engine <= EM_ENGINE_AXIS_OUT; engine++) {
    room += factors->factors[engine].size;
  }
  uint64_t *periods = calloc(room, sizeof *periods);
  if (periods == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for %u periods", room);
  }
  for (uint32_t engine = 0; engine <= EM_ENGINE_AXIS_OUT; engine++) {
    const em_factor *f = &factors->factors[engine];
    uint64_t own = UINT64_MAX;
    for (uint32_t entry = 0; entry < f->size && em_works_on_tokens(shape, engine); entry++) {
      own = f->busy[entry] < own ? f->busy[entry] : own;
      periods[count++] = f->busy[entry];
    }
    least = own != UINT64_MAX && own > least ? own : least;
  }
  em_status status = EM_OK;
  qsort(periods, count, sizeof *periods, em_falling);
  for (uint32_t i = 0; i < count && status == EM_OK; i++) {
    if (periods[i] >= least && periods[i] * shape->l <= cycles && periods[i] != previous) {
      em_pace pace = em_plan_pace(s->plan, cycles);
      previous = pace.period_cycles = periods[i];
      pace.period_tokens = 1;
      for (uint32_t k = 0; k < pace.cost_count; k++) {
        pace.most[k] -= pace.costs[k] == EM_EXPLORE_LATENCY ? (double)((shape->l - 1) * periods[i]) : 0;
      }
      status = solve_at(s, &pace, &interval, error);
    }
  }
  free(periods);
  return status;
}

em_status em_explore_solve(const em_explore_plan *plan, uint32_t p, em_explore_points *points,
                           em_explore_effort *effort, em_error *error) {
  solver s = {plan, NULL, em_explore_court_new(), malloc(sizeof(em_graph)), points, effort};
  em_status status = em_elimination_make(&plan->factors, &s.elimination, error);
  if (status == EM_OK && (s.court == NULL || s.graph == NULL)) {
    status = em_fail(error, EM_FAILED, "out of memory for the judge of designs");
  }
  uint64_t interval;
  em_pace pace = em_plan_pace(plan, plan->pieces[p].most);
  if (status == EM_OK) {
    status = plan->every_cycle                                       ? walk(&s, &plan->pieces[p], error)
             : plan->latency && plan->factors.space.base.shape.l > 1 ? solve_periods(&s, plan->pieces[p].most, error)
                                                                     : solve_at(&s, &pace, &interval, error);
    effort->labels += s.elimination->labels;
    effort->most_labels = fmax(effort->most_labels, s.elimination->most_labels);
  }
  em_elimination_free(s.elimination);
  em_explore_court_free(s.court);
  free(s.graph);
  return status;
}

/* All pieces, unfiltered. */
static em_status solve_all(const em_explore_space *space, em_explore_points *points, em_explore_effort *effort,
                           em_error *error) {
  em_explore_plan *plan;
  em_status status = em_explore_plan_make(space, &plan, error);
  for (uint32_t p = 0; status == EM_OK && p < plan->piece_count; p++) {
    status = em_explore_solve(plan, p, points, effort, error);
  }
  em_explore_plan_free(plan);
  return status == EM_OK ? em_explore_filter(points, space->objectives, error) : status;
}

/* The least value of one figure in the space without its limits. */
static em_status find_least(const em_explore_space *space, em_explore_figure figure, double *least, em_error *error) {
  em_explore_space alone = *space;
  em_explore_points points = {0};
  em_explore_effort effort = {0};
  alone.objectives = 1u << figure;
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    alone.limits[i] = INFINITY;
  }
  em_status status = solve_all(&alone, &points, &effort, error);
  *least = points.count > 0 ? points.points[0].figures.values[figure] : INFINITY;
  em_explore_points_free(&points);
  return status;
}

em_status em_explore_why_empty(const em_explore_space *space, em_error *error) {
  static const char *const units[EM_EXPLORE_FIGURES] = {"cycles", "cycles", "um2", "pJ", "mW"};
  em_status status = EM_OK;
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES && status == EM_OK; i++) {
    double least = 0;
    if (space->limits[i] < INFINITY) {
      status = find_least(space, (em_explore_figure)i, &least, error);
    }
    if (status == EM_OK && least > space->limits[i]) {
      return em_fail(error, EM_BAD_INPUT, "limit %s: %.10g %s; the least of all designs is %.10g",
                     em_explore_figure_name((em_explore_figure)i), space->limits[i], units[i], least);
    }
  }
  return status == EM_OK ? em_fail(error, EM_BAD_INPUT, "limits: some designs meet each, none all of them") : status;
}

em_status em_explore_front(const em_explore_space *space, em_explore_points *front, em_explore_effort *effort,
                           em_error *error) {
  em_status status = solve_all(space, front, effort, error);
  return status == EM_OK && front->count == 0 ? em_explore_why_empty(space, error) : status;
}
