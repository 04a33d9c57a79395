/* The loader of fits: the shipped file loads whole, and every way to break one is named. */
#include "sim/files/fit_file.h"
#include "tests/files/file_fixtures.h"

#define SHIPPED "configs/technology/calibration.yaml" /* tests run in the project's root */

static void fit_file_shipped_has_every_kind_and_quantity(void **state) {
  (void)state;
  em_fit_data *data = malloc(sizeof *data);
  em_error error = {""};
  em_status status = em_fit_load(SHIPPED, data, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  assert_string_equal(data->file, SHIPPED);
  assert_string_equal(data->library, "osu018_stdcells");
  assert_true(strlen(data->yosys) > 0 && strlen(data->source) > 0);
  assert_true(data->held_out_designs >= 10 && data->designs > data->held_out_designs);
  assert_true(data->runs >= data->designs && data->held_out_runs >= data->held_out_designs);
  assert_true(data->flop_clock_mac > 0 && data->flop_clock_mac < 1);
  for (uint32_t q = 0; q < EM_COST_QUANTITIES; q++) {
    assert_true(data->residual[q] < 0.5);
    for (uint32_t kind = 0; kind < EM_COST_KINDS; kind++) {
      if (em_cost_feature_name((em_cost_kind)kind, (em_cost_quantity)q, 0) == NULL) {
        continue;
      }
      double sum = 0;
      for (uint32_t i = 0; i < EM_COST_FEATURES; i++) {
        double coefficient = data->coefficients.coefficients[kind][q][i];
        bool named = em_cost_feature_name((em_cost_kind)kind, (em_cost_quantity)q, i) != NULL;
        assert_true(named || coefficient <= 0);
        sum += coefficient;
      }
      assert_true(sum > 0);
      assert_true(data->errors[kind][q].samples > 0);
      assert_true(data->errors[kind][q].mean_percent <= data->errors[kind][q].max_percent);
    }
  }
  free(data);
}

static void fit_file_broken_says_line_key_and_range(void **state) {
  static const fixture_mutation mutations[] = {
      {"library:", "librar:", "c.yaml:6: library is missing"},
      {"yosys: \"", "yosys: \"0123456789012345678901234567890123", "yosys: must be a text of 1..31 bytes"},
      {"residual:", "residua:", "residual is missing"},
      {"flop_clock_mac: ", "flop_clock_mac: -", "flop_clock_mac: -"},
      {"\ndesigns: ", "\ndesigns: x", "designs: must be an integer in 0..1000000"},
      {"  gates: ", "  gate: ", "residual: gates is missing"},
      {"  gates: ", "  gates: 1", "residual.gates: 1"},
      {"  linear:", "  linea:", "kinds: linear is missing"},
      {"        base: ", "        bas: ", "coefficients: base is missing"},
      {"        base: ", "        other: 1\n        base: ", "coefficients.other: unknown key"},
      {"        base: ", "        base: -", "base: -"},
      {"        base: ", "        base: x", "base: must be a number in 0..1e+09"},
      {"      samples: ", "      sample: ", "samples is missing"},
      {"      mean_percent: ", "      mean_percent: nan #", "mean_percent: must be a number"},
      {"      coefficients:", "      coefficient:", "coefficients is missing"},
      {"      largest:", "      large:", "largest is missing"},
      {"extrapolation: ", "extrapolation: -", "extrapolation: -"},
      {"", "more: 1\n", "more: unknown key"},
  };
  (void)state;
  fixture_bytes file = fixture_read(SHIPPED);
  em_fit_data *data = malloc(sizeof *data);
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    char *text = fixture_replace((const char *)file.bytes, mutations[i].old_text, mutations[i].new_text);
    em_error error = {"accepted"};
    em_status status = em_fit_parse("c.yaml", (const uint8_t *)text, strlen(text), data, &error);
    fixture_assert_message(&error, mutations[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    free(text);
  }
  free(data);
  free(file.bytes);
}

static void fit_file_load_unreadable_names_the_path(void **state) {
  char path[128];
  em_fit_data *data = malloc(sizeof *data);
  em_error error;
  assert_int_equal(em_fit_load(fixture_path(state, "none", path), data, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/none: cannot open: No such file or directory");
  fixture_write(fixture_path(state, "empty", path), "", 0);
  assert_int_equal(em_fit_load(path, data, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/empty: is empty");
  free(data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fit_file_shipped_has_every_kind_and_quantity),
      cmocka_unit_test(fit_file_broken_says_line_key_and_range),
      cmocka_unit_test(fit_file_load_unreadable_names_the_path),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
