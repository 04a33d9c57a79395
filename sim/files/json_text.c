#include "sim/files/json_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/atomic_file.h"

/* Bytes of the UTF-8 sequence at text[0..left), 0 when it is malformed, overlong, a surrogate or above U+10FFFF. */
static size_t utf8_length(const unsigned char *text, size_t left) {
  if (text[0] < 0x80) {
    return 1;
  }
  size_t length = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
  if (text[0] < 0xC2 || text[0] > 0xF4 || length > left) {
    return 0;
  }
  for (size_t i = 1; i < length; i++) {
    if ((text[i] & 0xC0) != 0x80) {
      return 0;
    }
  }
  bool overlong = (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xF0 && text[1] < 0x90);
  bool outside = (text[0] == 0xED && text[1] >= 0xA0) || (text[0] == 0xF4 && text[1] >= 0x90);
  return overlong || outside ? 0 : length;
}

/* What cJSON would let through: see the header. Valid JSON has backslashes in strings only. */
static em_status scan(const char *text, size_t size, em_error *error) {
  bool in_string = false;
  uint32_t depth = 0;
  for (size_t i = 0; i < size;) {
    unsigned char byte = (unsigned char)text[i];
    size_t length = utf8_length((const unsigned char *)text + i, size - i);
    if (length == 0) {
      return em_fail(error, EM_BAD_INPUT, "not UTF-8 at byte %zu", i);
    }
    bool space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if ((byte < ' ' && (in_string || !space)) || (length > 1 && !in_string)) {
      return em_fail(error, EM_BAD_INPUT, "not JSON: byte 0x%02x at byte %zu is not allowed there", byte, i);
    }
    if (byte == '\\') {
      if (size - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0) {
        return em_fail(error, EM_BAD_INPUT, "a string holds \\u0000 at byte %zu", i);
      }
      bool pair = size - i >= 2 && (text[i + 1] == '"' || text[i + 1] == '\\');
      length = pair ? 2 : 1;
    } else if (byte == '"') {
      in_string = !in_string;
    } else if (!in_string && (byte == '{' || byte == '[')) {
      if (++depth > EM_JSON_MAX_DEPTH) {
        return em_fail(error, EM_BAD_INPUT, "JSON nested deeper than %d at byte %zu", EM_JSON_MAX_DEPTH, i);
      }
    } else if (!in_string && (byte == '}' || byte == ']')) {
      depth -= depth > 0 ? 1 : 0;
    }
    i += length;
  }
  return EM_OK;
}

em_status em_json_parse(const char *text, size_t size, cJSON **root, em_error *error) {
  *root = NULL;
  em_status status = scan(text, size, error);
  if (status != EM_OK) {
    return status;
  }
  /* cJSON is only safe on text that ends with a NUL. */
  char *copy = malloc(size + 1);
  if (copy == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for %zu bytes of JSON", size);
  }
  memcpy(copy, text, size);
  copy[size] = '\0';
  const char *end = copy;
  *root = cJSON_ParseWithLengthOpts(copy, size + 1, &end, 1);
  if (*root == NULL) {
    size_t place = end >= copy && end <= copy + size ? (size_t)(end - copy) : size;
    status = em_fail(error, EM_BAD_INPUT, "not JSON at byte %zu", place);
  }
  free(copy);
  return status;
}

bool em_json_integer(const cJSON *item, int64_t min, int64_t max, int64_t *value) {
  if (!cJSON_IsNumber(item) || !(item->valuedouble >= (double)min && item->valuedouble <= (double)max) ||
      item->valuedouble != floor(item->valuedouble)) {
    return false;
  }
  *value = (int64_t)item->valuedouble;
  return true;
}

static char *duplicate(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  return copy == NULL ? NULL : memcpy(copy, text, size);
}

char *em_json_unquoted(const char *value) {
  cJSON *root = NULL;
  em_error ignored;
  if (value[0] == '"') {
    em_json_parse(value, strlen(value), &root, &ignored);
  }
  char *text = duplicate(cJSON_IsString(root) ? root->valuestring : value);
  cJSON_Delete(root);
  return text;
}

