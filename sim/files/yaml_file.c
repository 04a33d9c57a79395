#include "sim/files/yaml_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "sim/files/foreign.h"

/* One parse under way. */
typedef struct {
  yaml_parser_t parser;
  const uint8_t *bytes;
  size_t size;
  em_yaml *yaml;
  int32_t mapping; /* the open one; EM_YAML_NO_NODE outside the root */
  int32_t last;    /* its last node so far */
  uint32_t depth;
  bool lists; /* are taken */
  char *key;  /* read, and its value not yet; owned */
  uint32_t key_line;
  em_error *error;
} reader;

static em_status fail_at(const reader *r, size_t line, const char *what) {
  return em_fail(r->error, EM_BAD_INPUT, "%.255s:%zu: %s", r->yaml->path, line + 1, what);
}

static char *copy_text(const yaml_char_t *text) {
  size_t size = strlen((const char *)text) + 1;
  char *copy = malloc(size);
  return copy == NULL ? NULL : memcpy(copy, text, size);
}

static bool has_control(const yaml_char_t *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] < ' ' || text[i] == 0x7f) {
      return true;
    }
  }
  return false;
}

/* A key of the open mapping. */
static em_status read_key(reader *r, const yaml_event_t *event) {
  if (event->type != YAML_SCALAR_EVENT) {
    return fail_at(r, event->start_mark.line, "a key must be a plain name");
  }
  const char *key = (const char *)event->data.scalar.value;
  for (int32_t node = r->yaml->nodes[r->mapping].child; node != EM_YAML_NO_NODE; node = r->yaml->nodes[node].sibling) {
    if (strcmp(r->yaml->nodes[node].key, key) == 0) {
      char text[160];
      snprintf(text, sizeof text, "key %.80s is there twice, first in line %u", key, r->yaml->nodes[node].line);
      return fail_at(r, event->start_mark.line, text);
    }
  }
  r->key = copy_text(event->data.scalar.value);
  r->key_line = (uint32_t)event->start_mark.line + 1;
  return r->key != NULL ? EM_OK : em_fail(r->error, EM_FAILED, "%s: out of memory", r->yaml->path);
}

/* Appends a node under the pending key to the open mapping. */
static em_status add_node(reader *r, uint32_t line, int32_t *index) {
  em_yaml *yaml = r->yaml;
  if (yaml->count == EM_YAML_MAX_NODES) {
    return fail_at(r, line - 1, "more than 4096 values");
  }
  if (yaml->count == yaml->capacity) {
    int32_t capacity = yaml->capacity == 0 ? 128 : 2 * yaml->capacity;
    em_yaml_node *nodes = realloc(yaml->nodes, (size_t)capacity * sizeof *nodes);
    if (nodes == NULL) {
      return em_fail(r->error, EM_FAILED, "%s: out of memory", yaml->path);
    }
    yaml->nodes = nodes;
    yaml->capacity = capacity;
  }
  *index = yaml->count++;
  yaml->nodes[*index] = (em_yaml_node){
      .key = r->key, .line = line, .parent = r->mapping, .sibling = EM_YAML_NO_NODE, .child = EM_YAML_NO_NODE};
  r->key = NULL;
  if (r->last != EM_YAML_NO_NODE) {
    yaml->nodes[r->last].sibling = *index;
  } else if (r->mapping != EM_YAML_NO_NODE) {
    yaml->nodes[r->mapping].child = *index;
  }
  r->last = *index;
  return EM_OK;
}

/* Items of a list have their number as key. */
static em_status number_item(reader *r, size_t line) {
  if (r->mapping == EM_YAML_NO_NODE || !r->yaml->nodes[r->mapping].list || r->key != NULL) {
    return EM_OK;
  }
  uint32_t items = 0;
  for (int32_t node = r->yaml->nodes[r->mapping].child; node != EM_YAML_NO_NODE; node = r->yaml->nodes[node].sibling) {
    items++;
  }
  r->key = malloc(12);
  if (r->key == NULL) {
    return em_fail(r->error, EM_FAILED, "%s: out of memory", r->yaml->path);
  }
  snprintf(r->key, 12, "%u", items);
  r->key_line = (uint32_t)line + 1;
  return EM_OK;
}

static em_status read_scalar(reader *r, const yaml_event_t *event) {
  const yaml_char_t *text = event->data.scalar.value;
  if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
    return fail_at(r, event->start_mark.line, "anchors and tags are not allowed");
  }
  if (has_control(text, event->data.scalar.length)) {
    return fail_at(r, event->start_mark.line, "control characters are not allowed");
  }
  if (r->mapping == EM_YAML_NO_NODE) {
    return fail_at(r, event->start_mark.line, "must be a mapping of keys to values");
  }
  em_status status = number_item(r, event->start_mark.line);
  if (status == EM_OK && r->key == NULL) {
    return read_key(r, event);
  }
  int32_t node;
  status = status == EM_OK ? add_node(r, (uint32_t)event->start_mark.line + 1, &node) : status;
  if (status != EM_OK) {
    return status;
  }
  r->yaml->nodes[node].quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  r->yaml->nodes[node].text = copy_text(text);
  return r->yaml->nodes[node].text != NULL ? EM_OK : em_fail(r->error, EM_FAILED, "%s: out of memory", r->yaml->path);
}

