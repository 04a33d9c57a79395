#include "sim/files/design_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "models/base/nearest.h"
#include "models/design/design_assign.h"
#include "sim/files/atomic_file.h"
#include "sim/files/yaml_file.h"

/*
 * The node of a section, "" or "engines.conv", taken on the way; EM_YAML_NO_NODE when it is not there. `innermost` is
 * as much of it as there is.
 */
static int32_t take_section(em_yaml *yaml, const char *section, int32_t *innermost) {
  int32_t node = 0;
  *innermost = 0;
  while (*section != '\0' && node != EM_YAML_NO_NODE) {
    char part[40];
    size_t length = strcspn(section, ".");
    snprintf(part, sizeof part, "%.*s", (int)length, section);
    node = em_yaml_take(yaml, node, part);
    *innermost = node != EM_YAML_NO_NODE ? node : *innermost;
    section += length + (section[length] == '.' ? 1 : 0);
  }
  return node;
}

static em_status missing(const em_yaml *yaml, const char *key, em_error *error) {
  return em_fail(error, EM_BAD_INPUT, "%.255s:%u: %s is missing", yaml->path, yaml->nodes[0].line, key);
}

static em_status take_number(em_yaml *yaml, const em_design_number *number, double *value, em_error *error) {
  int32_t node = em_yaml_take(yaml, 0, number->key);
  return node != EM_YAML_NO_NODE ? em_yaml_number(yaml, node, number->min, number->max, value, error)
                                 : missing(yaml, number->key, error);
}

static em_status take_string(em_yaml *yaml, const char *key, char *value, size_t capacity, em_error *error) {
  int32_t node = em_yaml_take(yaml, 0, key);
  return node != EM_YAML_NO_NODE ? em_yaml_string(yaml, node, value, capacity, error) : missing(yaml, key, error);
}

static em_status read_head(const em_yaml *yaml, int32_t node, uint32_t *value, em_error *error) {
  const char *text = yaml->nodes[node].text;
  for (em_head head = EM_HEAD_NONE; head <= EM_HEAD_TOKEN; head++) {
    if (text != NULL && strcmp(text, em_head_name(head)) == 0) {
      *value = head;
      return EM_OK;
    }
  }
  return em_yaml_fail(yaml, node, error, "must be none, flatten, mean or token");
}

/* The unknown key of a section that was probably meant as `key`; "" when there is none. */
static const char *slip_of(const em_yaml *yaml, int32_t section, const em_design_key *key) {
  for (int32_t node = yaml->nodes[section].child; node != EM_YAML_NO_NODE; node = yaml->nodes[node].sibling) {
    bool known = false;
    for (size_t i = 0; i < em_design_key_count; i++) {
      known = known || (strcmp(em_design_keys[i].section, key->section) == 0 &&
                        strcmp(em_design_keys[i].key, yaml->nodes[node].key) == 0);
    }
    if (!known && em_is_near(yaml->nodes[node].key, key->key)) {
      return yaml->nodes[node].key;
    }
  }
  return "";
}

/* Reads one key of em_design_keys. A key that does not apply is 1, and unknown if it is there. */
static em_status read_key(em_yaml *yaml, const em_design_key *key, em_design *design, em_error *error) {
  int32_t section;
  int32_t node = em_yaml_take(yaml, take_section(yaml, key->section, &section), key->key);
  uint32_t value = 1;
  em_status status = EM_OK;
  if (!em_design_key_applies(key, &design->shape)) {
    if (node != EM_YAML_NO_NODE) {
      status = em_yaml_fail(yaml, node, error, "does not apply to head %s%s, and must be left out",
                            em_head_name((em_head)design->shape.head),
                            design->shape.head_hidden > 0 ? "" : " without a hidden layer");
    }
  } else if (node == EM_YAML_NO_NODE && key->fallback > 0) {
    value = key->fallback;
  } else if (node == EM_YAML_NO_NODE) {
    const char *slip = slip_of(yaml, section, key);
    status = em_fail(error, EM_BAD_INPUT, "%.255s:%u: %s.%s is missing: %s, %u..%u%s%.40s%s", yaml->path,
                     yaml->nodes[section].line, key->section, key->key, key->meaning, key->min, key->max,
                     slip[0] != '\0' ? "; \"" : "", slip, slip[0] != '\0' ? "\" is unknown" : "");
  } else if (key->offset == offsetof(em_design, shape.head)) {
    status = read_head(yaml, node, &value, error);
  } else if (key->offset == offsetof(em_design, shape.conv_silu)) {
    bool on;
    status = em_yaml_bool(yaml, node, &on, error);
    value = on;
  } else {
    status = em_yaml_integer(yaml, node, key->min, key->max, &value, error);
  }
  em_design_set(design, key, value);
  return status;
}

