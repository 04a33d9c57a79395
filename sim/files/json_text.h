/*
 * Strict JSON on top of cJSON.
 *
 * cJSON takes more than RFC 8259 does: raw control characters, NUL escapes (which cut its strings short), repeated
 * names, bytes after the value. This layer refuses those, bounds the nesting, and finds members of large objects
 * without walking a list for each. Not checked: leading zeros and integers written as 1.0 or 1e3.
 */
#ifndef EM_JSON_TEXT_H
#define EM_JSON_TEXT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "models/base/status.h"

enum { EM_JSON_MAX_DEPTH = 16 };

/* Parses text[size] into `root`, which the caller deletes with cJSON_Delete. On an error `root` is NULL. */
em_status em_json_parse(const char *text, size_t size, cJSON **root, em_error *error);

/* Whether `item` is an integer in [min, max], which must lie within +-2^53. */
bool em_json_integer(const cJSON *item, int64_t min, int64_t max, int64_t *value);

/*
 * The string that a metadata value stands for: the value itself, or, where it is the JSON text of a string, that
 * string. Both are in use. Returns a heap string, NULL when memory is short.
 */
char *em_json_unquoted(const char *value);

/* The JSON text of a string, as a heap string; NULL when memory is short. */
char *em_json_quoted(const char *value);

/*
 * A value as text on the heap, NULL when memory is short. Strings come from anywhere, as paths do: a byte that is not
 * UTF-8 is written as the four characters \xff (its value), so that the text is always JSON.
 */
char *em_json_print(const cJSON *value, bool formatted);

/* JSON inside a script element must not close it: every '<' is written as an escape, which JSON strings may hold. */
void em_json_write_in_page(const char *text, FILE *file);

/* Writes a value as text, atomically. EM_FAILED when memory is short or the file cannot be written. */
em_status em_json_save(const char *path, const cJSON *value, em_error *error);

/* The members of an object, sorted by name. */
typedef struct {
  const char *name;
  const cJSON *item;
  bool used;
} em_json_member;

typedef struct {
  em_json_member *members;
  size_t count;
} em_json_index;

/* `object` must outlive the index. EM_BAD_INPUT for anything but an object, or for a repeated name. */
em_status em_json_index_build(const cJSON *object, em_json_index *index, em_error *error);
void em_json_index_free(em_json_index *index);

/* Finds a member and marks it used; NULL when there is none. */
const cJSON *em_json_index_take(em_json_index *index, const char *name);

/* The first name, in sorted order, that was never taken; NULL when all were. */
const char *em_json_index_unused(const em_json_index *index);

#endif
