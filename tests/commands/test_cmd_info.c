/* `emamba info`: each kind of file is told by its content and summed up. */
#include <unistd.h>

#include "sim/commands/commands.h"
#include "sim/files/frames_file.h"
#include "sim/files/network_file.h"
#include "tests/files/file_fixtures.h"

/* Runs `info PATH` with standard output in a file; `output` is freed by the caller. */
static em_status run_info(void **state, const char *path, fixture_bytes *output, em_error *error) {
  char captured[128];
  const em_options options = {.command = EM_COMMAND_INFO, .arguments = {path}, .argument_count = 1};
  fflush(stdout);
  int terminal = dup(STDOUT_FILENO);
  FILE *file = fopen(fixture_path(state, "captured", captured), "w");
  dup2(fileno(file), STDOUT_FILENO);
  em_status status = em_cmd_info(&options, error);
  fflush(stdout);
  dup2(terminal, STDOUT_FILENO);
  close(terminal);
  fclose(file);
  *output = fixture_read(captured);
  return status;
}

static void assert_info(void **state, const char *path, const char *first, const char *second) {
  fixture_bytes output;
  em_error error = {""};
  em_status status = run_info(state, path, &output, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  assert_non_null(strstr((char *)output.bytes, first));
  assert_non_null(strstr((char *)output.bytes, second));
  free(output.bytes);
}

static void info_each_kind_of_file_is_recognised(void **state) {
  static const int8_t codes[4] = {-3, 9, 0, 1};
  static const int64_t classes[1] = {4};
  const em_frames frames = {.count = 1,
                            .h = 1,
                            .w = 2,
                            .c = 2,
                            .codes = codes,
                            .has_exponent = true,
                            .exponent = -7,
                            .label_kind = EM_LABELS_CLASSES,
                            .label_width = 1,
                            .label_bytes = (const uint8_t *)classes};
  char path[128];
  em_shape shape = fixture_shape();
  em_network network;
  em_error error;
  fixture_path(state, "file", path);
  fixture_network(&network, &shape);
  assert_int_equal(em_network_save(path, &network, &error), EM_OK);
  em_network_free(&network);
  assert_info(state, path, "network ", "hidden layer of 5, 4 codes a frame");
  assert_int_equal(em_frames_save(path, &frames, &error), EM_OK);
  assert_info(state, path, "codes    -3..9", "classes 0..4");
  assert_int_equal(em_results_save(path, codes, 2, 2, -6, &error), EM_OK);
  assert_info(state, path, "2 frames of 2 codes", "scale    2^-6");
  assert_info(state, "configs/designs/tiny.yaml", "design tiny ", "engines.conv         lanes 2");
  assert_info(state, "configs/technology/gf22.yaml", "technology gf22, 22 nm", "ge_area_um2");
}

static void info_other_files_are_rejected(void **state) {
  static const struct {
    const char *text;
    size_t size;
    const char *expected;
  } cases[] = {
      {"", 0, "/other: is empty"},
      {"a: 1\n", 5, "is not a network, frames, results, design or technology file"},
      {"\2\0\0\0\0\0\0\0{}", 10, "is not a network, frames, results, design or technology file"},
      {"\3\0\0\0\0\0\0\0{}", 10, "/other: header length is 3, outside 2..2"},
      {"shape: 1\n", 9, "/other:1: name is missing"},
      {"constants: {}\n", 14, "/other:1: name is missing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char path[128];
    fixture_bytes output;
    em_error error = {"accepted"};
    fixture_write(fixture_path(state, "other", path), cases[i].text, cases[i].size);
    em_status status = run_info(state, path, &output, &error);
    fixture_assert_message(&error, cases[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    assert_int_equal(output.size, 0);
    free(output.bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(info_each_kind_of_file_is_recognised),
      cmocka_unit_test(info_other_files_are_rejected),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
