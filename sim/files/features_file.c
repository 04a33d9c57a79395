#include "sim/files/features_file.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "models/cost/cost_fit.h"
#include "sim/files/json_text.h"

static void part_scope(const em_graph *graph, em_part part, char scope[2 * EM_NAME_CHARS]) {
  switch (part.kind) {
    case EM_PART_ENGINE: em_engine_scope(graph, part.index, scope); break;
    case EM_PART_BUFFER: em_buffer_scope(graph, part.index, scope); break;
    case EM_PART_MEMORY: em_memory_scope(graph, part.index, scope); break;
    case EM_PART_APB: strcpy(scope, "em_top"); break;
  }
}

static void add_features(const em_graph *graph, em_part part, em_cost_quantity quantity, cJSON *object) {
  em_cost_kind kind = em_part_cost_kind(graph, part);
  cJSON *features = cJSON_AddObjectToObject(object, em_cost_quantity_name(quantity));
  double values[EM_COST_FEATURES];
  em_cost_features(graph, NULL, part, quantity, values);
  for (uint32_t i = 0; i < EM_COST_FEATURES && em_cost_feature_name(kind, quantity, i) != NULL; i++) {
    cJSON_AddNumberToObject(features, em_cost_feature_name(kind, quantity, i), values[i]);
  }
}

static void add_clock_groups(const em_graph *graph, em_part part, cJSON *object) {
  em_clock_group groups[EM_CLOCK_GROUPS];
  uint32_t count = em_clock_groups(graph, NULL, part, groups);
  cJSON *list = cJSON_AddArrayToObject(object, "clock_groups");
  for (uint32_t i = 0; i < count; i++) {
    const double pair[] = {groups[i].gates, groups[i].flops};
    cJSON_AddItemToArray(list, cJSON_CreateDoubleArray(pair, 2));
  }
}

static cJSON *part_object(const em_graph *graph, uint32_t index) {
  static const char *const part_names[] = {"engine", "buffer", "memory", "apb"};
  em_part part = em_part_at(graph, index);
  char name[EM_NAME_CHARS], scope[2 * EM_NAME_CHARS];
  em_part_name(graph, index, name);
  part_scope(graph, part, scope);
  bool macro = part.kind == EM_PART_MEMORY && graph->memories[part.index].macro;
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "name", name);
  cJSON_AddStringToObject(object, "part", part_names[part.kind]);
  cJSON_AddStringToObject(object, "kind", em_cost_kind_name(em_part_cost_kind(graph, part)));
  cJSON_AddStringToObject(object, "scope", scope);
  cJSON_AddNumberToObject(object, "macros", macro ? graph->memories[part.index].readers : 0);
  add_features(graph, part, EM_COST_GATES, object);
  add_features(graph, part, EM_COST_FLOPS, object);
  add_features(graph, part, EM_COST_DEPTH, object);
  if (!macro) {
    add_clock_groups(graph, part, object);
  }
  return object;
}

em_status em_features_save(const em_graph *graph, const char *path, em_error *error) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "design", graph->design.name);
  cJSON *parts = cJSON_AddArrayToObject(root, "parts");
  for (uint32_t i = 0; i < em_part_count(graph); i++) {
    cJSON_AddItemToArray(parts, part_object(graph, i));
  }
  em_status status = em_json_save(path, root, error);
  cJSON_Delete(root);
  return status;
}