/* Replaces bytes that are not UTF-8; `text` is freed. */
static char *as_utf8(char *text) {
  size_t size = text == NULL ? 0 : strlen(text), bad = 0;
  const unsigned char *bytes = (const unsigned char *)text;
  for (size_t i = 0; i < size;) {
    size_t length = utf8_length(bytes + i, size - i);
    bad += length == 0;
    i += length == 0 ? 1 : length;
  }
  if (bad == 0) {
    return text;
  }
  enum { ESCAPE = 5 }; /* \\xff */
  char *clean = malloc(size + bad * ESCAPE + 1), *end = clean;
  for (size_t i = 0; clean != NULL && i < size;) {
    size_t length = utf8_length(bytes + i, size - i);
    if (length == 0) {
      end += snprintf(end, ESCAPE + 1, "\\\\x%02x", bytes[i++]);
    } else {
      memcpy(end, bytes + i, length);
      end += length;
      i += length;
    }
  }
  if (clean != NULL) {
    *end = '\0';
  }
  cJSON_free(text);
  return clean;
}

char *em_json_print(const cJSON *value, bool formatted) {
  return as_utf8(formatted ? cJSON_Print(value) : cJSON_PrintUnformatted(value));
}

char *em_json_quoted(const char *value) {
  cJSON *string = cJSON_CreateString(value);
  char *text = em_json_print(string, false);
  cJSON_Delete(string);
  return text;
}

static int compare_members(const void *a, const void *b) {
  return strcmp(((const em_json_member *)a)->name, ((const em_json_member *)b)->name);
}

em_status em_json_index_build(const cJSON *object, em_json_index *index, em_error *error) {
  *index = (em_json_index){0};
  if (!cJSON_IsObject(object)) {
    return em_fail(error, EM_BAD_INPUT, "must be a JSON object");
  }
  size_t count = 0;
  for (const cJSON *item = object->child; item != NULL; item = item->next) {
    count++;
  }
  index->members = malloc((count > 0 ? count : 1) * sizeof *index->members);
  if (index->members == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for %zu members", count);
  }
  for (const cJSON *item = object->child; item != NULL; item = item->next) {
    index->members[index->count++] = (em_json_member){item->string, item, false};
  }
  qsort(index->members, count, sizeof *index->members, compare_members);
  for (size_t i = 1; i < count; i++) {
    if (strcmp(index->members[i - 1].name, index->members[i].name) == 0) {
      em_status status = em_fail(error, EM_BAD_INPUT, "\"%.80s\" is there twice", index->members[i].name);
      em_json_index_free(index);
      return status;
    }
  }
  return EM_OK;
}

void em_json_index_free(em_json_index *index) {
  free(index->members);
  *index = (em_json_index){0};
}

const cJSON *em_json_index_take(em_json_index *index, const char *name) {
  em_json_member wanted = {name, NULL, false};
  em_json_member *found = NULL;
  if (index->count > 0) {
    found = bsearch(&wanted, index->members, index->count, sizeof wanted, compare_members);
  }
  if (found == NULL) {
    return NULL;
  }
  found->used = true;
  return found->item;
}

const char *em_json_index_unused(const em_json_index *index) {
  for (size_t i = 0; i < index->count; i++) {
    if (!index->members[i].used) {
      return index->members[i].name;
    }
  }
  return NULL;
}

void em_json_write_in_page(const char *text, FILE *file) {
  for (size_t run; *text != '\0'; text += run) {
    run = strcspn(text, "<");
    fwrite(text, 1, run, file);
    if (text[run] == '<') {
      fputs("\\u003c", file);
      run++;
    }
  }
}

em_status em_json_save(const char *path, const cJSON *value, em_error *error) {
  char *text = em_json_print(value, true);
  if (text == NULL) {
    return em_fail(error, EM_FAILED, "%s: out of memory", path);
  }
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status == EM_OK) {
    fprintf(file.stream, "%s\n", text);
    status = em_atomic_file_commit(&file, error);
  }
  free(text);
  return status;
}
