#include "models/explore/judge.h"

#include <stdlib.h>

struct em_explore_court {
  em_graph graph;
  em_run_activity activity;
  em_timing timing;
  uint64_t *workspace;
  size_t words; /* of the workspace */
};

const char *em_explore_figure_name(em_explore_figure figure) {
  static const char *const names[EM_EXPLORE_FIGURES] = {"interval", "latency", "area", "energy", "power"};
  return names[figure];
}

em_explore_court *em_explore_court_new(void) {
  return calloc(1, sizeof(em_explore_court));
}

void em_explore_court_free(em_explore_court *court) {
  if (court != NULL) {
    free(court->workspace);
    free(court);
  }
}

static em_status reserve(em_explore_court *court, em_error *error) {
  size_t words = em_timing_workspace_words(&court->graph);
  if (words > court->words) {
    uint64_t *larger = realloc(court->workspace, words * sizeof *larger);
    if (larger == NULL) {
      return em_fail(error, EM_FAILED, "out of memory for the timing of a design");
    }
    court->workspace = larger;
    court->words = words;
  }
  return EM_OK;
}

void em_explore_activity(const em_graph *graph, uint64_t frames, uint64_t cycles, em_run_activity *activity) {
  em_activity_clear(graph, activity);
  activity->cycles = cycles;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    em_engine_timing *times = &activity->times[e];
    times->tokens = frames * engine->tokens_per_frame;
    uint64_t last = times->tokens / engine->tokens_per_release;
    times->busy = (times->tokens - last) * engine->busy_cycles + last * engine->busy_last_cycles;
    times->starved = cycles > times->busy ? cycles - times->busy : 0;
    em_activity_add(graph, e, times->tokens, &activity->engines[e], activity->memories);
  }
}

/* Of `frames` frames in `cycles` cycles. */
static void price(em_explore_court *court, const em_explore_rates *rates, uint64_t frames, uint64_t cycles,
                  em_explore_figures *figures) {
  const em_graph *graph = &court->graph;
  const em_design *d = &graph->design;
  em_price_point point = {d->clock_mhz, d->vdd_mv, d->temperature_c, d->clock_gating, cycles};
  em_price_rates r = em_price_rates_at(&rates->prices, &point);
  double area = 0, energy = 0;
  em_explore_activity(graph, frames, cycles, &court->activity);
  for (uint32_t part = 0; part < em_part_count(graph); part++) {
    em_part_use use;
    em_part_price p;
    em_fit_use(rates->fit, graph, &court->activity, rates->gate_min_flops, part, &use);
    em_price_part(&r, &use, &p);
    for (uint32_t i = 0; i < EM_PRICE_FIGURES; i++) {
      *(i < EM_PRICE_FIRST_ENERGY ? &area : &energy) += p.figures[i];
    }
  }
  figures->values[EM_EXPLORE_AREA] = area;
  figures->values[EM_EXPLORE_ENERGY] = energy / (double)frames;
  figures->values[EM_EXPLORE_POWER] = energy * 1e-3 / em_price_time_us(&point);
}

/* Builds the design's graph and has its timing. */
static em_status time_design(em_explore_court *court, const em_design *design, em_steady *steady,
                             em_explore_figures *figures, em_error *error) {
  em_graph_build(&court->graph, design);
  em_status status = reserve(court, error);
  if (status != EM_OK) {
    return status;
  }
  em_timing_run(&court->graph, NULL, 1, court->workspace, &court->timing);
  em_timing_steady(&court->graph, EM_TIMING_STEPS, court->workspace, steady);
  figures->values[EM_EXPLORE_LATENCY] = (double)court->timing.latency_cycles;
  figures->values[EM_EXPLORE_INTERVAL] = (double)steady->period_cycles / (double)steady->period_frames;
  return steady->exact ? EM_OK
                       : em_fail(error, EM_FAILED, "no steady state of a design was found in the effort allowed");
}

em_status em_explore_judge(em_explore_court *court, const em_explore_rates *rates, const em_design *design,
                           em_explore_figures *figures, em_error *error) {
  em_steady steady;
  em_status status = time_design(court, design, &steady, figures, error);
  if (status == EM_OK) {
    price(court, rates, steady.period_frames, steady.period_cycles, figures);
  }
  return status;
}

em_status em_explore_judge_at(em_explore_court *court, const em_explore_rates *rates, const em_design *design,
                              uint64_t cycles, em_explore_figures *figures, em_error *error) {
  em_steady steady;
  em_status status = time_design(court, design, &steady, figures, error);
  if (status == EM_OK) {
    price(court, rates, 1, cycles, figures);
  }
  return status;
}
