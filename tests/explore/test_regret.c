/* Regrets against constants drawn within their ranges: none loses more, and some lose nearly as much. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/explore/regret.h"
#include "tests/support/check.h"
#include "tests/support/explore_cases.h"

enum { POINTS = 24, DRAWS = 400 };

static em_error error;

/* Every constant between 0.7 and 1.3 of its value but those that are not moved. */
static void make_ranges(const em_explore_rates *rates, em_range ranges[EM_PRICE_CONSTANTS]) {
  static const em_price_constant still[] = {
      EM_PRICE_SRAM_MAX_WIDTH, EM_PRICE_SRAM_MIN_WORDS,      EM_PRICE_SRAM_NARROW_BITS, EM_PRICE_SRAM_WIDE_BITS,
      EM_PRICE_LOGIC_DOUBLING, EM_PRICE_SRAM_DOUBLING,       EM_PRICE_SUPPLY_NOMINAL,   EM_PRICE_VTH,
      EM_PRICE_SPEED_ALPHA,    EM_PRICE_TEMPERATURE_NOMINAL, EM_PRICE_SUPPLY_EXPONENT};
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    double v = rates->prices.values[c];
    ranges[c] = (em_range){0.7 * v, v, 1.3 * v};
  }
  for (size_t i = 0; i < sizeof still / sizeof still[0]; i++) {
    double v = rates->prices.values[still[i]];
    ranges[still[i]] = (em_range){v, v, v};
  }
}

/* Designs that differ in everything, judged. */
static void draw_points(em_explore_court *court, em_random *random, em_explore_points *points) {
  em_design base;
  em_explore_space space;
  em_random_base(random, 2, &base);
  em_explore_space_of(&base, em_shipped_rates(), &space);
  for (uint32_t i = 0; i < POINTS; i++) {
    em_explore_point point = {.design = base};
    for (uint32_t k = 0; k < space.lane_count; k++) {
      const em_explore_lanes *lanes = &space.lanes[k];
      em_design_set(&point.design, lanes->key, lanes->values[em_random_next(random) % lanes->count]);
    }
    point.design.depth_tokens.frame = 2;
    assert_int_equal(em_explore_judge(court, em_shipped_rates(), &point.design, &point.figures, &error), EM_OK);
    assert_int_equal(em_explore_points_add(points, &point, &error), EM_OK);
  }
}

/* At a vertex or anywhere within. */
static em_explore_rates draw_rates(em_random *random, const em_range *ranges) {
  em_explore_rates rates = *em_shipped_rates();
  bool vertex = em_random_chance(random, 80);
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    double share = vertex ? em_random_count(random, 0, 1) : em_random_count(random, 0, 1000) / 1000.0;
    rates.prices.values[c] = ranges[c].low + share * (ranges[c].high - ranges[c].low);
  }
  return rates;
}

static void no_draw_loses_more_than_the_regret(void **state) {
  (void)state;
  em_explore_court *court = em_explore_court_new();
  const uint32_t area = 1u << EM_EXPLORE_AREA, energy = 1u << EM_EXPLORE_ENERGY, all = area | energy | 1;
  double closest = 0;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    em_random random = em_random_seeded(seed, 82);
    em_explore_points points = {0};
    em_range ranges[EM_PRICE_CONSTANTS];
    em_explore_regret regrets[POINTS], seen[POINTS] = {{0, 0}};
    draw_points(court, &random, &points);
    make_ranges(em_shipped_rates(), ranges);
    assert_int_equal(em_explore_regrets(&points, all, em_shipped_rates(), ranges, regrets, &error), EM_OK);
    for (uint32_t draw = 0; draw < EM_REPEAT(DRAWS); draw++) {
      em_explore_rates rates = draw_rates(&random, ranges);
      em_explore_figures moved[POINTS];
      for (uint32_t i = 0; i < POINTS; i++) {
        assert_int_equal(em_explore_judge(court, &rates, &points.points[i].design, &moved[i], &error), EM_OK);
      }
      for (uint32_t p = 0; p < POINTS; p++) {
        for (uint32_t q = 0; q < POINTS; q++) {
          const em_explore_figures *own = &points.points[p].figures, *other = &points.points[q].figures;
          if (q != p && em_explore_as_good(other, own, all & ~area)) {
            seen[p].area_percent = fmax(seen[p].area_percent, 100 * (moved[p].values[2] / moved[q].values[2] - 1));
          }
          if (q != p && em_explore_as_good(other, own, all & ~energy)) {
            seen[p].energy_percent = fmax(seen[p].energy_percent, 100 * (moved[p].values[3] / moved[q].values[3] - 1));
          }
        }
      }
    }
    for (uint32_t p = 0; p < POINTS; p++) {
      assert_true(seen[p].area_percent <= regrets[p].area_percent + 1e-6);
      assert_true(seen[p].energy_percent <= regrets[p].energy_percent + 1e-6);
      closest = regrets[p].area_percent > 0 ? fmax(closest, seen[p].area_percent / regrets[p].area_percent) : closest;
    }
    em_explore_points_free(&points);
  }
  assert_true(closest > 0.99);
  em_explore_court_free(court);
}

static void without_ranges_a_front_has_no_regret(void **state) {
  (void)state;
  em_explore_court *court = em_explore_court_new();
  em_random random = em_random_seeded(9, 83);
  em_explore_points points = {0};
  em_range ranges[EM_PRICE_CONSTANTS];
  em_explore_regret regrets[POINTS];
  uint32_t all = 1u << EM_EXPLORE_AREA | 1u << EM_EXPLORE_ENERGY | 1u << EM_EXPLORE_INTERVAL;
  draw_points(court, &random, &points);
  assert_int_equal(em_explore_filter(&points, all, &error), EM_OK);
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    double v = em_shipped_rates()->prices.values[c];
    ranges[c] = (em_range){v, v, v};
  }
  assert_int_equal(em_explore_regrets(&points, all, em_shipped_rates(), ranges, regrets, &error), EM_OK);
  for (uint32_t i = 0; i < points.count; i++) {
    assert_true(regrets[i].area_percent < 1e-9 && regrets[i].energy_percent < 1e-9);
  }
  em_explore_points_free(&points);
  em_explore_court_free(court);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_draw_loses_more_than_the_regret),
      cmocka_unit_test(without_ranges_a_front_has_no_regret),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
