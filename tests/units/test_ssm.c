/* One token of the selective scan and the gate product against the contract, counts and stored state included. */
#include <stdlib.h>
#include <string.h>

#include "models/units/ssm.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/one_frame.h"
#include "tests/support/random.h"

enum { MAX_ED = 600, MAX_N = 40 };

/* A unit, and the same as a block with exponents. */
typedef struct {
  uint32_t ed, n;
  em_block block;
  int32_t registers[EM_MAX_REGISTERS];
  em_ssm_unit unit;
  int8_t a[MAX_ED * MAX_N], d[MAX_ED];
} ssm_case;

/* Chooses exponents that give these shifts, by the operators' arrows in the contract. */
static void set_shifts(ssm_case *c, int32_t exp_in, int32_t b_bar, int32_t bx, int32_t cur, int32_t dx, int32_t y,
                       int32_t gated) {
  const int32_t registers[] = {exp_in, b_bar, bx, cur, dx, y, gated};
  memcpy(c->registers, registers, sizeof registers);
  em_block *b = &c->block;
  b->exp_in = exp_in; /* delta, A, B, x and gate at exponent 0 */
  b->b_bar = b_bar;
  b->state = b_bar + bx + 7;
  b->c = cur - (b_bar + bx);
  b->d.exponent = dx;
  b->y = y;
  b->gated = y + gated;
}

static void bind(ssm_case *c) {
  em_ssm_free(&c->unit);
  c->block.a.codes = c->a;
  c->block.d.codes = c->d;
  c->unit = (em_ssm_unit){.ed = c->ed, .n = c->n, .registers = c->registers, .a = c->a, .d = c->d};
  assert_true(em_ssm_tabulate(&c->unit, &c->block.pwl_a_bar));
}

static void random_case(em_random *random, uint32_t ed, uint32_t n, ssm_case *c) {
  em_ssm_free(&c->unit);
  *c = (ssm_case){.ed = ed, .n = n};
  em_random_codes(random, em_random_chance(random, 60) ? EM_CODES_NEGATIVE : EM_CODES_UNIFORM, c->a, (uint64_t)ed * n);
  em_random_codes(random, EM_CODES_UNIFORM, c->d, ed);
  em_pwl *pwl = &c->block.pwl_a_bar;
  *pwl = (em_pwl){.segments = 2, .thresholds = {-100, -20, 0}, .shift = 4};
  for (int i = 0; i < 4; i++) {
    pwl->slopes[i] = (int16_t)em_random_range(random, -16, 40);
    pwl->intercepts[i] = (int32_t)em_random_range(random, 0, 2100);
  }
  bool wild = em_random_chance(random, 25), dx_low = em_random_chance(random, 25);
  int32_t dx = (int32_t)em_random_range(random, 0, 31), cur = dx_low ? (int32_t)em_random_range(random, 0, 7) : 0;
  set_shifts(c, (int32_t)(wild ? em_random_range(random, -8, 63) : em_random_range(random, 4, 9)),
             (int32_t)(wild ? em_random_range(random, -8, 63) : em_random_range(random, 4, 8)),
             (int32_t)em_random_range(random, -15, wild ? 16 : -5), cur, dx_low ? 0 : dx,
             (int32_t)(wild ? em_random_range(random, -8, 63) : em_random_range(random, 18, 26)),
             (int32_t)em_random_range(random, 3, 9));
  bind(c);
}

static void assert_counts(const em_node_count *nodes, const ref_ssm_count *counts) {
  assert_int_equal(nodes[EM_SSM_NODE_EXP_IN].saturations, counts->exp_in.saturations);
  assert_int_equal(nodes[EM_SSM_NODE_A_BAR].below, counts->a_bar.below);
  assert_int_equal(nodes[EM_SSM_NODE_A_BAR].above, counts->a_bar.above);
  assert_int_equal(nodes[EM_SSM_NODE_B_BAR].saturations, counts->b_bar.saturations);
  assert_int_equal(nodes[EM_SSM_NODE_STATE].saturations, counts->state.saturations);
  assert_int_equal(nodes[EM_SSM_NODE_Y].saturations, counts->y.saturations);
  assert_int_equal(nodes[EM_SSM_NODE_GATED].saturations, counts->gated.saturations);
  assert_int_equal(counts->store.saturations, 0); /* INT17 never saturates after INT24 */
}

