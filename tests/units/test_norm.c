/* Range normalisation against the contract's exact rational, rounded once. */
#include <stdlib.h>
#include <string.h>

#include "models/units/norm.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/one_frame.h"
#include "tests/support/random.h"

/* One token; exponents relative to the smallest of gamma's, beta's and the result's. */
typedef struct {
  uint32_t d;
  int32_t registers[EM_MAX_REGISTERS];
  int8_t *gamma, *beta, *x; /* [d] */
} norm_case;

static norm_case make_case(uint32_t d, int32_t gamma_shift, int32_t beta_shift, int32_t out_shift) {
  norm_case c = {.d = d, .gamma = calloc(d, 1), .beta = calloc(d, 1), .x = calloc(d, 1)};
  c.registers[EM_NORM_GAMMA_SHIFT] = gamma_shift;
  c.registers[EM_NORM_BETA_SHIFT] = beta_shift;
  c.registers[EM_NORM_OUT_SHIFT] = out_shift;
  return c;
}

static void free_case(norm_case *c) {
  free(c->gamma);
  free(c->beta);
  free(c->x);
}

/* Fails unless the unit follows the contract; returns the number of saturations. */
static uint64_t check_case(const norm_case *c) {
  em_norm_unit unit = {c->d, c->registers, c->gamma, c->beta};
  em_tensor gamma = {c->gamma, c->registers[EM_NORM_GAMMA_SHIFT]}, beta = {c->beta, c->registers[EM_NORM_BETA_SHIFT]};
  int8_t *y = malloc(c->d), *expected = malloc(c->d);
  em_node_count node = {.saturations = 3};
  ref_count count = {.saturations = 3};
  em_norm_one(&unit, c->x, y, &node);
  ref_norm(&gamma, &beta, c->d, c->x, expected, c->registers[EM_NORM_OUT_SHIFT], &count);
  assert_memory_equal(y, expected, c->d);
  assert_int_equal(node.saturations, count.saturations);
  free(y);
  free(expected);
  return node.saturations - 3;
}

/* Three shifts of which at least one is 0, as the loader derives them. */
static norm_case random_case(em_random *random, uint32_t d) {
  int32_t shifts[3];
  for (int i = 0; i < 3; i++) {
    shifts[i] = em_random_chance(random, 50) ? (int32_t)em_random_range(random, 0, 15) : 0;
  }
  shifts[em_random_next(random) % 3] = 0;
  norm_case c = make_case(d, shifts[0], shifts[1], shifts[2]);
  em_random_codes(random, (em_code_style)(em_random_next(random) % EM_CODES_STYLES), c.gamma, d);
  em_random_codes(random, (em_code_style)(em_random_next(random) % EM_CODES_STYLES), c.beta, d);
  em_random_codes(random, (em_code_style)(em_random_next(random) % EM_CODES_STYLES), c.x, d);
  return c;
}

static void norm_random_tokens_follow_the_contract(void **state) {
  (void)state;
  em_random random = {1};
  uint64_t saturations = 0, codes = 0;
  for (int i = 0; i < EM_REPEAT(60000); i++) {
    norm_case c = random_case(&random, em_random_count(&random, 1, 40));
    saturations += check_case(&c);
    codes += c.d;
    free_case(&c);
  }
  assert_true(saturations > codes / 100 && saturations < codes / 100 * 99); /* both happen */
}

static void norm_long_random_tokens_follow_the_contract(void **state) {
  (void)state;
  em_random random = {2};
  for (int i = 0; i < EM_REPEAT(400); i++) {
    norm_case c = random_case(&random, em_random_count(&random, 100, 8192));
    check_case(&c);
    free_case(&c);
  }
}

static void norm_constant_token_gives_beta(void **state) {
  (void)state;
  for (int code = -128; code < 128; code++) {
    norm_case c = make_case(7, 6, 0, 0);
    memset(c.x, code, c.d);
    memset(c.gamma, 127, c.d);
    for (uint32_t i = 0; i < c.d; i++) {
      c.beta[i] = (int8_t)(40 * (int)i - 128);
    }
    em_norm_unit unit = {c.d, c.registers, c.gamma, c.beta};
    em_node_count node = {0};
    int8_t y[7];
    em_norm_one(&unit, c.x, y, &node);
    assert_memory_equal(y, c.beta, c.d);
    assert_int_equal(node.saturations, 0);
    check_case(&c);
    free_case(&c);
  }
}

