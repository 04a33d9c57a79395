#include "sim/report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/activity/activity.h"
#include "models/base/version.h"
#include "sim/files/file_bytes.h"
#include "sim/files/json_text.h"
#include "sim/report/price_report.h"
#include "sim/report/pricing.h"
#include "sim/run/accuracy.h"

static void add_count(cJSON *object, const char *key, uint64_t count) {
  cJSON_AddNumberToObject(object, key, (double)count);
}

/* Adds `count` to the number `key` of a totals object. */
static void accumulate(cJSON *totals, const char *key, uint64_t count) {
  cJSON *item = cJSON_GetObjectItemCaseSensitive(totals, key);
  if (item == NULL) {
    add_count(totals, key, count);
  } else {
    cJSON_SetNumberValue(item, item->valuedouble + (double)count);
  }
}

static cJSON *report_design(const em_job *job) {
  const em_design *design = &job->design;
  cJSON *object = cJSON_CreateObject();
  char hash[20];
  snprintf(hash, sizeof hash, "%016" PRIx64, em_design_hash(design));
  cJSON_AddStringToObject(object, "name", design->name);
  cJSON_AddStringToObject(object, "file", job->design_path);
  cJSON_AddStringToObject(object, "hash", hash);
  cJSON_AddNumberToObject(object, "clock_mhz", design->clock_mhz);
  cJSON_AddNumberToObject(object, "vdd_mv", design->vdd_mv);
  cJSON_AddNumberToObject(object, "temperature_c", design->temperature_c);
  cJSON_AddBoolToObject(object, "clock_gating", design->clock_gating);
  cJSON_AddStringToObject(object, "technology", job->technology.name);
  add_count(object, "macro_min_bits", design->macro_min_bits);
  cJSON *keys = cJSON_AddObjectToObject(object, "keys");
  for (size_t i = 0; i < em_design_key_count; i++) {
    char name[64];
    snprintf(name, sizeof name, "%s.%s", em_design_keys[i].section, em_design_keys[i].key);
    if (em_design_key_applies(&em_design_keys[i], &design->shape)) {
      add_count(keys, name, em_design_get(design, &em_design_keys[i]));
    }
  }
  return object;
}

static void report_nodes(const em_job *job, uint32_t engine, const em_engine_state *counters, cJSON *nodes,
                         cJSON *totals) {
  const em_engine *e = &job->core->graph.engines[engine];
  for (uint32_t n = 0; n < EM_ENGINE_NODES; n++) {
    const char *name = em_engine_node_name(&job->core->graph, engine, n);
    if (name == NULL) {
      continue;
    }
    const em_node_count *count = &counters->nodes[n];
    char full[EM_NAME_CHARS];
    if (e->block == EM_NONE) {
      snprintf(full, sizeof full, "%s", name);
    } else {
      snprintf(full, sizeof full, "blocks.%u.%s", e->block, name);
    }
    cJSON *node = cJSON_CreateObject();
    cJSON_AddStringToObject(node, "name", full);
    add_count(node, "saturations", count->saturations);
    add_count(node, "pwl_inputs_below", count->below);
    add_count(node, "pwl_inputs_above", count->above);
    cJSON_AddItemToArray(nodes, node);
    accumulate(totals, "saturations", count->saturations);
    accumulate(totals, "pwl_inputs_below", count->below);
    accumulate(totals, "pwl_inputs_above", count->above);
  }
}

static cJSON *report_engine(const em_job *job, uint32_t index, const em_engine_timing *counters,
                            const em_engine_activity *activity, cJSON *totals) {
  const em_engine *e = &job->core->graph.engines[index];
  char name[EM_NAME_CHARS];
  em_engine_name(&job->core->graph, index, name);
  cJSON *engine = cJSON_CreateObject();
  uint64_t all = counters->busy + counters->starved + counters->blocked;
  cJSON_AddStringToObject(engine, "name", name);
  add_count(engine, "tokens", counters->tokens);
  add_count(engine, "cycles_per_token", e->busy_cycles);
  add_count(engine, "busy_cycles", counters->busy);
  add_count(engine, "starved_cycles", counters->starved);
  add_count(engine, "blocked_cycles", counters->blocked);
  add_count(engine, "total_cycles", all);
  cJSON_AddNumberToObject(engine, "utilisation_percent", 100.0 * (double)counters->busy / (double)all);
  accumulate(totals, "busy_cycles", counters->busy);
  accumulate(totals, "starved_cycles", counters->starved);
  accumulate(totals, "blocked_cycles", counters->blocked);
  for (uint32_t a = 0; a < EM_ACTIONS; a++) {
    add_count(engine, em_action_key(a), activity->actions[a]);
    accumulate(totals, em_action_key(a), activity->actions[a]);
  }
  return engine;
}

