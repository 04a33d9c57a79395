#include "sim/report/check_report.h"

#include <stdio.h>

#include "models/base/version.h"
#include "models/design/design_assign.h"
#include "sim/files/fit_beside.h"
#include "sim/report/design_report.h"

static void add_engines(const em_checked *checked, cJSON *report) {
  const em_graph *graph = checked->run->graph;
  const em_throughput *t = &checked->run->time->throughput;
  cJSON *engines = cJSON_AddArrayToObject(report, "engines");
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine_timing *counters = &checked->timing->engines[e];
    double busy = (double)counters->busy / (double)checked->timing->frames;
    char name[EM_NAME_CHARS];
    em_engine_name(graph, e, name);
    cJSON *engine = cJSON_CreateObject();
    cJSON_AddStringToObject(engine, "name", name);
    cJSON_AddNumberToObject(engine, "cycles_per_token", graph->engines[e].busy_cycles);
    cJSON_AddNumberToObject(engine, "busy_cycles_per_frame", busy);
    cJSON_AddNumberToObject(engine, "busy_percent_of_interval", 100 * busy / em_throughput_interval(t));
    cJSON_AddNumberToObject(engine, "busy_cycles", (double)counters->busy);
    cJSON_AddNumberToObject(engine, "starved_cycles", (double)counters->starved);
    cJSON_AddNumberToObject(engine, "blocked_cycles", (double)counters->blocked);
    cJSON_AddBoolToObject(engine, "busiest", t->busiest[e]);
    cJSON_AddItemToArray(engines, engine);
  }
}

static void add_slack(const em_slack *slack, cJSON *report) {
  cJSON *object = cJSON_AddObjectToObject(report, "slack");
  cJSON_AddBoolToObject(object, "complete", slack->complete);
  cJSON *keys = cJSON_AddArrayToObject(object, "keys");
  for (uint32_t i = 0; i < slack->count; i++) {
    char name[EM_KEY_CHARS];
    cJSON *key = cJSON_CreateObject();
    cJSON_AddStringToObject(key, "key", em_design_key_name(slack->keys[i].key, name));
    cJSON_AddNumberToObject(key, "value", slack->keys[i].value);
    cJSON_AddNumberToObject(key, "enough", slack->keys[i].enough);
    cJSON_AddItemToArray(keys, key);
  }
}

static em_status add_price(const em_priced_run *run, cJSON *report, em_error *error) {
  cJSON *price = NULL, *provenance = NULL;
  em_error why;
  em_status status = em_fit_needed(run->technology, run->fit, &why);
  if (status == EM_OK) {
    em_priced_run whole = *run;
    whole.summary = false;
    status = em_run_price(&whole, &price, &provenance, &why);
  }
  if (status == EM_OK) {
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

em_status em_check_report(const em_checked *checked, cJSON **built, em_error *error) {
  const em_graph *graph = checked->run->graph;
  em_error rtl;
  cJSON *report = cJSON_CreateObject();
  cJSON_AddStringToObject(report, "format", EM_CHECK_FORMAT);
  cJSON_AddStringToObject(report, "program_version", em_version());
  cJSON_AddStringToObject(report, "program_commit", em_commit());
  cJSON_AddItemToObject(report, "design",
                        em_design_report(checked->design_path, &graph->design, checked->run->technology->name));
  cJSON_AddNumberToObject(report, "frames", (double)checked->run->time->frames);
  cJSON_AddItemToObject(report, "time", em_run_time_report(graph, checked->run->time));
  add_engines(checked, report);
  add_slack(checked->slack, report);
  if (em_graph_check_rtl(graph, &rtl) != EM_OK) {
    cJSON_AddStringToObject(report, "no_rtl", rtl.text);
  }
  em_status status = add_price(checked->run, report, error);
  *built = status == EM_OK ? report : NULL;
  if (status != EM_OK) {
    cJSON_Delete(report);
  }
  return status;
}

void em_slack_text(const em_slack *slack, char text[EM_SLACK_CHARS]) {
  size_t used = (size_t)snprintf(text, EM_SLACK_CHARS, "%s", slack->count == 0 ? "none" : "");
  for (uint32_t i = 0; i < slack->count && used < EM_SLACK_CHARS; i++) {
    const em_slack_key *k = &slack->keys[i];
    used += (size_t)snprintf(text + used, EM_SLACK_CHARS - used, "%s%s.%s %u instead of %u", i > 0 ? ", " : "",
                             k->key->section, k->key->key, k->enough, k->value);
  }
  if (!slack->complete && used < EM_SLACK_CHARS) {
    snprintf(text + used, EM_SLACK_CHARS - used, " (the search was given up)");
  }
}
