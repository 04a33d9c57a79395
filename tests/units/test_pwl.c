/* Piecewise-linear units: all 256 inputs of ordinary and extreme tables against the contract's definition. */
#include <string.h>

#include "models/units/pwl.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

/* y[i] = table(x[i]), in lanes. */
static void look_up_row(const em_pwl_table *table, const int8_t *x, uint32_t count, int8_t *y, em_node_count *node) {
  for (uint32_t i = 0; i < count; i += EM_LANES) {
    const uint32_t lanes = count - i < EM_LANES ? count - i : EM_LANES;
    const em_valid valid = em_valid_make(lanes);
    int8_t row[EM_LANES] = {0};
    memcpy(row, x + i, lanes);
    em_codes_store(row, em_pwl_lanes(table, em_codes_load(row), &valid, node));
    memcpy(y + i, row, lanes);
  }
}

static void check_table(const em_pwl *pwl) {
  em_pwl_table table;
  em_pwl_tabulate(pwl, &table);
  int8_t inputs[256], outputs[256];
  ref_count expected = {0};
  for (int code = -128; code < 128; code++) {
    inputs[code + 128] = (int8_t)code;
    int8_t value = ref_pwl(pwl, (int8_t)code, &expected);
    if (em_pwl_evaluate(pwl, (int8_t)code) != value || table.value[(uint8_t)code] != value) {
      fail_msg("pwl(%d) is %d, should be %d", code, em_pwl_evaluate(pwl, (int8_t)code), value);
    }
  }
  em_node_count count = {.saturations = 5, .below = 7, .above = 9}; /* counts are added to */
  look_up_row(&table, inputs, 256, outputs, &count);
  for (int i = 0; i < 256; i++) {
    assert_int_equal(outputs[i], table.value[(uint8_t)inputs[i]]);
  }
  assert_int_equal(count.saturations, 5);
  assert_int_equal(count.below, 7 + expected.below);
  assert_int_equal(count.above, 9 + expected.above);
}

static void pwl_tables_of_random_networks_are_exact(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= EM_REPEAT(4000); seed++) {
    em_design design;
    em_network network;
    em_random_design(seed, &design);
    em_random_network(seed, &design.shape, design.silu_segments, design.exp_segments, &network);
    check_table(&network.blocks[0].pwl_gate);
    check_table(&network.blocks[0].pwl_a_bar);
    em_network_free(&network);
  }
}

/* The widest sums there are, at every shift. */
static void pwl_extreme_slopes_and_intercepts_are_exact_at_every_shift(void **state) {
  (void)state;
  static const int16_t slopes[] = {INT16_MIN, INT16_MIN + 1, -1, 0, 1, INT16_MAX};
  static const int32_t intercepts[] = {INT32_MIN, INT32_MIN + 1, -(1 << 30), -1, 0, 1, 1 << 30, INT32_MAX};
  for (uint32_t shift = 0; shift <= 31; shift++) {
    for (size_t i = 0; i < 6 * 8; i++) {
      em_pwl pwl = {.segments = 2, .thresholds = {-100, 0, 100}, .shift = shift};
      for (size_t region = 0; region < 4; region++) {
        pwl.slopes[region] = slopes[(i + region) % 6];
        pwl.intercepts[region] = intercepts[(i / 6 + region) % 8];
      }
      check_table(&pwl);
    }
  }
}

/* x 2^-1 with intercept 0: every odd input is a tie. */
static void pwl_ties_round_to_even(void **state) {
  (void)state;
  em_pwl pwl = {.segments = 1, .thresholds = {0, 0}, .slopes = {1, 1, 1}, .shift = 1};
  assert_int_equal(em_pwl_evaluate(&pwl, 1), 0);
  assert_int_equal(em_pwl_evaluate(&pwl, 3), 2);
  assert_int_equal(em_pwl_evaluate(&pwl, -1), 0);
  assert_int_equal(em_pwl_evaluate(&pwl, -3), -2);
  assert_int_equal(em_pwl_evaluate(&pwl, 5), 2);
  check_table(&pwl);
}

