/* The network loader: what is saved is loaded back, and every way to break a file is named. */
#include "sim/files/network_file.h"
#include "tests/files/file_fixtures.h"

/* A saved fixture network's header text and data, from which the tests make broken ones. */
typedef struct {
  char *folder;
  fixture_bytes file, data;
  char *header;
} saved_network;

static int save_fixture(void **state) {
  saved_network *saved = calloc(1, sizeof *saved);
  em_shape shape = fixture_shape();
  em_network network;
  em_error error;
  char path[128];
  if (fixture_make_folder((void **)&saved->folder) != 0) {
    return -1;
  }
  fixture_network(&network, &shape);
  em_status status = em_network_save(fixture_path((void **)&saved->folder, "network", path), &network, &error);
  em_network_free(&network);
  saved->file = fixture_read(path);
  saved->header = fixture_header(&saved->file, &saved->data);
  *state = saved;
  return status == EM_OK ? 0 : -1;
}

static int free_fixture(void **state) {
  saved_network *saved = *state;
  int result = fixture_remove_folder((void **)&saved->folder);
  free(saved->header);
  free(saved->file.bytes);
  free(saved);
  return result;
}

static void assert_same_pwl(const em_pwl *a, const em_pwl *b) {
  assert_int_equal(a->segments, b->segments);
  assert_int_equal(a->shift, b->shift);
  for (uint32_t i = 0; i < a->segments + 2; i++) {
    assert_int_equal(a->slopes[i], b->slopes[i]);
    assert_int_equal(a->intercepts[i], b->intercepts[i]);
    assert_true(i > a->segments || a->thresholds[i] == b->thresholds[i]);
  }
}