/* D = 1: the mean is the element, the range 1. */
static void norm_single_element_gives_beta_at_every_exponent(void **state) {
  (void)state;
  for (int32_t out_shift = 0; out_shift <= 15; out_shift++) {
    for (int beta = -128; beta < 128; beta++) {
      norm_case c = make_case(1, 0, 0, out_shift);
      c.x[0] = (int8_t)-beta;
      c.gamma[0] = -128;
      c.beta[0] = (int8_t)beta;
      check_case(&c);
      free_case(&c);
    }
  }
}

/* A span of 1 is the first that is not replaced by 1: two codes apart by one, anywhere. */
static void norm_span_of_one_divides_by_one(void **state) {
  (void)state;
  for (int code = -128; code < 127; code++) {
    norm_case c = make_case(3, 4, 0, 0);
    memset(c.gamma, 100, c.d);
    memset(c.beta, 5, c.d);
    memcpy(c.x, (int8_t[]){(int8_t)code, (int8_t)(code + 1), (int8_t)code}, 3);
    check_case(&c);
    free_case(&c);
  }
}

/* D = 2, x = (0, 1): x - mean is -1/2 and 1/2, so that every odd gamma is a tie; all gammas, even and odd betas. */
static void norm_ties_round_to_even(void **state) {
  (void)state;
  for (int gamma = -128; gamma < 128; gamma++) {
    for (int beta = -2; beta <= 2; beta++) {
      norm_case c = make_case(2, 0, 0, 0);
      memset(c.gamma, gamma, 2);
      memset(c.beta, beta, 2);
      c.x[1] = 1;
      check_case(&c);
      free_case(&c);
    }
  }
  norm_case c = make_case(2, 0, 0, 0);
  memset(c.gamma, 1, 2);
  c.x[1] = 1;
  em_norm_unit unit = {2, c.registers, c.gamma, c.beta};
  em_node_count node = {0};
  int8_t y[2];
  c.beta[1] = 1; /* -1/2 and 3/2 */
  em_norm_one(&unit, c.x, y, &node);
  assert_int_equal(y[0], 0);
  assert_int_equal(y[1], 2);
  free_case(&c);
}

/* Both ends of INT8 in one token, every gamma and beta at their ends, all shifts. */
static void norm_extreme_tokens_follow_the_contract(void **state) {
  (void)state;
  static const int8_t ends[] = {-128, 127};
  for (int corner = 0; corner < 8; corner++) {
    for (int32_t shift = 0; shift <= 15; shift++) {
      const int32_t shifts[3][3] = {{shift, 15, 0}, {15, shift, 0}, {0, shift, 15}};
      for (int i = 0; i < 3; i++) {
        norm_case c = make_case(9, shifts[i][0], shifts[i][1], shifts[i][2]);
        memset(c.gamma, ends[corner & 1], 9);
        memset(c.beta, ends[corner >> 1 & 1], 9);
        memset(c.x, ends[corner >> 2 & 1], 9);
        c.x[4] = (int8_t)~c.x[4]; /* the other end */
        check_case(&c);
        free_case(&c);
      }
    }
  }
}

/* The widest numerators: D = 8192 with one element far from the others. */
static void norm_widest_token_does_not_overflow(void **state) {
  (void)state;
  static const int8_t ends[] = {-128, 127};
  for (int corner = 0; corner < 8; corner++) {
    norm_case c = make_case(8192, corner & 1 ? 15 : 0, 15, corner & 1 ? 0 : 15);
    memset(c.gamma, ends[corner >> 1 & 1], c.d);
    memset(c.beta, ends[corner >> 2], c.d);
    memset(c.x, -128, c.d);
    c.x[8191] = 127;
    check_case(&c);
    memset(c.x, 127, c.d);
    c.x[0] = -128;
    check_case(&c);
    free_case(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(norm_random_tokens_follow_the_contract),
      cmocka_unit_test(norm_long_random_tokens_follow_the_contract),
      cmocka_unit_test(norm_constant_token_gives_beta),
      cmocka_unit_test(norm_single_element_gives_beta_at_every_exponent),
      cmocka_unit_test(norm_span_of_one_divides_by_one),
      cmocka_unit_test(norm_ties_round_to_even),
      cmocka_unit_test(norm_extreme_tokens_follow_the_contract),
      cmocka_unit_test(norm_widest_token_does_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
