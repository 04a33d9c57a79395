#include "sim/report/report_restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/fit_beside.h"
#include "sim/report/report_reader.h"
#include "sim/report/run_price.h"

static const uint64_t max_cycles = UINT64_C(1) << 40, max_count = UINT64_C(1) << 53;

/* ---- The design ---- */

static void read_key(em_report_reader *r, const cJSON *keys, const em_design_key *key, em_design *design,
                     int *applied) {
  uint32_t value = 1;
  if (em_design_key_applies(key, &design->shape)) {
    char name[80];
    snprintf(name, sizeof name, "%s.%s", key->section, key->key);
    value = (uint32_t)em_reader_count(r, keys, name, key->max);
    if (value < key->min) {
      em_reader_fail(r, "\"%s\" is %u, must be in %u..%u", name, value, key->min, key->max);
    }
    (*applied)++;
  }
  em_design_set(design, key, value);
}

static void read_design(em_report_reader *r, const cJSON *report, em_design *design) {
  const cJSON *object = em_reader_child(r, report, "design"), *keys = em_reader_child(r, object, "keys");
  int applied = 0;
  for (size_t i = 0; r->status == EM_OK && i < em_design_key_count; i++) {
    read_key(r, keys, &em_design_keys[i], design, &applied);
  }
  if (r->status == EM_OK && cJSON_GetArraySize(keys) != applied) {
    em_reader_fail(r, "\"keys\" has %d keys, must have the %d of its head", cJSON_GetArraySize(keys), applied);
  }
  snprintf(design->name, sizeof design->name, "%s", em_reader_text(r, object, "name"));
  design->clock_mhz = em_reader_within(r, object, "clock_mhz", 0.001, 10000);
  design->vdd_mv = em_reader_within(r, object, "vdd_mv", 100, 2000);
  design->temperature_c = em_reader_within(r, object, "temperature_c", -55, 150);
  const cJSON *gating = em_reader_child(r, object, "clock_gating");
  if (!cJSON_IsBool(gating)) {
    em_reader_fail(r, "\"clock_gating\" must be true or false");
  }
  design->clock_gating = cJSON_IsTrue(gating);
  design->macro_min_bits = (uint32_t)em_reader_count(r, object, "macro_min_bits", 1 << 24);
  const em_design_key *blamed;
  if (r->status == EM_OK) {
    r->status = em_design_check(design, &blamed, r->error);
    if (r->status != EM_OK) {
      em_error_prefix(r->error, "the report's design");
    }
  }
  char hash[20];
  snprintf(hash, sizeof hash, "%016" PRIx64, em_design_hash(design));
  if (r->status == EM_OK && strcmp(hash, em_reader_text(r, object, "hash")) != 0) {
    em_reader_fail(r, "\"hash\" is not that of its design, %s", hash);
  }
}

/* ---- What it did ---- */

static void expect(em_report_reader *r, const char *name, const char *key, uint64_t value, uint64_t expected) {
  if (value != expected) {
    em_reader_fail(r, "%s of %s is %" PRIu64 ", but its tokens make %" PRIu64, key, name, value, expected);
  }
}

static void read_name(em_report_reader *r, const cJSON *object, const char *expected) {
  if (strcmp(em_reader_text(r, object, "name"), expected) != 0) {
    em_reader_fail(r, "\"%.60s\" stands where the design has %s", em_reader_text(r, object, "name"), expected);
  }
}

static void read_engine(em_report_reader *r, const cJSON *object, uint32_t index, const em_graph *graph,
                        uint64_t frames, em_run_activity *activity) {
  const em_engine *engine = &graph->engines[index];
  em_engine_timing *t = &activity->times[index];
  char name[EM_NAME_CHARS];
  em_engine_name(graph, index, name);
  read_name(r, object, name);
  *t = (em_engine_timing){em_reader_count(r, object, "busy_cycles", activity->cycles),
                          em_reader_count(r, object, "starved_cycles", activity->cycles),
                          em_reader_count(r, object, "blocked_cycles", activity->cycles),
                          em_reader_count(r, object, "tokens", activity->cycles)};
  if (r->status != EM_OK) {
    return;
  }
  uint64_t l = graph->design.shape.l; /* an engine works once a frame or once a token */
  if (t->tokens % frames != 0 || (t->tokens / frames != l && t->tokens / frames != 1)) {
    em_reader_fail(r, "tokens of %s are %" PRIu64 ", not those of %" PRIu64 " frames", name, t->tokens, frames);
  }
  uint64_t ending = t->tokens / engine->tokens_per_release, others = t->tokens - ending;
  if (t->busy + t->starved + t->blocked != activity->cycles) {
    em_reader_fail(r, "busy, starved and blocked cycles of %s do not sum to the run's", name);
  }
  expect(r, name, "busy_cycles", t->busy, others * engine->busy_cycles + ending * engine->busy_last_cycles);
  if (r->status == EM_OK) {
    em_activity_add(graph, index, t->tokens, &activity->engines[index], activity->memories);
  }
}

