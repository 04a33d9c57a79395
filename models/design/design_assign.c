#include "models/design/design_assign.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/nearest.h"

static const char clock_gating[] = "clock_gating";

const char *em_design_key_name(const em_design_key *key, char name[EM_KEY_CHARS]) {
  snprintf(name, EM_KEY_CHARS, "%s.%s", key->section, key->key);
  return name;
}

/* Whether `name` is a slip of `full`, or `full` without the beginning: "conv.lanes". */
static bool meant(const char *name, const char *full) {
  size_t length = strlen(name), all = strlen(full);
  bool tail = length > 3 && length < all && full[all - length - 1] == '.' && strcmp(full + all - length, name) == 0;
  return tail || em_is_near(name, full);
}

static em_status unknown(const char *name, em_error *error) {
  for (size_t i = 0; i < em_design_key_count; i++) {
    char full[EM_KEY_CHARS];
    if (meant(name, em_design_key_name(&em_design_keys[i], full))) {
      return em_fail(error, EM_BAD_INPUT, "unknown key %.80s; did you mean %s?", name, full);
    }
  }
  for (size_t i = 0; i < EM_DESIGN_NUMBERS; i++) {
    if (em_is_near(name, em_design_numbers[i].key)) {
      return em_fail(error, EM_BAD_INPUT, "unknown key %.80s; did you mean %s?", name, em_design_numbers[i].key);
    }
  }
  return em_fail(error, EM_BAD_INPUT,
                 "unknown key %.80s; keys are those of a design file, dotted: clock_mhz, engines.conv.lanes, "
                 "depth_tokens.tok",
                 name);
}

em_status em_design_find(const char *name, em_design_name *found, em_error *error) {
  *found = (em_design_name){NULL, NULL, strcmp(name, clock_gating) == 0};
  for (size_t i = 0; i < EM_DESIGN_NUMBERS; i++) {
    found->number = strcmp(em_design_numbers[i].key, name) == 0 ? &em_design_numbers[i] : found->number;
  }
  for (size_t i = 0; i < em_design_key_count; i++) {
    char full[EM_KEY_CHARS];
    found->integer =
        strcmp(em_design_key_name(&em_design_keys[i], full), name) == 0 ? &em_design_keys[i] : found->integer;
  }
  return found->number != NULL || found->integer != NULL || found->clock_gating ? EM_OK : unknown(name, error);
}

em_status em_design_set_value(em_design *design, const em_design_name *name, double value, em_error *error) {
  if (name->number != NULL) {
    if (!(value >= name->number->min && value <= name->number->max)) {
      return em_fail(error, EM_BAD_INPUT, "%s: %g, must be in %g..%g", name->number->key, value, name->number->min,
                     name->number->max);
    }
    memcpy((char *)design + name->number->offset, &value, sizeof value);
    return EM_OK;
  }
  const em_design_key *key = name->integer;
  if (!em_design_key_applies(key, &design->shape)) {
    return em_fail(error, EM_BAD_INPUT, "%s.%s: does not apply to head %s%s", key->section, key->key,
                   em_head_name((em_head)design->shape.head),
                   design->shape.head_hidden > 0 ? "" : " without a hidden layer");
  }
  if (!(value >= key->min && value <= key->max && value == floor(value))) {
    return em_fail(error, EM_BAD_INPUT, "%s.%s: %g, must be an integer in %u..%u", key->section, key->key, value,
                   key->min, key->max);
  }
  em_design_set(design, key, (uint32_t)value);
  return EM_OK;
}

static em_status assign_bool(const char *name, const char *value, bool *on, em_error *error) {
  *on = strcmp(value, "true") == 0;
  return *on || strcmp(value, "false") == 0
             ? EM_OK
             : em_fail(error, EM_BAD_INPUT, "%s: \"%.40s\", must be true or false", name, value);
}

static em_status assign_head(em_design *design, const char *name, const char *value, em_error *error) {
  for (em_head head = EM_HEAD_NONE; head <= EM_HEAD_MEAN; head++) {
    if (strcmp(value, em_head_name(head)) == 0) {
      design->shape.head = head;
      return EM_OK;
    }
  }
  return em_fail(error, EM_BAD_INPUT, "%s: \"%.40s\", must be none, flatten or mean", name, value);
}

static em_status assign_number(em_design *design, const em_design_name *name, const char *text, const char *value,
                               em_error *error) {
  char *end = NULL;
  bool digits = value[0] != '\0' && strspn(value, "0123456789+-.eE") == strlen(value);
  double number = digits ? strtod(value, &end) : 0;
  if (digits && *end == '\0') {
    return em_design_set_value(design, name, number, error);
  }
  return name->number != NULL ? em_fail(error, EM_BAD_INPUT, "%s: \"%.40s\", must be a number in %g..%g", text, value,
                                        name->number->min, name->number->max)
                              : em_fail(error, EM_BAD_INPUT, "%s: \"%.40s\", must be an integer in %u..%u", text, value,
                                        name->integer->min, name->integer->max);
}

em_status em_design_assign(em_design *design, const char *name, const char *value, em_error *error) {
  em_design_name found;
  bool on = false;
  em_status status = em_design_find(name, &found, error);
  if (status != EM_OK) {
    return status;
  }
  if (found.clock_gating) {
    return assign_bool(name, value, &design->clock_gating, error);
  }
  if (found.integer != NULL && found.integer->offset == offsetof(em_design, shape.head)) {
    return assign_head(design, name, value, error);
  }
  if (found.integer != NULL && found.integer->offset == offsetof(em_design, shape.conv_silu)) {
    status = assign_bool(name, value, &on, error);
    design->shape.conv_silu = on;
    return status;
  }
  return assign_number(design, &found, name, value, error);
}

/* "KEY=VALUE" apart; `key` is "" where there is no KEY= at all. */
static const char *split(const char *assignment, char key[EM_KEY_CHARS]) {
  size_t length = strcspn(assignment, "=");
  snprintf(key, EM_KEY_CHARS, "%.*s", (int)length, assignment);
  if (assignment[length] == '\0') {
    key[0] = '\0';
  }
  return assignment + length + (assignment[length] == '=' ? 1 : 0);
}

static em_status assign_one(em_design *design, const char *const *assignments, size_t index, em_error *error) {
  char key[EM_KEY_CHARS], other[EM_KEY_CHARS];
  const char *value = split(assignments[index], key);
  if (key[0] == '\0') {
    return em_fail(error, EM_BAD_INPUT, "\"%.80s\" is not KEY=VALUE, as engines.conv.lanes=2", assignments[index]);
  }
  for (size_t i = 0; i < index; i++) {
    split(assignments[i], other);
    if (strcmp(key, other) == 0) {
      return em_fail(error, EM_BAD_INPUT, "%s is set twice", key);
    }
  }
  return em_design_assign(design, key, value, error);
}

em_status em_design_assign_all(em_design *design, const char *const *assignments, size_t count, em_error *error) {
  const em_design_key *blamed;
  for (size_t i = 0; i < count; i++) {
    em_status status = assign_one(design, assignments, i, error);
    if (status != EM_OK) {
      return status;
    }
  }
  for (size_t i = 0; i < em_design_key_count; i++) {
    if (!em_design_key_applies(&em_design_keys[i], &design->shape)) {
      em_design_set(design, &em_design_keys[i], 1);
    }
  }
  return em_design_check(design, &blamed, error);
}
