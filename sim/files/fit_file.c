#include "sim/files/fit_file.h"

#include <stdio.h>
#include <string.h>

#include "sim/files/yaml_file.h"

enum { SAMPLES_MAX = 1000000, PERCENT_MAX = 1000000 };
static const double coefficient_max = 1e9;

/* Takes a member that must be there. */
static em_status take(em_yaml *yaml, int32_t mapping, const char *key, int32_t *node, em_error *error) {
  *node = em_yaml_take(yaml, mapping, key);
  return *node != EM_YAML_NO_NODE ? EM_OK : em_yaml_fail(yaml, mapping, error, "%s is missing", key);
}

static em_status take_number(em_yaml *yaml, int32_t mapping, const char *key, double max, double *value,
                             em_error *error) {
  int32_t node;
  em_status status = take(yaml, mapping, key, &node, error);
  return status == EM_OK ? em_yaml_number(yaml, node, 0, max, value, error) : status;
}

static em_status take_count(em_yaml *yaml, int32_t mapping, const char *key, uint32_t *value, em_error *error) {
  int32_t node;
  em_status status = take(yaml, mapping, key, &node, error);
  return status == EM_OK ? em_yaml_integer(yaml, node, 0, SAMPLES_MAX, value, error) : status;
}

static em_status take_string(em_yaml *yaml, const char *key, char *value, size_t capacity, em_error *error) {
  int32_t node;
  em_status status = take(yaml, 0, key, &node, error);
  return status == EM_OK ? em_yaml_string(yaml, node, value, capacity, error) : status;
}

static em_status read_errors(em_yaml *yaml, int32_t quantity, em_fit_error *errors, em_error *error) {
  em_status status = take_count(yaml, quantity, "samples", &errors->samples, error);
  if (status == EM_OK) {
    status = take_number(yaml, quantity, "mean_percent", PERCENT_MAX, &errors->mean_percent, error);
  }
  if (status == EM_OK) {
    status = take_number(yaml, quantity, "max_percent", PERCENT_MAX, &errors->max_percent, error);
  }
  if (status == EM_OK) {
    status = take_count(yaml, quantity, "held_out_samples", &errors->held_out_samples, error);
  }
  if (status == EM_OK) {
    status = take_number(yaml, quantity, "held_out_mean_percent", PERCENT_MAX, &errors->held_out_mean_percent, error);
  }
  if (status == EM_OK) {
    status = take_number(yaml, quantity, "held_out_max_percent", PERCENT_MAX, &errors->held_out_max_percent, error);
  }
  return status;
}

/* A number for every feature. */
static em_status read_features(em_yaml *yaml, int32_t mapping, em_cost_kind kind, em_cost_quantity quantity,
                               double values[EM_COST_FEATURES], em_error *error) {
  em_status status = EM_OK;
  for (uint32_t i = 0; status == EM_OK && em_cost_feature_name(kind, quantity, i) != NULL; i++) {
    status = take_number(yaml, mapping, em_cost_feature_name(kind, quantity, i), coefficient_max, &values[i], error);
  }
  return status;
}

static em_status read_quantity(em_yaml *yaml, int32_t kind_node, em_cost_kind kind, em_cost_quantity quantity,
                               em_fit_data *fit, em_error *error) {
  int32_t node, coefficients, largest;
  em_status status = take(yaml, kind_node, em_cost_quantity_name(quantity), &node, error);
  if (status == EM_OK) {
    status = read_errors(yaml, node, &fit->errors[kind][quantity], error);
  }
  if (status == EM_OK) {
    status = take(yaml, node, "coefficients", &coefficients, error);
  }
  if (status == EM_OK) {
    status = read_features(yaml, coefficients, kind, quantity, fit->coefficients.coefficients[kind][quantity], error);
  }
  if (status == EM_OK && quantity == EM_COST_GATES) {
    status = take(yaml, node, "largest", &largest, error);
    if (status == EM_OK) {
      status = read_features(yaml, largest, kind, quantity, fit->reach.largest[kind], error);
    }
  }
  return status;
}

