/*
 * The exact front against brute force: every design of random small spaces, judged one by one by timing and price.
 *
 * 10^5 designs; EMAMBA_BRUTE_FORCE=N: so many (1000000: the long form).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/explore/closed.h"
#include "models/explore/front.h"
#include "tests/support/check.h"
#include "tests/support/explore_cases.h"

enum { DESIGNS_OF_A_SPACE = 4000, PIECES_OF_A_SPACE = 3, SMALL = 100000 };

static const double same = 1e-9; /* sums in another order */

/* What brute force knows of a design. */
typedef struct {
  double interval; /* of the closed form: that by which a design is covered */
  bool flows;
  em_explore_figures own, at; /* at its own interval, and at the interval that is looked at */
} judged;

typedef struct {
  const em_explore_space *space;
  em_explore_court *court;
  em_graph *graph;
  judged *all;
  uint32_t count;
  uint64_t cycles; /* 0: judge designs for themselves; else again at this interval */
} brute_force;

static void assert_ok(em_status status, const em_error *error) {
  if (status != EM_OK) {
    print_error("%s\n", error->text);
  }
  assert_int_equal(status, EM_OK);
}

static void look(void *context, const em_design *design) {
  brute_force *b = context;
  judged *j = &b->all[b->count++];
  em_error error;
  if (b->cycles > 0) {
    if (j->interval <= (double)b->cycles) {
      assert_ok(em_explore_judge_at(b->court, &b->space->rates, design, b->cycles, &j->at, &error), &error);
    }
    return;
  }
  em_closed closed;
  em_graph_build(b->graph, design);
  em_closed_of(b->graph, &closed);
  assert_true(closed.covered);
  j->interval = (double)closed.cycles / (double)closed.frames;
  j->flows = closed.flows;
  assert_ok(em_explore_judge(b->court, &b->space->rates, design, &j->own, &error), &error);
  assert_true(j->own.values[EM_EXPLORE_INTERVAL] <= j->interval * (1 + same));
}

static void judge_all(brute_force *b, uint64_t cycles) {
  b->count = 0;
  b->cycles = cycles;
  em_each_design(b->space, look, b);
}

/* a is as good as b in the objectives, but for rounding. */
static bool about_as_good(const em_explore_figures *a, const em_explore_figures *b, uint32_t objectives) {
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    if ((objectives >> i & 1) != 0 && a->values[i] > b->values[i] * (1 + same)) {
      return false;
    }
  }
  return true;
}

static bool about_better(const em_explore_figures *a, const em_explore_figures *b, uint32_t objectives) {
  return about_as_good(a, b, objectives) && !about_as_good(b, a, objectives);
}

/* ---- What the explorer must find ---- */

static void assert_covered(const em_explore_points *points, const em_explore_figures *figures, uint32_t objectives) {
  bool covered = false;
  for (uint32_t i = 0; i < points->count && !covered; i++) {
    covered = about_as_good(&points->points[i].figures, figures, objectives);
  }
  if (!covered) {
    print_error("missed, objectives %x: interval %.10g latency %.10g area %.10g energy %.10g\n", objectives,
                figures->values[0], figures->values[1], figures->values[2], figures->values[3]);
  }
  assert_true(covered);
}

static void whole_cycles(em_explore_figures *figures) {
  figures->values[EM_EXPLORE_INTERVAL] = ceil(figures->values[EM_EXPLORE_INTERVAL] - same);
}

/* Interval against area: every interval, in whole cycles. */
static void check_every_cycle(const brute_force *b, em_explore_space space) {
  em_explore_points front = {0};
  em_explore_effort effort = {0};
  em_error error;
  space.objectives = 1u << EM_EXPLORE_INTERVAL | 1u << EM_EXPLORE_AREA;
  (void)em_explore_front(&space, &front, &effort, &error); /* an empty one is an error; brute force decides */
  for (uint32_t i = 0; i < front.count; i++) {
    whole_cycles(&front.points[i].figures);
  }
  assert_ok(em_explore_filter(&front, space.objectives, &error), &error);
  for (uint32_t i = 0; i < b->count; i++) {
    em_explore_figures own = b->all[i].own;
    own.values[EM_EXPLORE_INTERVAL] = b->all[i].interval;
    whole_cycles(&own);
    assert_covered(&front, &own, space.objectives);
    for (uint32_t k = 0; k < front.count; k++) {
      assert_false(about_better(&own, &front.points[k].figures, space.objectives));
    }
  }
  assert_true(effort.judged >= front.count);
  em_explore_points_free(&front);
}

