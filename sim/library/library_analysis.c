/* Check, time and price: what a design alone tells. */
#include <stdlib.h>

#include "models/network/network_fits.h"
#include "models/time/timing.h"
#include "sim/files/fit_beside.h"
#include "sim/library/handles.h"
#include "sim/report/run_price.h"

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

/* The frames whose work is priced, as `check` does. */
enum { PRICED_FRAMES = 8 };

typedef struct {
  timed timed;
  em_run_activity *activity, *scratch;
  em_run_time time;
} priced;

static em_status open_priced(const emamba_design *design, priced *p, em_error *error) {
  *p = (priced){.time.frames = PRICED_FRAMES};
  em_status status = em_fit_needed(&design->technology, design->fit, error);
  if (status == EM_OK) {
    status = open_timed(design, &p->timed, error);
  }
  p->activity = malloc(sizeof *p->activity);
  p->scratch = malloc(sizeof *p->scratch);
  if (status == EM_OK && (p->activity == NULL || p->scratch == NULL)) {
    status = em_out_of_memory(error);
  }
  if (status == EM_OK) {
    em_timing_run(p->timed.graph, NULL, PRICED_FRAMES, p->timed.workspace, p->timed.timing);
    em_timing_activity(p->timed.graph, p->timed.timing, p->activity);
    p->time.cycles = p->timed.timing->cycles;
    p->time.latency_cycles = p->timed.timing->latency_cycles;
  }
  return status;
}

static void close_priced(priced *p) {
  free(p->activity);
  free(p->scratch);
  close_timed(&p->timed);
}

static em_priced_run priced_run(const emamba_design *design, const priced *p) {
  return (em_priced_run){.graph = p->timed.graph,
                         .activity = p->activity,
                         .time = &p->time,
                         .technology = &design->technology,
                         .fit = design->fit};
}

static emamba_range scaled(const em_range *range, double factor) {
  return (emamba_range){range->low * factor, range->value * factor, range->high * factor};
}

static em_status price_totals(const emamba_design *design, priced *p, emamba_price_totals *totals, em_error *error) {
  em_timing_steady(p->timed.graph, EM_TIMING_STEPS, p->timed.workspace, &p->time.throughput.steady);
  em_priced_run run = priced_run(design, p);
  em_pricing pricing;
  uint64_t frames;
  em_status status = em_run_price_steady(&run, p->scratch, &frames, &pricing, error);
  if (status == EM_OK) {
    const em_range *area = &pricing.bounds.totals[EM_PRICE_AREA], *pj = &pricing.bounds.totals[EM_PRICE_ENERGY];
    *totals = (emamba_price_totals){scaled(area, 1), scaled(pj, 1e-3 / em_price_time_us(&pricing.point)),
                                    scaled(pj, 1.0 / (double)frames)};
    em_pricing_free(&pricing);
  }
  return status;
}

emamba_status emamba_price(const emamba_design *design, emamba_price_totals *totals, emamba_error *error) {
  em_call call = em_call_enter();
  priced p;
  em_status status = open_priced(design, &p, &call.error);
  if (status == EM_OK) {
    status = price_totals(design, &p, totals, &call.error);
  }
  close_priced(&p);
  return em_call_leave(&call, status, error);
}

emamba_status emamba_price_json(const emamba_design *design, char **json, emamba_error *error) {
  em_call call = em_call_enter();
  priced p;
  cJSON *price = NULL;
  em_status status = open_priced(design, &p, &call.error);
  if (status == EM_OK) {
    status = em_run_time_model(p.timed.graph, &p.time, &call.error);
  }
  if (status == EM_OK) {
    em_priced_run run = priced_run(design, &p);
    status = em_run_price(&run, &price, NULL, &call.error);
  }
  if (status == EM_OK) {
    status = print_json(price, json, &call.error);
  }
  close_priced(&p);
  return em_call_leave(&call, status, error);
}
