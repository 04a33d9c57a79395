/* Busy windows: nothing is lost when windows merge, grow or are cut; the cap holds. */
#include "sim/run/busy_windows.h"

/* cmocka.h needs what stands before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

static uint64_t sum(const em_busy_windows *windows, uint32_t engine, uint64_t from, uint64_t to) {
  uint64_t total = 0;
  for (uint64_t w = from; w < to; w++) {
    total += windows->busy[w * windows->engines + engine];
  }
  return total;
}

static void busy_windows_split_at_their_borders(void **state) {
  (void)state;
  em_busy_windows windows;
  em_error error;
  assert_int_equal(em_busy_windows_open(&windows, 2, 10, &error), EM_OK);
  em_busy_windows_add(&windows, 1, 7, 35);
  em_busy_windows_add(&windows, 1, 35, 40);
  em_busy_windows_add(&windows, 0, 10, 20);
  const uint64_t expected[] = {3, 10, 10, 10, 0};
  for (uint32_t w = 0; w < 5; w++) {
    assert_int_equal(sum(&windows, 1, w, w + 1), expected[w]);
    assert_int_equal(sum(&windows, 0, w, w + 1), w == 1 ? 10 : 0);
  }
  assert_int_equal(em_busy_windows_count(&windows, 40), 4);
  assert_int_equal(em_busy_windows_count(&windows, 41), 5);
  em_busy_windows_close(&windows);
}

/* Windows that chose their length hold what fixed ones of that length hold. */
static void busy_windows_merged_equal_fixed(void **state) {
  (void)state;
  em_busy_windows chosen, fixed;
  em_error error;
  assert_int_equal(em_busy_windows_open(&chosen, 3, 0, &error), EM_OK);
  uint64_t cycle = 0, length = 1;
  for (uint32_t i = 0; i < 20000; i++) {
    em_busy_windows_add(&chosen, i % 3, cycle, cycle + length);
    cycle += length + i % 5;
    length = 1 + (length * 7 + i) % 50;
  }
  uint64_t count = em_busy_windows_count(&chosen, cycle);
  assert_true(count <= EM_WINDOWS_DEFAULT && count > EM_WINDOWS_DEFAULT / 2 - 2);
  assert_int_equal(em_busy_windows_open(&fixed, 3, chosen.window_cycles, &error), EM_OK);
  cycle = 0;
  length = 1;
  for (uint32_t i = 0; i < 20000; i++) {
    em_busy_windows_add(&fixed, i % 3, cycle, cycle + length);
    cycle += length + i % 5;
    length = 1 + (length * 7 + i) % 50;
  }
  assert_memory_equal(chosen.busy, fixed.busy, count * 3 * sizeof *fixed.busy);
  em_busy_windows_close(&chosen);
  em_busy_windows_close(&fixed);
}

static void busy_windows_fixed_grow_up_to_a_cap_then_merge(void **state) {
  (void)state;
  em_busy_windows windows;
  em_error error;
  assert_int_equal(em_busy_windows_open(&windows, 1, 1, &error), EM_OK);
  em_busy_windows_add(&windows, 0, 0, 5000);
  assert_int_equal(sum(&windows, 0, 0, 5000), 5000);
  em_busy_windows_add(&windows, 0, 5000, EM_WINDOWS_MOST);
  assert_int_equal(windows.window_cycles, 1);
  assert_int_equal(windows.capacity, EM_WINDOWS_MOST);
  em_busy_windows_add(&windows, 0, EM_WINDOWS_MOST, (uint64_t)EM_WINDOWS_MOST + 1);
  assert_int_equal(windows.window_cycles, 2);
  assert_int_equal(windows.asked_cycles, 1);
  assert_int_equal(windows.capacity, EM_WINDOWS_MOST);
  assert_int_equal(sum(&windows, 0, 0, 1), 2);
  assert_int_equal(sum(&windows, 0, 0, windows.capacity), (uint64_t)EM_WINDOWS_MOST + 1);
  em_busy_windows_close(&windows);
}

static void busy_windows_repeated_equal_added_one_by_one(void **state) {
  (void)state;
  em_busy_windows repeated, added;
  em_error error;
  for (uint64_t i = 0; i < 3000; i++) {
    const uint64_t start = i * 37 % 500, busy = 1 + i * 11 % 90, period = busy + i * 7 % 60, times = 1 + i % 41;
    assert_int_equal(em_busy_windows_open(&repeated, 1, i % 3 == 0 ? 0 : 1 + i % 130, &error), EM_OK);
    assert_int_equal(em_busy_windows_open(&added, 1, i % 3 == 0 ? 0 : 1 + i % 130, &error), EM_OK);
    em_busy_windows_repeat(&repeated, 0, start, start + busy, period, times);
    for (uint64_t t = 0; t < times; t++) {
      em_busy_windows_add(&added, 0, start + t * period, start + t * period + busy);
    }
    assert_int_equal(repeated.window_cycles, added.window_cycles);
    assert_int_equal(repeated.capacity, added.capacity);
    assert_memory_equal(repeated.busy, added.busy, added.capacity * sizeof *added.busy);
    em_busy_windows_close(&repeated);
    em_busy_windows_close(&added);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(busy_windows_split_at_their_borders),
      cmocka_unit_test(busy_windows_merged_equal_fixed),
      cmocka_unit_test(busy_windows_repeated_equal_added_one_by_one),
      cmocka_unit_test(busy_windows_fixed_grow_up_to_a_cap_then_merge),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