/* Runs `tokens` random tokens; state, results and counts must follow the contract. Adds the counts to `total`. */
static void check_sequence(em_random *random, const ssm_case *c, uint32_t tokens, ref_ssm_count *total) {
  static int32_t h[MAX_ED * MAX_N + 1];
  static int64_t reference_h[MAX_ED * MAX_N];
  int8_t x[MAX_ED], delta[MAX_ED], g[MAX_ED], b[MAX_N], code[MAX_N], q[MAX_ED + 1], expected[MAX_ED];
  memset(h, 0x33, sizeof h); /* what an earlier frame left */
  memset(reference_h, 0, sizeof reference_h);
  em_node_count nodes[6] = {{0}};
  ref_ssm_count counts = {0};
  em_code_style style = em_random_chance(random, 40) ? EM_CODES_EXTREME : EM_CODES_UNIFORM;
  for (uint32_t t = 0; t < tokens; t++) {
    em_random_codes(random, style, x, c->ed);
    em_random_codes(random, style, delta, c->ed);
    for (uint32_t i = 0; i < c->ed; i++) {
      delta[i] &= INT8_MAX; /* as behind the ReLU */
    }
    em_random_codes(random, style, g, c->ed);
    em_random_codes(random, em_random_chance(random, 30) ? EM_CODES_CONSTANT : style, b, c->n);
    em_random_codes(random, style, code, c->n);
    q[c->ed] = 55;
    em_ssm_one(&c->unit, x, delta, b, code, g, t == 0, h, q, nodes);
    ref_ssm(&c->block, c->ed, c->n, x, delta, b, code, g, reference_h, expected, &counts);
    assert_memory_equal(q, expected, c->ed);
    assert_int_equal(q[c->ed], 55);
    for (uint32_t i = 0; i < c->ed * c->n; i++) {
      assert_int_equal(h[i], reference_h[i]);
    }
    assert_int_equal(h[c->ed * c->n], 0x33333333);
  }
  assert_counts(nodes, &counts);
  total->state.saturations += counts.state.saturations;
  total->exp_in.saturations += counts.exp_in.saturations;
  total->b_bar.saturations += counts.b_bar.saturations;
  total->y.saturations += counts.y.saturations;
}

static void ssm_random_sequences_follow_the_contract(void **state) {
  (void)state;
  em_random random = {1};
  ssm_case *c = calloc(1, sizeof *c);
  ref_ssm_count total = {0};
  for (int i = 0; i < EM_REPEAT(3000); i++) {
    random_case(&random, em_random_count(&random, 1, 20), em_random_count(&random, 1, MAX_N), c);
    check_sequence(&random, c, em_random_count(&random, 1, 12), &total);
  }
  /* The rare things were there. */
  assert_true(total.state.saturations > 1000 && total.exp_in.saturations > 1000);
  assert_true(total.b_bar.saturations > 1000 && total.y.saturations > 1000);
  em_ssm_free(&c->unit);
  free(c);
}

static void ssm_every_state_size_around_the_vector_width_is_exact(void **state) {
  (void)state;
  em_random random = {2};
  ssm_case *c = calloc(1, sizeof *c);
  ref_ssm_count total = {0};
  for (uint32_t n = 1; n <= MAX_N; n++) {
    for (int i = 0; i < EM_REPEAT(40); i++) {
      random_case(&random, em_random_count(&random, 1, 5), n, c);
      check_sequence(&random, c, 5, &total);
    }
  }
  em_ssm_free(&c->unit);
  free(c);
}

static void ssm_many_channels_follow_the_contract(void **state) {
  (void)state;
  static const uint32_t sizes[] = {1, 2, 3, 5, 7, 8, 9, 16, 17};
  em_random random = {4};
  ssm_case *c = calloc(1, sizeof *c);
  ref_ssm_count total = {0};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    for (int repeat = 0; repeat < EM_REPEAT(8); repeat++) {
      random_case(&random, em_random_count(&random, MAX_ED / 2, MAX_ED), sizes[i], c);
      check_sequence(&random, c, 3, &total);
    }
  }
  em_ssm_free(&c->unit);
  free(c);
}

/* One channel, one state: A_bar h + b_bar x << left, with y = requant(C cur >> y_shift) through a gate of 1. */
static int8_t one_state(int32_t a_bar, int32_t *h, int8_t b_bar_x, int32_t left, int8_t c, int32_t y_shift, bool first,
                        em_node_count nodes[6]) {
  const int32_t registers[EM_MAX_REGISTERS] = {0, 0, -left, 0, 0, y_shift, 0};
  static const int8_t zero[] = {0};
  const em_pwl constant = {.segments = 1, .intercepts = {a_bar, a_bar, a_bar}};
  em_ssm_unit unit = {.ed = 1, .n = 1, .registers = registers, .a = zero, .d = zero};
  assert_true(em_ssm_tabulate(&unit, &constant));
  int8_t q;
  em_ssm_one(&unit, (int8_t[]){127}, (int8_t[]){1}, &b_bar_x, &c, (int8_t[]){1}, first, h, &q, nodes);
  em_ssm_free(&unit);
  return q;
}

static void ssm_first_token_counts_the_state_as_zero(void **state) {
  (void)state;
  em_node_count nodes[6] = {{0}};
  int32_t h = 1000;
  one_state(127, &h, 0, 0, 1, 0, true, nodes);
  assert_int_equal(h, 0);
  h = 1000;
  one_state(127, &h, 0, 0, 1, 0, false, nodes);
  assert_int_equal(h, 992); /* floor(127000 / 128) */
}

