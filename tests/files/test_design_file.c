/* The design loader: shipped designs load, what is saved is loaded back, and every way to break a file is named. */
#include "sim/files/design_file.h"
#include "tests/files/file_fixtures.h"

#define TINY "configs/designs/tiny.yaml" /* tests run in the project's root */

static void design_file_shipped_designs_load(void **state) {
  (void)state;
  static const char *const paths[] = {TINY, "configs/designs/mars.yaml", "configs/designs/parallel.yaml"};
  static const char *const names[] = {"tiny", "mars", "parallel"};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    em_design design;
    em_technology technology;
    em_error error = {""};
    em_status status = em_design_load(paths[i], &design, &technology, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, EM_OK);
    assert_string_equal(design.name, names[i]);
    assert_string_equal(technology.name, "gf22");
    assert_int_equal(design.macro_min_bits, 4096);
    assert_int_equal(design.pool_lanes, 1); /* does not apply to head flatten */
  }
}

static void design_file_broken_says_line_key_and_range(void **state) {
  static const fixture_mutation mutations[] = {
      /* The operating point. */
      {"name: tiny", "name: Tiny", "d.yaml:2: name: only a-z, 0-9, _ and - are allowed"},
      {"name: tiny", "name: \"\"", "d.yaml:2: name: must be a text of 1..63 bytes"},
      {"name: tiny\n", "", "d.yaml:2: name is missing"},
      {"name: tiny", "name: a123456789012345678901234567890123456789012345678901234567890123",
       "d.yaml:2: name: must be a text of 1..63 bytes"},
      {"technology: ../technology/gf22.yaml\n", "", "d.yaml:2: technology is missing"},
      {"clock_mhz: 100", "clock_mhz: 0", "d.yaml:4: clock_mhz: 0 is outside 0.001..10000"},
      {"clock_mhz: 100", "clock_mhz: fast", "d.yaml:4: clock_mhz: must be a number in 0.001..10000"},
      {"vdd_mv: 800", "vdd_mv: 0.8", "d.yaml:5: vdd_mv: 0.8 is outside 100..2000"},
      {"temperature_c: 25", "temperature_c: 151", "d.yaml:6: temperature_c: 151 is outside -55..150"},
      {"clock_gating: true", "clock_gating: 1", "d.yaml:7: clock_gating: must be true or false"},
      /* Keys and their types. */
      {"  H: 4\n", "", "d.yaml:9: shape.H is missing: frame rows, 1..4194304"},
      {"  H: 4\n", "  H: 4\n  H: 4\n", "d.yaml:11: key H is there twice, first in line 10"},
      {"  H: 4\n", "  H: 4\n  h: 4\n", "d.yaml:11: shape.h: unknown key"},
      {"  H: 4\n", "  H: 4.0\n", "d.yaml:10: shape.H: must be an integer in 1..4194304"},
      {"  H: 4\n", "  H: -4\n", "d.yaml:10: shape.H: must be an integer in 1..4194304"},
      {"  H: 4\n", "  H: \"4\"\n", "d.yaml:10: shape.H: must be an integer in 1..4194304"},
      {"  H: 4\n", "  H:\n", "d.yaml:10: shape.H: must be an integer in 1..4194304"},
      {"  H: 4\n", "  H: {}\n", "d.yaml:10: shape.H: must be an integer in 1..4194304"},
      {"  H: 4\n", "  H: 0\n", "d.yaml:10: shape.H: 0 is outside 1..4194304"},
      {"  H: 4\n", "  H: 4194305\n", "d.yaml:10: shape.H: 4194305 is outside 1..4194304"},
      {"  H: 4\n", "  H: 18446744073709551620\n", "d.yaml:10: shape.H: 18446744073709551620 is outside 1..4194304"},
      {"conv_silu: true", "conv_silu: 1", "d.yaml:21: shape.conv_silu: must be true or false"},
      {"head: flatten", "head: maxpool", "d.yaml:22: shape.head: must be none, flatten, mean or token"},
      {"pwl:\n", "extra: 1\npwl:\n", "extra: unknown key"},
      {"stream:\n", "streams:\n", "d.yaml:2: stream.in_bytes is missing: input beat width, bytes, 1..64"},
      {"  conv: {lanes: 2}\n", "", "d.yaml:30: engines.conv.lanes is missing: channels a cycle, 1..4096"},
      {"conv: {lanes: 2}", "conv: {lane: 2}", "d.yaml:34: engines.conv.lanes is missing"},
      {"conv: {lanes: 2}", "conv: {lanes: 2, units: 1}", "d.yaml:34: engines.conv.units: unknown key"},
      {"conv: {lanes: 2}", "conv: 2", "d.yaml:34: engines.conv.lanes is missing"},
      {"  head_0:", "  pool: {lanes: 2}\n  head_0:", "engines.pool.lanes: does not apply to head flatten"},
      {"  hidden: 1\n", "  hidden: 1\n  pooled: 1\n", "depth_tokens.pooled: does not apply to head flatten"},
      /* What only the whole design shows. */
      {"conv: {lanes: 2}", "conv: {lanes: 3}",
       "d.yaml:34: engines.conv.lanes: 3 does not divide ED = 8; the nearest that do are 2 and 4"},
      {"ssm: {lanes: 8}", "ssm: {lanes: 6}",
       "d.yaml:37: engines.ssm.lanes: 6 is neither a divisor of N = 4 nor N times one of ED = 8; the nearest that fit: "
       "4 and 8"},
      {"  L: 4\n", "  L: 5\n", "d.yaml:14: shape.L: 5, but (H/P)(W/P) is 4"},
      {"  store: 8", "  store: 6", "depth_tokens.store: 6 is not a multiple of L = 4"},
      {"  head_hidden: 4\n", "  head_hidden: 0\n",
       "engines.head_1.in_lanes: does not apply to head flatten without a hidden layer"},
  };
  (void)state;
  fixture_bytes file = fixture_read(TINY);
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    char *text = fixture_replace((const char *)file.bytes, mutations[i].old_text, mutations[i].new_text);
    em_design design;
    em_error error = {"accepted"};
    em_status status = em_design_parse("d.yaml", (const uint8_t *)text, strlen(text), &design, &error);
    fixture_assert_message(&error, mutations[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    free(text);
  }
  free(file.bytes);
}

/* Each key of the table in turn: taken out, one below its minimum, one above its maximum. */
static void design_file_every_key_is_required_and_bounded(void **state) {
  char path[128];
  em_design tiny, design;
  em_technology technology;
  em_error error;
  fixture_path(state, "design", path);
  assert_int_equal(em_design_load(TINY, &tiny, &technology, &error), EM_OK);
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    bool named = key->offset == offsetof(em_design, shape.head) || key->offset == offsetof(em_design, shape.conv_silu);
    if (named || !em_design_key_applies(key, &tiny.shape)) {
      continue;
    }
    const uint32_t wrong[] = {key->min - 1, key->max + 1};
    for (size_t w = key->min == 0 ? 1 : 0; w < 2; w++) {
      em_design changed = tiny;
      char expected[128];
      em_design_set(&changed, key, wrong[w]);
      /* Without a hidden layer the keys of head_1 would not be written. */
      assert_int_equal(em_design_save(path, &changed, &error), EM_OK);
      fixture_bytes file = fixture_read(path);
      assert_int_equal(em_design_parse("d", file.bytes, file.size, &design, &error), EM_BAD_INPUT);
      snprintf(expected, sizeof expected, "%s.%s: %u is outside %u..%u", key->section, key->key, wrong[w], key->min,
               key->max);
      fixture_assert_message(&error, expected);
      free(file.bytes);
    }
  }
}