static cJSON *report_memory(const em_job *job, uint32_t index, const em_memory_activity *activity, bool toggles,
                            cJSON *totals) {
  const em_memory *m = &job->core->graph.memories[index];
  char name[EM_NAME_CHARS];
  em_memory_name(&job->core->graph, index, name);
  uint64_t word_bits = (uint64_t)m->lanes * m->lane_bits, reads = activity->reads[0] + activity->reads[1];
  cJSON *memory = cJSON_CreateObject();
  cJSON_AddStringToObject(memory, "name", name);
  cJSON_AddStringToObject(memory, "kind", m->macro ? "sram_macro" : "flip_flops");
  add_count(memory, "words", m->words);
  add_count(memory, "word_bits", word_bits);
  add_count(memory, "read_ports", m->readers);
  add_count(memory, "bits", m->words * word_bits);
  add_count(memory, "reads", reads);
  add_count(memory, "writes", activity->writes);
  add_count(memory, "read_bits", reads * word_bits);
  static const char *const keys[] = {"reads", "writes", "read_bits", "bits"};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    accumulate(totals, keys[i], (uint64_t)cJSON_GetObjectItemCaseSensitive(memory, keys[i])->valuedouble);
  }
  if (toggles) {
    uint64_t read_toggles = activity->read_toggles[0] + activity->read_toggles[1];
    add_count(memory, "read_toggle_bits", read_toggles);
    if (m->readers == 2) {
      add_count(memory, "second_port_read_toggle_bits", activity->read_toggles[1]);
    }
    add_count(memory, "write_toggle_bits", activity->write_toggles);
    accumulate(totals, "read_toggle_bits", read_toggles);
    accumulate(totals, "write_toggle_bits", activity->write_toggles);
  }
  return memory;
}

/* Name of the engine that is busy longest per frame: it limits the interval. */
static void report_bottleneck(const em_job *job, cJSON *time) {
  const em_graph *graph = &job->core->graph;
  uint32_t slowest = 0;
  uint64_t most = 0;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    em_engine_state counters = em_core_counters(job->core, job->state, e);
    if (counters.busy > most) {
      most = counters.busy;
      slowest = e;
    }
  }
  char name[EM_NAME_CHARS];
  em_engine_name(graph, slowest, name);
  cJSON_AddStringToObject(time, "bottleneck", name);
  add_count(time, "bottleneck_busy_cycles_per_frame", most / job->frame_count);
}

static cJSON *report_time(const em_tracker *tracker) {
  const em_job *job = tracker->job;
  double us = 1.0 / job->design.clock_mhz;
  cJSON *time = cJSON_CreateObject();
  add_count(time, "cycles", job->state->cycle);
  add_count(time, "latency_cycles", tracker->latency_cycles);
  add_count(time, "interval_cycles", tracker->interval_cycles);
  cJSON_AddNumberToObject(time, "latency_us", (double)tracker->latency_cycles * us);
  cJSON_AddNumberToObject(time, "interval_us", (double)tracker->interval_cycles * us);
  if (tracker->interval_cycles > 0) {
    cJSON_AddNumberToObject(time, "frames_per_second", 1e6 / ((double)tracker->interval_cycles * us));
  }
  report_bottleneck(job, time);
  return time;
}

