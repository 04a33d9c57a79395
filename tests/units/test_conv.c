/* The conv engine's arithmetic, token after token, against the contract's causal convolution over whole sequences. */
#include <stdlib.h>
#include <string.h>

#include "models/units/conv.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/one_frame.h"
#include "tests/support/random.h"

enum { MAX_ED = 40, MAX_K = 16, MAX_TOKENS = 20 };

/* A unit and a sequence for it. */
typedef struct {
  uint32_t ed, k, tokens;
  bool silu;
  int32_t registers[EM_MAX_REGISTERS];
  int8_t weight[MAX_ED * MAX_K]; /* [ed, k], as in networks */
  int8_t bias[MAX_ED];
  em_pwl x, gate;
  em_conv_unit unit;
  int8_t sz[MAX_TOKENS][2 * MAX_ED]; /* rows of 2ed codes */
} conv_case;

static void random_table(em_random *random, em_pwl *pwl) {
  *pwl = (em_pwl){.segments = 3, .thresholds = {-60, -5, 5, 60}, .shift = 6};
  for (int i = 0; i < 5; i++) {
    pwl->slopes[i] = (int16_t)em_random_range(random, -90, 90);
    pwl->intercepts[i] = (int32_t)em_random_range(random, -4000, 4000);
  }
}

static void random_case(em_random *random, uint32_t ed, uint32_t k, conv_case *c) {
  *c = (conv_case){.ed = ed, .k = k, .tokens = em_random_count(random, 1, MAX_TOKENS)};
  c->silu = em_random_chance(random, 50);
  em_code_style style = (em_code_style)(em_random_next(random) % EM_CODES_STYLES);
  em_random_codes(random, style, c->weight, (uint64_t)ed * k);
  em_random_codes(random, EM_CODES_UNIFORM, c->bias, ed);
  style = (em_code_style)(em_random_next(random) % EM_CODES_STYLES);
  em_random_codes(random, style, &c->sz[0][0], sizeof c->sz);
  random_table(random, &c->x);
  random_table(random, &c->gate);
  bool bias_low = em_random_chance(random, 30);
  c->registers[EM_CONV_ACC_SHIFT] = bias_low ? (int32_t)em_random_range(random, 0, 7) : 0;
  c->registers[EM_CONV_BIAS_SHIFT] = bias_low ? 0 : (int32_t)em_random_range(random, 0, 15);
  bool wild = em_random_chance(random, 20);
  c->registers[EM_CONV_CONV_SHIFT] =
      (int32_t)(wild ? em_random_range(random, EM_REQUANT_MIN, EM_REQUANT_MAX) : em_random_range(random, 4, 12));
  c->registers[EM_CONV_X_SHIFT] = c->silu ? 0 : (int32_t)em_random_range(random, -8, 8);
  c->unit = (em_conv_unit){
      .ed = ed, .k = k, .silu = c->silu, .registers = c->registers, .weight = c->weight, .bias = c->bias};
  em_pwl_tabulate(&c->x, &c->unit.x);
  em_pwl_tabulate(&c->gate, &c->unit.gate);
}

/* The contract's x and g of token t, and its counts. */
static void reference(const conv_case *c, uint32_t t, int8_t *x, int8_t *g, ref_count counts[3]) {
  int8_t s[MAX_TOKENS * MAX_ED];
  for (uint32_t token = 0; token <= t; token++) {
    memcpy(s + token * c->ed, &c->sz[0][0] + (size_t)token * 2 * c->ed, c->ed);
  }
  em_tensor weight = {c->weight, c->registers[EM_CONV_ACC_SHIFT]}, bias = {c->bias, c->registers[EM_CONV_BIAS_SHIFT]};
  ref_conv(&weight, &bias, c->ed, c->k, s, t, 0, x, c->registers[EM_CONV_CONV_SHIFT], &counts[0]);
  for (uint32_t i = 0; i < c->ed; i++) {
    x[i] = c->silu ? ref_pwl(&c->x, x[i], &counts[1]) : ref_requant(x[i], 0, c->registers[EM_CONV_X_SHIFT], &counts[1]);
    g[i] = ref_pwl(&c->gate, (&c->sz[0][0])[(size_t)t * 2 * c->ed + c->ed + i], &counts[2]);
  }
}

