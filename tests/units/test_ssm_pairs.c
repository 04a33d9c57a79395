/* The ssm's products of two INT8 operands at every requant shift: all pairs there are. */
#include <string.h>

#include "models/units/ssm.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/one_frame.h"

enum { PAIRS = 256, DELTAS = 128 };

/*
 * All 128 x 256 pairs of delta, not negative, and A, and of delta and B, at every shift: channel i has delta i, state j
 * has A (or B) j - 128. With h = 128 and x = 0 the new state is A_bar (here the identity of a_in); with h = 0, x = 1
 * and bx_shift = -7 it is B_bar.
 */
static void ssm_all_pairs_at_the_product_requants_are_exact(void **state) {
  (void)state;
  static int8_t a[PAIRS * PAIRS], x[PAIRS], delta[PAIRS], b[PAIRS], zeros[PAIRS], q[PAIRS];
  static int32_t h[PAIRS * PAIRS];
  em_pwl identity = {.segments = 1, .thresholds = {-128, 127}, .slopes = {1, 1, 1}};
  for (int32_t shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift += EM_STRIDE(3)) {
    for (int part = 0; part < 2; part++) {
      const int32_t registers[EM_MAX_REGISTERS] = {shift, shift, -7, 0, 0, 0, 0};
      em_ssm_unit unit = {.ed = DELTAS, .n = PAIRS, .registers = registers, .a = a, .d = zeros};
      for (int i = 0; i < PAIRS * PAIRS; i++) {
        a[i] = (int8_t)(i % PAIRS - 128);
        h[i] = part == 0 ? 128 : 0;
      }
      for (int i = 0; i < PAIRS; i++) {
        delta[i] = (int8_t)(i % DELTAS);
        b[i] = (int8_t)(i - 128);
        x[i] = part == 0 ? 0 : 1;
      }
      assert_true(em_ssm_tabulate(&unit, &identity));
      em_node_count nodes[6] = {{0}};
      em_ssm_one(&unit, x, delta, b, zeros, zeros, false, h, q, nodes);
      em_ssm_free(&unit);
      ref_count count = {0};
      for (int i = 0; i < DELTAS * PAIRS; i++) {
        assert_int_equal(h[i], ref_requant((i / PAIRS) * (i % PAIRS - 128), 0, shift, &count));
      }
      assert_int_equal(nodes[EM_SSM_NODE_EXP_IN].saturations, count.saturations);
      assert_int_equal(nodes[EM_SSM_NODE_B_BAR].saturations, count.saturations);
    }
  }
}

/* All 256 x 256 pairs of y and g at every shift: D = y, x = 1 and nothing in the state. */
static void ssm_all_pairs_at_the_gate_requant_are_exact(void **state) {
  (void)state;
  static int8_t d[PAIRS * PAIRS], g[PAIRS * PAIRS], ones[PAIRS * PAIRS], zeros[PAIRS * PAIRS], q[PAIRS * PAIRS];
  static int32_t h[PAIRS * PAIRS];
  const em_pwl zero = {.segments = 1};
  memset(ones, 1, sizeof ones);
  for (int i = 0; i < PAIRS * PAIRS; i++) {
    d[i] = (int8_t)(i / PAIRS - 128);
    g[i] = (int8_t)(i % PAIRS - 128);
  }
  for (int32_t shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift += EM_STRIDE(3)) {
    const int32_t registers[EM_MAX_REGISTERS] = {[EM_SSM_GATED_SHIFT] = shift};
    em_ssm_unit unit = {.ed = PAIRS * PAIRS, .n = 1, .registers = registers, .a = zeros, .d = d};
    assert_true(em_ssm_tabulate(&unit, &zero));
    em_node_count nodes[6] = {{0}};
    em_ssm_one(&unit, ones, zeros, zeros, zeros, g, true, h, q, nodes);
    em_ssm_free(&unit);
    ref_count count = {0};
    for (int i = 0; i < PAIRS * PAIRS; i++) {
      assert_int_equal(q[i], ref_requant(d[i] * g[i], 0, shift, &count));
    }
    assert_int_equal(nodes[EM_SSM_NODE_GATED].saturations, count.saturations);
    assert_int_equal(nodes[EM_SSM_NODE_Y].saturations, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ssm_all_pairs_at_the_product_requants_are_exact),
      cmocka_unit_test(ssm_all_pairs_at_the_gate_requant_are_exact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
