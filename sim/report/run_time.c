#include "sim/report/run_time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const uint64_t most_cycles = UINT64_C(1) << 40, most_seed = UINT64_C(1) << 53;

em_status em_run_time_model(const em_graph *graph, em_run_time *time, em_error *error) {
  em_status status = em_throughput_find(graph, &time->throughput, error);
  uint64_t *workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  em_timing *single = malloc(sizeof *single);
  if (status == EM_OK && (workspace == NULL || single == NULL)) {
    status = em_fail(error, EM_FAILED, "out of memory for the timing");
  } else if (status == EM_OK) {
    em_timing_run(graph, NULL, 1, workspace, single);
    time->single_cycles = single->cycles;
  }
  free(single);
  free(workspace);
  return status;
}

/* ---- The interval ---- */

static bool stalled(const em_run_time *time) {
  return time->stalls.stall_in > 0 || time->stalls.stall_out > 0;
}

/* 0 where there is none. */
static double measured_interval(const em_run_time *time) {
  return time->frames > 1 ? (double)time->results_cycles / (double)(time->frames - 1) : 0;
}

static bool is_measured(const em_run_time *time) {
  return stalled(time) && measured_interval(time) >= em_throughput_interval(&time->throughput);
}

double em_run_time_interval(const em_run_time *time) {
  return is_measured(time) ? measured_interval(time) : em_throughput_interval(&time->throughput);
}

void em_run_time_basis(const em_run_time *time, char text[EM_BASIS_CHARS]) {
  const em_steady *s = &time->throughput.steady;
  char gaps[80] = "";
  if (is_measured(time)) {
    snprintf(text, EM_BASIS_CHARS, "mean of %" PRIu64 " interval%s, under stalls", time->frames - 1,
             time->frames == 2 ? "" : "s");
    return;
  }
  if (!s->exact) {
    snprintf(text, EM_BASIS_CHARS, "timing model, mean of %" PRIu64 " frames: no period was found", s->period_frames);
    return;
  }
  if (s->shortest_gap_cycles != s->longest_gap_cycles) {
    snprintf(gaps, sizeof gaps, ", alternating: %" PRIu64 " to %" PRIu64 " cycles, mean over %" PRIu64 " frames",
             s->shortest_gap_cycles, s->longest_gap_cycles, s->period_frames);
  }
  const char *why = time->frames > 1 && stalled(time) ? ": so few frames under stalls have no mean"
                    : time->frames > 1                ? ""
                                                      : ", timing model: a single frame has none";
  snprintf(text, EM_BASIS_CHARS, "steady state%s%s%s", stalled(time) ? " without stalls" : "", gaps, why);
}

uint64_t em_run_time_steady(const em_run_time *time, uint64_t *frames) {
  enum { MOST_TIMES = 64 }; /* of the run's frames; else a cycle is rounded */
  const em_steady *s = &time->throughput.steady;
  bool whole = !is_measured(time) && s->period_frames <= MOST_TIMES;
  *frames = time->frames * (whole ? s->period_frames : 1);
  return whole ? time->frames * s->period_cycles : (uint64_t)llround((double)time->frames * em_run_time_interval(time));
}

/* ---- JSON ---- */

static void add_count(cJSON *object, const char *key, uint64_t count) {
  cJSON_AddNumberToObject(object, key, (double)count);
}

static void add_steady(const em_steady *s, cJSON *time) {
  cJSON *object = cJSON_AddObjectToObject(time, "steady_state");
  cJSON_AddBoolToObject(object, "exact", s->exact);
  add_count(object, "warm_up_frames", s->warm_up_frames);
  add_count(object, "period_frames", s->period_frames);
  add_count(object, "period_cycles", s->period_cycles);
  add_count(object, "shortest_interval_cycles", s->shortest_gap_cycles);
  add_count(object, "longest_interval_cycles", s->longest_gap_cycles);
}

static void add_limit(const em_graph *graph, const em_throughput *t, cJSON *time) {
  char text[EM_LIMIT_CHARS];
  cJSON *limit = cJSON_AddObjectToObject(time, "limit");
  em_throughput_limit(graph, t, text);
  cJSON_AddStringToObject(limit, "text", text);
  cJSON_AddStringToObject(limit, "kind", t->engines_limit ? "engines" : "buffers");
  add_count(limit, "busiest_cycles_per_frame", t->busiest_cycles);
  cJSON *engines = cJSON_AddArrayToObject(limit, "busiest_engines");
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    if (t->busiest[e]) {
      char name[EM_NAME_CHARS];
      em_engine_name(graph, e, name);
      cJSON_AddItemToArray(engines, cJSON_CreateString(name));
    }
  }
  cJSON *depths = cJSON_AddArrayToObject(limit, "depths");
  for (uint32_t k = 0; k < t->depth_count; k++) {
    const em_depth_limit *d = &t->depths[k];
    char name[64];
    snprintf(name, sizeof name, "%s.%s", d->key->section, d->key->key);
    cJSON *depth = cJSON_CreateObject();
    cJSON_AddStringToObject(depth, "key", name);
    add_count(depth, "depth_tokens", d->depth);
    add_count(depth, "freeing_depth_tokens", d->freeing_depth);
    cJSON_AddItemToArray(depths, depth);
  }
  cJSON_AddNumberToObject(limit, "freed_interval_cycles", (double)t->freed_cycles / (double)t->freed_frames);
}

cJSON *em_run_time_report(const em_graph *graph, const em_run_time *t) {
  double us = 1.0 / graph->design.clock_mhz, interval = em_run_time_interval(t);
  char basis[EM_BASIS_CHARS];
  cJSON *time = cJSON_CreateObject();
  add_count(time, "cycles", t->cycles);
  add_count(time, "latency_cycles", t->latency_cycles);
  cJSON_AddNumberToObject(time, "interval_cycles", interval);
  em_run_time_basis(t, basis);
  cJSON_AddStringToObject(time, "interval_basis", basis);
  cJSON_AddNumberToObject(time, "latency_us", (double)t->latency_cycles * us);
  cJSON_AddNumberToObject(time, "interval_us", interval * us);
  cJSON_AddNumberToObject(time, "frames_per_second", 1e6 / (interval * us));
  add_count(time, "first_to_last_result_cycles", t->results_cycles);
  add_count(time, "single_frame_cycles", t->single_cycles);
  add_steady(&t->throughput.steady, time);
  add_limit(graph, &t->throughput, time);
  return time;
}

void em_run_time_read(em_report_reader *r, const cJSON *report, const em_graph *graph, em_run_time *t) {
  const cJSON *time = em_reader_child(r, report, "time"), *options = em_reader_child(r, report, "options");
  *t = (em_run_time){
      .frames = em_reader_count(r, report, "frames", most_cycles),
      .cycles = em_reader_count(r, time, "cycles", most_cycles),
      .stalls = {em_reader_count(r, options, "seed", most_seed), em_reader_within(r, options, "stall_in", 0, 1),
                 em_reader_within(r, options, "stall_out", 0, 1), false}};
  t->latency_cycles = em_reader_count(r, time, "latency_cycles", t->cycles);
  t->results_cycles = em_reader_count(r, time, "first_to_last_result_cycles", t->cycles);
  if (r->status == EM_OK) {
    r->status = em_run_time_model(graph, t, r->error);
  }
}
