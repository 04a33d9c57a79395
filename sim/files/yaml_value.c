#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/yaml_file.h"

int32_t em_yaml_take(em_yaml *yaml, int32_t mapping, const char *key) {
  int32_t node = mapping == EM_YAML_NO_NODE ? EM_YAML_NO_NODE : yaml->nodes[mapping].child;
  while (node != EM_YAML_NO_NODE && strcmp(yaml->nodes[node].key, key) != 0) {
    node = yaml->nodes[node].sibling;
  }
  if (node != EM_YAML_NO_NODE) {
    yaml->nodes[node].used = true;
  }
  return node;
}

int32_t em_yaml_next(em_yaml *yaml, int32_t parent, int32_t node) {
  int32_t next = node == EM_YAML_NO_NODE ? yaml->nodes[parent].child : yaml->nodes[node].sibling;
  if (next != EM_YAML_NO_NODE) {
    yaml->nodes[next].used = true;
  }
  return next;
}

int32_t em_yaml_unused(const em_yaml *yaml) {
  for (int32_t node = 1; node < yaml->count; node++) {
    if (!yaml->nodes[node].used) {
      return node;
    }
  }
  return EM_YAML_NO_NODE;
}

const char *em_yaml_name(const em_yaml *yaml, int32_t node, char name[160]) {
  int32_t path[EM_YAML_MAX_DEPTH + 1];
  int depth = 0;
  for (; node > 0; node = yaml->nodes[node].parent) {
    path[depth++] = node;
  }
  size_t used = 0;
  name[0] = '\0';
  while (depth-- > 0 && used < 160) {
    int length = snprintf(name + used, 160 - used, "%s%.80s", used > 0 ? "." : "", yaml->nodes[path[depth]].key);
    used += (size_t)length;
  }
  return name;
}

em_status em_yaml_fail(const em_yaml *yaml, int32_t node, em_error *error, const char *format, ...) {
  char text[320], name[160];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  em_yaml_name(yaml, node, name);
  return em_fail(error, EM_BAD_INPUT, "%.255s:%u: %s%s%s", yaml->path, yaml->nodes[node].line, name,
                 name[0] != '\0' ? ": " : "", text);
}

/* The text of a scalar without quotes; NULL for anything else. */
static const char *plain(const em_yaml *yaml, int32_t node) {
  return yaml->nodes[node].quoted ? NULL : yaml->nodes[node].text;
}

em_status em_yaml_integer(const em_yaml *yaml, int32_t node, uint32_t min, uint32_t max, uint32_t *value,
                          em_error *error) {
  const char *text = plain(yaml, node);
  if (text == NULL || text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
    return em_yaml_fail(yaml, node, error, "must be an integer in %u..%u", min, max);
  }
  unsigned long long number = strtoull(text, NULL, 10); /* the largest when it overflows */
  if (number < min || number > max) {
    return em_yaml_fail(yaml, node, error, "%.40s is outside %u..%u", text, min, max);
  }
  *value = (uint32_t)number;
  return EM_OK;
}

em_status em_yaml_number(const em_yaml *yaml, int32_t node, double min, double max, double *value, em_error *error) {
  const char *text = plain(yaml, node);
  char *end = NULL;
  /* The character set keeps out what strtod also takes: inf, nan, hexadecimal, leading blanks. */
  if (text == NULL || text[0] == '\0' || strspn(text, "0123456789+-.eE") != strlen(text)) {
    return em_yaml_fail(yaml, node, error, "must be a number in %g..%g", min, max);
  }
  double number = strtod(text, &end);
  if (*end != '\0') {
    return em_yaml_fail(yaml, node, error, "must be a number in %g..%g", min, max);
  }
  if (!(number >= min && number <= max)) {
    return em_yaml_fail(yaml, node, error, "%.40s is outside %g..%g", text, min, max);
  }
  *value = number;
  return EM_OK;
}

em_status em_yaml_bool(const em_yaml *yaml, int32_t node, bool *value, em_error *error) {
  const char *text = plain(yaml, node);
  *value = text != NULL && strcmp(text, "true") == 0;
  if (*value || (text != NULL && strcmp(text, "false") == 0)) {
    return EM_OK;
  }
  return em_yaml_fail(yaml, node, error, "must be true or false");
}

em_status em_yaml_string(const em_yaml *yaml, int32_t node, char *value, size_t capacity, em_error *error) {
  const char *text = yaml->nodes[node].text;
  if (text == NULL || text[0] == '\0' || strlen(text) >= capacity) {
    return em_yaml_fail(yaml, node, error, "must be a text of 1..%zu bytes", capacity - 1);
  }
  strcpy(value, text);
  return EM_OK;
}