static void assert_round_trip(void **state, const em_design *written) {
  char path[128];
  em_design loaded;
  em_error error = {""};
  assert_int_equal(em_design_save(fixture_path(state, "design", path), written, &error), EM_OK);
  fixture_bytes file = fixture_read(path);
  em_status status = em_design_parse(path, file.bytes, file.size, &loaded, &error);
  free(file.bytes);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  assert_int_equal(em_design_hash(written), em_design_hash(&loaded));
  assert_true(em_shape_equal(&written->shape, &loaded.shape));
  assert_string_equal(written->name, loaded.name);
  assert_string_equal(written->technology, loaded.technology);
  assert_true(written->clock_mhz == loaded.clock_mhz && written->vdd_mv == loaded.vdd_mv &&
              written->temperature_c == loaded.temperature_c && written->clock_gating == loaded.clock_gating);
}

static void design_file_saved_with_each_head_loads_the_same(void **state) {
  em_design design;
  em_technology technology;
  em_error error;
  assert_int_equal(em_design_load(TINY, &design, &technology, &error), EM_OK);
  design.macro_min_bits = 0; /* not in the file */
  assert_round_trip(state, &design);
  design.clock_mhz = 1.0 / 3.0;
  design.temperature_c = -40.5;
  design.clock_gating = false;
  strcpy(design.technology, "a \"b\" \\ \xc3\xa4: #c");
  design.shape.conv_silu = 0;
  design.shape.head_hidden = 0;
  design.head_1 = (em_lanes){1, 1};
  design.depth_tokens.hidden = 1;
  assert_round_trip(state, &design);
  design.shape.head = EM_HEAD_MEAN;
  design.pool_lanes = 2;
  design.depth_tokens.pooled = 3;
  assert_round_trip(state, &design);
  design.shape.head = EM_HEAD_NONE;
  design.pool_lanes = 1;
  design.head_0 = (em_lanes){1, 1};
  design.depth_tokens.pooled = design.depth_tokens.out = 1;
  assert_round_trip(state, &design);
}