/*
 * Two costs at the intervals that an engine can set: a few of them, each against all designs that meet it; with latency
 * those that do not hold up a lone frame.
 */
static void check_pieces(brute_force *b, em_explore_space space, uint32_t objectives, em_random *random) {
  em_explore_plan *plan;
  em_error error;
  space.objectives = objectives | 1u << EM_EXPLORE_INTERVAL;
  bool latency = (objectives >> EM_EXPLORE_LATENCY & 1) != 0;
  assert_ok(em_explore_plan_make(&space, &plan, &error), &error);
  for (uint32_t tries = 0; tries < PIECES_OF_A_SPACE; tries++) {
    uint32_t piece = (uint32_t)(em_random_next(random) % em_explore_piece_count(plan)), met = 0;
    em_explore_points points = {0};
    em_explore_effort effort = {0};
    uint64_t cycles = em_explore_piece_interval(plan, piece);
    assert_ok(em_explore_solve(plan, piece, &points, &effort, &error), &error);
    for (uint32_t i = 0; i < points.count; i++) {
      em_explore_point *p = &points.points[i];
      assert_ok(em_explore_judge_at(b->court, &space.rates, &p->design, cycles, &p->figures, &error), &error);
    }
    judge_all(b, cycles);
    for (uint32_t i = 0; i < b->count; i++) {
      if (b->all[i].interval <= (double)cycles && (b->all[i].flows || !latency)) {
        met++;
        assert_covered(&points, &b->all[i].at, objectives);
        for (uint32_t k = 0; k < points.count && !latency; k++) {
          assert_false(about_better(&b->all[i].at, &points.points[k].figures, objectives));
        }
      }
    }
    assert_true(met == 0 || points.count > 0);
    assert_true(met > 0 || latency || points.count == 0);
    em_explore_points_free(&points);
  }
  em_explore_plan_free(plan);
}

/* With latency: of designs in which nothing holds up a lone frame, whatever their interval. */
static void check_latency(const brute_force *b, em_explore_space space) {
  em_explore_points front = {0};
  em_explore_effort effort = {0};
  em_error error;
  space.objectives = 1u << EM_EXPLORE_LATENCY | 1u << EM_EXPLORE_AREA;
  (void)em_explore_front(&space, &front, &effort, &error); /* an empty one is an error; brute force decides */
  for (uint32_t i = 0; i < b->count; i++) {
    if (b->all[i].flows) {
      assert_covered(&front, &b->all[i].own, space.objectives);
      for (uint32_t k = 0; k < front.count; k++) {
        assert_false(about_better(&b->all[i].own, &front.points[k].figures, space.objectives));
      }
    }
  }
  em_explore_points_free(&front);
}

static em_explore_space space_of(uint32_t seed) {
  em_random random = em_random_seeded(seed, 79);
  em_design base;
  em_explore_space space;
  em_random_base(&random, seed % EM_HEAD_KINDS, &base);
  em_random_space(&random, &base, DESIGNS_OF_A_SPACE, &space);
  return space;
}

/* Returns how many designs were looked at. */
static double check_space(uint32_t seed) {
  em_random random = em_random_seeded(seed, 80);
  em_explore_space space = space_of(seed);
  double designs = em_explore_count(&space);
  brute_force b = {.space = &space, .court = em_explore_court_new(), .graph = malloc(sizeof(em_graph))};
  b.all = calloc((size_t)designs, sizeof *b.all);
  assert_true(b.all != NULL && b.court != NULL && b.graph != NULL);
  judge_all(&b, 0);
  check_every_cycle(&b, space);
  check_pieces(&b, space, 1u << EM_EXPLORE_AREA | 1u << EM_EXPLORE_ENERGY, &random);
  check_pieces(&b, space, 1u << EM_EXPLORE_ENERGY, &random);
  check_pieces(&b, space, 1u << EM_EXPLORE_AREA | 1u << EM_EXPLORE_LATENCY, &random);
  check_pieces(&b, space, 1u << EM_EXPLORE_ENERGY | 1u << EM_EXPLORE_LATENCY, &random);
  check_latency(&b, space);
  em_explore_court_free(b.court);
  free(b.graph);
  free(b.all);
  return designs;
}

