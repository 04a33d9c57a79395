#include "sim/files/technology_file.h"

#include <assert.h>
#include <string.h>

#include "sim/files/yaml_file.h"

/* clang-format off */
const em_constant_rule em_constant_rules[EM_CONSTANT_COUNT] = {
  {"ge_area_um2", "um2", 0.001, 100, "area of a gate equivalent, a NAND2"},
  {"cell_utilisation", "1", 0.05, 1, "cell area / core area"},
  {"sram_area_fixed_um2", "um2", 0, 1e6, "SRAM macro area = fixed + per_bit * bits"},
  {"sram_area_per_bit_um2", "um2/bit", 0.001, 100, "see sram_area_fixed_um2"},
  {"sram_two_port_ratio", "1", 1, 10, "area, energy and leakage of a macro read and written at once / those with one port"},
  {"sram_macro_max_width_bits", "bit", 1, 65536, "wider memories are macros side by side"},
  {"sram_macro_min_words", "1", 1, 65536, "shallower memories take a macro of so many words"},
  {"sram_macro_min_bits", "bit", 1, 16777216, "memories at least this large are macros, smaller ones flip-flops"},
  {"mac_int8_energy_pj", "pJ", 0.001, 100, "INT8 multiply, 24-bit accumulate and its registers"},
  {"flop_clock_energy_fj", "fJ", 0.01, 1000, "a flip-flop's clock pin, one ungated cycle"},
  {"clock_tree_ratio", "1", 0, 10, "clock tree energy / energy of the flip-flops' clock pins"},
  {"clock_gate_energy_ratio", "1", 0, 100, "a clock gate's own energy in a cycle / that of a flip-flop's clock pin"},
  {"clock_gate_min_flops", "1", 1, 1000000, "flip-flops that share an enable have a clock gate from so many on"},
  {"sram_read_scale_pj", "pJ/KiB^0.5", 0.001, 100, "read = scale * sqrt(KiB) * (base + per_bit * w), w bits wide"},
  {"sram_read_base_ratio", "1", 0, 100, "see sram_read_scale_pj"},
  {"sram_read_per_bit_ratio", "1/bit", 0, 10, "see sram_read_scale_pj"},
  {"sram_write_narrow_ratio", "1", 0.01, 10, "write / read energy at up to sram_narrow_max_bits a word"},
  {"sram_write_wide_ratio", "1", 0.01, 10, "write / read energy from sram_wide_min_bits a word"},
  {"sram_narrow_max_bits", "bit", 1, 4096, "see sram_write_narrow_ratio"},
  {"sram_wide_min_bits", "bit", 1, 4096, "see sram_write_wide_ratio; between the two the ratio is interpolated"},
  {"sram_leakage_uw_per_kib", "uW/KiB", 0, 1000, "SRAM leakage"},
  {"logic_leakage_nw_per_ge", "nW/GE", 0, 1000, "logic leakage"},
  {"logic_leakage_doubling_c", "C", 1, 100, "warmer by this much, logic leakage doubles"},
  {"sram_leakage_doubling_c", "C", 1, 100, "the same of SRAM leakage"},
  {"supply_nominal_mv", "mV", 100, 2000, "supply at which the constants hold"},
  {"temperature_nominal_c", "C", -55, 150, "temperature at which the constants hold"},
  {"supply_energy_exponent", "1", 0.5, 4, "energy ~ V^exponent"},
  {"supply_valid_mv", "mV", 100, 2000, "the scaling laws hold for supplies from low to high"},
  {"vth_v", "V", 0.05, 1, "speed ~ (V - vth)^alpha / V"},
  {"speed_alpha", "1", 0.5, 3, "see vth_v"},
  {"fo4_ps", "ps", 0.1, 10000, "delay of an inverter that drives four like it"},
  {"clock_margin_ratio", "1", 1, 100, "a clock period / the delay of its logic: wires, set-up, skew"},
};
/* clang-format on */

static const char *const kind_names[] = {
    [EM_KIND_PUBLISHED] = "published",
    [EM_KIND_DERIVED] = "derived",
    [EM_KIND_CALIBRATED] = "calibrated",
    [EM_KIND_ASSUMED] = "assumed",
};

const char *em_constant_kind_name(em_constant_kind kind) {
  return kind_names[kind];
}

/* Takes a member that must be there. */
static em_status take(em_yaml *yaml, int32_t mapping, const char *key, int32_t *node, em_error *error) {
  *node = em_yaml_take(yaml, mapping, key);
  return *node != EM_YAML_NO_NODE ? EM_OK : em_yaml_fail(yaml, mapping, error, "%s is missing", key);
}

static em_status take_number(em_yaml *yaml, int32_t mapping, const char *key, double min, double max, double *value,
                             em_error *error) {
  int32_t node;
  em_status status = take(yaml, mapping, key, &node, error);
  return status == EM_OK ? em_yaml_number(yaml, node, min, max, value, error) : status;
}

