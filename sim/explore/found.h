/* What a store has found: the joint front of all variants, with what is worth knowing of each point. */
#ifndef EM_FOUND_H
#define EM_FOUND_H

#include "models/explore/regret.h"
#include "models/time/throughput.h"
#include "sim/explore/exploration.h"
#include "sim/explore/store.h"

typedef struct {
  em_design design;
  em_explore_figures figures; /* cycles are those of its own clock */
  uint32_t variant;
  em_explore_regret regret; /* against the points of its variant; NAN before em_found_regrets */
} em_found_point;

typedef struct {
  em_exploration x;
  uint32_t variant_count;
  em_variant *variants;
  uint32_t count;
  em_found_point *points; /* by interval in us, then the other figures; numbered from 1 */
  double designs, judged; /* covered; by timing and price */
  uint32_t pieces;
  char part[32]; /* "1/1" of a whole store */
  char program[160];
  char note[EM_STORE_NOTE_CHARS]; /* of the first variant without points: what leaves nothing */
} em_found;

/* EM_BAD_INPUT for a file that is no finished store. On an error there is nothing to free. */
em_status em_found_open(const char *path, em_found *found, em_error *error);
void em_found_close(em_found *found);

/* A point's accuracy, NAN without, and its figures in units that variants share. */
double em_found_accuracy(const em_found *found, const em_found_point *point);
double em_found_us(const em_found_point *point, em_explore_figure cycles);
double em_found_frames_per_s(const em_found_point *point);

/* Fills in the regrets. */
em_status em_found_regrets(em_found *found, em_error *error);

/* Area in um2 and energy a frame in pJ, each low, nominal, high. EM_FAILED when memory is short. */
typedef struct {
  em_range area_um2, energy_pj;
} em_found_range;
em_status em_found_range_of(const em_found *found, const em_found_point *point, em_found_range *range, em_error *error);

/* What limits the point's interval, in a line. */
em_status em_found_limit(const em_found_point *point, char text[EM_LIMIT_CHARS], em_error *error);

/*
 * The knee: the point nearest to the best of every objective, each on a logarithmic scale from the front's best to its
 * worst. NULL for an empty front.
 */
const em_found_point *em_found_knee(const em_found *found);

/* Of the points with at least so many frames a second, that of least energy, or area, power, latency: the first of
 * these that is an objective. NULL when none has. */
const em_found_point *em_found_for_rate(const em_found *found, double frames_per_s);

/* Whether a is as good as b in every objective. */
bool em_found_as_good(const em_found *found, const em_found_point *a, const em_found_point *b);

#endif
