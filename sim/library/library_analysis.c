/* Check, time and price: what a design alone tells. */
#include <stdlib.h>

#include "models/network/network_fits.h"
#include "models/time/timing.h"
#include "sim/library/handles.h"
#include "sim/report/price_report.h"
#include "sim/report/pricing.h"

em_status em_check_parts(const emamba_design *design, const emamba_network *network, const emamba_frames *frames,
                         em_error *error) {
  const em_design_key *blamed;
  em_status status = em_design_check(&design->design, &blamed, error);
  const char *path = design->path;
  if (status == EM_OK && network != NULL) {
    status = em_network_fits(&network->network, &design->design, error);
    path = network->path;
  }
  if (status == EM_OK && frames != NULL) {
    status = em_frames_check(&frames->frames, &design->design.shape, error);
    path = frames->path;
  }
  if (status != EM_OK && path != NULL) {
    em_error_prefix(error, path);
  }
  return status;
}

emamba_status emamba_check(const emamba_design *design, const emamba_network *network, const emamba_frames *frames,
                           emamba_error *error) {
  em_call call = em_call_enter();
  return em_call_leave(&call, em_check_parts(design, network, frames, &call.error), error);
}

emamba_status emamba_check_rtl(const emamba_design *design, emamba_error *error) {
  em_call call = em_call_enter();
  em_graph *graph;
  em_status status = em_handle_graph(design, &graph, &call.error);
  if (status == EM_OK) {
    status = em_graph_check_rtl(graph, &call.error);
  }
  free(graph);
  return em_call_leave(&call, status, error);
}

/* What timing alone needs: the graph, its workspace and the times. */
typedef struct {
  em_graph *graph;
  uint64_t *workspace;
  em_timing *timing;
} timed;

static em_status open_timed(const emamba_design *design, timed *t, em_error *error) {
  *t = (timed){NULL, NULL, NULL};
  em_status status = em_handle_graph(design, &t->graph, error);
  if (status == EM_OK) {
    t->workspace = malloc(em_timing_workspace_words(t->graph) * sizeof *t->workspace);
    t->timing = malloc(sizeof *t->timing);
    status = t->workspace == NULL || t->timing == NULL ? em_out_of_memory(error) : EM_OK;
  }
  return status;
}

static void close_timed(timed *t) {
  free(t->graph);
  free(t->workspace);
  free(t->timing);
}

emamba_status emamba_time(const emamba_design *design, emamba_timing *timing, emamba_error *error) {
  em_call call = em_call_enter();
  timed t;
  em_status status = open_timed(design, &t, &call.error);
  if (status == EM_OK) {
    em_steady steady;
    em_timing_run(t.graph, NULL, 1, t.workspace, t.timing);
    em_timing_steady(t.graph, EM_TIMING_STEPS, t.workspace, &steady);
    double us = 1.0 / design->design.clock_mhz, interval = (double)steady.period_cycles / (double)steady.period_frames;
    *timing = (emamba_timing){.latency_cycles = t.timing->latency_cycles,
                              .interval_cycles = interval,
                              .exact = steady.exact,
                              .latency_us = (double)t.timing->latency_cycles * us,
                              .interval_us = interval * us,
                              .frames_per_second = 1e6 / (interval * us)};
  }
  close_timed(&t);
  return em_call_leave(&call, status, error);
}

static em_status print_json(cJSON *object, char **json, em_error *error) {
  *json = cJSON_Print(object);
  cJSON_Delete(object);
  return *json == NULL ? em_out_of_memory(error) : EM_OK;
}

