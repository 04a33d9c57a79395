#include "sim/explore/search.h"

#include <math.h>
#include <stdlib.h>

#include "models/base/bytes_hash.h"
#include "sim/explore/nsga2.h"
#include "sim/explore/sufficient.h"

static const double most_designs = 1e8;

enum { FILTER_AT = 4096, POPULATION = 100 };

/* ---- The knobs that are tried: lanes, and depths unless they follow from the lanes ---- */

enum { MOST_KNOBS = EM_EXPLORE_LANES + EM_EXPLORE_DEPTHS };

typedef struct {
  const em_exploration *x;
  const em_explore_space *space;
  uint32_t open_count, open[MOST_KNOBS]; /* of nsga2: the knobs with a choice */
  em_explore_court *court;
  em_explore_points *points;
  uint32_t filter_at; /* points, then they are thinned */
  double judged;
  em_error *error;
} search;

static uint32_t knob_count(const em_exploration *x, const em_explore_space *space) {
  return space->lane_count + (x->sufficient_depths ? 0 : space->depth_count);
}

static uint32_t knob_choices(const em_explore_space *space, uint32_t knob) {
  if (knob < space->lane_count) {
    return space->lanes[knob].count;
  }
  const em_explore_depths *d = &space->depths[knob - space->lane_count];
  return (d->most - d->least) / d->step + 1;
}

static void choose(const em_explore_space *space, uint32_t knob, uint32_t choice, em_design *design) {
  if (knob < space->lane_count) {
    em_design_set(design, space->lanes[knob].key, space->lanes[knob].values[choice]);
  } else {
    const em_explore_depths *d = &space->depths[knob - space->lane_count];
    em_design_set(design, d->key, d->least + choice * d->step);
  }
}

static bool within(const em_explore_space *space, const em_explore_figures *figures) {
  for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
    if (!(figures->values[f] <= space->limits[f])) {
      return false;
    }
  }
  return true;
}

/* Completes the design by its depths, judges it and keeps it when it may be on the front. */
static em_status try_design(search *s, em_design *design, em_explore_figures *figures, bool *legal) {
  const em_design_key *blamed;
  em_error why;
  *legal = em_design_check(design, &blamed, &why) == EM_OK;
  if (!*legal) {
    return EM_OK;
  }
  em_status status = s->x->sufficient_depths ? em_sufficient_depths(s->space, design, s->error) : EM_OK;
  if (status == EM_OK) {
    status = em_explore_judge(s->court, &s->space->rates, design, figures, s->error);
  }
  if (status != EM_OK) {
    return status;
  }
  s->judged++;
  *legal = within(s->space, figures);
  if (*legal) {
    const em_explore_point point = {*design, *figures};
    status = em_explore_points_add(s->points, &point, s->error);
  }
  if (status == EM_OK && s->points->count >= s->filter_at) {
    status = em_explore_filter(s->points, s->space->objectives, s->error);
    s->filter_at = 2 * s->points->count + FILTER_AT;
  }
  return status;
}

/* ---- Every design, and a sample ---- */

static double count_of(const em_exploration *x, const em_explore_space *space) {
  return x->sufficient_depths ? em_explore_lane_designs(space) : em_explore_count(space);
}

/* Design `index` of all: its digits in a mixed base. */
static void nth_design(const search *s, uint64_t index, em_design *design) {
  for (uint32_t k = 0; k < knob_count(s->x, s->space); k++) {
    uint32_t choices = knob_choices(s->space, k);
    choose(s->space, k, (uint32_t)(index % choices), design);
    index /= choices;
  }
}

static void random_design(const search *s, uint64_t index, em_design *design) {
  for (uint32_t k = 0; k < knob_count(s->x, s->space); k++) {
    uint64_t draw = em_hash_number(em_hash_number(em_hash_number(EM_BYTES_HASH_START, s->x->seed), index), k);
    choose(s->space, k, (uint32_t)(draw % knob_choices(s->space, k)), design);
  }
}

