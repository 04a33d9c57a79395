/* The technology loader: the shipped file has what the architecture page asks for, and every way to break one is named.
 */
#include "sim/files/technology_file.h"
#include "tests/files/file_fixtures.h"

#define GF22 "configs/technology/gf22.yaml" /* tests run in the project's root */

static void technology_file_gf22_has_every_constant_with_a_range(void **state) {
  (void)state;
  em_technology technology;
  em_error error = {""};
  em_status status = em_technology_load(GF22, &technology, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  assert_string_equal(technology.name, "gf22");
  assert_int_equal(technology.count, EM_CONSTANT_COUNT);
  for (size_t i = 0; i < technology.count; i++) {
    const em_constant *constant = &technology.constants[i];
    assert_string_equal(constant->name, em_constant_rules[i].name);
    assert_true(constant->low <= constant->value && constant->value <= constant->high);
    assert_true(strlen(constant->source) > 0);
  }
  /* The published anchor that every area rests on: ETH's 22FDX flow. */
  const em_constant *ge = em_technology_find(&technology, "ge_area_um2");
  assert_true(ge->value == 0.199 && ge->low == 0.197 && ge->high == 0.201);
  assert_int_equal(ge->kind, EM_KIND_PUBLISHED);
  assert_string_equal(em_constant_kind_name(ge->kind), "published");
  assert_null(em_technology_find(&technology, "none"));
  assert_true(em_technology_value(&technology, "mac_int8_energy_pj") == 0.085);
}

static void technology_file_broken_says_line_key_and_range(void **state) {
  static const fixture_mutation mutations[] = {
      {"name: gf22", "nam: gf22", "t.yaml:7: name is missing"},
      {"name: gf22", "name:", "t.yaml:7: name: must be a text of 1..63 bytes"},
      {"node_nm: 22", "node_nm: 0", "t.yaml:8: node_nm: 0 is outside 0.1..1000"},
      {"node_nm: 22", "node_nm: 0x16", "t.yaml:8: node_nm: must be a number in 0.1..1000"},
      {"node_nm: 22", "node_nm: nan", "t.yaml:8: node_nm: must be a number"},
      {"node_nm: 22", "node_nm: \"22\"", "t.yaml:8: node_nm: must be a number"},
      {"node_nm: 22", "node_nm: 1e999", "t.yaml:8: node_nm: 1e999 is outside"},
      {"node_nm: 22", "node_nm: 1-", "t.yaml:8: node_nm: must be a number"},
      {"node_nm: 22", "node_nm: 22\nnode_nm: 22", "t.yaml:9: key node_nm is there twice, first in line 8"},
      {"node_nm: 22", "node_nm: 22\nother: 1", "t.yaml:9: other: unknown key"},
      {"node_nm: 22", "node_nm: {}", "t.yaml:8: node_nm: must be a number"},
      {"constants:", "constant:", "t.yaml:7: constants is missing"},
      {"  ge_area_um2:", "  ge_area:", "t.yaml:10: constants: ge_area_um2 is missing"},
      {"  ge_area_um2:\n", "  more: {value: 1}\n  ge_area_um2:\n", "t.yaml:12: constants.more: unknown key"},
      {"{value: 0.199", "{value: 0.199, more: 1", "t.yaml:13: constants.ge_area_um2.more: unknown key"},
      {"{value: 0.199, ", "{", "t.yaml:12: constants.ge_area_um2: value is missing"},
      {"value: 0.199", "value: 0", "t.yaml:13: constants.ge_area_um2.value: 0 is outside 0.001..100"},
      {"value: 0.199", "value: 0.21",
       "t.yaml:12: constants.ge_area_um2: low 0.197 <= value 0.21 <= high 0.201 does not hold"},
      {"low: 0.197", "low: 0.2", "low 0.2 <= value 0.199 <= high 0.201 does not hold"},
      {"unit: um2,", "unit: mm2,", "t.yaml:13: constants.ge_area_um2.unit: must be um2"},
      {"um2, kind: published", "um2, kind: guessed", "kind: must be published, derived, calibrated or assumed"},
      {"um2, kind: published", "um2, kind: {}", "kind: must be published, derived, calibrated or assumed"},
      {"kind: published,\n     source: \"ETH", "kind: published,\n     from: \"ETH", "source is missing"},
      {"value: 0.70", "value: 1.1", "constants.cell_utilisation.value: 1.1 is outside 0.05..1"},
  };
  (void)state;
  fixture_bytes file = fixture_read(GF22);
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    char *text = fixture_replace((const char *)file.bytes, mutations[i].old_text, mutations[i].new_text);
    em_technology technology;
    em_error error = {"accepted"};
    em_status status = em_technology_parse("t.yaml", (const uint8_t *)text, strlen(text), &technology, &error);
    fixture_assert_message(&error, mutations[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    free(text);
  }
  free(file.bytes);
}

/* What the YAML reader under both loaders refuses. */
static void yaml_file_outside_the_subset_says_the_line(void **state) {
  (void)state;
  static const fixture_mutation texts[] = {
      {"", "", "t.yaml: is empty"},
      {"", "# nothing\n", "t.yaml: is empty"},
      {"", "text", "t.yaml:1: must be a mapping of keys to values"},
      {"", "- a", "t.yaml:1: lists are not allowed"},
      {"", "a: 1\nb: [1]", "t.yaml:2: lists are not allowed"},
      {"", "a: &x 1\nb: *x", "t.yaml:1: anchors and tags are not allowed"},
      {"", "a: &x {}\nb: *x", "t.yaml:1: anchors and tags are not allowed"},
      {"", "a: 1\n*x : 1", "t.yaml:2: aliases are not allowed"},
      {"", "a: !!int 1", "t.yaml:1: anchors and tags are not allowed"},
      {"", "a: 1\n---\nb: 1", "t.yaml:2: only one document is allowed"},
      {"", "{a: {b: {c: {d: {e: {f: {g: {h: {}}}}}}}}}", "t.yaml:1: mappings are nested too deep"},
      {"", "? {a: 1}\n: 2", "t.yaml:1: a key must be a plain name"},
      {"", "a: \"\\0\"", "t.yaml:1: control characters are not allowed"},
      {"", "a: |\n  b\n  c", "t.yaml:1: control characters are not allowed"},
      {"", "a: 1\n\tb: 1", "t.yaml:2: found a tab character"},
      {"", "a: {b: 1", "t.yaml:2: did not find expected"},
      {"", "a: \xff", "t.yaml:1: invalid"},
      {"", "a: {a: 1,\n a: 2}", "t.yaml:2: key a is there twice, first in line 1"},
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    em_technology technology;
    em_error error = {"accepted"};
    em_status status = em_technology_parse("t.yaml", (const uint8_t *)texts[i].new_text, strlen(texts[i].new_text),
                                           &technology, &error);
    fixture_assert_message(&error, texts[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
  }
}

static void yaml_file_too_large_is_rejected(void **state) {
  (void)state;
  enum { TOO_MANY = 5000, LINE = 8, TOO_LARGE = (1 << 20) + 1 };
  em_technology technology;
  em_error error;
  char *text = malloc(TOO_LARGE);
  memset(text, '#', TOO_LARGE);
  assert_int_equal(em_technology_parse("t.yaml", (uint8_t *)text, TOO_LARGE, &technology, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "t.yaml: 1048577 bytes; at most 1048576 are allowed");
  for (int i = 0; i < TOO_MANY; i++) {
    char line[24];
    snprintf(line, sizeof line, "k%04d: \n", i);
    memcpy(text + (size_t)i * LINE, line, LINE);
  }
  assert_int_equal(em_technology_parse("t.yaml", (uint8_t *)text, (size_t)TOO_MANY * LINE, &technology, &error),
                   EM_BAD_INPUT);
  fixture_assert_message(&error, "t.yaml:4096: more than 4096 values");
  free(text);
}

static void technology_file_load_unreadable_names_the_path(void **state) {
  char path[128];
  em_technology technology;
  em_error error;
  assert_int_equal(em_technology_load(fixture_path(state, "none", path), &technology, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/none: cannot open: No such file or directory");
  fixture_write(fixture_path(state, "empty", path), "", 0);
  assert_int_equal(em_technology_load(path, &technology, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/empty: is empty");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(technology_file_gf22_has_every_constant_with_a_range),
      cmocka_unit_test(technology_file_broken_says_line_key_and_range),
      cmocka_unit_test(yaml_file_outside_the_subset_says_the_line),
      cmocka_unit_test(yaml_file_too_large_is_rejected),
      cmocka_unit_test(technology_file_load_unreadable_names_the_path),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
