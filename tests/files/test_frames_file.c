/* Frames and results files: what is saved is loaded back, and every way to break a file is named. */
#include <math.h>

#include "sim/files/frames_file.h"
#include "tests/files/file_fixtures.h"

/* Two frames of 1 x 2 x 2 codes with classes, for networks of `shape` below. */
#define CLASSES                                                                                                       \
  "{\"__metadata__\":{\"exponent\":\"-5\"},\"frames\":{\"dtype\":\"I8\",\"shape\":[2,1,2,2],\"data_offsets\":[0,8]}," \
  "\"labels\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[8,24]}}"

static const em_shape shape = {.h = 1, .w = 2, .c = 2, .p = 1, .l = 2, .d = 4, .head = EM_HEAD_MEAN, .outputs = 3};

static em_status parse(const char *header, int64_t second_class, const em_shape *checked, em_frames *frames,
                       em_error *error) {
  int64_t data[3] = {0, 2, second_class};
  fixture_bytes file = fixture_safetensors(header, data, sizeof data);
  em_status status = em_frames_parse(file.bytes, file.size, checked, frames, error);
  if (status == EM_OK) {
    em_frames_free(frames);
  }
  free(file.bytes);
  return status;
}

static void frames_file_broken_says_what_where_and_what_is_allowed(void **state) {
  (void)state;
  static const fixture_mutation mutations[] = {
      {"\"frames\"", "\"frame\"", "tensor frames is missing"},
      {"\"I8\"", "\"U8\"", "tensor frames is U8 [2, 1, 2, 2], must be I8 [n, H, W, C] with at least one frame"},
      {"[2,1,2,2]", "[2,4]", "tensor frames is I8 [2, 4], must be I8 [n, H, W, C]"},
      {"[2,1,2,2]", "[2,2,2,1]", "tensor frames is I8 [2, 2, 2, 1], but the shape needs I8 [n, 1, 2, 2]"},
      {"[2,1,2,2]", "[2,1,1,4]", "but the shape needs I8 [n, 1, 2, 2]"},
      {"[2,1,2,2]", "[1,1,4,2]", "but the shape needs I8 [n, 1, 2, 2]"},
      {"[2,1,2,2]", "[1,2,2,2]", "but the shape needs I8 [n, 1, 2, 2]"},
      {"[2,1,2,2]", "[1,1,2,4]", "but the shape needs I8 [n, 1, 2, 2]"},
      {"\"I64\"", "\"U64\"", "tensor labels is U64 [2], must be I64 [2] or F32 [2, 3]"},
      {"\"I64\",\"shape\":[2]", "\"F32\",\"shape\":[2,2]",
       "tensor labels is F32 [2, 2], must be I64 [2] or F32 [2, 3]"},
      {"\"I64\",\"shape\":[2]", "\"F32\",\"shape\":[4]", "tensor labels is F32 [4], must be I64 [2] or F32 [2, 3]"},
      {"\"I64\",\"shape\":[2]", "\"I64\",\"shape\":[2,1]", "must be I64 [2] or F32 [2, 3]"},
      {"\"labels\"", "\"label\"", "tensor label is unknown; allowed: frames, labels"},
      {"\"-5\"", "\"x\"", "__metadata__.exponent must be an integer in -64..63"},
      {"\"-5\"", "\"64\"", "__metadata__.exponent must be an integer in -64..63"},
      {"\"-5\"", "\"[1]\"", "__metadata__.exponent must be an integer in -64..63"},
  };
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    char *header = fixture_replace(CLASSES, mutations[i].old_text, mutations[i].new_text);
    em_frames frames;
    em_error error = {"accepted"};
    em_status status = parse(header, 0, &shape, &frames, &error);
    fixture_assert_message(&error, mutations[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    free(header);
  }
}

static void frames_file_class_out_of_range_names_the_frame(void **state) {
  (void)state;
  em_frames frames;
  em_error error;
  assert_int_equal(parse(CLASSES, 2, &shape, &frames, &error), EM_OK);
  assert_int_equal(parse(CLASSES, 3, &shape, &frames, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "label of frame 1 is 3, outside 0..2");
  assert_int_equal(parse(CLASSES, 3, NULL, &frames, &error), EM_OK);
  assert_int_equal(parse(CLASSES, -1, NULL, &frames, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "label of frame 1 is -1, outside 0..9223372036854775807");
  /* With the heads none and token a frame yields L = 2 times the outputs. */
  em_shape tokens = shape;
  tokens.head = EM_HEAD_NONE;
  tokens.outputs = tokens.d;
  assert_int_equal(parse(CLASSES, 7, &tokens, &frames, &error), EM_OK);
  assert_int_equal(parse(CLASSES, 8, &tokens, &frames, &error), EM_BAD_INPUT);
  tokens.head = EM_HEAD_TOKEN;
  tokens.outputs = 3;
  assert_int_equal(parse(CLASSES, 5, &tokens, &frames, &error), EM_OK);
  assert_int_equal(parse(CLASSES, 6, &tokens, &frames, &error), EM_BAD_INPUT);
}

static void frames_file_no_frames_is_rejected(void **state) {
  (void)state;
  fixture_bytes file =
      fixture_safetensors("{\"frames\":{\"dtype\":\"I8\",\"shape\":[0,1,2,2],\"data_offsets\":[0,0]}}", NULL, 0);
  em_frames frames;
  em_error error;
  assert_int_equal(em_frames_parse(file.bytes, file.size, &shape, &frames, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "with at least one frame");
  free(file.bytes);
}

static void frames_file_saved_with_classes_loads_the_same(void **state) {
  static const int8_t codes[8] = {-128, 127, 0, 1, 2, 3, 4, 5};
  static const int64_t classes[2] = {2, 1};
  const em_frames written = {.count = 2,
                             .h = 1,
                             .w = 2,
                             .c = 2,
                             .codes = codes,
                             .has_exponent = true,
                             .exponent = -9,
                             .label_kind = EM_LABELS_CLASSES,
                             .label_width = 1,
                             .label_bytes = (const uint8_t *)classes};
  char path[128];
  em_frames frames;
  em_error error;
  assert_int_equal(em_frames_save(fixture_path(state, "classes", path), &written, &error), EM_OK);
  assert_int_equal(em_frames_load(path, &shape, &frames, &error), EM_OK);
  assert_int_equal(frames.count, 2);
  assert_memory_equal(em_frames_frame(&frames, 0), codes, 4);
  assert_memory_equal(em_frames_frame(&frames, 1), codes + 4, 4);
  assert_true(frames.has_exponent);
  assert_int_equal(frames.exponent, -9);
  assert_int_equal(em_frames_class(&frames, 0), 2);
  assert_int_equal(em_frames_class(&frames, 1), 1);
  assert_string_equal(frames.label_unit, "");
  em_frames_free(&frames);
}

static void frames_file_saved_with_values_loads_the_same(void **state) {
  static const int8_t codes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  float values[6] = {0.5F, -1.0F, 3e38F, 1.0F, 2.0F, 3.0F};
  em_frames written = {.count = 2,
                       .h = 1,
                       .w = 2,
                       .c = 2,
                       .codes = codes,
                       .label_kind = EM_LABELS_VALUES,
                       .label_width = 3,
                       .label_bytes = (const uint8_t *)values};
  char unit[] = "m \"x\"", path[128];
  written.label_unit = unit;
  em_frames frames;
  em_error error;
  assert_int_equal(em_frames_save(fixture_path(state, "values", path), &written, &error), EM_OK);
  assert_int_equal(em_frames_load(path, &shape, &frames, &error), EM_OK);
  assert_false(frames.has_exponent);
  assert_int_equal(frames.label_width, 3);
  for (uint64_t i = 0; i < 6; i++) {
    assert_memory_equal(&(float){em_frames_value(&frames, i / 3, i % 3)}, &values[i], sizeof(float));
  }
  assert_string_equal(frames.label_unit, "m \"x\"");
  em_frames_free(&frames);

  values[1] = NAN;
  assert_int_equal(em_frames_save(path, &written, &error), EM_OK);
  assert_int_equal(em_frames_load(path, &shape, &frames, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/values: label 1 of frame 0 is not a finite number");
}

static void frames_file_saved_without_labels_loads_without(void **state) {
  static const int8_t codes[4] = {1, 2, 3, 4};
  const em_frames written = {.count = 1, .h = 1, .w = 2, .c = 2, .codes = codes};
  char path[128];
  em_frames frames;
  em_error error;
  assert_int_equal(em_frames_save(fixture_path(state, "plain", path), &written, &error), EM_OK);
  assert_int_equal(em_frames_load(path, &shape, &frames, &error), EM_OK);
  assert_int_equal(frames.label_kind, EM_LABELS_NONE);
  em_frames_free(&frames);
}

static void results_file_saved_loads_the_same(void **state) {
  static const int8_t codes[6] = {1, -2, 3, -4, 5, -128};
  char path[128];
  em_results results;
  em_frames frames;
  em_error error;
  assert_int_equal(em_results_save(fixture_path(state, "results", path), codes, 2, 3, -6, &error), EM_OK);
  assert_int_equal(em_results_load(path, &results, &error), EM_OK);
  assert_int_equal(results.count, 2);
  assert_int_equal(results.width, 3);
  assert_memory_equal(results.codes, codes, 6);
  assert_true(results.has_exponent);
  assert_int_equal(results.exponent, -6);
  em_results_free(&results);
  assert_int_equal(em_frames_load(path, NULL, &frames, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/results: tensor frames is missing");
}

static void results_file_broken_says_what(void **state) {
  static const fixture_mutation mutations[] = {
      {"\"outputs\"", "\"output\"", "/broken: tensor outputs is missing"},
      {"\"I8\"", "\"U8\"", "tensor outputs is U8 [2, 2], must be I8 [n, outputs] with at least one frame"},
      {"[2,2]", "[4]", "tensor outputs is I8 [4], must be"},
      {"{\"outputs\"", "{\"x\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]},\"outputs\"",
       "tensor x is unknown; allowed: outputs"},
      {"{\"outputs\"", "{\"__metadata__\":{\"exponent\":\"1.5\"},\"outputs\"",
       "__metadata__.exponent must be an integer"},
  };
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    char *header = fixture_replace("{\"outputs\":{\"dtype\":\"I8\",\"shape\":[2,2],\"data_offsets\":[0,4]}}",
                                   mutations[i].old_text, mutations[i].new_text);
    fixture_bytes file = fixture_safetensors(header, NULL, 4);
    char path[128];
    em_results results;
    em_error error = {"accepted"};
    fixture_write(fixture_path(state, "broken", path), file.bytes, file.size);
    em_status status = em_results_load(path, &results, &error);
    fixture_assert_message(&error, mutations[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    free(header);
    free(file.bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_file_broken_says_what_where_and_what_is_allowed),
      cmocka_unit_test(frames_file_class_out_of_range_names_the_frame),
      cmocka_unit_test(frames_file_no_frames_is_rejected),
      cmocka_unit_test(frames_file_saved_with_classes_loads_the_same),
      cmocka_unit_test(frames_file_saved_with_values_loads_the_same),
      cmocka_unit_test(frames_file_saved_without_labels_loads_without),
      cmocka_unit_test(results_file_saved_loads_the_same),
      cmocka_unit_test(results_file_broken_says_what),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
