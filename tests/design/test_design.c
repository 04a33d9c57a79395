/* The table of design keys, the checks across keys with the values that their messages name, the hash, the package. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/design/design.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

/* Every uint32_t of em_design but macro_min_bits, which the technology gives, is one key's, and no key shares one. */
static void design_keys_cover_every_integer_once(void **state) {
  (void)state;
  size_t first = offsetof(em_design, shape), end = offsetof(em_design, macro_min_bits);
  bool seen[sizeof(em_design)] = {false};
  for (size_t i = 0; i < em_design_key_count; i++) {
    size_t offset = em_design_keys[i].offset;
    assert_true(offset >= first && offset < end && (offset - first) % sizeof(uint32_t) == 0);
    assert_false(seen[offset]);
    seen[offset] = true;
  }
  assert_int_equal(em_design_key_count, (end - first) / sizeof(uint32_t));
}

static void design_keys_have_distinct_names_and_sane_ranges(void **state) {
  (void)state;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *a = &em_design_keys[i];
    assert_true(a->min <= a->max && a->max <= 1u << 22);
    assert_true(a->meaning[0] != '\0');
    for (size_t j = 0; j < i; j++) {
      const em_design_key *b = &em_design_keys[j];
      assert_string_not_equal(a->sv_name, b->sv_name);
      assert_false(strcmp(a->section, b->section) == 0 && strcmp(a->key, b->key) == 0);
    }
  }
}

static void design_get_and_set_reach_the_fields(void **state) {
  (void)state;
  em_design design = {0};
  for (size_t i = 0; i < em_design_key_count; i++) {
    em_design_set(&design, &em_design_keys[i], 1000 + (uint32_t)i);
  }
  assert_int_equal(design.shape.h, 1000);
  assert_int_equal(design.exp_segments, 1000 + em_design_key_count - 1);
  for (size_t i = 0; i < em_design_key_count; i++) {
    assert_int_equal(em_design_get(&design, &em_design_keys[i]), 1000 + i);
    if (strcmp(em_design_keys[i].sv_name, "SsmLanes") == 0) {
      assert_int_equal(design.ssm_lanes, 1000 + i);
    }
  }
}

static void design_keys_apply_with_what_they_describe(void **state) {
  (void)state;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    bool pool = strstr(key->section, "pool") != NULL || strcmp(key->key, "pooled") == 0;
    bool hidden = strstr(key->section, "head_1") != NULL || strcmp(key->key, "hidden") == 0;
    bool head = strstr(key->section, "head_0") != NULL || strcmp(key->key, "out") == 0;
    for (uint32_t kind = 0; kind < 4; kind++) {
      for (uint32_t width = 0; width < 2; width++) {
        em_shape shape = {.head = kind, .head_hidden = width};
        bool expected = (!pool || kind == EM_HEAD_MEAN) && (!hidden || width > 0) && (!head || kind != EM_HEAD_NONE);
        assert_int_equal(em_design_key_applies(key, &shape), expected);
      }
    }
  }
}

static void design_random_designs_are_accepted(void **state) {
  (void)state;
  uint32_t heads[4] = {0}, below = 0, above = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(20000); seed++) {
    em_design design;
    em_random_design(seed, &design);
    const em_design_key *key;
    em_error error;
    if (em_design_check(&design, &key, &error) != EM_OK) {
      fail_msg("seed %" PRIu64 ": %s", seed, error.text);
    }
    assert_null(key);
    for (size_t i = 0; i < em_design_key_count; i++) {
      uint32_t value = em_design_get(&design, &em_design_keys[i]);
      assert_true(value >= em_design_keys[i].min && value <= em_design_keys[i].max);
    }
    heads[design.shape.head]++;
    below += design.ssm_lanes < design.shape.n;
    above += design.ssm_lanes > design.shape.n;
  }
  assert_true(heads[0] > 0 && heads[1] > 0 && heads[2] > 0 && heads[3] > 0 && below > 0 &&
              above > 0); /* all kinds are drawn */
}