static void design_file_clock_gating_is_on_unless_it_says_no_and_leaves_the_hash(void **state) {
  (void)state;
  static const char *const variants[] = {"clock_gating: true\n", "clock_gating: false\n", ""};
  fixture_bytes tiny = fixture_read(TINY);
  uint64_t hash = 0;
  for (size_t i = 0; i < 3; i++) {
    char *text = fixture_replace((const char *)tiny.bytes, "clock_gating: true\n", variants[i]);
    em_design design;
    em_error error = {""};
    assert_int_equal(em_design_parse("d", (const uint8_t *)text, strlen(text), &design, &error), EM_OK);
    assert_int_equal(design.clock_gating, i != 1);
    hash = i == 0 ? em_design_hash(&design) : hash;
    assert_int_equal(em_design_hash(&design), hash);
    free(text);
  }
  free(tiny.bytes);
}

static void design_file_technology_is_found_beside_the_design(void **state) {
  char path[128], command[256];
  em_design design;
  em_technology technology;
  em_error error;
  fixture_bytes tiny = fixture_read(TINY);
  fixture_write(fixture_path(state, "design.yaml", path), tiny.bytes, tiny.size);
  assert_int_equal(em_design_load(path, &design, &technology, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/../technology/gf22.yaml: cannot open: No such file or directory");

  char *text = fixture_replace((const char *)tiny.bytes, "../technology/gf22.yaml", "t.yaml");
  fixture_write(path, text, strlen(text));
  snprintf(command, sizeof command, "sed 's/{value: 4096/{value: 2048/' configs/technology/gf22.yaml > '%s/t.yaml'",
           (const char *)*state);
  assert_int_equal(system(command), 0);
  assert_int_equal(em_design_load(path, &design, &technology, &error), EM_OK);
  assert_int_equal(design.macro_min_bits, 2048);
  free(text);
  free(tiny.bytes);
}

/* 17 and 11 segments are those of the contract's units; a slip of the key is unknown, not left out. */
static void design_file_key_with_a_fallback_may_be_left_out(void **state) {
  (void)state;
  const char *pwl = "pwl:\n  silu_segments: 17\n  exp_segments: 11";
  fixture_bytes tiny = fixture_read(TINY);
  em_design design;
  em_error error = {""};
  char *text = fixture_replace((const char *)tiny.bytes, pwl, "");
  assert_int_equal(em_design_parse("d.yaml", (const uint8_t *)text, strlen(text), &design, &error), EM_OK);
  assert_int_equal(design.silu_segments, 17);
  assert_int_equal(design.exp_segments, 11);
  free(text);
  text = fixture_replace((const char *)tiny.bytes, "silu_segments", "silu_segment");
  assert_int_equal(em_design_parse("d.yaml", (const uint8_t *)text, strlen(text), &design, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "d.yaml:57: pwl.silu_segment: unknown key");
  free(text);
  free(tiny.bytes);
}

static void design_file_load_unreadable_names_the_path(void **state) {
  char path[128];
  em_design design;
  em_technology technology;
  em_error error;
  assert_int_equal(em_design_load(fixture_path(state, "none", path), &design, &technology, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/none: cannot open: No such file or directory");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(design_file_shipped_designs_load),
      cmocka_unit_test(design_file_broken_says_line_key_and_range),
      cmocka_unit_test(design_file_every_key_is_required_and_bounded),
      cmocka_unit_test(design_file_saved_with_each_head_loads_the_same),
      cmocka_unit_test(design_file_clock_gating_is_on_unless_it_says_no_and_leaves_the_hash),
      cmocka_unit_test(design_file_technology_is_found_beside_the_design),
      cmocka_unit_test(design_file_key_with_a_fallback_may_be_left_out),
      cmocka_unit_test(design_file_load_unreadable_names_the_path),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
