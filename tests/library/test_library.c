/* The library through its own header: what it says, and that handles, arrays and files mean the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/emamba.h"
#include "models/base/version.h"
#include "tests/support/check.h"

static const char design_path[] = "configs/designs/mars.yaml";
static const char network_path[] = "configs/networks/mars-random.safetensors";
static const char frames_path[] = "traces/mars-random.safetensors";

typedef struct {
  emamba_design *design;
  emamba_network *network;
  emamba_frames *frames;
} parts;

static int open_parts(void **state) {
  parts *p = calloc(1, sizeof *p);
  *state = p;
  return p == NULL || emamba_design_open(design_path, &p->design, NULL) != EMAMBA_OK ||
         emamba_network_open(network_path, &p->network, NULL) != EMAMBA_OK ||
         emamba_frames_open(frames_path, &p->frames, NULL) != EMAMBA_OK;
}

static int close_parts(void **state) {
  parts *p = *state;
  emamba_frames_close(p->frames);
  emamba_network_close(p->network);
  emamba_design_close(p->design);
  free(p);
  return 0;
}

/* The whole of a file, zero-terminated. */
static char *read_file(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fseek(file, 0, SEEK_END), 0);
  *bytes = (size_t)ftell(file);
  rewind(file);
  char *text = calloc(*bytes + 1, 1);
  assert_non_null(text);
  assert_int_equal(fread(text, 1, *bytes, file), *bytes);
  fclose(file);
  return text;
}

static void assert_same_outputs(const emamba_result *a, const emamba_result *b) {
  uint64_t count, width, other_count, other_width;
  const int8_t *codes = emamba_result_outputs(a, &count, &width);
  const int8_t *others = emamba_result_outputs(b, &other_count, &other_width);
  assert_int_equal(count, other_count);
  assert_int_equal(width, other_width);
  assert_memory_equal(codes, others, count * width);
}

static void library_version_is_that_of_the_project(void **state) {
  (void)state;
  assert_string_equal(emamba_version(), em_version());
}

static void library_closing_nothing_does_nothing(void **state) {
  (void)state;
  emamba_design_close(NULL);
  emamba_network_close(NULL);
  emamba_frames_close(NULL);
  emamba_result_close(NULL);
  emamba_free(NULL);
}

static void library_errors_name_file_and_cause_and_leave_outputs_alone(void **state) {
  parts *p = *state;
  emamba_error error = {""};
  emamba_design *design = p->design;
  assert_int_equal(emamba_design_open("no/such.yaml", &design, &error), EMAMBA_BAD_INPUT);
  assert_ptr_equal(design, p->design);
  assert_non_null(strstr(error.text, "no/such.yaml"));
  assert_int_equal(emamba_network_open(design_path, &(emamba_network *){NULL}, &error), EMAMBA_BAD_INPUT);
  assert_int_equal(strncmp(error.text, design_path, strlen(design_path)), 0);
  assert_int_equal(emamba_design_open("no/such.yaml", &design, NULL), EMAMBA_BAD_INPUT);
}

static void library_parts_from_memory_give_the_same_result(void **state) {
  parts *p = *state;
  size_t design_bytes, network_bytes;
  char *text = read_file(design_path, &design_bytes), *bytes = read_file(network_path, &network_bytes);
  emamba_design *design = NULL;
  emamba_network *network = NULL;
  assert_int_equal(emamba_design_parse(text, design_bytes, design_path, &design, NULL), EMAMBA_OK);
  assert_int_equal(emamba_network_parse(bytes, network_bytes, &network, NULL), EMAMBA_OK);
  free(text);
  free(bytes);
  emamba_result *of_files, *of_memory;
  assert_int_equal(emamba_run(p->design, p->network, p->frames, NULL, &of_files, NULL), EMAMBA_OK);
  assert_int_equal(emamba_run(design, network, p->frames, NULL, &of_memory, NULL), EMAMBA_OK);
  assert_same_outputs(of_files, of_memory);
  assert_int_equal(emamba_result_cycles(of_files), emamba_result_cycles(of_memory));
  assert_non_null(emamba_result_report(of_memory));
  emamba_result_close(of_files);
  emamba_result_close(of_memory);
  emamba_network_close(network);
  emamba_design_close(design);
}

