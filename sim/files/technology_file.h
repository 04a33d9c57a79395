/*
 * A technology: the constants that turn activity into energy, area and time, each with its range and provenance.
 *
 * The file is YAML: `name`, `node_nm` and `constants`, a mapping from names to {value, low, high, unit, kind, source}.
 * em_constant_rules says which constants there must be, in which unit, and what is sane; there are no others. low and
 * high bound what is believed of the value; all formulas are at the nominal supply and temperature unless a constant
 * scales them. Source of the shipped numbers: docs/technology.md.
 *
 * Not modelled: process corners, on-chip variation, wires beyond what the utilisation and clock-tree constants hold.
 */
#ifndef EM_TECHNOLOGY_FILE_H
#define EM_TECHNOLOGY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"

/* Read in a public source; computed from such figures; an engineer's assumption; fitted to our own measurements. */
typedef enum { EM_KIND_PUBLISHED, EM_KIND_DERIVED, EM_KIND_CALIBRATED, EM_KIND_ASSUMED } em_constant_kind;

const char *em_constant_kind_name(em_constant_kind kind);

/* What a technology must define. */
typedef struct {
  const char *name;
  const char *unit;
  double min, max; /* low, value and high lie within */
  const char *meaning;
} em_constant_rule;

enum { EM_CONSTANT_COUNT = 32 };
extern const em_constant_rule em_constant_rules[EM_CONSTANT_COUNT];

typedef struct {
  char name[40];
  double value, low, high; /* low <= value <= high */
  char unit[24];
  char source[256];
  em_constant_kind kind;
} em_constant;

typedef struct {
  char name[64];
  char file[1024]; /* where it was loaded from */
  double node_nm;
  size_t count;
  em_constant constants[EM_CONSTANT_COUNT]; /* in the order of em_constant_rules */
} em_technology;

/* Loads `path`. Texts say file, line, key and what is allowed. */
em_status em_technology_load(const char *path, em_technology *technology, em_error *error);

/* The same from bytes[size]; `path` only stands in the texts. */
em_status em_technology_parse(const char *path, const uint8_t *bytes, size_t size, em_technology *technology,
                              em_error *error);

/* NULL when em_constant_rules has no such name. */
const em_constant *em_technology_find(const em_technology *technology, const char *name);

/* The nominal value; the name must be in em_constant_rules (asserted). */
double em_technology_value(const em_technology *technology, const char *name);

#endif
