/*
 * How much a choice can lose: constants of a technology are ranges, and a front is that of their nominal values.
 *
 * The regret of a point in a figure: by how many per cent it can turn out to be dearer than another point that is, at
 * nominal values, as good in all other objectives; at worst over all constants, which move together and are the same
 * for both. Area is multilinear in five effective constants (logic, and fixed and per bit of macros, the two-port
 * ratio) and energy in eleven (switching, clocks and their gates, five of macros' accesses, leakage of logic and of
 * macros), so that the worst is at a vertex of their ranges; all are looked at, exactly.
 *
 * Not moved: tiling of macros, supply and temperature away from the nominal, the threshold of clock gates.
 */
#ifndef EM_EXPLORE_REGRET_H
#define EM_EXPLORE_REGRET_H

#include "models/explore/front.h"

/* Per cent, at least 0; 0 in what is no objective. */
typedef struct {
  double area_percent;
  double energy_percent; /* of power, where that is the objective */
} em_explore_regret;

/* regrets [points->count]. `ranges`: of every constant, with the nominal values of `rates`. EM_FAILED when memory is
 * short. Points of a few thousand take seconds. */
em_status em_explore_regrets(const em_explore_points *points, uint32_t objectives, const em_explore_rates *rates,
                             const em_range ranges[EM_PRICE_CONSTANTS], em_explore_regret *regrets, em_error *error);

#endif
