/* Sets of points: the filter against its definition, the hypervolume against counted cells. */
#include <math.h>
#include <stdlib.h>

#include "models/explore/front.h"
#include "tests/support/check.h"
#include "tests/support/random.h"

enum { ALL = (1 << EM_EXPLORE_FIGURES) - 1, SIDE = 12 };

static em_error error;

/* Figures of 1 to `side`, so that many are equal; the name tells points apart. */
static void draw(em_random *random, uint32_t count, uint32_t side, em_explore_points *points) {
  for (uint32_t i = 0; i < count; i++) {
    em_explore_point point = {.design = {.in_bytes = i + 1}};
    for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
      point.figures.values[f] = em_random_count(random, 1, side);
    }
    assert_int_equal(em_explore_points_add(points, &point, &error), EM_OK);
  }
}

static bool better(const em_explore_figures *a, const em_explore_figures *b, uint32_t objectives) {
  return em_explore_as_good(a, b, objectives) && !em_explore_as_good(b, a, objectives);
}

static void the_filter_keeps_what_nothing_is_better_than_and_one_of_equals(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 200; seed++) {
    em_random random = em_random_seeded(seed, 80);
    em_explore_points all = {0}, front = {0};
    uint32_t objectives = em_random_count(&random, 1, ALL);
    draw(&random, 60, 6, &all);
    for (uint32_t i = all.count; i-- > 0;) { /* in another order */
      assert_int_equal(em_explore_points_add(&front, &all.points[i], &error), EM_OK);
    }
    assert_int_equal(em_explore_filter(&front, objectives, &error), EM_OK);
    for (uint32_t i = 0; i < all.count; i++) {
      bool covered = false;
      for (uint32_t k = 0; k < front.count; k++) {
        assert_false(better(&all.points[i].figures, &front.points[k].figures, objectives));
        covered = covered || em_explore_as_good(&front.points[k].figures, &all.points[i].figures, objectives);
      }
      assert_true(covered);
    }
    for (uint32_t k = 1; k < front.count; k++) {
      assert_false(em_explore_as_good(&front.points[k - 1].figures, &front.points[k].figures, objectives));
    }
    em_explore_points again = {0};
    for (uint32_t i = 0; i < all.count; i++) {
      assert_int_equal(em_explore_points_add(&again, &all.points[i], &error), EM_OK);
    }
    assert_int_equal(em_explore_filter(&again, objectives, &error), EM_OK);
    assert_int_equal(again.count, front.count);
    for (uint32_t k = 0; k < front.count; k++) {
      assert_int_equal(again.points[k].design.in_bytes, front.points[k].design.in_bytes);
    }
    em_explore_points_free(&all);
    em_explore_points_free(&front);
    em_explore_points_free(&again);
  }
}

/* Figures are powers of two, the volume in log 2 a count of cells. */
static void the_hypervolume_is_the_number_of_cells(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    em_random random = em_random_seeded(seed, 81);
    em_explore_points points = {0};
    uint32_t dimensions = em_random_count(&random, 1, 3), cells = 0, all = 1;
    draw(&random, em_random_count(&random, 1, 20), SIDE, &points);
    em_explore_figures reference = {{exp2(SIDE), exp2(SIDE), exp2(SIDE), 1, 1}};
    for (uint32_t i = 0; i < points.count; i++) {
      for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
        points.points[i].figures.values[f] = exp2(points.points[i].figures.values[f]);
      }
    }
    for (uint32_t d = 0; d < dimensions; d++) {
      all *= SIDE;
    }
    for (uint32_t cell = 0; cell < all; cell++) {
      em_explore_figures corner = {{exp2(cell % SIDE), exp2(cell / SIDE % SIDE), exp2(cell / SIDE / SIDE), 1, 1}};
      bool covered = false;
      for (uint32_t i = 0; i < points.count; i++) {
        covered = covered || em_explore_as_good(&points.points[i].figures, &corner, (1u << dimensions) - 1);
      }
      cells += covered;
    }
    double volume = em_explore_hypervolume(&points, (1u << dimensions) - 1, &reference);
    assert_true(fabs(volume / pow(log(2), dimensions) - cells) < 1e-6);
    em_explore_points_free(&points);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_filter_keeps_what_nothing_is_better_than_and_one_of_equals),
      cmocka_unit_test(the_hypervolume_is_the_number_of_cells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
