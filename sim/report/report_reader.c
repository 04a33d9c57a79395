#include "sim/report/report_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "sim/files/json_text.h"

void em_reader_fail(em_report_reader *r, const char *format, ...) {
  if (r->status != EM_OK) {
    return;
  }
  char text[400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  r->status = em_fail(r->error, EM_BAD_INPUT, "the report's %s", text);
}

const cJSON *em_reader_child(em_report_reader *r, const cJSON *object, const char *key) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
  if (item == NULL && r->status == EM_OK) {
    r->status = em_fail(r->error, EM_BAD_INPUT, "the report has no \"%s\"", key);
  }
  return item;
}

double em_reader_number(em_report_reader *r, const cJSON *object, const char *key) {
  const cJSON *item = em_reader_child(r, object, key);
  if (item != NULL && !cJSON_IsNumber(item)) {
    em_reader_fail(r, "\"%s\" is not a number", key);
  }
  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

const char *em_reader_text(em_report_reader *r, const cJSON *object, const char *key) {
  const cJSON *item = em_reader_child(r, object, key);
  if (item != NULL && !cJSON_IsString(item)) {
    em_reader_fail(r, "\"%s\" is not a text", key);
  }
  return cJSON_IsString(item) ? item->valuestring : "";
}

const cJSON *em_reader_array(em_report_reader *r, const cJSON *object, const char *key, uint64_t count) {
  const cJSON *item = em_reader_child(r, object, key);
  if (item == NULL) {
    return NULL;
  }
  if (!cJSON_IsArray(item)) {
    em_reader_fail(r, "\"%s\" is not an array", key);
    return NULL;
  }
  if (count > 0 && (uint64_t)cJSON_GetArraySize(item) != count) {
    em_reader_fail(r, "\"%s\" has %d members, must have %" PRIu64, key, cJSON_GetArraySize(item), count);
    return NULL;
  }
  return item;
}

uint64_t em_reader_count(em_report_reader *r, const cJSON *object, const char *key, uint64_t max) {
  const cJSON *item = em_reader_child(r, object, key);
  int64_t value = 0;
  if (item != NULL && !em_json_integer(item, 0, (int64_t)max, &value)) {
    em_reader_fail(r, "\"%s\" must be a whole number from 0 to %" PRIu64, key, max);
    return 0;
  }
  return (uint64_t)value;
}

double em_reader_within(em_report_reader *r, const cJSON *object, const char *key, double min, double max) {
  double value = em_reader_number(r, object, key);
  if (r->status == EM_OK && !(value >= min && value <= max)) {
    em_reader_fail(r, "\"%s\" is %g, must be in %g..%g", key, value, min, max);
  }
  return r->status == EM_OK ? value : min;
}
