/*
 * How much a choice can lose: constants of a technology are ranges, and the front is that of their nominal values.
 *
 * The regret of a point: by how many per cent another point of the front, as good in all other objectives, can turn out
 * to be better in one, at worst over all constants. All move together. Area is multilinear in five effective constants
 * and energy, at the nominal supply and temperature, in eight: the worst case is at a vertex of their ranges, and all
 * vertices are looked at.
 */
#ifndef EM_EXPLORE_REGRET_H
#define EM_EXPLORE_REGRET_H

#include "models/explore/front.h"

typedef struct {
  double area_percent;   /* against points of no longer interval and, as judged at the vertex, no more energy */
  double energy_percent; /* against points of no longer interval and no more area */
} em_explore_regret;

/* regrets [points->count]. `ranges`: of every constant. EM_FAILED when memory is short. */
em_status em_explore_regrets(const em_explore_points *points, const em_explore_rates *rates,
                             const em_range ranges[EM_PRICE_CONSTANTS], em_explore_regret *regrets, em_error *error);

#endif