static em_status read_operating_point(em_yaml *yaml, em_design *design, em_error *error) {
  em_status status = take_string(yaml, "name", design->name, sizeof design->name, error);
  if (status == EM_OK) {
    if (strspn(design->name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(design->name)) {
      return em_yaml_fail(yaml, em_yaml_take(yaml, 0, "name"), error, "only a-z, 0-9, _ and - are allowed");
    }
    status = take_string(yaml, "technology", design->technology, sizeof design->technology, error);
  }
  for (size_t i = 0; status == EM_OK && i < EM_DESIGN_NUMBERS; i++) {
    double *value = (double *)(void *)((char *)design + em_design_numbers[i].offset);
    status = take_number(yaml, &em_design_numbers[i], value, error);
  }
  design->clock_gating = true;
  int32_t gating = status == EM_OK ? em_yaml_take(yaml, 0, "clock_gating") : EM_YAML_NO_NODE;
  return gating != EM_YAML_NO_NODE ? em_yaml_bool(yaml, gating, &design->clock_gating, error) : status;
}

/* em_design_check, with the line of the key that its text begins with. */
static em_status check(em_yaml *yaml, const em_design *design, em_error *error) {
  const em_design_key *blamed;
  em_status status = em_design_check(design, &blamed, error);
  if (status == EM_OK) {
    return EM_OK;
  }
  for (size_t i = 0; blamed == NULL && i < em_design_key_count; i++) {
    char name[80];
    int length = snprintf(name, sizeof name, "%s.%s:", em_design_keys[i].section, em_design_keys[i].key);
    if (strncmp(error->text, name, (size_t)length) == 0) {
      blamed = &em_design_keys[i];
    }
  }
  char place[280];
  snprintf(place, sizeof place, "%s", yaml->path);
  if (blamed != NULL) {
    int32_t section;
    int32_t node = em_yaml_take(yaml, take_section(yaml, blamed->section, &section), blamed->key);
    snprintf(place, sizeof place, "%.240s:%u", yaml->path, yaml->nodes[node].line);
  }
  em_error_prefix(error, place);
  return status;
}

static em_status read_design(em_yaml *yaml, em_design *design, em_error *error) {
  em_status status = read_operating_point(yaml, design, error);
  /* The shape comes first in the table; whether a later key applies depends on it. */
  for (size_t i = 0; status == EM_OK && i < em_design_key_count; i++) {
    status = read_key(yaml, &em_design_keys[i], design, error);
  }
  int32_t unused = em_yaml_unused(yaml);
  if (status == EM_OK && unused != EM_YAML_NO_NODE) {
    status = em_yaml_fail(yaml, unused, error, "unknown key");
  }
  return status == EM_OK ? check(yaml, design, error) : status;
}

em_status em_design_parse(const char *path, const uint8_t *bytes, size_t size, em_design *design, em_error *error) {
  *design = (em_design){0};
  em_yaml yaml;
  em_status status = em_yaml_parse(path, bytes, size, &yaml, error);
  if (status == EM_OK) {
    status = read_design(&yaml, design, error);
    em_yaml_free(&yaml);
  }
  return status;
}

em_status em_design_load_technology(const char *path, em_design *design, em_technology *technology, em_error *error) {
  char resolved[EM_PATH_BYTES];
  const char *slash = strrchr(path, '/');
  int folder = slash == NULL || design->technology[0] == '/' ? 0 : (int)(slash - path) + 1;
  int length = snprintf(resolved, sizeof resolved, "%.*s%s", folder, path, design->technology);
  if (length < 0 || (size_t)length >= sizeof resolved) {
    return em_fail(error, EM_BAD_INPUT, "%.200s: technology: the path is too long", path);
  }
  em_status status = em_technology_load(resolved, technology, error);
  if (status != EM_OK && access(resolved, R_OK) != 0) {
    char place[300];
    snprintf(place, sizeof place, "%.200s: its key technology, relative to its folder", path);
    em_error_prefix(error, place);
  }
  if (status == EM_OK) {
    design->macro_min_bits = (uint32_t)em_technology_value(technology, "sram_macro_min_bits");
  }
  return status;
}

em_status em_design_load(const char *path, em_design *design, em_technology *technology, em_error *error) {
  return em_design_load_set(path, NULL, 0, design, technology, error);
}

em_status em_design_load_set(const char *path, const char *const *assignments, size_t count, em_design *design,
                             em_technology *technology, em_error *error) {
  em_file_bytes file;
  em_status status = em_yaml_read(path, &file, error);
  if (status != EM_OK) {
    return status;
  }
  status = em_design_parse(path, file.bytes, file.size, design, error);
  em_file_bytes_close(&file);
  if (status == EM_OK && count > 0) {
    status = em_design_assign_all(design, assignments, count, error);
    if (status != EM_OK) {
      char place[300];
      snprintf(place, sizeof place, "%.255s with keys set", path);
      em_error_prefix(error, place);
    }
  }
  return status == EM_OK ? em_design_load_technology(path, design, technology, error) : status;
}