static void add_parts(const em_job *job, const em_run_activity *activity, cJSON *report) {
  const em_graph *graph = &job->core->graph;
  cJSON *engines = cJSON_AddArrayToObject(report, "engines");
  cJSON *engine_totals = cJSON_AddObjectToObject(report, "engine_totals");
  cJSON *memories = cJSON_AddArrayToObject(report, "memories");
  cJSON *memory_totals = cJSON_AddObjectToObject(report, "memory_totals");
  cJSON *nodes = cJSON_AddArrayToObject(report, "nodes");
  cJSON *node_totals = cJSON_AddObjectToObject(report, "node_totals");
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    em_engine_state counters = em_core_counters(job->core, job->state, e);
    cJSON_AddItemToArray(engines, report_engine(job, e, &activity->times[e], &activity->engines[e], engine_totals));
    report_nodes(job, e, &counters, nodes, node_totals);
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    cJSON_AddItemToArray(memories, report_memory(job, m, &activity->memories[m], activity->toggles, memory_totals));
  }
}

/* Busy cycles of every engine, a row each, in windows: exact, so that the run can be priced again. */
static cJSON *report_windows(const em_busy_windows *windows, uint64_t cycles) {
  cJSON *object = cJSON_CreateObject();
  add_count(object, "window_cycles", windows->window_cycles);
  if (windows->asked_cycles > 0 && windows->asked_cycles != windows->window_cycles) {
    add_count(object, "asked_window_cycles", windows->asked_cycles);
  }
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

/* Area, power and energy, and the constants behind them; without a fit the operating point alone. */
static em_status add_price(const em_tracker *tracker, const em_run_activity *activity, cJSON *report, em_error *error) {
  const em_job *job = tracker->job;
  if (tracker->windows != NULL) {
    cJSON_AddItemToObject(report, "busy_windows", report_windows(tracker->windows, activity->cycles));
  }
  if (job->fit == NULL) {
    return EM_OK;
  }
  em_pricing pricing;
  em_status status = em_pricing_make(&job->core->graph, activity, &job->technology, job->fit, &pricing, error);
  if (status == EM_OK) {
    cJSON_AddItemToObject(report, "price", em_price_report(&pricing, job->frame_count, tracker->windows));
    cJSON_AddItemToObject(report, "provenance", em_price_provenance(&pricing));
    em_pricing_free(&pricing);
  }
  return status;
}

em_status em_report_build(const em_tracker *tracker, const char *command, double wall_seconds, cJSON **built,
                          em_error *error) {
  const em_job *job = tracker->job;
  em_run_activity *activity = malloc(sizeof *activity);
  *built = NULL;
  if (activity == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the report");
  }
  em_core_activity(job->core, job->state, activity);
  cJSON *report = cJSON_CreateObject();
  cJSON_AddStringToObject(report, "format", EM_REPORT_FORMAT);
  cJSON_AddStringToObject(report, "program_version", em_version());
  cJSON_AddStringToObject(report, "command", command);
  cJSON_AddItemToObject(report, "design", report_design(job));
  cJSON *network = cJSON_AddObjectToObject(report, "network");
  cJSON_AddStringToObject(network, "file", job->network_path);
  add_count(network, "parameters", em_network_code_count(&job->network.shape));
  cJSON_AddStringToObject(network, "origin", job->network.origin);
  cJSON_AddStringToObject(report, "frames_file", job->frames_path);
  add_count(report, "frames", job->frame_count);
  cJSON_AddNumberToObject(report, "wall_seconds", wall_seconds);
  cJSON_AddItemToObject(report, "time", report_time(tracker));
  add_parts(job, activity, report);
  cJSON *accuracy = em_accuracy_report(job);
  if (accuracy != NULL) {
    cJSON_AddItemToObject(report, "accuracy", accuracy);
  }
  em_status status = add_price(tracker, activity, report, error);
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

em_status em_report_parse(const uint8_t *bytes, size_t size, cJSON **report, em_error *error) {
  em_status status = em_json_parse((const char *)bytes, size, report, error);
  const cJSON *format = status == EM_OK ? cJSON_GetObjectItemCaseSensitive(*report, "format") : NULL;
  if (status == EM_OK && (!cJSON_IsString(format) || strcmp(format->valuestring, EM_REPORT_FORMAT) != 0)) {
    status = em_fail(error, EM_BAD_INPUT, "format is not \"%s\": not a report of this program", EM_REPORT_FORMAT);
    cJSON_Delete(*report);
    *report = NULL;
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
