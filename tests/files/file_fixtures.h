/*
 * What the tests of files share: a folder of their own, safetensors bytes from a header's text, texts with one thing
 * changed, and a small valid network.
 */
#ifndef EM_FILE_FIXTURES_H
#define EM_FILE_FIXTURES_H

/* cmocka.h needs what stands before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/network/network.h"

/* Bytes on the heap. */
typedef struct {
  uint8_t *bytes;
  size_t size;
} fixture_bytes;

/* One change of a text and what the message about it must contain. */
typedef struct {
  const char *old_text, *new_text; /* "" as old_text appends */
  const char *expected;
} fixture_mutation;

/* cmocka group fixtures: `state` is the path of an empty folder, removed with the files that tests left in it. */
static inline int fixture_make_folder(void **state) {
  char *folder = strdup("/tmp/em-test-XXXXXX");
  *state = folder;
  return mkdtemp(folder) == NULL ? -1 : 0;
}

static inline int fixture_remove_folder(void **state) {
  char command[80];
  snprintf(command, sizeof command, "rm -r '%s'", (char *)*state);
  free(*state);
  return system(command);
}

/* "FOLDER/NAME" in `path`. */
static inline const char *fixture_path(void **state, const char *name, char path[128]) {
  snprintf(path, 128, "%s/%s", (const char *)*state, name);
  return path;
}

static inline void fixture_write(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static inline fixture_bytes fixture_read(const char *path) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  fixture_bytes data = {NULL, (size_t)ftell(file)};
  rewind(file);
  data.bytes = malloc(data.size + 1);
  assert_int_equal(fread(data.bytes, 1, data.size, file), data.size);
  data.bytes[data.size] = 0;
  fclose(file);
  return data;
}

/* A safetensors file: the header's length, the header, and `data_size` bytes of `data` (zeros when NULL). */
static inline fixture_bytes fixture_safetensors(const char *header, const void *data, size_t data_size) {
  uint64_t length = strlen(header);
  fixture_bytes file = {calloc(8 + length + data_size + 1, 1), 8 + length + data_size};
  memcpy(file.bytes, &length, 8);
  memcpy(file.bytes + 8, header, length);
  if (data != NULL) {
    memcpy(file.bytes + 8 + length, data, data_size);
  }
  return file;
}

/* The header's text of a safetensors file; `data` is what follows it. */
static inline char *fixture_header(const fixture_bytes *file, fixture_bytes *data) {
  uint64_t length;
  memcpy(&length, file->bytes, 8);
  char *header = calloc(length + 1, 1);
  memcpy(header, file->bytes + 8, length);
  *data = (fixture_bytes){file->bytes + 8 + length, file->size - 8 - length};
  return header;
}

/* `text` with the first old_text, which must be there, replaced. */
static inline char *fixture_replace(const char *text, const char *old_text, const char *new_text) {
  const char *place = old_text[0] == '\0' ? text + strlen(text) : strstr(text, old_text);
  if (place == NULL) {
    fail_msg("the fixture has no \"%s\"", old_text);
    return NULL;
  }
  char *result = malloc(strlen(text) + strlen(new_text) + 1);
  sprintf(result, "%.*s%s%s", (int)(place - text), text, new_text, place + strlen(old_text));
  return result;
}

/* Fails unless the message is one line that contains `expected`. */
static inline void fixture_assert_message(const em_error *error, const char *expected) {
  if (strstr(error->text, expected) == NULL || strchr(error->text, '\n') != NULL) {
    fail_msg("the message is \"%s\", which should be one line with \"%s\"", error->text, expected);
  }
}

static inline void fixture_fill_pwl(em_pwl *pwl, uint32_t segments, int32_t seed) {
  pwl->segments = segments;
  pwl->shift = 7;
  for (uint32_t i = 0; i < segments + 2; i++) {
    pwl->slopes[i] = (int16_t)(INT16_MIN + (int32_t)i * 111 + seed);
    pwl->intercepts[i] = INT32_MAX - (int32_t)i - seed;
    pwl->thresholds[i % (segments + 1)] = (int16_t)(-256 + 10 * (int32_t)(i % (segments + 1)));
  }
}

/* A network of `shape` that em_network_check accepts, its codes and exponents all but the same. */
static inline void fixture_network(em_network *network, const em_shape *shape) {
  em_error error;
  assert_int_equal(em_network_init(network, shape, &error), EM_OK);
  for (uint64_t i = 0; i < em_network_code_count(shape); i++) {
    network->codes[i] = (int8_t)(i * 37 % 256 - 128);
  }
  network->input = EM_EXPONENT_MIN;
  network->output = EM_EXPONENT_MAX;
  network->embed_bias.exponent = 3;
  for (uint32_t b = 0; b < shape->m; b++) {
    network->blocks[b].gate = (int32_t)b - 5;
    network->blocks[b].conv_weight.exponent = -(int32_t)(b % 8) - 1;
    fixture_fill_pwl(&network->blocks[b].pwl_gate, 17, (int32_t)b);
    fixture_fill_pwl(&network->blocks[b].pwl_a_bar, 11, 1 + (int32_t)b);
    if (shape->conv_silu) {
      fixture_fill_pwl(&network->blocks[b].pwl_x, EM_PWL_MAX_SEGMENTS, 2);
    }
  }
}

/* A small shape with every tensor there is. */
static inline em_shape fixture_shape(void) {
  return (em_shape){.h = 2,
                    .w = 4,
                    .c = 1,
                    .p = 2,
                    .l = 2,
                    .d = 3,
                    .ed = 6,
                    .n = 2,
                    .r = 1,
                    .k = 3,
                    .m = 2,
                    .conv_silu = 1,
                    .head = EM_HEAD_FLATTEN,
                    .head_hidden = 5,
                    .outputs = 4};
}

#endif