static void read_memory(em_report_reader *r, const cJSON *object, uint32_t index, const em_graph *graph,
                        em_run_activity *activity) {
  em_memory_activity *a = &activity->memories[index];
  char name[EM_NAME_CHARS];
  em_memory_name(graph, index, name);
  read_name(r, object, name);
  expect(r, name, "reads", em_reader_count(r, object, "reads", max_count), a->reads[0] + a->reads[1]);
  expect(r, name, "writes", em_reader_count(r, object, "writes", max_count), a->writes);
  if (!activity->toggles) {
    return;
  }
  uint64_t word_bits = (uint64_t)graph->memories[index].lanes * graph->memories[index].lane_bits, second = 0;
  uint64_t both = em_reader_count(r, object, "read_toggle_bits", max_count);
  if (graph->memories[index].readers == 2) {
    second = em_reader_count(r, object, "second_port_read_toggle_bits", both);
  }
  a->read_toggles[0] = both - second;
  a->read_toggles[1] = second;
  a->write_toggles = em_reader_count(r, object, "write_toggle_bits", max_count);
  if (a->read_toggles[0] > a->reads[0] * word_bits || second > a->reads[1] * word_bits ||
      a->write_toggles > a->writes * word_bits) {
    em_reader_fail(r, "%s toggles more bits than it moves", name);
  }
}

static void read_activity(em_report_reader *r, const cJSON *report, em_restored *restored) {
  const em_graph *graph = restored->graph;
  em_run_activity *activity = restored->activity;
  activity->cycles = em_reader_count(r, em_reader_child(r, report, "time"), "cycles", max_cycles);
  if (activity->cycles == 0) {
    em_reader_fail(r, "\"cycles\" must not be 0");
  }
  const cJSON *engines = em_reader_array(r, report, "engines", graph->engine_count), *object;
  const cJSON *memories = em_reader_array(r, report, "memories", graph->memory_count);
  uint32_t index = 0;
  uint64_t frames = em_reader_count(r, report, "frames", max_cycles);
  if (frames == 0) {
    em_reader_fail(r, "\"frames\" must not be 0");
  }
  cJSON_ArrayForEach(object, engines) {
    if (r->status == EM_OK) {
      read_engine(r, object, index++, graph, frames, activity);
    }
  }
  activity->toggles =
      r->status == EM_OK && cJSON_HasObjectItem(memories == NULL ? NULL : memories->child, "read_toggle_bits");
  index = 0;
  cJSON_ArrayForEach(object, memories) {
    if (r->status == EM_OK) {
      read_memory(r, object, index++, graph, activity);
    }
  }
}

/* ---- Windows ---- */

static void read_row(em_report_reader *r, const cJSON *row, uint32_t engine, uint64_t count, uint64_t busy,
                     em_busy_windows *windows) {
  const cJSON *item;
  uint64_t w = 0, sum = 0;
  if (!cJSON_IsArray(row) || (uint64_t)cJSON_GetArraySize(row) != count) {
    em_reader_fail(r, "\"busy_windows\" must have %" PRIu64 " numbers for every engine", count);
    return;
  }
  cJSON_ArrayForEach(item, row) {
    double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (!(value >= 0 && value <= (double)windows->window_cycles)) {
      em_reader_fail(r, "\"busy_windows\" must hold numbers from 0 to the window's cycles");
      return;
    }
    windows->busy[w++ * windows->engines + engine] = (uint64_t)value;
    sum += (uint64_t)value;
  }
  if (sum != busy) {
    em_reader_fail(r, "\"busy_windows\" do not sum to the busy cycles of every engine");
  }
}

