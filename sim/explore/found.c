#include "sim/explore/found.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/cost/fit_reach.h"
#include "sim/files/price_ranges.h"

/* ---- Figures ---- */

double em_found_accuracy(const em_found *found, const em_found_point *point) {
  return found->x.designs[found->variants[point->variant].design].accuracy;
}

double em_found_us(const em_found_point *point, em_explore_figure cycles) {
  return point->figures.values[cycles] / point->design.clock_mhz;
}

double em_found_frames_per_s(const em_found_point *point) {
  return 1e6 / em_found_us(point, EM_EXPLORE_INTERVAL);
}

/* Smaller is better. */
static double objective_of(const em_found *found, const em_found_point *point, uint32_t objective) {
  switch (objective) {
    case EM_EXPLORE_INTERVAL:
    case EM_EXPLORE_LATENCY: return em_found_us(point, (em_explore_figure)objective);
    case EM_EXPLORATION_ACCURACY: {
      double accuracy = em_found_accuracy(found, point);
      bool more = em_exploration_more_is_better(&found->x.designs[found->variants[point->variant].design]);
      return more ? -accuracy : accuracy;
    }
    default: return point->figures.values[objective];
  }
}

bool em_found_as_good(const em_found *found, const em_found_point *a, const em_found_point *b) {
  for (uint32_t o = 0; o < EM_EXPLORATION_OBJECTIVES; o++) {
    if ((found->x.objectives >> o & 1) != 0 && objective_of(found, a, o) > objective_of(found, b, o)) {
      return false;
    }
  }
  return true;
}

/* ---- Reading ---- */

typedef struct {
  em_found *found;
  uint32_t room;
} reading;

static em_status on_file(void *context, const char *name, const uint8_t *bytes, size_t size, em_error *error) {
  em_exploration *x = &((em_found *)context)->x;
  if (x->file_count == EM_EXPLORATION_FILES) {
    return em_fail(error, EM_BAD_INPUT, "%.255s: too many files in it", x->path);
  }
  em_exploration_file *file = &x->files[x->file_count];
  file->bytes = malloc(size + 1);
  if (file->bytes == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the store's files");
  }
  memcpy(file->bytes, bytes, size);
  file->bytes[size] = 0;
  file->size = size;
  snprintf(file->name, sizeof file->name, "%s", name);
  x->file_count++;
  return EM_OK;
}

static em_status on_piece(void *context, const em_store_piece *piece, em_error *error) {
  em_found *found = ((reading *)context)->found;
  if (piece->variant >= found->variant_count) {
    return em_fail(error, EM_BAD_INPUT, "%.255s: a piece of no variant", found->x.path);
  }
  found->pieces++;
  found->designs += piece->designs;
  found->judged += piece->judged;
  if (piece->note[0] != '\0' && found->note[0] == '\0') {
    snprintf(found->note, sizeof found->note, "%s", piece->note);
  }
  return EM_OK;
}

static em_status on_point(void *context, const em_store_piece *piece, const em_explore_figures *figures,
                          const char *knobs, em_error *error) {
  reading *r = context;
  em_found *found = r->found;
  if (found->count == r->room) {
    uint32_t room = r->room > 0 ? 2 * r->room : 256;
    em_found_point *points = realloc(found->points, room * sizeof *points);
    if (points == NULL) {
      return em_fail(error, EM_FAILED, "out of memory for the front");
    }
    found->points = points;
    r->room = room;
  }
  em_found_point *point = &found->points[found->count];
  *point = (em_found_point){found->variants[piece->variant].space.base, *figures, piece->variant, {NAN, NAN}};
  em_status status = em_store_set_knobs(&point->design, knobs, error);
  if (status == EM_OK) {
    found->count++;
  } else {
    em_error_prefix(error, found->x.path);
  }
  return status;
}

static em_status make_variants(em_found *found, em_error *error) {
  found->variant_count = em_exploration_variants(&found->x);
  found->variants = calloc(found->variant_count, sizeof *found->variants);
  if (found->variants == NULL) {
    found->variant_count = 0;
    return em_fail(error, EM_FAILED, "out of memory for the variants");
  }
  em_status status = EM_OK;
  for (uint32_t v = 0; status == EM_OK && v < found->variant_count; v++) {
    status = em_exploration_variant(&found->x, v, &found->variants[v], error);
  }
  return status;
}