/* -1 / 128 is stored as -1, not as 0, and 127 / 128 as 0, not as 1: floor, no rounding. */
static void ssm_state_is_floored_not_rounded(void **state) {
  (void)state;
  em_node_count nodes[6] = {{0}};
  int32_t h = -1;
  one_state(1, &h, 0, 0, 1, 0, false, nodes);
  assert_int_equal(h, -1);
  h = 127;
  one_state(1, &h, 0, 0, 1, 0, false, nodes);
  assert_int_equal(h, 0);
  h = -129;
  one_state(1, &h, 0, 0, 1, 0, false, nodes);
  assert_int_equal(h, -2);
}

/* y comes from all 24 bits: a current of 127, stored as 0, is 127 in y; one of 2^23 - 1 has its low bits. */
static void ssm_y_takes_the_full_current(void **state) {
  (void)state;
  em_node_count nodes[6] = {{0}};
  int32_t h = 100;
  assert_int_equal(one_state(1, &h, 0, 0, 1, 0, false, nodes), 100);
  assert_int_equal(h, 0);
  h = 65535; /* 127 * 65535 + (127 * 127 << 9) is beyond 2^23 */
  assert_int_equal(one_state(127, &h, 127, 9, 1, 16, false, nodes), 127); /* 8388607 / 2^16 = 127.99, saturated */
  assert_int_equal(h, 65535);
  assert_int_equal(nodes[EM_SSM_NODE_STATE].saturations, 1);
}

static void ssm_current_saturates_at_both_ends_of_int24(void **state) {
  (void)state;
  em_node_count nodes[6] = {{0}};
  int32_t h = -65536;
  one_state(127, &h, -128, 9, 1, 17, false, nodes); /* -8323072 - 8323072 */
  assert_int_equal(h, -65536);
  assert_int_equal(nodes[EM_SSM_NODE_STATE].saturations, 1);
  h = -65536;
  one_state(-128, &h, 0, 0, 1, 17, false, nodes); /* exactly 2^23: one too many */
  assert_int_equal(h, 65535);
  assert_int_equal(nodes[EM_SSM_NODE_STATE].saturations, 2);
  h = 65535;
  one_state(-128, &h, 0, 0, 1, 17, false, nodes); /* -8388480: fits */
  assert_int_equal(h, -65535);
  assert_int_equal(nodes[EM_SSM_NODE_STATE].saturations, 2);
}

/* N = 256 and every factor at an end: the sum has 39 bits, aligned with D x it has 46. */
static void ssm_widest_sums_do_not_overflow(void **state) {
  (void)state;
  enum { N = 256 };
  static const int8_t ends[] = {-128, 127};
  static int8_t a[N], b[N], c[N];
  static int32_t h[N];
  static int64_t reference_h[N];
  ssm_case *one = calloc(1, sizeof *one);
  for (int corner = 0; corner < 16; corner++) {
    one->block.pwl_a_bar =
        (em_pwl){.segments = 1, .intercepts = {ends[corner & 1], ends[corner & 1], ends[corner & 1]}};
    memset(c, ends[corner >> 1 & 1], N);
    memset(b, ends[corner >> 2 & 1], N);
    one->d[0] = ends[corner >> 3];
    for (int32_t y_shift = EM_REQUANT_MIN; y_shift <= EM_REQUANT_MAX; y_shift++) {
      one->ed = 1;
      one->n = N;
      set_shifts(one, 0, 0, -15, y_shift % 2 == 0 ? 7 : 0, y_shift % 2 == 0 ? 0 : 31, y_shift, 0);
      bind(one);
      one->unit.a = one->block.a.codes = a;
      int8_t x = -128, delta = 127, g = 1, q, expected;
      for (uint32_t i = 0; i < N; i++) {
        reference_h[i] = h[i] = corner & 4 ? -65536 : 65535;
      }
      em_node_count nodes[6] = {{0}};
      ref_ssm_count counts = {0};
      em_ssm_one(&one->unit, &x, &delta, b, c, &g, false, h, &q, nodes);
      ref_ssm(&one->block, 1, N, &x, &delta, b, c, &g, reference_h, &expected, &counts);
      assert_int_equal(q, expected);
      assert_int_equal(h[N - 1], reference_h[N - 1]);
      assert_counts(nodes, &counts);
    }
  }
  em_ssm_free(&one->unit);
  free(one);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ssm_random_sequences_follow_the_contract),
      cmocka_unit_test(ssm_every_state_size_around_the_vector_width_is_exact),
      cmocka_unit_test(ssm_many_channels_follow_the_contract),
      cmocka_unit_test(ssm_first_token_counts_the_state_as_zero),
      cmocka_unit_test(ssm_state_is_floored_not_rounded),
      cmocka_unit_test(ssm_y_takes_the_full_current),
      cmocka_unit_test(ssm_current_saturates_at_both_ends_of_int24),
      cmocka_unit_test(ssm_widest_sums_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
