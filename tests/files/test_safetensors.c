/* The safetensors reader and writer: what is written is read back, and every way to break a file is named. */
#include "sim/files/safetensors.h"
#include "tests/files/file_fixtures.h"

#define TWO_TENSORS                                                                                  \
  "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"I8\",\"shape\":[2,3],\"data_offsets\":[0,6]}," \
  "\"b\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[6,8]}}"

static em_status parse(const char *header, size_t data_size, em_safetensors *tensors, em_error *error) {
  fixture_bytes file = fixture_safetensors(header, NULL, data_size);
  em_status status = em_safetensors_parse(file.bytes, file.size, tensors, error);
  if (status == EM_OK) {
    em_safetensors_free(tensors);
  }
  free(file.bytes);
  return status;
}

static void safetensors_parse_valid_gives_tensors_and_metadata(void **state) {
  (void)state;
  fixture_bytes file = fixture_safetensors(TWO_TENSORS, "\1\2\3\4\5\6\7\10", 8);
  em_safetensors tensors;
  em_error error;
  assert_int_equal(em_safetensors_parse(file.bytes, file.size, &tensors, &error), EM_OK);
  assert_int_equal(tensors.tensor_count, 2);
  const em_safetensor *a = em_safetensors_find(&tensors, "a"), *b = em_safetensors_find(&tensors, "b");
  assert_int_equal(a->dtype, EM_DTYPE_I8);
  assert_int_equal(a->rank, 2);
  assert_int_equal(a->dims[0], 2);
  assert_int_equal(a->dims[1], 3);
  assert_memory_equal(a->data, "\1\2\3\4\5\6", 6);
  assert_int_equal(b->size_bytes, 2);
  assert_memory_equal(b->data, "\7\10", 2);
  assert_string_equal(em_safetensors_metadata(&tensors, "k"), "v");
  assert_null(em_safetensors_metadata(&tensors, "a"));
  assert_null(em_safetensors_find(&tensors, "k"));
  em_safetensors_free(&tensors);
  free(file.bytes);
}