/* Whether the design is legal with this value of one key, the key's own range included. */
static bool legal(const em_design *design, const em_design_key *key, uint32_t value) {
  em_design changed = *design;
  const em_design_key *at;
  em_error error;
  em_design_set(&changed, key, value);
  return value >= key->min && value <= key->max && em_design_check(&changed, &at, &error) == EM_OK;
}

/*
 * `design` has an illegal `value` of `key`: the message must name the nearest legal value on each side that has one.
 * Its numbers are those after "nearest".
 */
static void check_message(const em_design *design, const em_design_key *key, uint32_t value, const char *message) {
  uint32_t below = value, above = value, limit = 256; /* beyond any dimension of a random design */
  while (below > 0 && !legal(design, key, below)) {
    below--;
  }
  while (above < limit && !legal(design, key, above)) {
    above++;
  }
  const char *place = strstr(message, "nearest");
  assert_non_null(place);
  uint32_t named[2] = {0}, count = 0;
  for (; *place != '\0' && count < 2; place++) {
    if (*place >= '0' && *place <= '9') {
      char *end;
      named[count++] = (uint32_t)strtoul(place, &end, 10);
      place = end - 1;
    }
  }
  uint32_t expected[2], sides = 0;
  if (below > 0) {
    expected[sides++] = below;
  }
  if (above < limit) {
    expected[sides++] = above;
  }
  if (below == 0 && count == 2 && named[1] == 2 * named[0]) { /* a store below its smallest depth: the two smallest */
    expected[sides++] = named[1];
    assert_true(legal(design, key, named[1]));
  }
  if (count != sides || memcmp(named, expected, sides * sizeof named[0]) != 0) {
    fail_msg("\"%s\" names %u values, %u and %u; legal next to %u are %u and %u", message, count, named[0], named[1],
             value, below, above < limit ? above : 0);
  }
}

static void design_errors_of_lanes_and_store_name_the_nearest_legal_values(void **state) {
  (void)state;
  em_random random = {1};
  uint32_t messages = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(300); seed++) {
    em_design design;
    em_random_design(seed, &design);
    for (size_t i = 0; i < em_design_key_count; i++) {
      const em_design_key *key = &em_design_keys[i], *at;
      if (strcmp(key->section, "shape") == 0 || !em_design_key_applies(key, &design.shape)) {
        continue;
      }
      uint32_t value = em_random_count(&random, key->min, key->max < 60 ? key->max : 60);
      em_design changed = design;
      em_error error = {"?"};
      em_design_set(&changed, key, value);
      if (em_design_check(&changed, &at, &error) == EM_OK) {
        continue;
      }
      char name[96];
      snprintf(name, sizeof name, "%s.%s: %u ", key->section, key->key, value);
      assert_ptr_equal(at, key);
      assert_int_equal(strncmp(error.text, name, strlen(name)), 0);
      check_message(&design, key, value, error.text);
      messages++;
    }
  }
  assert_true(messages > 3 * EM_REPEAT(300));
}

static void design_error_of_the_smallest_store_names_the_two_smallest(void **state) {
  (void)state;
  em_design design;
  uint64_t seed = 0;
  do {
    em_random_design(++seed, &design);
  } while (design.shape.head != EM_HEAD_FLATTEN || design.shape.l != 4);
  const em_design_key *key;
  em_error error;
  design.depth_tokens.store = 3;
  assert_int_equal(em_design_check(&design, &key, &error), EM_BAD_INPUT);
  assert_string_equal(error.text,
                      "depth_tokens.store: 3 is not a multiple of L = 4, which head flatten needs; the nearest are 4 "
                      "and 8");
}