static void read_windows(em_report_reader *r, const cJSON *report, const em_graph *graph,
                         const em_run_activity *activity, em_busy_windows *windows) {
  const cJSON *object = em_reader_child(r, report, "busy_windows"), *row;
  uint64_t length = em_reader_count(r, object, "window_cycles", max_cycles);
  uint64_t asked = em_reader_count(r, em_reader_child(r, report, "options"), "power_window_cycles", max_cycles);
  uint64_t count = length > 0 ? (activity->cycles + length - 1) / length : 0;
  const cJSON *rows = em_reader_array(r, object, "engines", graph->engine_count);
  if (r->status == EM_OK && (length == 0 || count > EM_WINDOWS_MOST)) {
    em_reader_fail(r, "\"window_cycles\" is %" PRIu64 ", which does not fit its cycles", length);
  }
  if (r->status != EM_OK) {
    return;
  }
  if ((uint64_t)cJSON_GetArraySize(rows->child) != count) { /* before so much memory is asked for */
    em_reader_fail(r, "\"busy_windows\" must have %" PRIu64 " numbers for every engine", count);
    return;
  }
  *windows = (em_busy_windows){.window_cycles = length,
                               .asked_cycles = asked,
                               .engines = graph->engine_count,
                               .capacity = (uint32_t)count,
                               .busy = calloc(count * graph->engine_count, sizeof *windows->busy)};
  if (windows->busy == NULL) {
    r->status = em_fail(r->error, EM_FAILED, "out of memory for the report's windows");
    return;
  }
  uint32_t engine = 0;
  cJSON_ArrayForEach(row, rows) {
    if (r->status == EM_OK) {
      read_row(r, row, engine, count, activity->times[engine].busy, windows);
      engine++;
    }
  }
}

/* ---- All of it ---- */

em_status em_report_restore(const cJSON *report, em_restored *restored, em_error *error) {
  em_report_reader r = {error, EM_OK};
  em_design design = {0};
  *restored =
      (em_restored){.graph = malloc(sizeof *restored->graph), .activity = calloc(1, sizeof *restored->activity)};
  if (restored->graph == NULL || restored->activity == NULL) {
    em_restored_free(restored);
    return em_fail(error, EM_FAILED, "out of memory for the report's run");
  }
  read_design(&r, report, &design);
  if (r.status == EM_OK) {
    em_graph_build(restored->graph, &design);
    read_activity(&r, report, restored);
  }
  if (r.status == EM_OK) {
    read_windows(&r, report, restored->graph, restored->activity, &restored->windows);
  }
  if (r.status == EM_OK) {
    em_run_time_read(&r, report, restored->graph, &restored->time);
  }
  if (r.status != EM_OK) {
    em_restored_free(restored);
  }
  return r.status;
}

void em_restored_free(em_restored *restored) {
  free(restored->graph);
  free(restored->activity);
  em_busy_windows_close(&restored->windows);
  *restored = (em_restored){0};
}

static em_status price_again(cJSON *report, const em_restored *run, const em_technology *technology,
                             const em_fit_data *fit, em_error *error) {
  cJSON *price, *provenance;
  em_priced_run priced = {run->graph, run->activity, &run->time, technology, fit, &run->windows, false};
  em_status status = em_run_price(&priced, &price, &provenance, error);
  if (status != EM_OK) {
    return status;
  }
  cJSON_DeleteItemFromObjectCaseSensitive(report, "price");
  cJSON_DeleteItemFromObjectCaseSensitive(report, "provenance");
  cJSON_DeleteItemFromObjectCaseSensitive(report, "no_price");
  cJSON_AddItemToObject(report, "price", price);
  cJSON_AddItemToObject(report, "provenance", provenance);
  return EM_OK;
}

em_status em_report_reprice(cJSON *report, const char *technology_path, em_error *error) {
  em_restored run;
  em_status status = em_report_restore(report, &run, error);
  if (status != EM_OK) {
    return status;
  }
  em_technology *technology = malloc(sizeof *technology);
  em_fit_data *fit = NULL;
  if (technology == NULL) {
    status = em_fail(error, EM_FAILED, "out of memory for the technology");
  } else {
    status = em_technology_load(technology_path, technology, error);
  }
  if (status == EM_OK) {
    status = em_fit_beside(technology_path, &fit, error);
  }
  if (status == EM_OK) {
    status = em_fit_needed(technology, fit, error);
  }
  if (status == EM_OK) {
    status = price_again(report, &run, technology, fit, error);
  }
  free(technology);
  free(fit);
  em_restored_free(&run);
  return status;
}