static void safetensors_parse_unusual_but_valid_is_accepted(void **state) {
  (void)state;
  em_safetensors tensors;
  em_error error;
  assert_int_equal(parse("{}", 0, &tensors, &error), EM_OK);
  assert_int_equal(parse(TWO_TENSORS " \n ", 8, &tensors, &error), EM_OK);
  /* A scalar, and a tensor without elements that shares its place with the next one. */
  assert_int_equal(parse("{\"s\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8, &tensors, &error),
                   EM_OK);
  assert_int_equal(parse("{\"z\":{\"dtype\":\"U8\",\"shape\":[0,9],\"data_offsets\":[0,0]},"
                         "\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}",
                         1, &tensors, &error),
                   EM_OK);
  assert_int_equal(parse("{\"\\u00e4 \\\\ \\\" \xc3\xa4\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0,
                         &tensors, &error),
                   EM_OK);
}

static void safetensors_parse_broken_header_says_what_and_where(void **state) {
  (void)state;
  static const fixture_mutation mutations[] = {
      {"{\"__m", "{{\"__m", "header: not JSON at byte"},
      {"\"I8\"", "I8", "header: not JSON"},
      {"", "x", "header: not JSON"},
      {"", "{}", "header: not JSON"},
      {"\"k\"", "\"\\u0000k\"", "holds \\u0000"},
      {"\"k\"", "\"\nk\"", "byte 0x0a"},
      {"\"k\"", "\"\xff\"", "not UTF-8"},
      {"\"k\"", "\"\xed\xa0\x80\"", "not UTF-8"},
      {"{\"k\":\"v\"}", "[]", "__metadata__: must be a JSON object"},
      {"\"v\"", "1", "__metadata__: \"k\" must be a string"},
      {"\"k\":\"v\"", "\"k\":\"v\",\"k\":\"w\"", "__metadata__: \"k\" is there twice"},
      {"\"b\"", "\"a\"", "\"a\" is there twice"},
      {"\"b\"", "\"__metadata__\"", "\"__metadata__\" is there twice"},
      {"\"dtype\":\"I8\",", "", "tensor a: must have exactly dtype, shape and data_offsets"},
      {"\"dtype\":\"I8\",", "\"dtype\":\"I8\",\"x\":0,", "tensor a: must have exactly"},
      {"\"dtype\":\"I8\",", "\"dtype\":\"I8\",\"dtype\":\"I8\",", "tensor a: \"dtype\" is there twice"},
      {"\"I8\"", "\"I7\"", "tensor a: dtype \"I7\" is not one of"},
      {"\"I8\"", "8", "tensor a: dtype"},
      {"[2,3]", "[2,-3]", "tensor a: shape must be a list"},
      {"[2,3]", "[2.5,3]", "tensor a: shape must be a list"},
      {"[2,3]", "6", "tensor a: shape must be a list"},
      {"[2,3]", "[1,1,1,1,1,1,1,1,6]", "tensor a: shape must be a list of at most 8"},
      {"[2,3]", "[1e300,3]", "tensor a: shape must be a list"},
      {"[2,3]", "[2,4]", "tensor a: data_offsets span 6 bytes, which is not I8 [2, 4]"},
      {"[2,3]", "[4294967296,4294967296]", "tensor a: data_offsets span 6 bytes"},
      {"[2,3]", "[9007199254740992,9007199254740992,9007199254740992,9007199254740992]", "tensor a: data_offsets span"},
      {"\"b\"", "\"c\":{\"dtype\":\"I8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[6,6]},\"b\"",
       "tensor c: data_offsets span 0 bytes, which is not I8 [4294967296, 4294967296]"},
      {"[0,6]", "[0,6,6]", "tensor a: data_offsets must be two rising integers in 0..8"},
      {"[0,6]", "[6,0]", "tensor a: data_offsets must be two rising integers in 0..8"},
      {"[0,6]", "[3,9]", "tensor a: data_offsets must be two rising integers in 0..8"},
      {"[0,6]", "[-1,5]", "tensor a: data_offsets must be two rising integers in 0..8"},
      {"[0,6]", "[0,\"6\"]", "tensor a: data_offsets must be two rising integers in 0..8"},
      {"[0,6]", "[1,7]", "tensor a: begins at data byte 1, but the one before it ends at 0"},
      {"[6,8]", "[5,7]", "tensor b: begins at data byte 5, but the one before it overlaps it, up to 6"},
      {",\"b\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[6,8]}", "",
       "8 bytes of data, of which tensors use 6"},
  };
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    char *header = fixture_replace(TWO_TENSORS, mutations[i].old_text, mutations[i].new_text);
    em_safetensors tensors;
    em_error error = {"accepted"};
    em_status status = parse(header, 8, &tensors, &error);
    fixture_assert_message(&error, mutations[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    free(header);
  }
}

static void safetensors_parse_broken_length_is_rejected(void **state) {
  (void)state;
  static const struct {
    uint64_t length;
    size_t size;
    const char *expected;
  } cases[] = {
      {0, 0, "0 bytes, but a safetensors file begins with 8"},
      {2, 7, "7 bytes, but a safetensors file begins with 8"},
      {0, 8, "header length is 0, outside 2..0"},
      {1, 10, "header length is 1, outside 2..2"},
      {3, 10, "header length is 3, outside 2..2"},
      {UINT64_MAX, 10, "header length is 18446744073709551615, outside 2..2"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    /* Exactly as large as the file, so that a sanitizer sees a read past its end. */
    uint8_t whole[10] = {0, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    memcpy(whole, &cases[i].length, 8);
    uint8_t *bytes = malloc(cases[i].size + (cases[i].size == 0));
    memcpy(bytes, whole, cases[i].size);
    em_safetensors tensors;
    em_error error = {"accepted"};
    assert_int_equal(em_safetensors_parse(bytes, cases[i].size, &tensors, &error), EM_BAD_INPUT);
    fixture_assert_message(&error, cases[i].expected);
    free(bytes);
  }
}

static void safetensors_parse_cut_anywhere_is_rejected(void **state) {
  (void)state;
  fixture_bytes file = fixture_safetensors(TWO_TENSORS, NULL, 8);
  for (size_t size = 0; size < file.size; size++) {
    uint8_t *bytes = malloc(size + 1);
    memcpy(bytes, file.bytes, size);
    em_safetensors tensors;
    em_error error;
    assert_int_equal(em_safetensors_parse(bytes, size, &tensors, &error), EM_BAD_INPUT);
    free(bytes);
  }
  free(file.bytes);
}

static void safetensors_parse_deep_nesting_is_rejected(void **state) {
  (void)state;
  char header[256] = "{\"a\":";
  memset(header + strlen(header), '[', 100);
  em_safetensors tensors;
  em_error error;
  assert_int_equal(parse(header, 0, &tensors, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "nested deeper than 16");
}

/* 60,000 tensors are read in well under a second; a quadratic search would take minutes. */
static void safetensors_parse_many_tensors_is_quick(void **state) {
  (void)state;
  enum { COUNT = 60000, ROOM = 80 };
  char *header = malloc(COUNT * ROOM);
  size_t used = (size_t)sprintf(header, "{");
  for (int i = 0; i < COUNT; i++) {
    used += (size_t)sprintf(header + used, "%s\"t%d\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[%d,%d]}",
                            i > 0 ? "," : "", i, COUNT - 1 - i, COUNT - i);
  }
  sprintf(header + used, "}");
  em_safetensors tensors;
  em_error error;
  assert_int_equal(parse(header, COUNT, &tensors, &error), EM_OK);
  free(header);
}

static void safetensors_save_then_load_gives_the_same(void **state) {
  char path[128], old[128];
  fixture_path(state, "saved", path);
  const em_safetensor written[] = {
      {"z \"quoted\"", EM_DTYPE_I8, 1, {3}, (const uint8_t *)"abc", 3},
      {"a", EM_DTYPE_F32, 2, {1, 2}, (const uint8_t *)"01234567", 8},
  };
  const em_safetensors_text metadata[] = {{"text", "{\"json\": [1]}"}, {"empty", ""}};
  em_error error;
  fixture_write(path, "old", 3);
  assert_int_equal(em_safetensors_save(path, written, 2, metadata, 2, &error), EM_OK);
  em_safetensors tensors;
  assert_int_equal(em_safetensors_load(path, &tensors, &error), EM_OK);
  const em_safetensor *z = em_safetensors_find(&tensors, "z \"quoted\""), *a = em_safetensors_find(&tensors, "a");
  assert_memory_equal(z->data, "abc", 3);
  assert_memory_equal(a->data, "01234567", 8);
  assert_ptr_equal(z->data + 3, a->data);
  assert_int_equal((z->data - tensors.file.bytes) % 8, 0);
  assert_int_equal(a->dims[1], 2);
  assert_string_equal(em_safetensors_metadata(&tensors, "text"), "{\"json\": [1]}");
  assert_string_equal(em_safetensors_metadata(&tensors, "empty"), "");
  em_safetensors_free(&tensors);
  snprintf(old, sizeof old, "test $(ls -A '%s' | wc -l) = 1", (const char *)*state);
  assert_int_equal(system(old), 0); /* no temporary is left */
}

static void safetensors_save_to_a_bad_place_names_it(void **state) {
  char path[128];
  em_error error;
  assert_int_equal(em_safetensors_save(fixture_path(state, "none/x", path), NULL, 0, NULL, 0, &error), EM_FAILED);
  fixture_assert_message(&error, "cannot write: there is no folder ");
  assert_int_equal(em_safetensors_save("/dev/full", NULL, 0, NULL, 0, &error), EM_FAILED);
  fixture_assert_message(&error, "/dev/full: cannot write: not a regular file");
  assert_int_equal(em_safetensors_save((const char *)*state, NULL, 0, NULL, 0, &error), EM_FAILED);
}

static void safetensors_load_unreadable_names_the_path(void **state) {
  char path[128];
  em_safetensors tensors;
  em_error error;
  assert_int_equal(em_safetensors_load(fixture_path(state, "none", path), &tensors, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/none: cannot open: No such file or directory");
  assert_int_equal(em_safetensors_load((const char *)*state, &tensors, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "not a regular file");
  fixture_write(fixture_path(state, "empty", path), "", 0);
  assert_int_equal(em_safetensors_load(path, &tensors, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/empty: 0 bytes");
  remove(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(safetensors_parse_valid_gives_tensors_and_metadata),
      cmocka_unit_test(safetensors_parse_unusual_but_valid_is_accepted),
      cmocka_unit_test(safetensors_parse_broken_header_says_what_and_where),
      cmocka_unit_test(safetensors_parse_broken_length_is_rejected),
      cmocka_unit_test(safetensors_parse_cut_anywhere_is_rejected),
      cmocka_unit_test(safetensors_parse_deep_nesting_is_rejected),
      cmocka_unit_test(safetensors_parse_many_tensors_is_quick),
      cmocka_unit_test(safetensors_save_then_load_gives_the_same),
      cmocka_unit_test(safetensors_save_to_a_bad_place_names_it),
      cmocka_unit_test(safetensors_load_unreadable_names_the_path),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