static void assert_round_trip(void **state, const em_shape *shape, const char *origin) {
  saved_network *saved = *state;
  em_network written, loaded;
  em_error error = {""};
  char path[128];
  fixture_path((void **)&saved->folder, "round-trip", path);
  fixture_network(&written, shape);
  free(written.origin);
  written.origin = strdup(origin);
  assert_int_equal(em_network_save(path, &written, &error), EM_OK);
  em_status status = em_network_load(path, &loaded, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  assert_true(em_shape_equal(&written.shape, &loaded.shape));
  assert_memory_equal(written.codes, loaded.codes, em_network_code_count(shape));
  assert_string_equal(loaded.origin, origin);
  assert_int_equal(loaded.input, EM_EXPONENT_MIN);
  assert_int_equal(loaded.output, EM_EXPONENT_MAX);
  assert_int_equal(loaded.embed_bias.exponent, 3);
  for (uint32_t b = 0; b < shape->m; b++) {
    assert_int_equal(loaded.blocks[b].gate, (int32_t)b - 5);
    assert_int_equal(loaded.blocks[b].conv_weight.exponent, -(int32_t)(b % 8) - 1);
    assert_int_equal(loaded.blocks[b].a_bar, -7);
    assert_same_pwl(&written.blocks[b].pwl_gate, &loaded.blocks[b].pwl_gate);
    assert_same_pwl(&written.blocks[b].pwl_a_bar, &loaded.blocks[b].pwl_a_bar);
    assert_same_pwl(&written.blocks[b].pwl_x, &loaded.blocks[b].pwl_x);
  }
  em_network_free(&written);
  em_network_free(&loaded);
}

static void network_file_saved_with_each_head_loads_the_same(void **state) {
  em_shape shape = fixture_shape();
  assert_round_trip(state, &shape, "free text");
  shape.conv_silu = 0;
  assert_round_trip(state, &shape, "");
  shape.head_hidden = 0;
  assert_round_trip(state, &shape, "\"in quotes\"");
  shape.head = EM_HEAD_MEAN;
  assert_round_trip(state, &shape, "line\nbreak, \xc3\xa4");
  shape.head = EM_HEAD_NONE;
  shape.outputs = shape.d;
  assert_round_trip(state, &shape, "{}");
  shape.m = 64;
  assert_round_trip(state, &shape, "");
}

/* Parses `header` with the fixture's data, as long as they are. */
static em_status parse_header(const saved_network *saved, const char *header, em_error *error) {
  fixture_bytes file = fixture_safetensors(header, saved->data.bytes, saved->data.size);
  em_network network;
  em_status status = em_network_parse(file.bytes, file.size, &network, error);
  if (status == EM_OK) {
    em_network_free(&network);
  }
  free(file.bytes);
  return status;
}

/* "format" and "origin" are in use both as JSON strings and as bare text. */
static void network_file_bare_metadata_text_is_accepted(void **state) {
  const saved_network *saved = *state;
  char *header = fixture_replace(saved->header, "\"\\\"emamba-network-1\\\"\"", "\"emamba-network-1\"");
  char *bare = fixture_replace(header, "\"origin\":\"\\\"\\\"\"", "\"origin\":\"bare\",\"other\":\"ignored\"");
  em_error error;
  assert_int_equal(parse_header(saved, bare, &error), EM_OK);
  free(header);
  free(bare);
}

static void network_file_broken_says_what_where_and_what_is_allowed(void **state) {
  static const fixture_mutation mutations[] = {
      {"emamba-network-1", "emamba-network-2", "format is \"emamba-network-2\", must be \"emamba-network-1\""},
      {"\"format\"", "\"formal\"", "__metadata__.format is missing"},
      {"\"shape\":\"{", "\"shapes\":\"{", "__metadata__.shape is missing"},
      {"\"exponents\"", "\"exponent\"", "__metadata__.exponents is missing"},
      {"\"pwl\"", "\"PWL\"", "__metadata__.pwl is missing"},
      {"\"shape\":\"{", "\"shape\":\"", "shape: not JSON at byte"},
      {"\"exponents\":\"{", "\"exponents\":\"[", "exponents: not JSON at byte"},
      /* shape */
      {"\\\"H\\\":2,", "", "shape.H is missing"},
      {"\\\"H\\\":2,", "\\\"H\\\":2,\\\"H\\\":2,", "shape: \"H\" is there twice"},
      {"\\\"H\\\":2,", "\\\"H\\\":2,\\\"X\\\":2,", "shape: unknown name \"X\""},
      {"\\\"H\\\":2,", "\\\"H\\\":2,\\\"\\\\n\\\":2,", "shape: unknown name \"?\""},
      {"\\\"H\\\":2,", "\\\"H\\\":\\\"2\\\",", "shape.H must be an integer in 1..4194304"},
      {"\\\"H\\\":2,", "\\\"H\\\":2.5,", "shape.H must be an integer in 1..4194304"},
      {"\\\"H\\\":2,", "\\\"H\\\":0,", "shape.H must be an integer in 1..4194304"},
      {"\\\"H\\\":2,", "\\\"H\\\":-2,", "shape.H must be an integer in 1..4194304"},
      {"\\\"H\\\":2,", "\\\"H\\\":1e99,", "shape.H must be an integer in 1..4194304"},
      {"\\\"H\\\":2,", "\\\"H\\\":3,", "shape.P: patches of side 2 do not tile a frame of 3 x 4"},
      {"\\\"K\\\":3,", "\\\"K\\\":17,", "shape.K must be an integer in 2..16"},
      {"\\\"M\\\":2,", "\\\"M\\\":65,", "shape.M must be an integer in 1..64"},
      {"\\\"L\\\":2,", "\\\"L\\\":3,", "shape.L: 3, but (H/P)(W/P) is 2"},
      {"\\\"ED\\\":6,", "\\\"ED\\\":7,", "shape.ED: 7 is not a multiple of D = 3"},
      {"\\\"conv_silu\\\":true", "\\\"conv_silu\\\":1", "shape.conv_silu must be true or false"},
      {"\\\"flatten\\\"", "\\\"flat\\\"", "shape.head must be \"none\", \"flatten\", \"mean\" or \"token\""},
      {"\\\"flatten\\\"", "1", "shape.head must be \"none\", \"flatten\", \"mean\" or \"token\""},
      {"\\\"flatten\\\"", "\\\"none\\\"", "shape.outputs: head none needs head_hidden 0 and outputs = D = 3"},
      /* tensors */
      {"\\\"D\\\":3,", "\\\"D\\\":1,", "tensor embed.weight is I8 [3, 4], but the shape needs I8 [1, 4]"},
      {"\\\"N\\\":2,", "\\\"N\\\":3,", "tensor blocks.0.param_proj.weight is I8 [5, 6], but the shape needs I8 [7, 6]"},
      {"\\\"M\\\":2,", "\\\"M\\\":3,", "tensor blocks.2.norm.gamma is missing"},
      {"\\\"M\\\":2,", "\\\"M\\\":1,", "tensor blocks.1.A is unknown"},
      {"\"head.1.bias\":{", "\"head.2.bias\":{", "tensor head.1.bias is missing"},
      {"\"embed.bias\":{\"dtype\":\"I8\"", "\"embed.bias\":{\"dtype\":\"U8\"", "tensor embed.bias is U8 [3], but"},
      {"\"shape\":[3,4]", "\"shape\":[4,3]", "tensor embed.weight is I8 [4, 3], but the shape needs I8 [3, 4]"},
      {"\"shape\":[3]", "\"shape\":[3,1]", "tensor embed.bias is I8 [3, 1], but the shape needs I8 [3]"},
      {"\"shape\":[3,4]", "\"shape\":[3,4,1]", "tensor embed.weight is I8 [3, 4, 1], but the shape needs I8 [3, 4]"},
      {"\"shape\":[3,4]", "\"shape\":[12]", "tensor embed.weight is I8 [12], but the shape needs I8 [3, 4]"},
      {"\"embed.bias\":{", "\"x\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]},\"embed.bias\":{",
       "tensor x is unknown"},
      /* exponents */
      {"\\\"embed.bias\\\":3,", "", "exponent of embed.bias is missing"},
      {"\\\"embed.bias\\\":3,", "\\\"embed.bias\\\":3,\\\"extra\\\":0,", "exponents: unknown name \"extra\""},
      {"\\\"embed.bias\\\":3,", "\\\"embed.bias\\\":3,\\\"embed.bias\\\":3,",
       "exponents: \"embed.bias\" is there twice"},
      {"\\\"blocks.1.state\\\":0,", "", "exponent of blocks.1.state is missing"},
      {"\\\"blocks.1.state\\\":0,", "\\\"blocks.1.state\\\":null,",
       "exponent of blocks.1.state must be an integer in -64..63"},
      {"\\\"blocks.1.state\\\":0,", "\\\"blocks.1.state\\\":-65,",
       "exponent of blocks.1.state must be an integer in -64..63"},
      {"\\\"blocks.1.state\\\":0,", "\\\"blocks.1.state\\\":64,",
       "exponent of blocks.1.state must be an integer in -64..63"},
      {"\\\"embed.bias\\\":3,", "\\\"embed.bias\\\":16,",
       "exponent of embed.bias: bias - (weight + input) is 16, outside -7..15"},
      {"\\\"blocks.1.state\\\":0,", "\\\"blocks.1.state\\\":24,",
       "exponent of blocks.1.state: (B_bar + x) - (state - 7) is -17"},
      {"\\\"blocks.0.A_bar\\\":-7,", "\\\"blocks.0.A_bar\\\":-6,", "exponent of blocks.0.A_bar: -6, must be -7"},
      /* tables */
      {"\\\"blocks.0.x\\\":{\\\"thresholds\\\"", "\\\"blocks.0.X\\\":{\\\"thresholds\\\"", "pwl blocks.0.x is missing"},
      {"\\\"conv_silu\\\":true", "\\\"conv_silu\\\":false", "pwl: unknown name \"blocks.0.x\""},
      {"\\\"shift\\\":7", "\\\"shift\\\":32", "pwl blocks.0.x: shift must be an integer in 0..31"},
      {"\\\"shift\\\":7", "\\\"shift\\\":-1", "pwl blocks.0.x: shift must be an integer in 0..31"},
      {"\\\"shift\\\":7", "\\\"shift\\\":7,\\\"y\\\":0", "pwl blocks.0.x: unknown name \"y\""},
      {",\\\"shift\\\":7", "", "pwl blocks.0.x: shift must be an integer"},
      {"\\\"thresholds\\\":[", "\\\"thresholds\\\":[-257,",
       "pwl blocks.0.x: thresholds must be a list of 2 to 33 integers in -256..255"},
      {"\\\"thresholds\\\":[", "\\\"thresholds\\\":[-256,",
       "pwl blocks.0.x: thresholds must be a list of 2 to 33 integers"},
      {"\\\"thresholds\\\":[-256,", "\\\"thresholds\\\":[", "pwl blocks.0.x: slopes must be a list of 33 integers"},
      {"\\\"thresholds\\\":[-256,-246", "\\\"thresholds\\\":[-246,-256",
       "pwl blocks.0.x: threshold 1 is -256, below the one before it (-246)"},
      {"\\\"blocks.0.x\\\":{",
       "\\\"blocks.0.x\\\":{\\\"thresholds\\\":[0],\\\"slopes\\\":[0,0],\\\"intercepts\\\":[0,0],\\\"shift\\\":0},"
       "\\\"y\\\":{",
       "pwl blocks.0.x: thresholds must be a list of 2 to 33 integers"},
      {"\\\"slopes\\\":[", "\\\"slopes\\\":[0,",
       "pwl blocks.0.x: slopes must be a list of 34 integers in -32768..32767"},
      {"\\\"slopes\\\":[-32766", "\\\"slopes\\\":[-32769",
       "pwl blocks.0.x: slopes must be a list of 34 integers in -32768..32767"},
      {"\\\"intercepts\\\":[2147483645", "\\\"intercepts\\\":[2147483648",
       "pwl blocks.0.x: intercepts must be a list of 34 integers in -2147483648..2147483647"},
  };
  const saved_network *saved = *state;
  for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++) {
    char *header = fixture_replace(saved->header, mutations[i].old_text, mutations[i].new_text);
    em_error error = {"accepted"};
    em_status status = parse_header(saved, header, &error);
    fixture_assert_message(&error, mutations[i].expected);
    assert_int_equal(status, EM_BAD_INPUT);
    free(header);
  }
}

