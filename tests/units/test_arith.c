/*
 * Rounding, saturation, alignment, requantisation: exhaustively where the domain is small, at the limits where it is
 * not. The references are exact: nearbyint() of a double that holds the quotient without error (ties to even is its
 * default mode), or 128-bit integers.
 */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include "models/network/registers.h"
#include "models/units/requant.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/random.h"

enum { CODE_BITS = 18, CODES = 1 << CODE_BITS, STEP = EM_STRIDE(7) };

/* round(code / 2^shift), saturated to INT8 where asked; exact for |code| < 2^45. */
static double exact(int64_t code, int shift) {
  return nearbyint(ldexp((double)code, -shift));
}

static double exact_requant(int64_t code, int shift) {
  return fmin(fmax(exact(code, shift), -128), 127);
}

static void arith_rounding_mode_is_ties_to_even(void **state) {
  (void)state; /* what the references rest on */
  assert_int_equal(fegetround(), FE_TONEAREST);
  assert_int_equal((int)exact(5, 1), 2);
  assert_int_equal((int)exact(-7, 1), -4);
  assert_int_equal((int)exact(-5, -2), -20);
}

static void arith_round_shift_every_18_bit_code_and_shift_is_exact(void **state) {
  (void)state;
  for (int shift = 0; shift <= EM_REQUANT_MAX; shift++) {
    for (int code = -CODES / 2; code < CODES / 2; code += STEP) {
      if (em_round_shift(code, (unsigned)shift) != (int64_t)exact(code, shift)) {
        fail_msg("round(%d / 2^%d) is %ld", code, shift, (long)em_round_shift(code, (unsigned)shift));
      }
    }
  }
}

static void arith_align_every_18_bit_code_and_shift_is_exact(void **state) {
  (void)state;
  for (int shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift++) {
    for (int code = -CODES / 2; code < CODES / 2; code += STEP) {
      if (em_align(code, shift) != (int64_t)exact(code, shift)) {
        fail_msg("align(%d, %d) is %ld", code, shift, (long)em_align(code, shift));
      }
    }
  }
}

static void arith_requant_every_18_bit_code_and_shift_is_exact(void **state) {
  (void)state;
  for (int shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift++) {
    for (int code = -CODES / 2; code < CODES / 2; code += STEP) {
      if (em_requant(code, shift) != (int)exact_requant(code, shift)) {
        fail_msg("requant(%d, %d) is %d", code, shift, em_requant(code, shift));
      }
    }
  }
}

static void arith_round_shift_up_to_62_bits_is_exact(void **state) {
  (void)state;
  em_random random = {1};
  for (unsigned shift = 0; shift <= 63; shift++) {
    for (int i = 0; i < EM_REPEAT(20000); i++) {
      int64_t code = (int64_t)em_random_next(&random) >> em_random_count(&random, 2, 63);
      switch (i % 4) {
        case 1: code = (INT64_C(1) << 62) - 1 - i / 4; break;
        case 2: code = -(INT64_C(1) << 62) + 1 + i / 4; break;
        case 3: code = (code >> shift % 62) * (INT64_C(1) << shift % 62) / 2; break; /* ties */
        default: break;
      }
      ref_int expected = ref_round(code, ref_pow2((int)shift));
      if (em_round_shift(code, shift) != expected) {
        fail_msg("round(%ld / 2^%u) is %ld", (long)code, shift, (long)em_round_shift(code, shift));
      }
    }
  }
}

static void arith_requant_up_to_54_bits_is_exact(void **state) {
  (void)state;
  em_random random = {2};
  for (int shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift++) {
    for (int i = 0; i < EM_REPEAT(20000); i++) {
      int64_t code = (int64_t)em_random_next(&random) >> em_random_count(&random, 10, 63);
      code = i == 0 ? (INT64_C(1) << 54) - 1 : i == 1 ? -(INT64_C(1) << 54) + 1 : code;
      ref_count ignored = {0};
      assert_int_equal(em_requant(code, shift), ref_requant(code, 0, shift, &ignored));
    }
  }
}

/* Lanes of words; every code is held against the same requantisation one by one, and the count too. */
static void check_row(const int32_t *codes, uint32_t count, int shift) {
  const em_requanter requanter = em_requanter_make(shift, 30);
  uint64_t saturations = 0, expected = 0;
  for (uint32_t i = 0; i < count; i += EM_LANES) {
    const uint32_t lanes = count - i < EM_LANES ? count - i : EM_LANES;
    const em_valid valid = em_valid_make(lanes);
    int32_t row[EM_LANES] = {0};
    int8_t out[EM_LANES];
    for (uint32_t lane = 0; lane < lanes; lane++) {
      row[em_word_place(lane)] = codes[i + lane];
    }
    em_codes_store(out, em_saturate_halves(em_align_words(em_words_load(row), requanter), &valid, &saturations));
    for (uint32_t lane = 0; lane < lanes; lane++) {
      expected += exact(codes[i + lane], shift) != exact_requant(codes[i + lane], shift);
      if (out[lane] != (int)exact_requant(codes[i + lane], shift)) {
        fail_msg("a lane's requant(%d, %d) is %d", codes[i + lane], shift, out[lane]);
      }
    }
  }
  assert_int_equal(saturations, expected);
}

static void arith_requant_row_every_18_bit_code_and_shift_is_exact(void **state) {
  (void)state;
  int32_t *codes = malloc(CODES * sizeof *codes);
  uint32_t count = 0;
  for (int code = -CODES / 2; code < CODES / 2; code += STEP) {
    codes[count++] = code;
  }
  for (int shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift++) {
    check_row(codes, count, shift);
  }
  free(codes);
}

