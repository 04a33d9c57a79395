/* Keys by their dotted names: what is set, what is refused and what the texts name. */
#include <string.h>

#include "models/design/design_assign.h"
#include "sim/files/design_file.h"
#include "tests/support/check.h"

static em_design load(const char *path) {
  em_design design;
  em_technology technology;
  em_error error;
  assert_int_equal(em_design_load(path, &design, &technology, &error), EM_OK);
  return design;
}

static void design_assign_every_key_takes_what_it_has(void **state) {
  (void)state;
  em_design design = load("configs/designs/tiny.yaml"), same = design;
  em_error error;
  for (size_t i = 0; i < em_design_key_count; i++) {
    char name[EM_KEY_CHARS];
    em_design_name found;
    em_design_key_name(&em_design_keys[i], name);
    assert_int_equal(em_design_find(name, &found, &error), EM_OK);
    assert_ptr_equal(found.integer, &em_design_keys[i]);
    if (em_design_key_applies(found.integer, &design.shape)) {
      assert_int_equal(em_design_set_value(&same, &found, em_design_get(&design, found.integer), &error), EM_OK);
    }
  }
  assert_memory_equal(&design, &same, sizeof design);
}

static void design_assign_values_of_every_kind_are_read(void **state) {
  (void)state;
  em_design design = load("configs/designs/tiny.yaml");
  em_error error = {""};
  const char *const texts[] = {"engines.conv.lanes=8", "clock_mhz=2.5e2",       "vdd_mv=650",
                               "clock_gating=false",   "shape.conv_silu=false", "depth_tokens.store=12"};
  em_status status = em_design_assign_all(&design, texts, sizeof texts / sizeof texts[0], &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  assert_int_equal(design.conv_lanes, 8);
  assert_float_equal(design.clock_mhz, 250, 0);
  assert_float_equal(design.vdd_mv, 650, 0);
  assert_false(design.clock_gating);
  assert_int_equal(design.shape.conv_silu, 0);
  assert_int_equal(design.depth_tokens.store, 12);
}

static void design_assign_another_head_has_its_own_keys(void **state) {
  (void)state;
  em_design design = load("configs/designs/tiny.yaml");
  em_error error;
  const char *const texts[] = {"shape.head=none", "shape.head_hidden=0"};
  assert_int_equal(em_design_assign_all(&design, texts, 2, &error), EM_OK);
  assert_int_equal(design.head_0.in, 1);
  assert_int_equal(design.depth_tokens.hidden, 1);
}

static void design_assign_what_is_wrong_is_named_with_what_is_allowed(void **state) {
  (void)state;
  static const struct {
    const char *texts[2];
    const char *expected;
  } cases[] = {
      {{"conv.lanes=2"}, "unknown key conv.lanes; did you mean engines.conv.lanes?"},
      {{"engines.conv.lane=2"}, "did you mean engines.conv.lanes?"},
      {{"clock_mhs=2"}, "did you mean clock_mhz?"},
      {{"frobnicate=2"}, "keys are those of a design file"},
      {{"engines.conv.lanes"}, "is not KEY=VALUE"},
      {{"=2"}, "is not KEY=VALUE"},
      {{"engines.conv.lanes="}, "must be an integer in 1..4096"},
      {{"engines.conv.lanes=0"}, "must be an integer in 1..4096"},
      {{"engines.conv.lanes=1.5"}, "must be an integer in 1..4096"},
      {{"engines.conv.lanes=inf"}, "must be an integer in 1..4096"},
      {{"engines.conv.lanes=3"}, "3 does not divide ED = 8; the nearest that do are 2 and 4"},
      {{"engines.pool.lanes=1"}, "does not apply to head flatten"},
      {{"clock_mhz=0"}, "must be in 0.001..10000"},
      {{"clock_gating=1"}, "must be true or false"},
      {{"shape.head=max"}, "must be none, flatten or mean"},
      {{"clock_mhz=5", "clock_mhz=6"}, "clock_mhz is set twice"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    em_design design = load("configs/designs/tiny.yaml");
    em_error error = {"accepted"};
    size_t count = cases[i].texts[1] != NULL ? 2 : 1;
    assert_int_equal(em_design_assign_all(&design, cases[i].texts, count, &error), EM_BAD_INPUT);
    if (strstr(error.text, cases[i].expected) == NULL) {
      fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].texts[0], error.text, cases[i].expected);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(design_assign_every_key_takes_what_it_has),
      cmocka_unit_test(design_assign_values_of_every_kind_are_read),
      cmocka_unit_test(design_assign_another_head_has_its_own_keys),
      cmocka_unit_test(design_assign_what_is_wrong_is_named_with_what_is_allowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