/* Runs the sequence with whatever an earlier one left in the history; fails unless everything follows the contract. */
static void check_sequence(const conv_case *c) {
  int8_t history[MAX_ED * MAX_K], x[MAX_ED], g[MAX_ED], expected_x[MAX_ED], expected_g[MAX_ED];
  memset(history, 0x5a, sizeof history);
  em_node_count nodes[3] = {{0}};
  ref_count counts[3] = {{0}};
  for (uint32_t t = 0; t < c->tokens; t++) {
    const int8_t *sz = &c->sz[0][0] + (size_t)t * 2 * c->ed;
    em_conv_one(&c->unit, sz, t == 0, history, x, g, nodes);
    reference(c, t, expected_x, expected_g, counts);
    assert_memory_equal(x, expected_x, c->ed);
    assert_memory_equal(g, expected_g, c->ed);
    for (uint32_t i = 0; i < 3; i++) {
      assert_int_equal(nodes[i].saturations, counts[i].saturations);
      assert_int_equal(nodes[i].below, counts[i].below);
      assert_int_equal(nodes[i].above, counts[i].above);
    }
    assert_memory_equal(history + (c->k - 2) * c->ed, sz, c->ed); /* the newest past token is this one */
  }
  assert_int_equal(history[c->ed * (c->k - 1)], 0x5a);
}

static void conv_random_sequences_follow_the_contract(void **state) {
  (void)state;
  em_random random = {1};
  conv_case *c = malloc(sizeof *c);
  for (int i = 0; i < EM_REPEAT(6000); i++) {
    random_case(&random, em_random_count(&random, 1, MAX_ED), em_random_count(&random, 2, MAX_K), c);
    check_sequence(c);
  }
  free(c);
}

static void conv_every_width_and_tap_count_follows_the_contract(void **state) {
  (void)state;
  em_random random = {2};
  conv_case *c = malloc(sizeof *c);
  for (uint32_t ed = 1; ed < MAX_ED; ed++) {
    for (uint32_t k = 2; k <= MAX_K; k++) {
      random_case(&random, ed, k, c);
      check_sequence(c);
    }
  }
  free(c);
}

/* An impulse in token 0 walks through the taps, newest (k-1) to oldest (0), and is gone after k tokens. */
static void conv_impulse_gives_the_taps_from_newest_to_oldest(void **state) {
  (void)state;
  const int8_t weight[] = {7, 5, 3}, bias[] = {1};
  const int32_t registers[EM_MAX_REGISTERS] = {0};
  em_conv_unit unit = {.ed = 1, .k = 3, .registers = registers, .weight = weight, .bias = bias};
  int8_t history[] = {99, 99}, x, g;
  em_node_count nodes[3] = {{0}};
  static const int8_t inputs[] = {2, 0, 0, 0, 0}, expected[] = {7, 11, 15, 1, 1};
  for (int t = 0; t < 5; t++) {
    em_conv_one(&unit, (int8_t[]){inputs[t], 0}, t == 0, history, &x, &g, nodes);
    assert_int_equal(x, expected[t]);
  }
}

/* Without `first` the past counts: the same token gives another result. */
static void conv_later_token_sees_the_history(void **state) {
  (void)state;
  const int8_t weight[] = {1, 0}, bias[] = {0};
  const int32_t registers[EM_MAX_REGISTERS] = {0};
  em_conv_unit unit = {.ed = 1, .k = 2, .registers = registers, .weight = weight, .bias = bias};
  int8_t history[] = {42}, x, g;
  em_node_count nodes[3] = {{0}};
  em_conv_one(&unit, (int8_t[]){9, 0}, false, history, &x, &g, nodes);
  assert_int_equal(x, 42);
  em_conv_one(&unit, (int8_t[]){8, 0}, false, history, &x, &g, nodes);
  assert_int_equal(x, 9);
  em_conv_one(&unit, (int8_t[]){7, 0}, true, history, &x, &g, nodes);
  assert_int_equal(x, 0);
}

/* 16 taps of 2^14, shifted by 7, and a bias shifted by 15: the widest sum. */
static void conv_widest_sums_do_not_overflow(void **state) {
  (void)state;
  static const int8_t ends[] = {-128, 127};
  conv_case *c = malloc(sizeof *c);
  for (int corner = 0; corner < 8; corner++) {
    em_random random = {3};
    random_case(&random, 9, MAX_K, c);
    c->tokens = MAX_TOKENS;
    memset(c->weight, ends[corner & 1], sizeof c->weight);
    memset(c->sz, ends[corner >> 1 & 1], sizeof c->sz);
    memset(c->bias, ends[corner >> 2], sizeof c->bias);
    for (int32_t shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift += EM_STRIDE(5)) {
      c->registers[EM_CONV_ACC_SHIFT] = shift % 2 == 0 ? 7 : 0;
      c->registers[EM_CONV_BIAS_SHIFT] = shift % 2 == 0 ? 0 : 15;
      c->registers[EM_CONV_CONV_SHIFT] = shift;
      check_sequence(c);
    }
  }
  free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conv_random_sequences_follow_the_contract),
      cmocka_unit_test(conv_every_width_and_tap_count_follows_the_contract),
      cmocka_unit_test(conv_impulse_gives_the_taps_from_newest_to_oldest),
      cmocka_unit_test(conv_later_token_sees_the_history),
      cmocka_unit_test(conv_widest_sums_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
