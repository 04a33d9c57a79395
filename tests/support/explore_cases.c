#include "tests/support/explore_cases.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/files/fit_file.h"
#include "sim/files/technology_file.h"
#include "tests/support/random_case.h"

#define TECHNOLOGY "configs/technology/gf22.yaml" /* tests run in the project's root */
#define FIT "configs/technology/calibration.yaml"

const em_explore_rates *em_shipped_rates(void) {
  static em_fit_data fit;
  static em_explore_rates rates;
  if (rates.fit == NULL) {
    em_technology technology;
    em_error error;
    if (em_fit_load(FIT, &fit, &error) != EM_OK || em_technology_load(TECHNOLOGY, &technology, &error) != EM_OK) {
      fprintf(stderr, "%s\n", error.text);
      exit(1);
    }
    rates.gate_min_flops = em_technology_value(&technology, "clock_gate_min_flops");
    for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
      rates.prices.values[c] = c < EM_PRICE_TECHNOLOGY_CONSTANTS
                                   ? em_technology_value(&technology, em_price_constant_name((em_price_constant)c))
                                   : 1;
    }
    rates.fit = &fit.coefficients;
  }
  return &rates;
}

void em_random_base(em_random *random, uint32_t kind, em_design *base) {
  static const em_head heads[EM_HEAD_KINDS] = {EM_HEAD_NONE, EM_HEAD_FLATTEN, EM_HEAD_FLATTEN, EM_HEAD_MEAN,
                                               EM_HEAD_MEAN, EM_HEAD_TOKEN,   EM_HEAD_TOKEN};
  bool hidden = kind > 0 && kind % 2 == 0;
  do {
    em_random_design(em_random_next(random), base);
  } while (base->shape.head != heads[kind] || (base->shape.head_hidden > 0) != hidden);
  base->clock_mhz = 100;
  base->vdd_mv = em_random_chance(random, 50) ? 800 : 650;
  base->temperature_c = 25;
  base->clock_gating = em_random_chance(random, 70);
  base->macro_min_bits = 64u << em_random_count(random, 0, 6);
}

static void fix_lanes(em_random *random, em_explore_lanes *lanes) {
  lanes->values[0] = lanes->values[em_random_next(random) % lanes->count];
  lanes->count = 1;
}

static void fix_depth(em_random *random, em_explore_depths *depths) {
  bool frames = depths->least > 1;
  depths->least = depths->most = frames ? depths->least : depths->step * em_random_count(random, 1, 4);
}

static void widen(em_random *random, const em_explore_space *whole, em_explore_space *space) {
  uint32_t at = em_random_count(random, 0, space->lane_count + space->depth_count - 1);
  em_error error;
  if (at >= space->lane_count) {
    em_explore_depths *depths = &space->depths[at - space->lane_count];
    uint32_t more = depths->most + depths->step * em_random_count(random, 1, 3);
    depths->most =
        depths->most == depths->least && more <= whole->depths[at - space->lane_count].most ? more : depths->most;
    return;
  }
  uint32_t values[4], count = em_random_count(random, 2, 4);
  const em_explore_lanes *all = &whole->lanes[at];
  for (uint32_t i = 0; i < count; i++) {
    values[i] = all->values[em_random_next(random) % all->count];
  }
  if (em_explore_restrict(space, all->key, values, count, &error) != EM_OK) {
    abort();
  }
}

void em_random_space(em_random *random, const em_design *base, double designs, em_explore_space *space) {
  em_explore_space whole;
  em_explore_space_of(base, em_shipped_rates(), &whole);
  *space = whole;
  for (uint32_t i = 0; i < space->lane_count; i++) {
    fix_lanes(random, &space->lanes[i]);
  }
  for (uint32_t i = 0; i < space->depth_count; i++) {
    fix_depth(random, &space->depths[i]);
  }
  for (uint32_t tries = 0; em_explore_count(space) < designs && tries < 400; tries++) {
    widen(random, &whole, space);
  }
}

/* The next of all combinations; false past the last. */
static bool next(const em_explore_space *space, uint32_t *places) {
  for (uint32_t i = 0; i < space->lane_count + space->depth_count; i++) {
    const em_explore_depths *d = &space->depths[i < space->lane_count ? 0 : i - space->lane_count];
    uint32_t count = i < space->lane_count ? space->lanes[i].count : (d->most - d->least) / d->step + 1;
    if (++places[i] < count) {
      return true;
    }
    places[i] = 0;
  }
  return false;
}

void em_each_design(const em_explore_space *space, void (*look)(void *context, const em_design *design),
                    void *context) {
  uint32_t places[EM_EXPLORE_LANES + EM_EXPLORE_DEPTHS] = {0};
  do {
    em_design design = space->base;
    for (uint32_t i = 0; i < space->lane_count; i++) {
      em_design_set(&design, space->lanes[i].key, space->lanes[i].values[places[i]]);
    }
    for (uint32_t i = 0; i < space->depth_count; i++) {
      const em_explore_depths *d = &space->depths[i];
      em_design_set(&design, d->key, d->least + d->step * places[space->lane_count + i]);
    }
    look(context, &design);
  } while (next(space, places));
}
