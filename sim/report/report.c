#include "sim/report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/activity/activity.h"
#include "models/base/version.h"
#include "models/network/network_hash.h"
#include "sim/files/file_bytes.h"
#include "sim/files/fit_beside.h"
#include "sim/files/json_text.h"
#include "sim/report/design_report.h"
#include "sim/report/first_frames.h"
#include "sim/report/price_report.h"
#include "sim/report/report_fields.h"
#include "sim/report/run_price.h"
#include "sim/report/run_time.h"
#include "sim/run/accuracy.h"

static void add_count(cJSON *object, const char *key, uint64_t count) {
  cJSON_AddNumberToObject(object, key, (double)count);
}

static void add_hash(cJSON *object, const char *key, uint64_t hash) {
  char text[20];
  snprintf(text, sizeof text, "%016" PRIx64, hash);
  cJSON_AddStringToObject(object, key, text);
}

/* What was asked for; with the files' hashes it makes the run again. */
static void add_options(const em_tracker *tracker, cJSON *report) {
  cJSON *options = cJSON_AddObjectToObject(report, "options");
  add_count(options, "seed", tracker->stalls.seed);
  cJSON_AddNumberToObject(options, "stall_in", tracker->stalls.stall_in);
  cJSON_AddNumberToObject(options, "stall_out", tracker->stalls.stall_out);
  cJSON_AddBoolToObject(options, "toggles", tracker->job->core->toggles != NULL);
  add_count(options, "power_window_cycles", tracker->windows != NULL ? tracker->windows->asked_cycles : 0);
}

static void add_nodes(const em_job *job, uint32_t engine, const em_engine_state *counters, cJSON *nodes,
                      cJSON *totals) {
  const em_graph *graph = &job->core->graph;
  for (uint32_t n = 0; n < EM_ENGINE_NODES; n++) {
    em_report_row row = {.graph = graph, .index = engine, .place = n, .node = &counters->nodes[n]};
    if (em_engine_node_name(graph, engine, n) != NULL) {
      cJSON_AddItemToArray(nodes, em_report_row_make(EM_TABLE_NODES, &row, totals));
    }
  }
}

static void add_parts(const em_job *job, const em_run_activity *activity, cJSON *report) {
  const em_graph *graph = &job->core->graph;
  cJSON *rows[EM_TABLES], *totals[EM_TABLES];
  for (uint32_t t = EM_TABLE_ENGINES; t <= EM_TABLE_NODES; t++) {
    rows[t] = cJSON_AddArrayToObject(report, em_report_tables[t].rows);
    totals[t] = cJSON_AddObjectToObject(report, em_report_tables[t].totals);
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    em_engine_state counters = em_core_counters(job->core, job->state, e);
    em_report_row row = {.graph = graph, .index = e, .time = &activity->times[e], .engine = &activity->engines[e]};
    cJSON_AddItemToArray(rows[EM_TABLE_ENGINES], em_report_row_make(EM_TABLE_ENGINES, &row, totals[EM_TABLE_ENGINES]));
    add_nodes(job, e, &counters, rows[EM_TABLE_NODES], totals[EM_TABLE_NODES]);
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    em_report_row row = {.graph = graph, .index = m, .memory = &activity->memories[m], .toggles = activity->toggles};
    cJSON_AddItemToArray(rows[EM_TABLE_MEMORIES],
                         em_report_row_make(EM_TABLE_MEMORIES, &row, totals[EM_TABLE_MEMORIES]));
  }
}

/* Busy cycles of every engine, a row each, in windows: exact, so that the run can be priced again. */
static cJSON *report_windows(const em_busy_windows *windows, uint64_t cycles) {
  cJSON *object = cJSON_CreateObject();
  add_count(object, "window_cycles", windows->window_cycles);
  cJSON *engines = cJSON_AddArrayToObject(object, "engines");
  uint64_t count = em_busy_windows_count(windows, cycles);
  for (uint32_t e = 0; e < windows->engines; e++) {
    cJSON *row = cJSON_CreateArray();
    for (uint64_t w = 0; w < count; w++) {
      uint64_t busy = w < windows->capacity ? windows->busy[w * windows->engines + e] : 0;
      cJSON_AddItemToArray(row, cJSON_CreateNumber((double)busy));
    }
    cJSON_AddItemToArray(engines, row);
  }
  return object;
}

/* Area, power and energy, and the constants behind them; where there are none, "no_price" says why. */
static em_status add_price(const em_tracker *tracker, const em_run_activity *activity, const em_run_time *time,
                           cJSON *report, em_error *error) {
  const em_job *job = tracker->job;
  if (tracker->windows != NULL) {
    cJSON_AddItemToObject(report, "busy_windows", report_windows(tracker->windows, activity->cycles));
  }
  cJSON *price = NULL, *provenance = NULL;
  em_error why;
  em_status status = em_fit_needed(&job->technology, job->fit, &why);
  if (status == EM_OK) {
    em_priced_run run = {&job->core->graph, activity, time, &job->technology, job->fit, tracker->windows, false};
    status = tracker->failure != NULL ? em_run_price_until_failure(&run, &price, &why)
                                      : em_run_price(&run, &price, &provenance, &why);
  }
  if (status == EM_OK && tracker->failure != NULL) {
    cJSON_AddItemToObject(report, "price_until_failure", price);
    cJSON_AddStringToObject(report, "no_price", "the run failed before its last result");
  } else if (status == EM_OK) {
    cJSON_AddItemToObject(report, "price", price);
    cJSON_AddItemToObject(report, "provenance", provenance);
  } else if (status == EM_BAD_INPUT) {
    cJSON_AddStringToObject(report, "no_price", why.text);
    status = EM_OK;
  } else {
    *error = why;
  }
  return status;
}