static void library_result_outlives_its_parts(void **state) {
  (void)state;
  void *own;
  assert_int_equal(open_parts(&own), 0);
  parts *p = own;
  emamba_result *result;
  const emamba_run_options options = {.frames = 2, .toggles = 1};
  assert_int_equal(emamba_run(p->design, p->network, p->frames, &options, &result, NULL), EMAMBA_OK);
  close_parts(&own);
  uint64_t count, width, sum = 0;
  const int8_t *codes = emamba_result_outputs(result, &count, &width);
  for (uint64_t i = 0; i < count * width; i++) {
    sum += (uint8_t)codes[i];
  }
  assert_true(sum > 0);
  assert_int_equal(count, 2);
  assert_non_null(strstr(emamba_result_report(result), "toggle"));
  emamba_result_close(result);
}

static void library_lent_frames_are_checked_with_their_labels(void **state) {
  parts *p = *state;
  static int8_t codes[2][8][8][5];
  static const int64_t classes[2] = {3, 57};
  static const float values[2] = {0.5F, 1.0F};
  emamba_frames *frames;
  emamba_error error = {""};
  emamba_result *result;
  assert_int_equal(emamba_frames_lend(&codes[0][0][0][0], 0, 8, 8, 5, &frames, &error), EMAMBA_BAD_INPUT);
  assert_int_equal(emamba_frames_lend(&codes[0][0][0][0], 2, 8, 8, 5, &frames, &error), EMAMBA_OK);
  assert_int_equal(emamba_check(p->design, p->network, frames, &error), EMAMBA_OK);
  assert_int_equal(emamba_frames_lend_classes(frames, classes, &error), EMAMBA_OK);
  assert_int_equal(emamba_run(p->design, p->network, frames, NULL, &result, &error), EMAMBA_BAD_INPUT);
  assert_string_equal(error.text, "label of frame 1 is 57, outside 0..56");
  assert_int_equal(emamba_frames_lend_values(frames, values, 1, "m", &error), EMAMBA_OK);
  assert_int_equal(emamba_check(p->design, p->network, frames, &error), EMAMBA_BAD_INPUT);
  emamba_frames_close(frames);
}

static void library_options_out_of_range_are_refused(void **state) {
  parts *p = *state;
  emamba_error error = {""};
  emamba_result *result = NULL;
  const emamba_run_options many = {.frames = 9}, never = {.stall_in = 1}, negative = {.stall_out = -0.5};
  assert_int_equal(emamba_run(p->design, p->network, p->frames, &many, &result, &error), EMAMBA_BAD_INPUT);
  assert_string_equal(error.text, "frames: 9, but there are 8");
  assert_int_equal(emamba_run(p->design, p->network, p->frames, &never, &result, &error), EMAMBA_BAD_INPUT);
  assert_int_equal(emamba_run(p->design, p->network, p->frames, &negative, &result, &error), EMAMBA_BAD_INPUT);
  assert_null(result);
}

static void library_keys_are_those_of_the_file(void **state) {
  parts *p = *state;
  emamba_error error = {""};
  char name[EMAMBA_KEY_CHARS];
  size_t keys = 0;
  double value;
  for (; emamba_design_key(p->design, keys, name) == 1; keys++) {
    assert_int_equal(emamba_design_get(p->design, name, &value, &error), EMAMBA_OK);
    assert_int_equal(emamba_design_set(p->design, name, value, &error), EMAMBA_OK);
  }
  assert_true(keys > 40);
  assert_int_equal(emamba_design_set(p->design, "engines.ssm.lanes", 2.5, &error), EMAMBA_BAD_INPUT);
  assert_string_equal(error.text, "engines.ssm.lanes: 2.5, must be an integer in 1..65536");
  assert_int_equal(emamba_design_set(p->design, "engines.pool.lanes", 1, &error), EMAMBA_BAD_INPUT);
  assert_int_equal(emamba_design_set(p->design, "clock_mhz", 0, &error), EMAMBA_BAD_INPUT);
  assert_int_equal(emamba_design_set(p->design, "no.key", 0, &error), EMAMBA_BAD_INPUT);
}