static em_status try_range(search *s, uint32_t piece, uint64_t count) {
  uint64_t first = (uint64_t)piece * EM_SEARCH_PIECE, end = first + EM_SEARCH_PIECE;
  em_status status = EM_OK;
  for (uint64_t i = first; status == EM_OK && i < end && i < count; i++) {
    em_design design = s->space->base;
    em_explore_figures figures;
    bool legal;
    if (s->x->method == EM_METHOD_ENUMERATE) {
      nth_design(s, i, &design);
    } else {
      random_design(s, i, &design);
    }
    status = try_design(s, &design, &figures, &legal);
  }
  return status;
}

/* ---- NSGA-II ---- */

/* Called with a choice for every knob; figures that are not to be had are the worst. */
static int evaluate(void *context, const uint32_t *choices, double *objectives) {
  search *s = context;
  em_design design = s->space->base;
  em_explore_figures figures;
  bool legal;
  for (uint32_t k = 0; k < knob_count(s->x, s->space); k++) {
    choose(s->space, k, 0, &design);
  }
  for (uint32_t k = 0; k < s->open_count; k++) {
    choose(s->space, s->open[k], choices[k], &design);
  }
  em_status status = try_design(s, &design, &figures, &legal);
  uint32_t used = 0;
  for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
    if ((s->space->objectives >> f & 1) != 0) {
      objectives[used++] = status == EM_OK && legal ? figures.values[f] : 1e30;
    }
  }
  return status == EM_OK ? 0 : 1;
}

static em_status run_nsga2(search *s) {
  uint32_t objectives = 0, choices[MOST_KNOBS];
  for (uint32_t k = 0; k < knob_count(s->x, s->space); k++) {
    if (knob_choices(s->space, k) > 1) {
      choices[s->open_count] = knob_choices(s->space, k);
      s->open[s->open_count++] = k;
    }
  }
  if (s->open_count == 0) {
    return em_fail(s->error, EM_BAD_INPUT, "%.255s: method nsga2 has nothing to choose", s->x->path);
  }
  for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
    objectives += s->space->objectives >> f & 1;
  }
  em_nsga2 problem = {s->open_count, choices, objectives, POPULATION, s->x->samples / POPULATION - 1,
                      s->x->seed,    s,       evaluate};
  char why[200] = "";
  s->error->text[0] = '\0';
  if (em_nsga2_run(&problem, why, sizeof why) == 0) {
    return EM_OK;
  }
  return s->error->text[0] != '\0' ? EM_FAILED : em_fail(s->error, EM_FAILED, "nsga2: %s", why);
}

/* ---- Pieces ---- */

em_status em_search_pieces(const em_exploration *x, const em_explore_space *space, uint32_t *pieces, em_error *error) {
  uint32_t objectives = 0;
  for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
    objectives += space->objectives >> f & 1;
  }
  double count = x->method == EM_METHOD_ENUMERATE ? count_of(x, space) : x->samples;
  if (count > most_designs) {
    return em_fail(error, EM_BAD_INPUT,
                   "%.255s: method enumerate: %.3g designs, at most %g; exact covers them all, sample: N some of them",
                   x->path, count, most_designs);
  }
  *pieces = (uint32_t)ceil(count / EM_SEARCH_PIECE);
  if (x->method == EM_METHOD_NSGA2) {
    *pieces = 1;
    if (x->samples < 2 * POPULATION || objectives < 2) {
      return em_fail(error, EM_BAD_INPUT, "%.255s: method nsga2 needs at least %d designs and two objectives", x->path,
                     2 * POPULATION);
    }
  }
  return EM_OK;
}

em_status em_search_solve(const em_exploration *x, const em_explore_space *space, uint32_t piece,
                          em_explore_points *points, double *judged, em_error *error) {
  search s = {.x = x, .space = space, .court = em_explore_court_new(), .points = points, .error = error};
  s.filter_at = FILTER_AT;
  if (s.court == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the search");
  }
  uint64_t count = x->method == EM_METHOD_ENUMERATE ? (uint64_t)count_of(x, space) : x->samples;
  em_status status = x->method == EM_METHOD_NSGA2 ? run_nsga2(&s) : try_range(&s, piece, count);
  em_explore_court_free(s.court);
  *judged = s.judged;
  return status;
}