static em_status read_kinds(em_yaml *yaml, em_fit_data *fit, em_error *error) {
  int32_t kinds, node;
  em_status status = take(yaml, 0, "kinds", &kinds, error);
  for (uint32_t kind = 0; status == EM_OK && kind < EM_COST_KINDS; kind++) {
    status = take(yaml, kinds, em_cost_kind_name((em_cost_kind)kind), &node, error);
    for (uint32_t q = 0; status == EM_OK && q < EM_COST_QUANTITIES; q++) {
      if (em_cost_feature_name((em_cost_kind)kind, (em_cost_quantity)q, 0) == NULL) {
        continue; /* only engines have a depth */
      }
      status = read_quantity(yaml, node, (em_cost_kind)kind, (em_cost_quantity)q, fit, error);
    }
  }
  return status;
}

static em_status read_residual(em_yaml *yaml, em_fit_data *fit, em_error *error) {
  int32_t residual;
  em_status status = take(yaml, 0, "residual", &residual, error);
  for (uint32_t q = 0; status == EM_OK && q < EM_COST_QUANTITIES; q++) {
    status = take_number(yaml, residual, em_cost_quantity_name((em_cost_quantity)q), 10, &fit->residual[q], error);
  }
  return status;
}

static em_status read_provenance(em_yaml *yaml, em_fit_data *c, em_error *error) {
  const struct {
    const char *key;
    uint32_t *value;
  } counts[] = {{"designs", &c->designs},
                {"held_out_designs", &c->held_out_designs},
                {"runs", &c->runs},
                {"held_out_runs", &c->held_out_runs}};
  em_status status = take_string(yaml, "library", c->library, sizeof c->library, error);
  if (status == EM_OK) {
    status = take_string(yaml, "yosys", c->yosys, sizeof c->yosys, error);
  }
  if (status == EM_OK) {
    status = take_string(yaml, "source", c->source, sizeof c->source, error);
  }
  for (size_t i = 0; status == EM_OK && i < sizeof counts / sizeof counts[0]; i++) {
    status = take_count(yaml, 0, counts[i].key, counts[i].value, error);
  }
  if (status == EM_OK) {
    status = take_number(yaml, 0, "extrapolation", 10, &c->extrapolation, error);
  }
  return status == EM_OK ? take_number(yaml, 0, "flop_clock_mac", 1000, &c->flop_clock_mac, error) : status;
}

static em_status read_fit(em_yaml *yaml, em_fit_data *fit, em_error *error) {
  em_status status = read_provenance(yaml, fit, error);
  if (status == EM_OK) {
    status = read_residual(yaml, fit, error);
  }
  if (status == EM_OK) {
    status = read_kinds(yaml, fit, error);
  }
  if (status != EM_OK) {
    return status;
  }
  int32_t unused = em_yaml_unused(yaml);
  return unused == EM_YAML_NO_NODE ? EM_OK : em_yaml_fail(yaml, unused, error, "unknown key");
}

em_status em_fit_parse(const char *path, const uint8_t *bytes, size_t size, em_fit_data *fit, em_error *error) {
  *fit = (em_fit_data){0};
  snprintf(fit->file, sizeof fit->file, "%s", path);
  em_yaml yaml;
  em_status status = em_yaml_parse(path, bytes, size, &yaml, error);
  if (status == EM_OK) {
    status = read_fit(&yaml, fit, error);
    em_yaml_free(&yaml);
  }
  return status;
}

em_status em_fit_load(const char *path, em_fit_data *fit, em_error *error) {
  em_file_bytes file;
  em_status status = em_yaml_read(path, &file, error);
  if (status != EM_OK) {
    return status;
  }
  status = em_fit_parse(path, file.bytes, file.size, fit, error);
  em_file_bytes_close(&file);
  return status;
}
