/* The archive of designs found: what it keeps, and which partial designs it gives up. */
#include <math.h>

#include "models/explore/archive.h"
#include "tests/support/check.h"
#include "tests/support/random.h"

static void start(em_archive *archive) {
  em_pace pace = {.cost_count = 2, .most = {INFINITY, INFINITY}};
  em_archive_start(archive, &pace, (const double[]){1, 1});
}

static void offer(em_archive *archive, double first, double second) {
  em_found found = {.c = {first, second}};
  if (em_archive_wants(archive, found.c)) {
    em_archive_add(archive, &found);
  }
}

static void costs_that_differ_by_rounding_are_equal(void **state) {
  (void)state;
  em_archive archive = {0};
  double next = nextafter(7, 8);
  start(&archive);
  offer(&archive, 7, 5);
  offer(&archive, next, 3); /* better but for rounding: takes the place */
  assert_int_equal(archive.count, 1);
  assert_true(archive.found[0].c[1] < 4);
  offer(&archive, 7, 5); /* and keeps it */
  assert_int_equal(archive.count, 1);
  assert_true(archive.found[0].c[1] < 4);
  em_archive_free(&archive);
}

static void what_is_kept_rises_and_falls_and_covers_all(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 200; seed++) {
    em_random random = em_random_seeded(seed, 84);
    double costs[100][EM_COSTS];
    em_archive archive = {0};
    start(&archive);
    for (uint32_t i = 0; i < 100; i++) {
      costs[i][0] = em_random_count(&random, 1, 30);
      costs[i][1] = em_random_count(&random, 1, 30);
      offer(&archive, costs[i][0], costs[i][1]);
    }
    for (uint32_t i = 1; i < archive.count; i++) {
      assert_true(archive.found[i - 1].c[0] < archive.found[i].c[0]);
      assert_true(archive.found[i - 1].c[1] > archive.found[i].c[1]);
    }
    for (uint32_t i = 0; i < 100; i++) {
      bool covered = false;
      for (uint32_t k = 0; k < archive.count; k++) {
        covered = covered || (archive.found[k].c[0] <= costs[i][0] && archive.found[k].c[1] <= costs[i][1]);
      }
      assert_true(covered);
    }
    em_archive_free(&archive);
  }
}

/* With nothing left to choose a label is given up only where it is not wanted. */
static void what_is_wanted_is_not_given_up(void **state) {
  (void)state;
  const double rest[EM_WEIGHTS] = {0};
  for (uint64_t seed = 1; seed <= 200; seed++) {
    em_random random = em_random_seeded(seed, 85);
    em_archive archive = {0};
    start(&archive);
    for (uint32_t i = 0; i < 20; i++) {
      offer(&archive, em_random_count(&random, 1, 30), em_random_count(&random, 1, 30));
    }
    for (uint32_t i = 0; i < 100; i++) {
      const double c[EM_COSTS] = {em_random_count(&random, 1, 30), em_random_count(&random, 1, 30)};
      assert_true(em_archive_hopes(&archive, c, rest) || !em_archive_wants(&archive, c));
    }
    em_archive_free(&archive);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(costs_that_differ_by_rounding_are_equal),
      cmocka_unit_test(what_is_kept_rises_and_falls_and_covers_all),
      cmocka_unit_test(what_is_wanted_is_not_given_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
