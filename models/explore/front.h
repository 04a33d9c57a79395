/*
 * The exact Pareto front of a space: every design is covered, none is sampled (docs/exact-front.md says why).
 *
 * The work is split into pieces, a range of intervals each, that know nothing of one another: solved in any order, by
 * any thread or machine, they give the same points. What they find together, filtered, is the front.
 *
 * Covered: heads none, flatten and mean, with and without a hidden layer; frame depths from 2, stores of head flatten
 * from two frames. Refused by name: what is not.
 */
#ifndef EM_EXPLORE_FRONT_H
#define EM_EXPLORE_FRONT_H

#include "models/explore/space.h"

typedef struct {
  em_design design; /* complete: em_design_check accepts it */
  em_explore_figures figures;
} em_explore_point;

/* Owned by the caller; zeroed before its first use. */
typedef struct {
  em_explore_point *points;
  uint32_t count, room;
} em_explore_points;

void em_explore_points_free(em_explore_points *points);

/* Appends; EM_FAILED when memory is short. */
em_status em_explore_points_add(em_explore_points *points, const em_explore_point *point, em_error *error);

typedef struct {
  double labels;      /* partial designs that were compared */
  double most_labels; /* at a time */
  double judged;      /* designs given to em_explore_judge, none found to differ */
} em_explore_effort;

/* Tables of a space; a copy of it is kept, its pointers must outlive the plan. Read by any number of threads. */
typedef struct em_explore_plan em_explore_plan;

/*
 * EM_BAD_INPUT where the space holds what is not covered, with the key or objective, or where no lanes meet the limit
 * of the interval. EM_FAILED when memory is short.
 */
em_status em_explore_plan_make(const em_explore_space *space, em_explore_plan **plan, em_error *error);
void em_explore_plan_free(em_explore_plan *plan);

/* Pieces in the order of their intervals, longest first; the same for equal spaces. At least 1. */
uint32_t em_explore_piece_count(const em_explore_plan *plan);

/* The piece's longest interval in cycles; what one piece covers ends where the next begins. */
uint64_t em_explore_piece_interval(const em_explore_plan *plan, uint32_t piece);

/*
 * Appends the points of one piece: a pure function of plan and piece. Each was judged by the simulator's timing and
 * price; one that differs from the closed forms is EM_FAILED, with the design's knobs. Points of one piece may be
 * dominated by those of another.
 */
em_status em_explore_solve(const em_explore_plan *plan, uint32_t piece, em_explore_points *points,
                           em_explore_effort *effort, em_error *error);

/*
 * Why a space has no points, in words: the limit that no design meets, with the least that there is, or that none meets
 * all. EM_BAD_INPUT with that text; else that of the search for it.
 */
em_status em_explore_why_empty(const em_explore_space *space, em_error *error);

/* All pieces, one after the other, filtered and sorted by em_explore_filter. Empty: as em_explore_why_empty. */
em_status em_explore_front(const em_explore_space *space, em_explore_points *front, em_explore_effort *effort,
                           em_error *error);

/*
 * Keeps the points that none of the others is better than or as good as in all of the objectives (bits), the first of
 * equal ones by their order after sorting, and sorts them: by objective after objective, then by the design's keys, so
 * that the order in which points came does not matter. EM_FAILED when memory is short; then nothing has changed.
 */
em_status em_explore_filter(em_explore_points *points, uint32_t objectives, em_error *error);

/* Whether a is as good as b in all of the objectives. */
bool em_explore_as_good(const em_explore_figures *a, const em_explore_figures *b, uint32_t objectives);

/*
 * Volume, in the logarithms of 1 to 3 objectives, that `points` dominate below `reference`; ratios of two volumes to
 * the same reference compare searchers. Points beyond it count nothing. NAN when memory is short.
 */
double em_explore_hypervolume(const em_explore_points *points, uint32_t objectives,
                              const em_explore_figures *reference);

#endif