static void arith_requant_row_at_its_limits_is_exact(void **state) {
  (void)state;
  enum { COUNT = 4096 };
  static int32_t codes[COUNT];
  em_random random = {3};
  for (int shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift++) {
    for (int i = 0; i < COUNT; i++) {
      codes[i] = i < 512    ? (1 << 30) - i
                 : i < 1024 ? -(1 << 30) + i - 512
                            : (int32_t)em_random_range(&random, -(1 << 30), 1 << 30) >> i % 30;
    }
    check_row(codes, COUNT, shift);
  }
}

static void arith_requant_row_of_any_length_stays_inside(void **state) {
  (void)state;
  int32_t codes[70];
  for (uint32_t i = 0; i < 70; i++) {
    codes[i] = (int32_t)i * 37 - 1200;
  }
  for (uint32_t count = 0; count <= 70; count++) {
    check_row(codes, count, 2);
    check_row(codes, count, -3);
  }
}

/* Every product of two codes at every shift, one by one and in lanes of halves. */
static void arith_products_of_all_code_pairs_are_exact_at_every_shift(void **state) {
  (void)state;
  const em_valid valid = em_valid_make(EM_LANES);
  for (int shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift++) {
    const em_requanter requanter = em_requanter_make(shift, 14);
    for (int a = -128; a < 128; a += STEP) {
      for (int b = -128; b < 128; b += EM_LANES) {
        int8_t row[EM_LANES], out[EM_LANES];
        uint64_t saturations = 0;
        for (int lane = 0; lane < EM_LANES; lane++) {
          row[lane] = (int8_t)(b + lane);
        }
        em_halves product = em_widen(em_codes_load(row));
        product.part[0] *= (int16_t)a;
        product.part[1] *= (int16_t)a;
        em_codes_store(out, em_saturate_halves(em_align_halves(product, requanter), &valid, &saturations));
        for (int lane = 0; lane < EM_LANES; lane++) {
          int expected = (int)exact_requant(a * (b + lane), shift);
          if (em_requant(a * (b + lane), shift) != expected || out[lane] != expected) {
            fail_msg("requant(%d * %d, %d) should be %d", a, b + lane, shift, expected);
          }
        }
      }
    }
  }
}

static void arith_round_divide_small_ratios_are_nearest_and_even(void **state) {
  (void)state;
  for (int64_t den = 1; den <= 130; den++) {
    for (int64_t num = -700; num <= 700; num++) {
      int64_t quotient = em_round_divide(num, den), rest = num - quotient * den; /* exact */
      assert_true(2 * llabs(rest) <= den);
      assert_true(2 * llabs(rest) < den || quotient % 2 == 0);
    }
  }
}

static void arith_round_divide_large_ratios_are_exact(void **state) {
  (void)state;
  em_random random = {4};
  for (int i = 0; i < EM_REPEAT(2000000); i++) {
    int64_t num = (int64_t)em_random_next(&random) >> em_random_count(&random, 2, 63);
    int64_t den = (int64_t)(em_random_next(&random) >> em_random_count(&random, 2, 63)) + 1;
    if (i % 3 == 0 && den < INT64_C(1) << 40) { /* ties */
      num = (2 * (num >> 42) + 1) * den / 2;
    }
    if (i % 1000 == 1) { /* the limits */
      num = i % 2000 == 1 ? (INT64_C(1) << 62) - 1 : -(INT64_C(1) << 62) + 1;
    }
    den = den >= INT64_C(1) << 62 ? (INT64_C(1) << 62) - 1 : den;
    assert_true(em_round_divide(num, den) == ref_round(num, den));
  }
}

static void arith_saturate_clamps_at_both_ends_of_every_width(void **state) {
  (void)state;
  for (unsigned bits = 1; bits <= 63; bits++) {
    int64_t high = (int64_t)(ref_pow2((int)bits - 1) - 1), low = (int64_t)-ref_pow2((int)bits - 1);
    const int64_t codes[] = {INT64_MIN, low - 1, low, low + 1, 0, high - 1, high, high + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
      int64_t expected = codes[i] > high ? high : codes[i] < low ? low : codes[i];
      assert_int_equal(em_saturate(codes[i], bits), expected);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(arith_rounding_mode_is_ties_to_even),
      cmocka_unit_test(arith_round_shift_every_18_bit_code_and_shift_is_exact),
      cmocka_unit_test(arith_align_every_18_bit_code_and_shift_is_exact),
      cmocka_unit_test(arith_requant_every_18_bit_code_and_shift_is_exact),
      cmocka_unit_test(arith_round_shift_up_to_62_bits_is_exact),
      cmocka_unit_test(arith_requant_up_to_54_bits_is_exact),
      cmocka_unit_test(arith_requant_row_every_18_bit_code_and_shift_is_exact),
      cmocka_unit_test(arith_requant_row_at_its_limits_is_exact),
      cmocka_unit_test(arith_requant_row_of_any_length_stays_inside),
      cmocka_unit_test(arith_products_of_all_code_pairs_are_exact_at_every_shift),
      cmocka_unit_test(arith_round_divide_small_ratios_are_nearest_and_even),
      cmocka_unit_test(arith_round_divide_large_ratios_are_exact),
      cmocka_unit_test(arith_saturate_clamps_at_both_ends_of_every_width),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
