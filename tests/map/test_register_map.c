/*
 * The register map against what is independent of it: the words that load a network, the device, the page that defines
 * the registers, and the header that the driver is compiled with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/machine/device.h"
#include "models/map/register_map.h"
#include "models/network/apb.h"
#include "models/network/load_words.h"
#include "sim/map/map_header.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

static char *text_of(const char *path) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  char *text = calloc(1, 100000);
  assert_non_null(text);
  assert_in_range(fread(text, 1, 99999, file), 1, 99998);
  fclose(file);
  return text;
}

static void the_driver_s_header_is_that_of_the_map(void **state) {
  (void)state;
  char *written = NULL, *shipped = text_of("sim/driver/emamba_map.h");
  size_t bytes = 0;
  FILE *file = open_memstream(&written, &bytes);
  em_map_write_common_header(file);
  fclose(file);
  assert_string_equal(written, shipped);
  free(written);
  free(shipped);
}

/* "| kind | a b c |" of the page: the registers of a kind in the order of their addresses. */
static void the_page_names_the_registers_of_every_kind(void **state) {
  (void)state;
  static const struct {
    uint32_t kind;
    const char *name;
  } kinds[] = {{EM_LINEAR, "linear"}, {EM_NORM, "norm"}, {EM_CONV, "conv"},
               {EM_SSM, "ssm"},       {EM_POOL, "pool"}, {EM_AXIS_OUT, "axis_out"}};
  char *page = text_of("docs/microarchitecture.md");
  for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
    char line[512];
    int length = snprintf(line, sizeof line, "\n| %s |", kinds[k].name);
    for (uint32_t i = 0; i < em_map_row_count; i++) {
      if (em_map_rows[i].owner == kinds[k].kind && em_map_rows[i].byte < EM_APB_TABLE) {
        length += snprintf(line + length, sizeof line - (size_t)length, " %s", em_map_rows[i].name);
      }
    }
    snprintf(line + length, sizeof line - (size_t)length, " |\n");
    if (strstr(page, line) == NULL) {
      fail_msg("docs/microarchitecture.md has no line%s", line);
    }
  }
  free(page);
}

/* ---- Against the words that load a network ---- */

typedef struct {
  const em_graph *graph;
  uint64_t inside; /* writes that the map knows */
} loading;

/* Where the map has a word at that address: whether it can be written. Absent registers are written too, as 0. */
static em_status look_up(void *context, uint32_t address, uint32_t data, em_error *error) {
  loading *l = context;
  (void)error;
  for (uint32_t engine = 0; engine < l->graph->engine_count; engine++) {
    em_map_entry entries[EM_MAP_MAX_ENTRIES];
    const uint32_t count =
        em_map_unit(l->graph, engine) == address >> 24 ? em_map_entries(l->graph, engine, entries) : 0;
    for (uint32_t i = 0; i < count; i++) {
      const em_map_entry *e = &entries[i];
      if (address >= e->address && address - e->address < e->count * e->stride) {
        assert_int_not_equal(e->access, EM_MAP_READ_ONLY);
        if (e->row != NULL && e->row->low != e->row->high) {
          const int32_t value = em_map_value(e->row, data);
          assert_true(value >= e->row->low && value <= e->row->high);
          assert_int_equal((uint32_t)value, data); /* nothing is cut off */
        }
        l->inside++;
        return EM_OK;
      }
    }
  }
  assert_int_equal(data, 0);
  return EM_OK;
}

/* Words of all that can be written, a memory's as often as its codes need. */
static uint64_t writable_words(const em_graph *graph) {
  uint64_t words = 0;
  for (uint32_t engine = 0; engine < graph->engine_count; engine++) {
    em_map_entry entries[EM_MAP_MAX_ENTRIES];
    const uint32_t count = em_map_entries(graph, engine, entries);
    for (uint32_t i = 0; i < count; i++) {
      const uint32_t each = entries[i].memory != NULL ? (entries[i].memory->lanes + 3) / 4 : 1;
      words += entries[i].access == EM_MAP_READ_ONLY ? 0 : (uint64_t)entries[i].count * each;
    }
  }
  return words;
}

static void loading_writes_every_word_of_the_map_and_no_other(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= EM_REPEAT(150); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    loading l = {&a_case->core.graph, 0};
    em_error error = {"?"};
    assert_int_equal(em_load_words(l.graph, &a_case->network, look_up, &l, &error), EM_OK);
    assert_int_equal(l.inside, writable_words(l.graph));
    em_case_free(a_case);
  }
}

/* ---- Against the device ---- */

static void entries_lie_apart_and_read_as_the_map_says(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= EM_REPEAT(60); seed++) {
    em_case *a_case = em_case_new(seed, 1);
    const em_graph *graph = &a_case->core.graph;
    em_device *device = NULL;
    em_error error;
    assert_int_equal(em_device_open(&device, &a_case->design, &error), EM_OK);
    for (uint32_t i = 0; i <= graph->engine_count; i++) {
      em_map_entry entries[EM_MAP_MAX_ENTRIES];
      const uint32_t engine = i == 0 ? EM_NONE : i - 1, count = em_map_entries(graph, engine, entries);
      uint32_t end = em_map_unit(graph, engine) << 24;
      assert_in_range(count, 1, EM_MAP_MAX_ENTRIES);
      for (uint32_t e = 0; e < count; e++) {
        uint32_t data = 1;
        assert_true(entries[e].address >= end);
        end = entries[e].address + entries[e].count * entries[e].stride;
        assert_true(em_device_read(device, entries[e].address, &data));
        assert_int_equal(data, entries[e].has_reset ? entries[e].reset : 0);
      }
      assert_int_equal((end - 1) >> 24, em_map_unit(graph, engine));
    }
    em_device_close(device);
    em_case_free(a_case);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_driver_s_header_is_that_of_the_map),
      cmocka_unit_test(the_page_names_the_registers_of_every_kind),
      cmocka_unit_test(loading_writes_every_word_of_the_map_and_no_other),
      cmocka_unit_test(entries_lie_apart_and_read_as_the_map_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
