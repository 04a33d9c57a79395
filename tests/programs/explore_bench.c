/*
 * explore_bench DESIGN...: how long exact fronts take, and what a folding rule is worth beside them.
 *
 * The rule, as generators of streaming accelerators have it: for each interval the fewest multipliers that meet it,
 * engine by engine, and the least depths. Hypervolume in logarithms, the exact front's being 1. NSGA-II beside it, with
 * 100,000 designs judged and the smallest depths that each choice of lanes needs: EMAMBA_BENCH_NSGA2=N for others.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "models/explore/closed.h"
#include "models/explore/front.h"
#include "sim/explore/search.h"
#include "sim/files/design_file.h"
#include "sim/files/fit_beside.h"

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void need(em_status status, const em_error *error) {
  if (status != EM_OK) {
    fprintf(stderr, "%s\n", error->text);
    exit(1);
  }
}

static void load(const char *path, em_design *design, em_explore_rates *rates) {
  em_technology technology;
  em_fit_data *fit;
  em_error error;
  need(em_design_load(path, design, &technology, &error), &error);
  need(em_fit_beside(technology.file, &fit, &error), &error);
  need(em_fit_needed(&technology, fit, &error), &error);
  *rates = (em_explore_rates){.fit = &fit->coefficients,
                              .gate_min_flops = em_technology_value(&technology, "clock_gate_min_flops")};
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    rates->prices.values[c] = c < EM_PRICE_TECHNOLOGY_CONSTANTS
                                  ? em_technology_value(&technology, em_price_constant_name((em_price_constant)c))
                                  : 1;
  }
}

static long peak_mb(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

static void find_front(em_explore_space *space, uint32_t objectives, const char *what, em_explore_points *front) {
  em_explore_effort effort = {0};
  em_error error;
  double start = seconds();
  space->objectives = objectives;
  need(em_explore_front(space, front, &effort, &error), &error);
  printf("  %-44s %7.2f s  %6u points  %8.2g labels  %6.0f judged  %4ld MB\n", what, seconds() - start, front->count,
         effort.labels, effort.judged, peak_mb());
  fflush(stdout);
}

/* ---- The folding rule ---- */

static uint64_t busy_in_frame(const em_graph *graph, em_engine_id id) {
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    if (engine->id == id) {
      uint64_t last = engine->tokens_per_frame / engine->tokens_per_release;
      return (engine->tokens_per_frame - last) * (uint64_t)engine->busy_cycles +
             last * (uint64_t)engine->busy_last_cycles;
    }
  }
  return 0;
}

/* The lane counts of one engine. */
typedef struct {
  em_engine_id id;
  size_t in, out; /* the same where there is one */
} folding;

#define AT(field) offsetof(em_design, field)

static const folding foldings[] = {
    {EM_ENGINE_AXIS_IN, AT(in_bytes), AT(in_bytes)},
    {EM_ENGINE_PATCH_EMBED, AT(patch_embed.in), AT(patch_embed.out)},
    {EM_ENGINE_NORM, AT(norm_units), AT(norm_units)},
    {EM_ENGINE_IN_PROJ, AT(in_proj.in), AT(in_proj.out)},
    {EM_ENGINE_CONV, AT(conv_lanes), AT(conv_lanes)},
    {EM_ENGINE_PARAM_PROJ, AT(param_proj.in), AT(param_proj.out)},
    {EM_ENGINE_DELTA_PROJ, AT(delta_proj.in), AT(delta_proj.out)},
    {EM_ENGINE_SSM, AT(ssm_lanes), AT(ssm_lanes)},
    {EM_ENGINE_OUT_PROJ, AT(out_proj.in), AT(out_proj.out)},
    {EM_ENGINE_POOL, AT(pool_lanes), AT(pool_lanes)},
    {EM_ENGINE_HEAD_0, AT(head_0.in), AT(head_0.out)},
    {EM_ENGINE_HEAD_1, AT(head_1.in), AT(head_1.out)},
    {EM_ENGINE_AXIS_OUT, AT(out_bytes), AT(out_bytes)},
};

static const em_explore_lanes *lanes_at(const em_explore_space *space, size_t offset) {
  for (uint32_t i = 0; i < space->lane_count; i++) {
    if (space->lanes[i].key->offset == offset) {
      return &space->lanes[i];
    }
  }
  return NULL;
}

/* The fewest lanes that meet the interval; of equal products the fewer out_lanes. */
static bool fold(const em_explore_space *space, const folding *f, uint64_t interval, em_graph *graph,
                 em_design *design) {
  const em_explore_lanes *in = lanes_at(space, f->in), *out = lanes_at(space, f->out);
  uint64_t best = UINT64_MAX;
  em_design found = *design;
  if (in == NULL) {
    return true;
  }
  for (uint32_t i = 0; i < in->count; i++) {
    for (uint32_t o = 0; o < out->count; o++) {
      uint64_t lanes = (uint64_t)in->values[i] * (f->in == f->out ? 1 : out->values[o]);
      em_design_set(design, in->key, in->values[i]);
      if (f->in != f->out) {
        em_design_set(design, out->key, out->values[o]);
      }
      em_graph_build(graph, design);
      if (lanes * 4096 + out->values[o] < best && busy_in_frame(graph, f->id) <= interval) {
        best = lanes * 4096 + out->values[o];
        found = *design;
      }
    }
  }
  *design = found;
  return best != UINT64_MAX;
}