static void pwl_thresholds_beyond_int8_are_always_or_never_passed(void **state) {
  (void)state;
  em_pwl pwl = {.segments = 3, .thresholds = {-256, -129, 128, 255}, .intercepts = {1, 2, 3, 4, 5}};
  check_table(&pwl);
  em_node_count count = {0};
  em_pwl_table table;
  em_pwl_tabulate(&pwl, &table);
  int8_t codes[] = {-128, 0, 127}, out[3];
  look_up_row(&table, codes, 3, out, &count);
  assert_memory_equal(out, "\3\3\3", 3);
  assert_int_equal(count.below + count.above, 0);
  em_pwl always = {.segments = 1, .thresholds = {-200, -129}, .intercepts = {1, 2, 3}};
  em_pwl_tabulate(&always, &table);
  look_up_row(&table, codes, 3, out, &count);
  assert_memory_equal(out, "\3\3\3", 3);
  assert_int_equal(count.above, 3);
  em_pwl never = {.segments = 1, .thresholds = {128, 255}, .intercepts = {1, 2, 3}};
  em_pwl_tabulate(&never, &table);
  look_up_row(&table, codes, 3, out, &count);
  assert_memory_equal(out, "\1\1\1", 3);
  assert_int_equal(count.below, 3);
}

/* Equal thresholds make regions that no input reaches. */
static void pwl_equal_thresholds_skip_their_region(void **state) {
  (void)state;
  em_pwl pwl = {.segments = 2, .thresholds = {4, 4, 4}, .intercepts = {1, 2, 3, 9}};
  assert_int_equal(em_pwl_evaluate(&pwl, 3), 1);
  assert_int_equal(em_pwl_evaluate(&pwl, 4), 9);
  check_table(&pwl);
}

static void pwl_all_thresholds_and_most_segments_are_exact(void **state) {
  (void)state;
  em_random random = {1};
  for (int threshold = -256; threshold <= 255; threshold++) {
    em_pwl pwl = {.segments = EM_PWL_MAX_SEGMENTS, .shift = 3};
    for (int i = 0; i < EM_PWL_MAX_SEGMENTS + 2; i++) {
      pwl.thresholds[i % (EM_PWL_MAX_SEGMENTS + 1)] =
          (int16_t)(threshold + i % (EM_PWL_MAX_SEGMENTS + 1) > 255 ? 255 : threshold + i % (EM_PWL_MAX_SEGMENTS + 1));
      pwl.slopes[i] = (int16_t)em_random_range(&random, -20, 20);
      pwl.intercepts[i] = (int32_t)em_random_range(&random, -900, 900);
    }
    check_table(&pwl);
  }
}

static void pwl_row_in_place_and_of_any_length_is_the_same(void **state) {
  (void)state;
  em_pwl pwl = {.segments = 1, .thresholds = {-10, 10}, .slopes = {0, -3, 1}, .intercepts = {-9, 4, 20}, .shift = 1};
  em_pwl_table table;
  em_pwl_tabulate(&pwl, &table);
  for (uint32_t length = 0; length <= 40; length++) {
    int8_t apart[41], in_place[41], inputs[41];
    for (uint32_t i = 0; i <= 40; i++) {
      inputs[i] = in_place[i] = (int8_t)(i * 7 - 128);
      apart[i] = 77;
    }
    em_node_count a = {0}, b = {0};
    look_up_row(&table, inputs, length, apart, &a);
    look_up_row(&table, in_place, length, in_place, &b);
    assert_memory_equal(apart, in_place, length);
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(apart[length], 77);
    assert_int_equal(in_place[length], inputs[length]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pwl_tables_of_random_networks_are_exact),
      cmocka_unit_test(pwl_extreme_slopes_and_intercepts_are_exact_at_every_shift),
      cmocka_unit_test(pwl_ties_round_to_even),
      cmocka_unit_test(pwl_thresholds_beyond_int8_are_always_or_never_passed),
      cmocka_unit_test(pwl_equal_thresholds_skip_their_region),
      cmocka_unit_test(pwl_all_thresholds_and_most_segments_are_exact),
      cmocka_unit_test(pwl_row_in_place_and_of_any_length_is_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
