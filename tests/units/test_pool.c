/* The mean over tokens, requantised in one rounding, against the contract. */
#include <stdlib.h>
#include <string.h>

#include "models/units/pool.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/one_frame.h"
#include "tests/support/random.h"

/* Sums l tokens x [l, d], one after another, and holds the mean against the reference. */
static uint64_t check_mean(const int8_t *x, uint32_t l, uint32_t d, int32_t num_shift, int32_t den_shift) {
  const int32_t registers[EM_MAX_REGISTERS] = {[EM_POOL_NUM_SHIFT] = num_shift, [EM_POOL_DEN_SHIFT] = den_shift};
  em_pool_unit unit = {d, l, registers};
  int32_t *sums = malloc(d * sizeof *sums);
  int8_t *y = malloc(d), *expected = malloc(d);
  memset(sums, 0x55, d * sizeof *sums); /* what the frame before left */
  for (uint32_t t = 0; t + 1 < l; t++) {
    em_pool_one(&unit, x + (size_t)t * d, t == 0, false, sums, NULL, NULL);
  }
  em_node_count node = {.saturations = 1};
  ref_count count = {0};
  em_pool_one(&unit, x + (size_t)(l - 1) * d, l == 1, true, sums, y, &node);
  ref_mean(x, l, d, num_shift, expected, den_shift, &count);
  assert_memory_equal(y, expected, d);
  assert_int_equal(node.saturations, 1 + count.saturations);
  free(sums);
  free(y);
  free(expected);
  return count.saturations;
}

static void pool_random_tokens_follow_the_contract(void **state) {
  (void)state;
  em_random random = {1};
  uint64_t saturations = 0;
  for (int i = 0; i < EM_REPEAT(100000); i++) {
    uint32_t l = em_random_count(&random, 1, 20), d = em_random_count(&random, 1, 17);
    int8_t x[20 * 17];
    em_random_codes(&random, (em_code_style)(em_random_next(&random) % EM_CODES_STYLES), x, (uint64_t)l * d);
    bool left = em_random_chance(&random, 50);
    int32_t shift = (int32_t)em_random_range(&random, 0, em_random_chance(&random, 50) ? 3 : 15);
    saturations += check_mean(x, l, d, left ? shift : 0, left ? 0 : shift);
  }
  assert_true(saturations > 0);
}

static void pool_first_token_discards_old_sums(void **state) {
  (void)state;
  em_pool_unit unit = {.d = 3, .l = 4};
  int32_t sums[] = {1000, -1000, 7};
  em_pool_one(&unit, (int8_t[]){-128, 0, 127}, true, false, sums, NULL, NULL);
  assert_memory_equal(sums, ((int32_t[]){-128, 0, 127}), sizeof sums);
  em_pool_one(&unit, (int8_t[]){-128, 1, 127}, false, false, sums, NULL, NULL);
  assert_memory_equal(sums, ((int32_t[]){-256, 1, 254}), sizeof sums);
}

/* Every sum of two codes halved: ties. */
static void pool_two_tokens_all_sums_round_to_even(void **state) {
  (void)state;
  for (int a = -128; a < 128; a++) {
    for (int b = -128; b < 128; b++) {
      check_mean((int8_t[]){(int8_t)a, (int8_t)b}, 2, 1, 0, 0);
    }
  }
  const int32_t registers[EM_MAX_REGISTERS] = {0};
  em_pool_unit unit = {3, 2, registers};
  em_node_count node = {0};
  int8_t y[3];
  em_pool_one(&unit, (int8_t[]){1, -1, 0}, false, true, (int32_t[]){2, 6, -3}, y, &node);
  assert_memory_equal(y, ((int8_t[]){2, 2, -2}), 3);
}

/* L = 2^22, the most tokens a shape may have, all at an end. */
static void pool_longest_frames_do_not_overflow(void **state) {
  (void)state;
  const uint32_t l = 1u << 22;
  for (int32_t shift = 0; shift <= 15; shift++) {
    for (int i = 0; i < 4; i++) {
      int32_t registers[EM_MAX_REGISTERS] = {0};
      registers[i & 1 ? EM_POOL_NUM_SHIFT : EM_POOL_DEN_SHIFT] = shift;
      em_pool_unit unit = {1, l, registers};
      int8_t code = i & 2 ? -128 : 127;
      int32_t sums[] = {code * (int32_t)(l - 1)};
      em_node_count node = {0};
      int8_t y;
      em_pool_one(&unit, &code, false, true, sums, &y, &node);
      ref_count count = {0};
      int8_t expected = ref_requant(code, registers[EM_POOL_NUM_SHIFT], registers[EM_POOL_DEN_SHIFT], &count);
      assert_int_equal(y, expected);
      assert_int_equal(node.saturations, count.saturations);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pool_random_tokens_follow_the_contract),
      cmocka_unit_test(pool_first_token_discards_old_sums),
      cmocka_unit_test(pool_two_tokens_all_sums_round_to_even),
      cmocka_unit_test(pool_longest_frames_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
