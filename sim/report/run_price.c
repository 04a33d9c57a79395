#include "sim/report/run_price.h"

#include <math.h>
#include <stdlib.h>

#include "sim/report/price_report.h"
#include "sim/report/pricing.h"

/* `times` times the run's work, done in `cycles`. */
static void spread(const em_priced_run *run, uint64_t times, uint64_t cycles, em_run_activity *a) {
  *a = *run->activity;
  a->cycles = cycles;
  for (uint32_t e = 0; e < run->graph->engine_count; e++) {
    em_engine_timing *t = &a->times[e];
    *t = (em_engine_timing){.busy = t->busy * times, .tokens = t->tokens * times};
    t->starved = cycles - t->busy;
    for (uint32_t i = 0; i < EM_ACTIVITY_STROBES; i++) {
      a->engines[e].strobes[i] *= times;
    }
    for (uint32_t i = 0; i < EM_ACTIONS; i++) {
      a->engines[e].actions[i] *= times;
    }
  }
  for (uint32_t m = 0; m < run->graph->memory_count; m++) {
    em_memory_activity *memory = &a->memories[m];
    memory->reads[0] *= times;
    memory->reads[1] *= times;
    memory->writes *= times;
    memory->read_toggles[0] *= times;
    memory->read_toggles[1] *= times;
    memory->write_toggles *= times;
  }
}

static em_status make(const em_priced_run *run, const em_run_activity *activity, em_pricing_depth depth,
                      em_pricing *pricing, em_error *error) {
  return em_pricing_make(run->graph, activity, run->technology, run->fit, depth, pricing, error);
}

static void add_beside(cJSON *price, const char *key, const em_pricing *pricing, uint64_t frames, uint64_t cycles) {
  double pj = pricing->bounds.totals[EM_PRICE_ENERGY].value;
  cJSON *object = cJSON_AddObjectToObject(price, key);
  cJSON_AddNumberToObject(object, "cycles", (double)cycles);
  cJSON_AddNumberToObject(object, "power_mw", rint(pj * 1e-3 / em_price_time_us(&pricing->point) * 1e9) / 1e9);
  cJSON_AddNumberToObject(object, "energy_per_frame_pj", rint(pj / (double)frames * 1e3) / 1e3);
}

em_status em_run_price_steady(const em_priced_run *run, em_run_activity *scratch, uint64_t *frames, em_pricing *pricing,
                              em_error *error) {
  uint64_t cycles = em_run_time_steady(run->time, frames);
  spread(run, *frames / run->time->frames, cycles, scratch);
  return make(run, scratch, EM_PRICING_BOUNDS, pricing, error);
}

/* The headline. */
static em_status price_steady(const em_priced_run *run, em_run_activity *scratch, cJSON **price, cJSON **provenance,
                              em_error *error) {
  em_pricing pricing;
  uint64_t frames;
  em_status status = em_run_price_steady(run, scratch, &frames, &pricing, error);
  if (status == EM_OK) {
    *price = run->summary ? em_price_summary(&pricing, frames) : em_price_report(&pricing, frames, run->windows);
    if (provenance != NULL) {
      *provenance = em_price_provenance(&pricing);
    }
    em_pricing_free(&pricing);
  }
  return status;
}

static em_status price_single(const em_priced_run *run, em_run_activity *scratch, cJSON *price, em_error *error) {
  em_pricing pricing;
  spread(run, 1, run->time->frames * run->time->single_cycles, scratch);
  em_status status = make(run, scratch, EM_PRICING_NOMINAL, &pricing, error);
  if (status == EM_OK) {
    add_beside(price, "single_frame", &pricing, run->time->frames, run->time->single_cycles);
    em_pricing_free(&pricing);
  }
  return status;
}

static em_status price_as_it_was(const em_priced_run *run, cJSON *price, em_error *error) {
  em_pricing pricing;
  em_status status = make(run, run->activity, EM_PRICING_NOMINAL, &pricing, error);
  if (status == EM_OK) {
    add_beside(price, "run", &pricing, run->time->frames, run->time->cycles);
    if (run->windows != NULL) {
      cJSON *power = em_price_power_over_time(&pricing, run->time, run->windows);
      status = power != NULL ? EM_OK : em_fail(error, EM_FAILED, "out of memory for the power over time");
      cJSON_AddItemToObject(price, "power_over_time", power);
    }
    em_pricing_free(&pricing);
  }
  return status;
}

em_status em_run_price(const em_priced_run *run, cJSON **price, cJSON **provenance, em_error *error) {
  em_run_activity *scratch = malloc(sizeof *scratch);
  *price = NULL;
  if (provenance != NULL) {
    *provenance = NULL;
  }
  em_status status = scratch == NULL ? em_fail(error, EM_FAILED, "out of memory for the price") : EM_OK;
  if (status == EM_OK) {
    status = price_steady(run, scratch, price, provenance, error);
  }
  if (status == EM_OK) {
    status = price_as_it_was(run, *price, error);
  }
  if (status == EM_OK) {
    status = price_single(run, scratch, *price, error);
  }
  if (status != EM_OK) {
    cJSON_Delete(*price);
    *price = NULL;
    if (provenance != NULL) {
      cJSON_Delete(*provenance);
      *provenance = NULL;
    }
  }
  free(scratch);
  return status;
}

em_status em_run_price_until_failure(const em_priced_run *run, cJSON **price, em_error *error) {
  em_pricing pricing;
  em_status status = make(run, run->activity, EM_PRICING_NOMINAL, &pricing, error);
  *price = NULL;
  if (status == EM_OK) {
    double pj = pricing.bounds.totals[EM_PRICE_ENERGY].value;
    *price = cJSON_CreateObject();
    cJSON_AddNumberToObject(*price, "cycles", (double)run->time->cycles);
    cJSON_AddNumberToObject(*price, "power_mw", rint(pj * 1e-3 / em_price_time_us(&pricing.point) * 1e9) / 1e9);
    if (run->windows != NULL) {
      cJSON_AddItemToObject(*price, "power_over_time", em_price_power_over_time(&pricing, run->time, run->windows));
    }
    em_pricing_free(&pricing);
  }
  return status;
}

em_status em_run_price_timing(const em_graph *graph, uint64_t frames, const em_technology *technology,
                              const em_fit_data *fit, cJSON **price, em_error *error) {
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  em_timing *timing = malloc(sizeof *timing);
  em_run_activity *activity = malloc(sizeof *activity);
  em_run_time time = {.frames = frames};
  *price = NULL;
  em_status status = workspace == NULL || timing == NULL || activity == NULL
                         ? em_fail(error, EM_FAILED, "out of memory for the price")
                         : em_run_time_model(graph, &time, error);
  if (status == EM_OK) {
    em_timing_run(graph, NULL, frames, workspace, timing);
    em_timing_activity(graph, timing, activity);
    time.cycles = timing->cycles;
    time.latency_cycles = timing->latency_cycles;
    em_priced_run run = {graph, activity, &time, technology, fit, NULL, true};
    status = em_run_price(&run, price, NULL, error);
  }
  free(activity);
  free(timing);
  free(workspace);
  return status;
}
