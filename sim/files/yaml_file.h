/*
 * A small, strict reader of the YAML that design and technology files use: mappings of plain keys to scalars and
 * mappings, with the line of every value; where the caller takes them, lists too, whose items are the keys 0, 1, ...
 *
 * Refused, each with its line: anchors, aliases, tags, repeated keys, several documents, control characters,
 * more than EM_YAML_MAX_DEPTH levels, EM_YAML_MAX_NODES values or EM_YAML_MAX_BYTES bytes. Built on libyaml's events.
 */
#ifndef EM_YAML_FILE_H
#define EM_YAML_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "sim/files/file_bytes.h"

enum { EM_YAML_MAX_BYTES = 1 << 20, EM_YAML_MAX_NODES = 4096, EM_YAML_MAX_DEPTH = 8, EM_YAML_NO_NODE = -1 };

typedef struct {
  char *key;       /* "" for the root; owned */
  char *text;      /* the scalar's text; NULL for a mapping; owned */
  bool quoted;     /* the scalar is a string whatever it looks like */
  bool used;       /* set by em_yaml_take and em_yaml_next */
  bool list;       /* a list; its text is NULL, its items are its children */
  uint32_t line;   /* from 1: of a scalar, or of a mapping's key */
  int32_t parent;  /* of these two, EM_YAML_NO_NODE when there is none */
  int32_t sibling; /* the next node of the same mapping */
  int32_t child;   /* a mapping's first node */
} em_yaml_node;

typedef struct {
  const char *path; /* for messages, not owned */
  em_yaml_node *nodes;
  int32_t count; /* node 0 is the root, a mapping; children follow their parents */
  int32_t capacity;
} em_yaml;

/* The bytes of a YAML file for em_yaml_parse, with its size checked before it is read; texts name the path. */
em_status em_yaml_read(const char *path, em_file_bytes *file, em_error *error);

/* Parses bytes[size]. `path` stands in the texts and must outlive `yaml`. On an error there is nothing to free. */
em_status em_yaml_parse(const char *path, const uint8_t *bytes, size_t size, em_yaml *yaml, em_error *error);
void em_yaml_free(em_yaml *yaml);

/* The same with lists. */
em_status em_yaml_parse_lists(const char *path, const uint8_t *bytes, size_t size, em_yaml *yaml, em_error *error);

/* The member `key` of `mapping`, marked used; EM_YAML_NO_NODE when there is none or `mapping` is no mapping. */
int32_t em_yaml_take(em_yaml *yaml, int32_t mapping, const char *key);

/* The first member of a mapping or list (`node` EM_YAML_NO_NODE) or the one after `node`, marked used. */
int32_t em_yaml_next(em_yaml *yaml, int32_t parent, int32_t node);

/* The first node, in file order, that was never taken; the root always counts as taken. */
int32_t em_yaml_unused(const em_yaml *yaml);

/* Writes "engines.conv.lanes", cut to fit, and returns `name`. */
const char *em_yaml_name(const em_yaml *yaml, int32_t node, char name[160]);

/* "PATH:LINE: NAME: " and the formatted text; EM_BAD_INPUT. */
em_status em_yaml_fail(const em_yaml *yaml, int32_t node, em_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Scalars of a type and range. Texts say what is allowed. A number in quotes is not a number. */
em_status em_yaml_integer(const em_yaml *yaml, int32_t node, uint32_t min, uint32_t max, uint32_t *value,
                          em_error *error);
em_status em_yaml_number(const em_yaml *yaml, int32_t node, double min, double max, double *value, em_error *error);
em_status em_yaml_bool(const em_yaml *yaml, int32_t node, bool *value, em_error *error);

/* Copies 1..capacity-1 bytes. */
em_status em_yaml_string(const em_yaml *yaml, int32_t node, char *value, size_t capacity, em_error *error);

#endif