/* Keys as in a report. */
static cJSON *time_object(const timed *t) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "frames", (double)t->timing->frames);
  cJSON_AddNumberToObject(object, "cycles", (double)t->timing->cycles);
  cJSON_AddNumberToObject(object, "latency_cycles", (double)t->timing->latency_cycles);
  cJSON *engines = cJSON_AddArrayToObject(object, "engines");
  for (uint32_t e = 0; e < t->graph->engine_count; e++) {
    const em_engine_timing *counters = &t->timing->engines[e];
    char name[EM_NAME_CHARS];
    em_engine_name(t->graph, e, name);
    cJSON *engine = cJSON_CreateObject();
    cJSON_AddStringToObject(engine, "name", name);
    cJSON_AddNumberToObject(engine, "tokens", (double)counters->tokens);
    cJSON_AddNumberToObject(engine, "cycles_per_token", t->graph->engines[e].busy_cycles);
    cJSON_AddNumberToObject(engine, "busy_cycles", (double)counters->busy);
    cJSON_AddNumberToObject(engine, "starved_cycles", (double)counters->starved);
    cJSON_AddNumberToObject(engine, "blocked_cycles", (double)counters->blocked);
    cJSON_AddItemToArray(engines, engine);
  }
  return object;
}

emamba_status emamba_time_json(const emamba_design *design, uint64_t frames, char **json, emamba_error *error) {
  em_call call = em_call_enter();
  timed t = {NULL, NULL, NULL};
  em_status status = frames == 0 ? em_fail(&call.error, EM_BAD_INPUT, "frames: 0, must be at least 1")
                                 : open_timed(design, &t, &call.error);
  if (status == EM_OK) {
    em_timing_run(t.graph, NULL, frames, t.workspace, t.timing);
    status = print_json(time_object(&t), json, &call.error);
  }
  close_timed(&t);
  return em_call_leave(&call, status, error);
}

/* So many frames that fill and drain are less than a millionth; they cost what the way into the steady state costs. */
enum { STEADY_FRAMES = 1 << 22 };

typedef struct {
  timed time;
  em_run_activity *activity;
  em_pricing pricing;
} priced;

static em_status open_priced(const emamba_design *design, priced *p, em_error *error) {
  *p = (priced){.activity = NULL};
  if (design->fit == NULL) {
    return em_fail(error, EM_BAD_INPUT, "%.255s: no calibration.yaml beside it: nothing can be priced",
                   design->technology.file);
  }
  em_status status = open_timed(design, &p->time, error);
  p->activity = malloc(sizeof *p->activity);
  if (status == EM_OK && p->activity == NULL) {
    status = em_out_of_memory(error);
  }
  if (status == EM_OK) {
    em_timing_run(p->time.graph, NULL, STEADY_FRAMES, p->time.workspace, p->time.timing);
    em_timing_activity(p->time.graph, p->time.timing, p->activity);
    status = em_pricing_make(p->time.graph, p->activity, &design->technology, design->fit, EM_PRICING_BOUNDS,
                             &p->pricing, error);
  }
  return status;
}

static void close_priced(priced *p) {
  em_pricing_free(&p->pricing);
  free(p->activity);
  close_timed(&p->time);
}

static emamba_range scaled(const em_range *range, double factor) {
  return (emamba_range){range->low * factor, range->value * factor, range->high * factor};
}

emamba_status emamba_price(const emamba_design *design, emamba_price_totals *totals, emamba_error *error) {
  em_call call = em_call_enter();
  priced p;
  em_status status = open_priced(design, &p, &call.error);
  if (status == EM_OK) {
    const em_range *energy = &p.pricing.bounds.totals[EM_PRICE_ENERGY]; /* pJ of the run */
    *totals = (emamba_price_totals){scaled(&p.pricing.bounds.totals[EM_PRICE_AREA], 1),
                                    scaled(energy, 1e-3 / em_price_time_us(&p.pricing.point)),
                                    scaled(energy, 1.0 / STEADY_FRAMES)};
  }
  close_priced(&p);
  return em_call_leave(&call, status, error);
}

emamba_status emamba_price_json(const emamba_design *design, char **json, emamba_error *error) {
  em_call call = em_call_enter();
  priced p;
  em_status status = open_priced(design, &p, &call.error);
  if (status == EM_OK) {
    status = print_json(em_price_report(&p.pricing, STEADY_FRAMES, NULL), json, &call.error);
  }
  close_priced(&p);
  return em_call_leave(&call, status, error);
}