/* ---- Limits ---- */

/* Limits leave the points of the unlimited front that keep them; at the interval's own limit others may join. */
static void limits_leave_what_keeps_them(void **state) {
  (void)state;
  static const em_explore_figure limited[] = {EM_EXPLORE_AREA, EM_EXPLORE_ENERGY, EM_EXPLORE_POWER};
  for (uint32_t seed = 0; seed < EM_HEAD_KINDS; seed++) {
    em_explore_space space = space_of(seed);
    em_explore_points all = {0}, some = {0};
    em_explore_effort effort = {0};
    em_error error;
    em_explore_figure figure = limited[seed % 3];
    assert_ok(em_explore_front(&space, &all, &effort, &error), &error);
    space.limits[figure] = all.points[all.count / 2].figures.values[figure];
    assert_ok(em_explore_front(&space, &some, &effort, &error), &error);
    for (uint32_t i = 0; i < some.count; i++) {
      assert_true(some.points[i].figures.values[figure] <= space.limits[figure]);
    }
    for (uint32_t i = 0; i < all.count; i++) {
      if (all.points[i].figures.values[figure] < space.limits[figure] * (1 - same)) {
        assert_covered(&some, &all.points[i].figures, space.objectives);
      }
    }
    em_explore_points_free(&all);
    em_explore_points_free(&some);
  }
}

static void a_limit_that_nothing_meets_is_named(void **state) {
  (void)state;
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    em_explore_space space = space_of(2);
    em_explore_points front = {0};
    em_explore_effort effort = {0};
    em_error error = {""};
    char name[32];
    space.objectives = 1u << EM_EXPLORE_INTERVAL | 1u << EM_EXPLORE_AREA;
    space.limits[i] = 0.001;
    space.limits[EM_EXPLORE_INTERVAL] = i == EM_EXPLORE_INTERVAL ? 1 : 1e9;
    assert_int_equal(em_explore_front(&space, &front, &effort, &error), EM_BAD_INPUT);
    snprintf(name, sizeof name, "limit %s: ", em_explore_figure_name((em_explore_figure)i));
    assert_non_null(strstr(error.text, name));
    em_explore_points_free(&front);
  }
}

/* What is not covered is refused, with what it is. */
static void what_is_not_covered_is_refused_by_name(void **state) {
  (void)state;
  em_explore_space space = space_of(2);
  em_explore_plan *plan;
  em_error error = {""};
  space.objectives |= 1u << EM_EXPLORE_LATENCY;
  assert_int_equal(em_explore_plan_make(&space, &plan, &error), EM_BAD_INPUT);
  assert_non_null(strstr(error.text, "latency"));
  space = space_of(2);
  space.depths[0].least = 1;
  assert_int_equal(em_explore_plan_make(&space, &plan, &error), EM_BAD_INPUT);
  assert_non_null(strstr(error.text, "depth_tokens.frame: 1"));
}

static double designs_wanted(void) {
  const char *text = getenv("EMAMBA_BRUTE_FORCE");
  return text != NULL ? strtod(text, NULL) : EM_REPEAT(SMALL);
}

static void the_front_is_that_of_brute_force(void **state) {
  (void)state;
  uint32_t spaces = 0;
  for (double designs = 0; designs < designs_wanted(); spaces++) {
    designs += check_space(spaces);
  }
  print_message("%u spaces\n", spaces);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_front_is_that_of_brute_force), cmocka_unit_test(limits_leave_what_keeps_them),
      cmocka_unit_test(a_limit_that_nothing_meets_is_named), cmocka_unit_test(what_is_not_covered_is_refused_by_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
