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
#include "sim/report/price_report.h"
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

/* Adds `count` to the number `key` of a totals object. */
static void accumulate(cJSON *totals, const char *key, uint64_t count) {
  cJSON *item = cJSON_GetObjectItemCaseSensitive(totals, key);
  if (item == NULL) {
    add_count(totals, key, count);
  } else {
    cJSON_SetNumberValue(item, item->valuedouble + (double)count);
  }
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

/* What was asked for; with the files' hashes it makes the run again. */
static void add_options(const em_tracker *tracker, cJSON *report) {
  cJSON *options = cJSON_AddObjectToObject(report, "options");
  add_count(options, "seed", tracker->stalls.seed);
  cJSON_AddNumberToObject(options, "stall_in", tracker->stalls.stall_in);
  cJSON_AddNumberToObject(options, "stall_out", tracker->stalls.stall_out);
  cJSON_AddBoolToObject(options, "toggles", tracker->job->core->toggles != NULL);
  add_count(options, "power_window_cycles", tracker->windows != NULL ? tracker->windows->asked_cycles : 0);
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