static em_status find_time(const em_tracker *tracker, em_run_time *time, em_error *error) {
  *time = (em_run_time){.frames = tracker->job->frame_count,
                        .cycles = tracker->job->state->cycle,
                        .latency_cycles = tracker->latency_cycles,
                        .results_cycles = tracker->last_out_cycle - tracker->first_out_cycle,
                        .stalls = tracker->stalls};
  return em_run_time_model(&tracker->job->core->graph, time, error);
}

em_status em_report_build(const em_tracker *tracker, const char *command, double wall_seconds, cJSON **built,
                          em_error *error) {
  const em_job *job = tracker->job;
  em_run_activity *activity = malloc(sizeof *activity);
  em_run_time time;
  *built = NULL;
  em_status status = find_time(tracker, &time, error);
  if (status == EM_OK && activity == NULL) {
    status = em_fail(error, EM_FAILED, "out of memory for the report");
  }
  if (status != EM_OK) {
    free(activity);
    return status;
  }
  em_core_activity(job->core, job->state, activity);
  cJSON *report = cJSON_CreateObject();
  cJSON_AddStringToObject(report, "format", EM_REPORT_FORMAT);
  cJSON_AddStringToObject(report, "program_version", em_version());
  cJSON_AddStringToObject(report, "program_commit", em_commit());
  cJSON_AddStringToObject(report, "command", command);
  add_options(tracker, report);
  if (tracker->failure != NULL) {
    cJSON_AddStringToObject(report, "failure", tracker->failure);
  }
  cJSON_AddItemToObject(report, "design", em_design_report(job->design_path, &job->design, job->technology.name));
  cJSON *network = cJSON_AddObjectToObject(report, "network");
  cJSON_AddStringToObject(network, "file", job->network_path);
  add_count(network, "parameters", em_network_code_count(&job->network.shape));
  add_hash(network, "hash", em_network_hash(&job->network));
  cJSON_AddStringToObject(network, "origin", job->network.origin);
  cJSON_AddStringToObject(report, "frames_file", job->frames_path);
  add_hash(report, "frames_hash", em_frames_hash(&job->frames, job->frame_count));
  add_count(report, "frames", job->frame_count);
  cJSON_AddNumberToObject(report, "wall_seconds", wall_seconds);
  cJSON_AddItemToObject(report, "time", em_run_time_report(&job->core->graph, &time));
  cJSON *first = tracker->failure == NULL ? em_first_frames(&job->core->graph, &time) : NULL;
  if (first != NULL) {
    cJSON_AddItemToObject(report, "first_frames", first);
  }
  add_parts(job, activity, report);
  cJSON *accuracy = job->frame_count > 0 ? em_accuracy_report(job) : NULL;
  if (accuracy != NULL) {
    cJSON_AddItemToObject(report, "accuracy", accuracy);
  }
  status = add_price(tracker, activity, &time, report, error);
  free(activity);
  if (status != EM_OK) {
    cJSON_Delete(report);
    return status;
  }
  *built = report;
  return EM_OK;
}

em_status em_report_save(const char *path, const cJSON *report, em_error *error) {
  return em_json_save(path, report, error);
}

/* Texts of a file never reach a terminal, a page or a table as anything but text. */
static void clean_texts(cJSON *item) {
  for (; item != NULL; item = item->next) {
    if (item->string != NULL) {
      em_text_clean(item->string);
    }
    if (cJSON_IsString(item)) {
      em_text_clean(item->valuestring);
    }
    clean_texts(item->child);
  }
}

em_status em_report_parse(const uint8_t *bytes, size_t size, cJSON **report, em_error *error) {
  em_status status = em_json_parse((const char *)bytes, size, report, error);
  const cJSON *format = status == EM_OK ? cJSON_GetObjectItemCaseSensitive(*report, "format") : NULL;
  if (status == EM_OK && (!cJSON_IsString(format) || strcmp(format->valuestring, EM_REPORT_FORMAT) != 0)) {
    status = em_fail(error, EM_BAD_INPUT, "format is not \"%s\": not a report of this program", EM_REPORT_FORMAT);
    cJSON_Delete(*report);
    *report = NULL;
  }
  if (status == EM_OK) {
    clean_texts(*report);
  }
  return status;
}

em_status em_report_load(const char *path, cJSON **report, em_error *error) {
  em_file_bytes file;
  *report = NULL;
  em_status status = em_file_bytes_open(path, &file, error);
  if (status == EM_OK) {
    status = em_report_parse(file.bytes, file.size, report, error);
    em_file_bytes_close(&file);
  }
  if (status != EM_OK) {
    em_error_prefix(error, path);
  }
  return status;
}