static em_status read_store(const char *path, em_store *store, em_found *found, em_error *error) {
  snprintf(found->x.path, sizeof found->x.path, "%s", path);
  found->x.from_store = true;
  em_status status = em_store_about(store, "folder", found->x.folder, sizeof found->x.folder, error);
  if (status == EM_OK) {
    status = em_store_about(store, "part", found->part, sizeof found->part, error);
  }
  if (status == EM_OK) {
    status = em_store_about(store, "program", found->program, sizeof found->program, error);
  }
  if (status == EM_OK) {
    status = em_store_files(store, on_file, found, error);
  }
  if (status == EM_OK && (found->x.file_count == 0 || strcmp(found->x.files[0].name, "space") != 0)) {
    status = em_fail(error, EM_BAD_INPUT, "%.255s: a store of another command", path);
  }
  if (status == EM_OK) {
    status = em_exploration_read(&found->x, error);
  }
  if (status == EM_OK) {
    status = make_variants(found, error);
  }
  if (status == EM_OK) {
    reading r = {found, 0};
    em_store_reader reader = {&r, on_piece, on_point};
    status = em_store_read(store, &reader, error);
  }
  return status;
}

/* ---- The joint front ---- */

static int compare_numbers(double a, double b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

static int compare_points(const void *left, const void *right) {
  const em_found_point *a = left, *b = right;
  int order = compare_numbers(em_found_us(a, EM_EXPLORE_INTERVAL), em_found_us(b, EM_EXPLORE_INTERVAL));
  static const em_explore_figure figures[] = {EM_EXPLORE_AREA, EM_EXPLORE_ENERGY, EM_EXPLORE_POWER, EM_EXPLORE_LATENCY};
  for (size_t i = 0; order == 0 && i < sizeof figures / sizeof figures[0]; i++) {
    order = compare_numbers(a->figures.values[figures[i]], b->figures.values[figures[i]]);
  }
  if (order == 0) {
    order = a->variant < b->variant ? -1 : a->variant > b->variant;
  }
  for (size_t i = 0; order == 0 && i < em_design_key_count; i++) {
    uint32_t own = em_design_get(&a->design, &em_design_keys[i]), other = em_design_get(&b->design, &em_design_keys[i]);
    order = own < other ? -1 : own > other;
  }
  return order;
}

/* Keeps what no other point is as good as, the first of equal ones. */
static void filter(em_found *found) {
  uint32_t kept = 0;
  qsort(found->points, found->count, sizeof *found->points, compare_points);
  for (uint32_t i = 0; i < found->count; i++) {
    em_found_point point = found->points[i];
    bool beaten = false;
    for (uint32_t k = kept; !beaten && k-- > 0;) {
      beaten = em_found_as_good(found, &found->points[k], &point);
    }
    if (beaten) {
      continue;
    }
    uint32_t left = 0; /* without interval as an objective a later point may beat an earlier one */
    for (uint32_t k = 0; k < kept; k++) {
      if (!em_found_as_good(found, &point, &found->points[k])) {
        found->points[left++] = found->points[k];
      }
    }
    kept = left;
    found->points[kept++] = point;
  }
  found->count = kept;
}

em_status em_found_open(const char *path, em_found *found, em_error *error) {
  em_store *store;
  memset(found, 0, sizeof *found);
  em_status status = em_store_open(path, &store, error);
  if (status != EM_OK) {
    return status;
  }
  status = read_store(path, store, found, error);
  em_store_close(store);
  if (status == EM_OK) {
    filter(found);
  } else {
    em_found_close(found);
  }
  return status;
}

void em_found_close(em_found *found) {
  em_exploration_free(&found->x);
  free(found->variants);
  free(found->points);
  found->variants = NULL;
  found->points = NULL;
  found->count = 0;
}

/* ---- What is worth knowing of a point ---- */

static em_status regrets_of_variant(em_found *found, uint32_t variant, em_explore_points *points, em_error *error) {
  const em_variant *v = &found->variants[variant];
  em_status status = EM_OK;
  for (uint32_t i = 0; status == EM_OK && i < found->count; i++) {
    if (found->points[i].variant == variant) {
      const em_explore_point point = {found->points[i].design, found->points[i].figures};
      status = em_explore_points_add(points, &point, error);
    }
  }
  em_explore_regret *regrets = status == EM_OK && points->count > 0 ? calloc(points->count, sizeof *regrets) : NULL;
  if (regrets != NULL) {
    status = em_explore_regrets(points, v->space.objectives, &v->space.rates, v->ranges, regrets, error);
    for (uint32_t i = 0, k = 0; status == EM_OK && i < found->count; i++) {
      if (found->points[i].variant == variant) {
        found->points[i].regret = regrets[k++];
      }
    }
  }
  free(regrets);
  return status;
}

em_status em_found_regrets(em_found *found, em_error *error) {
  em_status status = EM_OK;
  for (uint32_t v = 0; status == EM_OK && v < found->variant_count; v++) {
    em_explore_points points = {0};
    status = regrets_of_variant(found, v, &points, error);
    em_explore_points_free(&points);
  }
  return status;
}

typedef struct {
  em_graph graph;
  em_run_activity activity;
  em_price_bounds bounds;
} range_room;

em_status em_found_range_of(const em_found *found, const em_found_point *point, em_found_range *range,
                            em_error *error) {
  const em_exploration_design *d = &found->x.designs[found->variants[point->variant].design];
  const em_explore_rates *rates = &found->variants[point->variant].space.rates;
  enum { FRAMES = 64 }; /* their cycles are a whole number, nearly always exactly */
  uint64_t cycles = (uint64_t)llround(FRAMES * point->figures.values[EM_EXPLORE_INTERVAL]);
  range_room *room = malloc(sizeof *room);
  em_part_use *uses = NULL;
  uint32_t count = 0;
  if (room != NULL) {
    em_graph_build(&room->graph, &point->design);
    count = em_part_count(&room->graph);
    uses = malloc(count * sizeof *uses);
  }
  if (uses == NULL) {
    free(room);
    return em_fail(error, EM_FAILED, "out of memory for the price");
  }
  em_range ranges[EM_PRICE_CONSTANTS];
  em_fit_beyond beyond;
  em_fit_beyond_of(&d->fit->coefficients, &d->fit->reach, &room->graph, &beyond);
  em_price_ranges(&d->technology, d->fit, beyond.share, ranges);
  em_explore_activity(&room->graph, FRAMES, cycles, &room->activity);
  for (uint32_t part = 0; part < count; part++) {
    em_fit_use(rates->fit, &room->graph, &room->activity, rates->gate_min_flops, part, &uses[part]);
  }
  em_price_point at = {point->design.clock_mhz, point->design.vdd_mv, point->design.temperature_c,
                       point->design.clock_gating, cycles};
  em_price_run(ranges, &at, uses, count, &room->bounds);
  range->area_um2 = room->bounds.totals[EM_PRICE_AREA];
  em_range energy = room->bounds.totals[EM_PRICE_ENERGY];
  range->energy_pj = (em_range){energy.low / FRAMES, energy.value / FRAMES, energy.high / FRAMES};
  free(uses);
  free(room);
  return EM_OK;
}

em_status em_found_limit(const em_found_point *point, char text[EM_LIMIT_CHARS], em_error *error) {
  em_graph *graph = malloc(sizeof *graph);
  em_throughput throughput;
  if (graph == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the limit");
  }
  em_graph_build(graph, &point->design);
  em_status status = em_throughput_find(graph, &throughput, error);
  if (status == EM_OK) {
    em_throughput_limit(graph, &throughput, text);
  }
  free(graph);
  return status;
}

/* ---- Choices ---- */

const em_found_point *em_found_knee(const em_found *found) {
  double least[EM_EXPLORATION_OBJECTIVES], most[EM_EXPLORATION_OBJECTIVES], best = INFINITY;
  const em_found_point *knee = NULL;
  for (uint32_t o = 0; o < EM_EXPLORATION_OBJECTIVES; o++) {
    least[o] = INFINITY;
    most[o] = -INFINITY;
    for (uint32_t i = 0; i < found->count; i++) {
      double value = objective_of(found, &found->points[i], o);
      least[o] = fmin(least[o], value);
      most[o] = fmax(most[o], value);
    }
  }
  for (uint32_t i = 0; i < found->count; i++) {
    double distance = 0;
    for (uint32_t o = 0; o < EM_EXPLORATION_OBJECTIVES; o++) {
      if ((found->x.objectives >> o & 1) == 0 || !(most[o] > least[o])) {
        continue;
      }
      double value = objective_of(found, &found->points[i], o);
      double place = least[o] > 0 ? log(value / least[o]) / log(most[o] / least[o])
                                  : (value - least[o]) / (most[o] - least[o]); /* of an accuracy */
      distance += place * place;
    }
    if (distance < best) {
      best = distance;
      knee = &found->points[i];
    }
  }
  return knee;
}

const em_found_point *em_found_for_rate(const em_found *found, double frames_per_s) {
  static const em_explore_figure figures[] = {EM_EXPLORE_ENERGY, EM_EXPLORE_AREA, EM_EXPLORE_POWER, EM_EXPLORE_LATENCY};
  size_t by = 0;
  while (by < 3 && (found->x.objectives >> figures[by] & 1) == 0) {
    by++;
  }
  const em_found_point *best = NULL;
  for (uint32_t i = 0; i < found->count; i++) {
    const em_found_point *point = &found->points[i];
    bool fast = em_found_frames_per_s(point) >= frames_per_s * (1 - 1e-12);
    if (fast && (best == NULL || point->figures.values[figures[by]] < best->figures.values[figures[by]])) {
      best = point;
    }
  }
  return best;
}