static void library_changed_design_is_checked_where_it_is_used(void **state) {
  parts *p = *state;
  emamba_error error = {""};
  emamba_timing timing;
  emamba_price_totals price;
  emamba_design *copy;
  assert_int_equal(emamba_design_copy(p->design, &copy, &error), EMAMBA_OK);
  assert_int_equal(emamba_design_set(copy, "engines.ssm.lanes", 7, &error), EMAMBA_OK);
  assert_int_equal(emamba_check(copy, NULL, NULL, &error), EMAMBA_BAD_INPUT);
  assert_non_null(strstr(error.text, "engines.ssm.lanes: 7 does not divide N = 8"));
  assert_int_equal(emamba_time(copy, &timing, &error), EMAMBA_BAD_INPUT);
  assert_int_equal(emamba_price(copy, &price, &error), EMAMBA_BAD_INPUT);
  assert_int_equal(emamba_time(p->design, &timing, &error), EMAMBA_OK);
  emamba_design_close(copy);
}

/* Hand-computed: the interval is that of patch_embed, 203 cycles a token, 16 tokens (docs/microarchitecture.md). */
static void library_time_and_price_are_in_proportion_to_the_clock(void **state) {
  parts *p = *state;
  emamba_timing slow, fast;
  emamba_price_totals at_100, at_200;
  assert_int_equal(emamba_time(p->design, &slow, NULL), EMAMBA_OK);
  assert_int_equal(emamba_price(p->design, &at_100, NULL), EMAMBA_OK);
  assert_int_equal(emamba_design_set(p->design, "clock_mhz", 200, NULL), EMAMBA_OK);
  assert_int_equal(emamba_time(p->design, &fast, NULL), EMAMBA_OK);
  assert_int_equal(emamba_price(p->design, &at_200, NULL), EMAMBA_OK);
  assert_true(slow.interval_cycles == 16 * 203 && slow.exact == 1);
  assert_true(fast.interval_cycles == slow.interval_cycles);
  assert_true(fast.frames_per_second > 1.999 * slow.frames_per_second);
  assert_true(at_200.area_um2.nominal == at_100.area_um2.nominal);
  assert_true(at_200.power_mw.nominal > at_100.power_mw.nominal);
  assert_true(at_200.energy_per_frame_pj.nominal < at_100.energy_per_frame_pj.nominal); /* less leakage a frame */
  assert_true(at_100.power_mw.low < at_100.power_mw.nominal && at_100.power_mw.nominal < at_100.power_mw.high);
}

static void library_stalls_change_cycles_and_no_value(void **state) {
  parts *p = *state;
  emamba_result *straight, *stalled;
  const emamba_run_options options = {.stall_in = 0.5, .stall_out = 0.5, .seed = 3};
  assert_int_equal(emamba_run(p->design, p->network, p->frames, NULL, &straight, NULL), EMAMBA_OK);
  assert_int_equal(emamba_run(p->design, p->network, p->frames, &options, &stalled, NULL), EMAMBA_OK);
  assert_same_outputs(straight, stalled);
  assert_true(emamba_result_cycles(stalled) > emamba_result_cycles(straight));
  emamba_result_close(straight);
  emamba_result_close(stalled);
}

int main(void) {
#define WITH_PARTS(test) cmocka_unit_test_setup_teardown(test, open_parts, close_parts)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(library_version_is_that_of_the_project),
      cmocka_unit_test(library_closing_nothing_does_nothing),
      WITH_PARTS(library_errors_name_file_and_cause_and_leave_outputs_alone),
      WITH_PARTS(library_parts_from_memory_give_the_same_result),
      cmocka_unit_test(library_result_outlives_its_parts),
      WITH_PARTS(library_lent_frames_are_checked_with_their_labels),
      WITH_PARTS(library_options_out_of_range_are_refused),
      WITH_PARTS(library_keys_are_those_of_the_file),
      WITH_PARTS(library_changed_design_is_checked_where_it_is_used),
      WITH_PARTS(library_time_and_price_are_in_proportion_to_the_clock),
      WITH_PARTS(library_stalls_change_cycles_and_no_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
