#include "sim/files/network_metadata.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

em_status em_metadata_open(const em_safetensors *file, const char *key, em_metadata_object *object, em_error *error) {
  *object = (em_metadata_object){.key = key};
  const char *text = em_safetensors_metadata(file, key);
  if (text == NULL) {
    return em_fail(error, EM_BAD_INPUT, "__metadata__.%s is missing", key);
  }
  em_status status = em_json_parse(text, strlen(text), &object->root, error);
  if (status == EM_OK) {
    status = em_json_index_build(object->root, &object->members, error);
  }
  if (status != EM_OK) {
    em_error_prefix(error, key);
  }
  return status;
}

void em_metadata_close(em_metadata_object *object) {
  em_json_index_free(&object->members);
  cJSON_Delete(object->root);
  object->root = NULL;
}

em_status em_metadata_check_used(const em_metadata_object *object, em_error *error) {
  const char *unused = em_json_index_unused(&object->members);
  return unused == NULL ? EM_OK : em_fail(error, EM_BAD_INPUT, "%s: unknown name \"%.80s\"", object->key, unused);
}

static bool read_head(const cJSON *item, uint32_t *value) {
  for (em_head head = EM_HEAD_NONE; head <= EM_HEAD_TOKEN; head++) {
    if (cJSON_IsString(item) && strcmp(item->valuestring, em_head_name(head)) == 0) {
      *value = head;
      return true;
    }
  }
  return false;
}

/* One key of the shape into `design`, which lends its table of keys and their ranges. */
static em_status read_shape_key(const em_design_key *key, const cJSON *item, em_design *design, em_error *error) {
  uint32_t value = 0;
  int64_t number;
  if (item == NULL) {
    return em_fail(error, EM_BAD_INPUT, "shape.%s is missing", key->key);
  }
  if (key->offset == offsetof(em_design, shape.head)) {
    if (!read_head(item, &value)) {
      return em_fail(error, EM_BAD_INPUT, "shape.head must be \"none\", \"flatten\", \"mean\" or \"token\"");
    }
  } else if (key->offset == offsetof(em_design, shape.conv_silu)) {
    if (!cJSON_IsBool(item)) {
      return em_fail(error, EM_BAD_INPUT, "shape.conv_silu must be true or false");
    }
    value = cJSON_IsTrue(item) ? 1 : 0;
  } else {
    if (!em_json_integer(item, key->min, key->max, &number)) {
      return em_fail(error, EM_BAD_INPUT, "shape.%s must be an integer in %u..%u", key->key, key->min, key->max);
    }
    value = (uint32_t)number;
  }
  em_design_set(design, key, value);
  return EM_OK;
}

em_status em_metadata_shape(const em_safetensors *file, em_shape *shape, em_error *error) {
  em_design design = {0};
  em_metadata_object object;
  em_status status = em_metadata_open(file, "shape", &object, error);
  for (size_t i = 0; status == EM_OK && i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (strcmp(key->section, "shape") == 0) {
      status = read_shape_key(key, em_json_index_take(&object.members, key->key), &design, error);
    }
  }
  if (status == EM_OK) {
    status = em_metadata_check_used(&object, error);
  }
  em_metadata_close(&object);
  *shape = design.shape;
  return status == EM_OK ? em_shape_check(shape, error) : status;
}

em_status em_metadata_exponent(em_metadata_object *exponents, const char *name, int32_t *exponent, em_error *error) {
  const cJSON *item = em_json_index_take(&exponents->members, name);
  int64_t value;
  if (item == NULL) {
    return em_fail(error, EM_BAD_INPUT, "exponent of %s is missing", name);
  }
  if (!em_json_integer(item, EM_EXPONENT_MIN, EM_EXPONENT_MAX, &value)) {
    return em_fail(error, EM_BAD_INPUT, "exponent of %s must be an integer in %d..%d", name, EM_EXPONENT_MIN,
                   EM_EXPONENT_MAX);
  }
  *exponent = (int32_t)value;
  return EM_OK;
}

/* Reads a list of min_count..max_count integers in [min, max]. */
static em_status read_list(const cJSON *item, const char *what, uint32_t min_count, uint32_t max_count, int64_t min,
                           int64_t max, int64_t *values, uint32_t *count, em_error *error) {
  *count = 0;
  bool good = cJSON_IsArray(item);
  for (const cJSON *element = good ? item->child : NULL; good && element != NULL; element = element->next) {
    good = *count < max_count && em_json_integer(element, min, max, &values[*count]);
    (*count)++;
  }
  if (good && *count >= min_count) {
    return EM_OK;
  }
  if (min_count == max_count) {
    return em_fail(error, EM_BAD_INPUT, "%s must be a list of %u integers in %" PRId64 "..%" PRId64, what, min_count,
                   min, max);
  }
  return em_fail(error, EM_BAD_INPUT, "%s must be a list of %u to %u integers in %" PRId64 "..%" PRId64, what,
                 min_count, max_count, min, max);
}

static em_status read_pwl(em_json_index *members, em_pwl *pwl, em_error *error) {
  enum { MAX_REGIONS = EM_PWL_MAX_SEGMENTS + 2 };
  int64_t thresholds[MAX_REGIONS] = {0}, slopes[MAX_REGIONS] = {0}, intercepts[MAX_REGIONS] = {0}, shift = 0;
  uint32_t count, regions;
  em_status status = read_list(em_json_index_take(members, "thresholds"), "thresholds", 2, MAX_REGIONS - 1, -256, 255,
                               thresholds, &count, error);
  regions = count + 1;
  if (status == EM_OK) {
    status = read_list(em_json_index_take(members, "slopes"), "slopes", regions, regions, INT16_MIN, INT16_MAX, slopes,
                       &count, error);
  }
  if (status == EM_OK) {
    status = read_list(em_json_index_take(members, "intercepts"), "intercepts", regions, regions, INT32_MIN, INT32_MAX,
                       intercepts, &count, error);
  }
  if (status == EM_OK && !em_json_integer(em_json_index_take(members, "shift"), 0, 31, &shift)) {
    status = em_fail(error, EM_BAD_INPUT, "shift must be an integer in 0..31");
  }
  if (status == EM_OK && em_json_index_unused(members) != NULL) {
    status = em_fail(error, EM_BAD_INPUT, "unknown name \"%.80s\"", em_json_index_unused(members));
  }
  if (status != EM_OK) {
    return status;
  }
  pwl->segments = regions - 2;
  pwl->shift = (uint32_t)shift;
  for (uint32_t i = 0; i < regions; i++) {
    pwl->slopes[i] = (int16_t)slopes[i];
    pwl->intercepts[i] = (int32_t)intercepts[i];
    if (i + 1 < regions) {
      pwl->thresholds[i] = (int16_t)thresholds[i];
    }
  }
  return EM_OK;
}

em_status em_metadata_pwl(em_metadata_object *tables, const char *name, em_pwl *pwl, em_error *error) {
  const cJSON *item = em_json_index_take(&tables->members, name);
  if (item == NULL) {
    return em_fail(error, EM_BAD_INPUT, "pwl %s is missing", name);
  }
  em_json_index members;
  em_status status = em_json_index_build(item, &members, error);
  if (status == EM_OK) {
    status = read_pwl(&members, pwl, error);
  }
  em_json_index_free(&members);
  if (status != EM_OK) {
    char place[100];
    snprintf(place, sizeof place, "pwl %.80s", name);
    em_error_prefix(error, place);
  }
  return status;
}
