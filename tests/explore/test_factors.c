/* The sum of the factor tables is the price: of random designs of random spaces, at random intervals. */
#include <math.h>
#include <stdlib.h>

#include "models/explore/factors.h"
#include "tests/support/check.h"
#include "tests/support/explore_cases.h"
#include "tests/support/random_case.h"

enum { DESIGNS_OF_A_SPACE = 100 };

static double worst;

/* Of each lane count at most three values and of each depth at most five, so that many spaces are seen. */
static void draw_space(uint64_t seed, em_random *random, em_explore_space *space) {
  em_design base;
  em_error error;
  em_random_base(random, (uint32_t)(seed % EM_HEAD_KINDS), &base);
  em_explore_space_of(&base, em_shipped_rates(), space);
  for (uint32_t i = 0; i < space->lane_count; i++) {
    em_explore_lanes *lanes = &space->lanes[i];
    uint32_t values[3], count = em_random_count(random, 1, 3);
    for (uint32_t k = 0; k < count; k++) {
      values[k] = lanes->values[em_random_next(random) % lanes->count];
    }
    assert_int_equal(em_explore_restrict(space, lanes->key, values, count, &error), EM_OK);
  }
  for (uint32_t i = 0; i < space->depth_count; i++) {
    em_explore_depths *d = &space->depths[i];
    d->least = d->step * em_random_count(random, 1, 3);
    d->most = d->least + d->step * em_random_count(random, 0, 4);
  }
}

static void assert_near(double sum, double price) {
  double off = fabs(sum / price - 1);
  worst = off > worst ? off : worst;
  assert_true(off < 1e-12);
}

static void check_designs(const em_factors *factors, em_explore_court *court, em_random *random) {
  const em_explore_space *space = &factors->space;
  for (uint32_t i = 0; i < DESIGNS_OF_A_SPACE; i++) {
    uint32_t choices[EM_EXPLORE_LANES], depths[EM_EXPLORE_DEPTHS];
    em_design design;
    em_explore_figures figures;
    em_error error;
    double area, energy;
    for (uint32_t k = 0; k < space->lane_count; k++) {
      choices[k] = (uint32_t)(em_random_next(random) % space->lanes[k].count);
    }
    for (uint32_t k = 0; k < space->depth_count; k++) {
      const em_explore_depths *d = &space->depths[k];
      depths[k] = em_random_count(random, 0, (d->most - d->least) / d->step);
    }
    em_factors_design(factors, choices, depths, &design);
    assert_int_equal(em_explore_judge(court, em_shipped_rates(), &design, &figures, &error), EM_OK);
    uint64_t cycles = (uint64_t)ceil(figures.values[EM_EXPLORE_INTERVAL]);
    cycles = em_random_chance(random, 50) ? cycles : cycles * em_random_count(random, 1, 20);
    assert_int_equal(em_explore_judge_at(court, em_shipped_rates(), &design, cycles, &figures, &error), EM_OK);
    em_factors_sum(factors, choices, depths, (double)cycles, &area, &energy);
    assert_near(area, figures.values[EM_EXPLORE_AREA]);
    assert_near(energy, figures.values[EM_EXPLORE_ENERGY]);
  }
}

static void the_sum_of_the_tables_is_the_price(void **state) {
  (void)state;
  em_explore_court *court = em_explore_court_new();
  for (uint64_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_random random = em_random_seeded(seed, 78);
    em_explore_space space;
    em_factors factors;
    em_error error;
    draw_space(seed, &random, &space);
    assert_int_equal(em_factors_make(&space, &factors, &error), EM_OK);
    check_designs(&factors, court, &random);
    em_factors_free(&factors);
  }
  print_message("largest difference %.2g\n", worst);
  em_explore_court_free(court);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_sum_of_the_tables_is_the_price)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