/* A mapping, or a list. */
static em_status open_node(reader *r, const yaml_event_t *event, bool list) {
  bool marked = list ? event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL
                     : event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
  if (marked) {
    return fail_at(r, event->start_mark.line, "anchors and tags are not allowed");
  }
  if (list && r->mapping == EM_YAML_NO_NODE) {
    return fail_at(r, event->start_mark.line, "must be a mapping of keys to values");
  }
  em_status status = number_item(r, event->start_mark.line);
  if (status != EM_OK) {
    return status;
  }
  if (r->mapping != EM_YAML_NO_NODE && r->key == NULL) {
    return fail_at(r, event->start_mark.line, "a key must be a plain name");
  }
  if (++r->depth > EM_YAML_MAX_DEPTH) {
    return fail_at(r, event->start_mark.line, "mappings are nested too deep");
  }
  int32_t node;
  status = add_node(r, r->key != NULL ? r->key_line : (uint32_t)event->start_mark.line + 1, &node);
  if (status == EM_OK) {
    r->yaml->nodes[node].list = list;
    r->mapping = node;
    r->last = EM_YAML_NO_NODE;
  }
  return status;
}

static void close_mapping(reader *r) {
  r->depth--;
  r->last = r->mapping;
  r->mapping = r->yaml->nodes[r->mapping].parent;
}

static em_status read_event(reader *r, const yaml_event_t *event, uint32_t *documents) {
  switch (event->type) {
    case YAML_SCALAR_EVENT: return read_scalar(r, event);
    case YAML_MAPPING_START_EVENT: return open_node(r, event, false);
    case YAML_MAPPING_END_EVENT: close_mapping(r); return EM_OK;
    case YAML_ALIAS_EVENT: return fail_at(r, event->start_mark.line, "aliases are not allowed");
    case YAML_SEQUENCE_START_EVENT:
      return r->lists ? open_node(r, event, true) : fail_at(r, event->start_mark.line, "lists are not allowed");
    case YAML_SEQUENCE_END_EVENT: close_mapping(r); return EM_OK;
    case YAML_DOCUMENT_START_EVENT:
      return ++*documents == 1 ? EM_OK : fail_at(r, event->start_mark.line, "only one document is allowed");
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: return EM_OK;
  }
  return EM_OK;
}

/* libyaml gives a line for what it has read as YAML, and an offset for bytes that are no text. */
static size_t problem_line(const reader *r) {
  if (r->parser.error != YAML_READER_ERROR) {
    return r->parser.problem_mark.line;
  }
  size_t line = 0;
  for (size_t i = 0; i < r->parser.problem_offset && i < r->size; i++) {
    line += r->bytes[i] == '\n';
  }
  return line;
}

static em_status read_events(reader *r) {
  uint32_t documents = 0;
  for (bool more = true; more;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&r->parser, &event)) {
      const char *problem = r->parser.problem != NULL ? r->parser.problem : "not YAML";
      return fail_at(r, problem_line(r), problem);
    }
    em_status status = read_event(r, &event, &documents);
    more = event.type != YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    if (status != EM_OK) {
      return status;
    }
  }
  return r->yaml->count > 0 ? EM_OK : em_fail(r->error, EM_BAD_INPUT, "%s: is empty", r->yaml->path);
}

em_status em_yaml_read(const char *path, em_file_bytes *file, em_error *error) {
  em_status status = em_file_bytes_open_most(path, EM_YAML_MAX_BYTES, file, error);
  if (status != EM_OK) {
    em_error_prefix(error, path);
  }
  return status;
}

static em_status parse(const char *path, const uint8_t *bytes, size_t size, bool lists, em_yaml *yaml,
                       em_error *error) {
  *yaml = (em_yaml){.path = path};
  reader r = {.bytes = bytes,
              .size = size,
              .yaml = yaml,
              .mapping = EM_YAML_NO_NODE,
              .last = EM_YAML_NO_NODE,
              .lists = lists,
              .error = error};
  if (size > EM_YAML_MAX_BYTES) {
    return em_fail(error, EM_BAD_INPUT, "%s: %zu bytes; at most %d are allowed", path, size, EM_YAML_MAX_BYTES);
  }
  if (size == 0) {
    return em_fail(error, EM_BAD_INPUT, "%s: is empty", path);
  }
  const char *foreign = em_foreign_format(bytes, size);
  if (foreign != NULL || memchr(bytes, 0, size < 8 ? size : 8) != NULL) {
    return em_fail(error, EM_BAD_INPUT, "%s: not YAML: it looks like %s", path,
                   foreign != NULL ? foreign : "a binary file");
  }
  if (!yaml_parser_initialize(&r.parser)) {
    return em_fail(error, EM_FAILED, "%s: out of memory", path);
  }
  yaml_parser_set_input_string(&r.parser, bytes, size);
  em_status status = read_events(&r);
  yaml_parser_delete(&r.parser);
  free(r.key);
  if (status != EM_OK) {
    em_yaml_free(yaml);
  }
  return status;
}

em_status em_yaml_parse(const char *path, const uint8_t *bytes, size_t size, em_yaml *yaml, em_error *error) {
  return parse(path, bytes, size, false, yaml, error);
}

em_status em_yaml_parse_lists(const char *path, const uint8_t *bytes, size_t size, em_yaml *yaml, em_error *error) {
  return parse(path, bytes, size, true, yaml, error);
}

void em_yaml_free(em_yaml *yaml) {
  for (int32_t i = 0; i < yaml->count; i++) {
    free(yaml->nodes[i].key);
    free(yaml->nodes[i].text);
  }
  free(yaml->nodes);
  *yaml = (em_yaml){0};
}
