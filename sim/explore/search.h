/*
 * Methods that try designs one by one, each judged by the simulator's timing and price: every design, a seeded sample,
 * and NSGA-II. They cover what the exact method does not, and show how far from the front a search stays.
 */
#ifndef EM_SEARCH_H
#define EM_SEARCH_H

#include "sim/explore/exploration.h"

/* So many designs a piece of enumerate and sample; NSGA-II is one piece, since its generations depend on each other. */
enum { EM_SEARCH_PIECE = 2000 };

/* EM_BAD_INPUT where enumerate would have more than 10^8 designs, or NSGA-II too few evaluations. */
em_status em_search_pieces(const em_exploration *x, const em_explore_space *space, uint32_t *pieces, em_error *error);

/* Appends designs within the limits that may be on the front; `judged` counts all. A pure function but for memory. */
em_status em_search_solve(const em_exploration *x, const em_explore_space *space, uint32_t piece,
                          em_explore_points *points, double *judged, em_error *error);

#endif
