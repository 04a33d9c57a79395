/* Sets of points: appended to, filtered, measured. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/explore/front.h"

void em_explore_points_free(em_explore_points *points) {
  free(points->points);
  *points = (em_explore_points){0};
}

em_status em_explore_points_add(em_explore_points *points, const em_explore_point *point, em_error *error) {
  if (points->count == points->room) {
    uint32_t room = points->room == 0 ? 16 : 2 * points->room;
    em_explore_point *larger = realloc(points->points, room * sizeof *larger);
    if (larger == NULL) {
      return em_fail(error, EM_FAILED, "out of memory for %u points", room);
    }
    points->points = larger;
    points->room = room;
  }
  points->points[points->count++] = *point;
  return EM_OK;
}

bool em_explore_as_good(const em_explore_figures *a, const em_explore_figures *b, uint32_t objectives) {
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    if ((objectives >> i & 1) != 0 && a->values[i] > b->values[i]) {
      return false;
    }
  }
  return true;
}

/* ---- The filter ---- */

static int by_number(double a, double b) {
  return (a > b) - (a < b);
}

static int by_keys(const em_design *a, const em_design *b) {
  for (size_t k = 0; k < em_design_key_count; k++) {
    uint32_t va = em_design_get(a, &em_design_keys[k]), vb = em_design_get(b, &em_design_keys[k]);
    if (va != vb) {
      return va < vb ? -1 : 1;
    }
  }
  return 0;
}

/* qsort has no context: the order of those objectives that do not count comes last and is of no account. */
typedef struct {
  uint32_t index;
  double values[EM_EXPLORE_FIGURES]; /* of the objectives, in their order; then 0 */
  const em_design *design;
} entry;

static int by_entry(const void *left, const void *right) {
  const entry *a = left, *b = right;
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    int order = by_number(a->values[i], b->values[i]);
    if (order != 0) {
      return order;
    }
  }
  return by_keys(a->design, b->design);
}

static uint32_t compact(const em_explore_figures *figures, uint32_t objectives, double values[EM_EXPLORE_FIGURES]) {
  uint32_t count = 0;
  memset(values, 0, EM_EXPLORE_FIGURES * sizeof *values);
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    if ((objectives >> i & 1) != 0) {
      values[count++] = figures->values[i];
    }
  }
  return count;
}

static bool as_good(const double *a, const double *b, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (a[i] > b[i]) {
      return false;
    }
  }
  return true;
}

/* Sorted, so that only an earlier one can be as good. */
static uint32_t keep_best(entry *entries, uint32_t count, uint32_t objectives) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool best = true;
    for (uint32_t k = kept; k-- > 0 && best;) {
      best = !as_good(entries[k].values, entries[i].values, objectives);
    }
    if (best) {
      entries[kept++] = entries[i];
    }
  }
  return kept;
}

em_status em_explore_filter(em_explore_points *points, uint32_t objectives, em_error *error) {
  uint32_t count = points->count, dimensions = 0;
  entry *entries = malloc((count + 1) * sizeof *entries);
  em_explore_point *kept = malloc((count + 1) * sizeof *kept);
  if (entries == NULL || kept == NULL) {
    free(entries);
    free(kept);
    return em_fail(error, EM_FAILED, "out of memory for a front of %u points", count);
  }
  for (uint32_t i = 0; i < count; i++) {
    entries[i] = (entry){.index = i, .design = &points->points[i].design};
    dimensions = compact(&points->points[i].figures, objectives, entries[i].values);
  }
  qsort(entries, count, sizeof *entries, by_entry);
  count = keep_best(entries, count, dimensions);
  for (uint32_t i = 0; i < count; i++) {
    kept[i] = points->points[entries[i].index];
  }
  free(entries);
  free(points->points);
  *points = (em_explore_points){kept, count, points->count + 1};
  return EM_OK;
}

/* ---- Hypervolume ---- */

typedef struct {
  double x[3];
} place;

static int by_first(const void *left, const void *right) {
  return by_number(((const place *)left)->x[0], ((const place *)right)->x[0]);
}

/* The area below (0, 0) of x[1], x[2], sorted by x[1]. */
static double area_of(const place *places, uint32_t count) {
  double area = 0, lowest = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (places[i].x[2] < lowest) {
      area += -places[i].x[1] * (lowest - places[i].x[2]);
      lowest = places[i].x[2];
    }
  }
  return area;
}

static void insert(place *slice, uint32_t count, const place *p) {
  uint32_t at = count;
  while (at > 0 && slice[at - 1].x[1] > p->x[1]) {
    slice[at] = slice[at - 1];
    at--;
  }
  slice[at] = *p;
}

/* Slices along x[0]; all coordinates are at most 0, the reference. */
static double volume_of(place *places, place *slice, uint32_t count) {
  double volume = 0;
  qsort(places, count, sizeof *places, by_first);
  for (uint32_t i = 0; i < count; i++) {
    double depth = (i + 1 < count ? places[i + 1].x[0] : 0) - places[i].x[0];
    insert(slice, i, &places[i]);
    volume += depth > 0 ? depth * area_of(slice, i + 1) : 0;
  }
  return volume;
}

double em_explore_hypervolume(const em_explore_points *points, uint32_t objectives,
                              const em_explore_figures *reference) {
  place *places = malloc((2 * (size_t)points->count + 1) * sizeof *places);
  double limit[EM_EXPLORE_FIGURES], values[EM_EXPLORE_FIGURES];
  uint32_t dimensions = compact(reference, objectives, limit), count = 0;
  if (places == NULL || dimensions > 3) {
    free(places);
    return NAN;
  }
  for (uint32_t i = 0; i < points->count; i++) {
    place *p = &places[count];
    bool within = true;
    compact(&points->points[i].figures, objectives, values);
    *p = (place){{-1, -1, -1}};
    for (uint32_t k = 0; k < dimensions; k++) {
      p->x[k] = log(values[k] / limit[k]);
      within = within && p->x[k] <= 0;
    }
    count += within;
  }
  double volume = volume_of(places, places + points->count, count);
  free(places);
  return volume;
}