static em_status take_string(em_yaml *yaml, int32_t mapping, const char *key, char *value, size_t capacity,
                             em_error *error) {
  int32_t node;
  em_status status = take(yaml, mapping, key, &node, error);
  return status == EM_OK ? em_yaml_string(yaml, node, value, capacity, error) : status;
}

static em_status take_kind(em_yaml *yaml, int32_t mapping, em_constant_kind *kind, em_error *error) {
  int32_t node;
  em_status status = take(yaml, mapping, "kind", &node, error);
  if (status != EM_OK) {
    return status;
  }
  const char *text = yaml->nodes[node].text;
  for (size_t i = 0; text != NULL && i < sizeof kind_names / sizeof kind_names[0]; i++) {
    if (strcmp(text, kind_names[i]) == 0) {
      *kind = (em_constant_kind)i;
      return EM_OK;
    }
  }
  return em_yaml_fail(yaml, node, error, "must be published, derived, calibrated or assumed");
}

static em_status read_constant(em_yaml *yaml, int32_t constants, const em_constant_rule *rule, em_constant *constant,
                               em_error *error) {
  int32_t node;
  em_status status = take(yaml, constants, rule->name, &node, error);
  strcpy(constant->name, rule->name);
  if (status == EM_OK) {
    status = take_number(yaml, node, "value", rule->min, rule->max, &constant->value, error);
  }
  if (status == EM_OK) {
    status = take_number(yaml, node, "low", rule->min, rule->max, &constant->low, error);
  }
  if (status == EM_OK) {
    status = take_number(yaml, node, "high", rule->min, rule->max, &constant->high, error);
  }
  if (status == EM_OK) {
    status = take_string(yaml, node, "unit", constant->unit, sizeof constant->unit, error);
  }
  if (status == EM_OK) {
    status = take_string(yaml, node, "source", constant->source, sizeof constant->source, error);
  }
  if (status == EM_OK) {
    status = take_kind(yaml, node, &constant->kind, error);
  }
  if (status != EM_OK) {
    return status;
  }
  if (strcmp(constant->unit, rule->unit) != 0) {
    return em_yaml_fail(yaml, em_yaml_take(yaml, node, "unit"), error, "must be %s", rule->unit);
  }
  if (!(constant->low <= constant->value && constant->value <= constant->high)) {
    return em_yaml_fail(yaml, node, error, "low %g <= value %g <= high %g does not hold", constant->low,
                        constant->value, constant->high);
  }
  return EM_OK;
}

static em_status read_technology(em_yaml *yaml, em_technology *technology, em_error *error) {
  int32_t constants;
  em_status status = take_string(yaml, 0, "name", technology->name, sizeof technology->name, error);
  if (status == EM_OK) {
    status = take_number(yaml, 0, "node_nm", 0.1, 1000, &technology->node_nm, error);
  }
  if (status == EM_OK) {
    status = take(yaml, 0, "constants", &constants, error);
  }
  for (size_t i = 0; status == EM_OK && i < EM_CONSTANT_COUNT; i++) {
    status = read_constant(yaml, constants, &em_constant_rules[i], &technology->constants[i], error);
  }
  if (status != EM_OK) {
    return status;
  }
  technology->count = EM_CONSTANT_COUNT;
  int32_t unused = em_yaml_unused(yaml);
  return unused == EM_YAML_NO_NODE ? EM_OK : em_yaml_fail(yaml, unused, error, "unknown key");
}

em_status em_technology_parse(const char *path, const uint8_t *bytes, size_t size, em_technology *technology,
                              em_error *error) {
  *technology = (em_technology){0};
  em_yaml yaml;
  em_status status = em_yaml_parse(path, bytes, size, &yaml, error);
  if (status == EM_OK) {
    status = read_technology(&yaml, technology, error);
    em_yaml_free(&yaml);
  }
  return status;
}

em_status em_technology_load(const char *path, em_technology *technology, em_error *error) {
  em_file_bytes file;
  if (strlen(path) >= sizeof technology->file) {
    return em_fail(error, EM_BAD_INPUT, "%.200s: the path is too long", path);
  }
  em_status status = em_yaml_read(path, &file, error);
  if (status != EM_OK) {
    return status;
  }
  status = em_technology_parse(path, file.bytes, file.size, technology, error);
  strcpy(technology->file, path);
  em_file_bytes_close(&file);
  return status;
}

const em_constant *em_technology_find(const em_technology *technology, const char *name) {
  for (size_t i = 0; i < technology->count; i++) {
    if (strcmp(technology->constants[i].name, name) == 0) {
      return &technology->constants[i];
    }
  }
  return NULL;
}

double em_technology_value(const em_technology *technology, const char *name) {
  const em_constant *constant = em_technology_find(technology, name);
  assert(constant != NULL);
  return constant->value;
}