/* A small file cannot make the loader ask for the memory of a large network. */
static void network_file_large_shape_in_small_file_is_rejected_early(void **state) {
  const saved_network *saved = *state;
  char *wide = fixture_replace(saved->header, "\\\"D\\\":3,\\\"ED\\\":6", "\\\"D\\\":8192,\\\"ED\\\":16384");
  em_error error;
  assert_int_equal(parse_header(saved, wide, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "tensor embed.weight is I8 [3, 4], but the shape needs I8 [8192, 4]");
  free(wide);
}

static void network_file_load_names_the_path(void **state) {
  saved_network *saved = *state;
  em_network network;
  em_error error;
  char path[128];
  char *header = fixture_replace(saved->header, "\\\"H\\\":2,", "");
  fixture_bytes file = fixture_safetensors(header, saved->data.bytes, saved->data.size);
  fixture_write(fixture_path((void **)&saved->folder, "broken", path), file.bytes, file.size);
  assert_int_equal(em_network_load(path, &network, &error), EM_BAD_INPUT);
  fixture_assert_message(&error, "/broken: shape.H is missing");
  assert_null(network.codes);
  free(header);
  free(file.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(network_file_saved_with_each_head_loads_the_same),
      cmocka_unit_test(network_file_bare_metadata_text_is_accepted),
      cmocka_unit_test(network_file_broken_says_what_where_and_what_is_allowed),
      cmocka_unit_test(network_file_large_shape_in_small_file_is_rejected_early),
      cmocka_unit_test(network_file_load_names_the_path),
  };
  return cmocka_run_group_tests(tests, save_fixture, free_fixture);
}