static void design_shape_errors_name_the_rule(void **state) {
  (void)state;
  static const em_shape good = {.h = 4,
                                .w = 6,
                                .c = 1,
                                .p = 2,
                                .l = 6,
                                .d = 4,
                                .ed = 8,
                                .n = 2,
                                .r = 1,
                                .k = 2,
                                .m = 1,
                                .head = EM_HEAD_FLATTEN,
                                .outputs = 3};
  em_shape shapes[] = {good, good, good, good, good, good, good, good};
  shapes[0].p = 4;
  shapes[1].l = 5;
  shapes[2].ed = 9;
  shapes[3].h = shapes[3].w = 4096, shapes[3].c = 65, shapes[3].p = 2, shapes[3].l = 1u << 22;
  shapes[4].h = shapes[4].w = shapes[4].p = 256, shapes[4].l = 1, shapes[4].c = 2;
  shapes[5].head = EM_HEAD_NONE;
  shapes[6].head = EM_HEAD_NONE, shapes[6].outputs = 4, shapes[6].head_hidden = 1;
  shapes[7].h = 65536, shapes[7].l = 98304;
  static const char *const texts[] = {"shape.P: ",
                                      "shape.L: 5, but (H/P)(W/P) is 6",
                                      "shape.ED: 9 is not a multiple",
                                      "shape.H: a frame of more than 2^30",
                                      "shape.P: a patch of more",
                                      "shape.outputs: ",
                                      "shape.outputs: ",
                                      "shape.L: head flatten takes at most 65536"};
  em_error error;
  assert_int_equal(em_shape_check(&good, &error), EM_OK);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    assert_int_equal(em_shape_check(&shapes[i], &error), EM_BAD_INPUT);
    assert_int_equal(strncmp(error.text, texts[i], strlen(texts[i])), 0);
    assert_false(em_shape_equal(&good, &shapes[i]));
  }
  assert_true(em_shape_equal(&good, &good));
}

/* The hash depends on every key and on macro_min_bits, and on nothing else. */
static void design_hash_changes_with_each_key_alone(void **state) {
  (void)state;
  em_design design;
  em_random_design(1, &design);
  uint64_t hashes[128], count = 0;
  hashes[count++] = em_design_hash(&design);
  for (size_t i = 0; i <= em_design_key_count; i++) {
    em_design changed = design;
    if (i < em_design_key_count) {
      em_design_set(&changed, &em_design_keys[i], em_design_get(&design, &em_design_keys[i]) + 1);
    } else {
      changed.macro_min_bits++;
    }
    hashes[count] = em_design_hash(&changed);
    for (uint64_t j = 0; j < count; j++) {
      assert_true(hashes[j] != hashes[count]);
    }
    count++;
  }
  strcpy(design.name, "another");
  strcpy(design.technology, "another");
  design.clock_mhz = design.vdd_mv = design.temperature_c = 1;
  assert_true(em_design_hash(&design) == hashes[0]);
}

static void design_package_has_every_key_and_the_hash(void **state) {
  (void)state;
  em_design design;
  em_random_design(7, &design);
  char *text = NULL, line[128];
  size_t size;
  FILE *file = open_memstream(&text, &size);
  em_design_write_package(&design, file);
  fclose(file);
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    snprintf(line, sizeof line, "\n  localparam int unsigned %s = %u;", key->sv_name, em_design_get(&design, key));
    assert_non_null(strstr(text, line));
  }
  assert_non_null(strstr(text, "\n  localparam int unsigned MacroMinBits = 4096;"));
  snprintf(line, sizeof line, "\n  localparam logic [63:0] DesignHash = 64'h%016" PRIx64 ";\nendpackage\n",
           em_design_hash(&design));
  assert_non_null(strstr(text, line));
  assert_non_null(strstr(text, "\npackage em_design_pkg;\n"));
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(design_keys_cover_every_integer_once),
      cmocka_unit_test(design_keys_have_distinct_names_and_sane_ranges),
      cmocka_unit_test(design_get_and_set_reach_the_fields),
      cmocka_unit_test(design_keys_apply_with_what_they_describe),
      cmocka_unit_test(design_random_designs_are_accepted),
      cmocka_unit_test(design_errors_of_lanes_and_store_name_the_nearest_legal_values),
      cmocka_unit_test(design_error_of_the_smallest_store_names_the_two_smallest),
      cmocka_unit_test(design_shape_errors_name_the_rule),
      cmocka_unit_test(design_hash_changes_with_each_key_alone),
      cmocka_unit_test(design_package_has_every_key_and_the_hash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