/* Depths up from the least until the interval is met. */
static bool deepen(const em_explore_space *space, uint64_t interval, em_graph *graph, em_design *design) {
  for (uint32_t i = 0; i < space->depth_count; i++) {
    const em_explore_depths *d = &space->depths[i];
    em_closed closed;
    for (uint32_t k = 0; k < space->depth_count; k++) { /* all others do not limit */
      if (k > i) {
        em_design_set(design, space->depths[k].key, space->depths[k].most);
      }
    }
    for (uint32_t depth = d->least; depth <= d->most; depth += d->step) {
      em_design_set(design, d->key, depth);
      em_graph_build(graph, design);
      em_closed_of(graph, &closed);
      if (closed.cycles <= interval * closed.frames) {
        break;
      }
    }
    if (closed.cycles > interval * closed.frames) {
      return false;
    }
  }
  return true;
}

static void fold_all(const em_explore_space *space, const em_explore_points *front, em_explore_points *folded) {
  em_explore_court *court = em_explore_court_new();
  em_graph *graph = malloc(sizeof *graph);
  double previous = 0;
  em_error error;
  for (uint32_t i = 0; i < front->count; i++) {
    double interval = ceil(front->points[i].figures.values[EM_EXPLORE_INTERVAL]);
    em_explore_point point = {.design = space->base};
    bool fits = interval > previous;
    for (size_t f = 0; f < sizeof foldings / sizeof foldings[0] && fits; f++) {
      fits = fold(space, &foldings[f], (uint64_t)interval, graph, &point.design);
    }
    if (fits && deepen(space, (uint64_t)interval, graph, &point.design)) {
      need(em_explore_judge(court, &space->rates, &point.design, &point.figures, &error), &error);
      need(em_explore_points_add(folded, &point, &error), &error);
    }
    previous = interval > previous ? interval : previous;
  }
  em_explore_court_free(court);
  free(graph);
}

/* The worst of the front in each objective, and a tenth more. */
static em_explore_figures reference_of(const em_explore_points *front) {
  em_explore_figures worst = {{0}};
  for (uint32_t i = 0; i < front->count; i++) {
    for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
      worst.values[f] = fmax(worst.values[f], 1.1 * front->points[i].figures.values[f]);
    }
  }
  return worst;
}

static void compare(const em_explore_points *front, const em_explore_points *folded, const char *what,
                    uint32_t objectives) {
  em_explore_figures reference = reference_of(front);
  printf(
      "  %-44s %7.3f of the exact front's hypervolume\n", what,
      em_explore_hypervolume(folded, objectives, &reference) / em_explore_hypervolume(front, objectives, &reference));
}

static void search(em_explore_space *space, const em_explore_points *front, uint32_t objectives) {
  em_exploration *x = calloc(1, sizeof *x);
  em_explore_points found = {0};
  const char *wanted = getenv("EMAMBA_BENCH_NSGA2");
  double judged, start = seconds();
  em_error error = {""};
  if (x == NULL) {
    exit(1);
  }
  x->method = EM_METHOD_NSGA2;
  x->samples = wanted != NULL ? (uint32_t)strtoul(wanted, NULL, 10) : 100000;
  x->seed = 1;
  x->sufficient_depths = true;
  space->objectives = objectives;
  need(em_search_solve(x, space, 0, &found, &judged, &error), &error);
  need(em_explore_filter(&found, objectives, &error), &error);
  printf("  %-44s %7.2f s  %6u points  %25.0f judged  %4ld MB\n", "  NSGA-II", seconds() - start, found.count, judged,
         peak_mb());
  compare(front, &found, "  NSGA-II", objectives);
  em_explore_points_free(&found);
  free(x);
}

static void bench(const char *path) {
  em_design design;
  em_explore_rates rates;
  em_explore_space space;
  em_explore_points two = {0}, three = {0}, latency = {0}, folded = {0};
  uint32_t interval = 1u << EM_EXPLORE_INTERVAL, area = 1u << EM_EXPLORE_AREA;
  load(path, &design, &rates);
  em_explore_space_of(&design, &rates, &space);
  printf("%s: %.4g lane counts, %.4g designs with depths\n", path, em_explore_lane_designs(&space),
         em_explore_count(&space));
  find_front(&space, interval | area, "interval, area: every cycle", &two);
  fold_all(&space, &two, &folded);
  compare(&two, &folded, "  the folding rule at the front's intervals", interval | area);
  search(&space, &two, interval | area);
  find_front(&space, interval | area | 1u << EM_EXPLORE_ENERGY, "interval, area, energy: intervals of engines", &three);
  compare(&three, &folded, "  the folding rule at the front's intervals", interval | area | 1u << EM_EXPLORE_ENERGY);
  search(&space, &three, interval | area | 1u << EM_EXPLORE_ENERGY);
  if (design.shape.m < 3) { /* minutes for more: every period that an engine can set is looked at by itself */
    find_front(&space, 1u << EM_EXPLORE_LATENCY | area, "latency, area", &latency);
  }
  em_explore_points_free(&two);
  em_explore_points_free(&three);
  em_explore_points_free(&latency);
  em_explore_points_free(&folded);
}

int main(int count, char **paths) {
  for (int i = 1; i < count; i++) {
    bench(paths[i]);
  }
  return 0;
}
