/*
 * A design's numbers by their dotted names, "engines.conv.lanes" or "clock_mhz", as a command line or another file
 * gives them.
 */
#ifndef EM_DESIGN_ASSIGN_H
#define EM_DESIGN_ASSIGN_H

#include "models/design/design.h"

enum { EM_KEY_CHARS = 64 };

/* What a name means: a number of the operating point, an integer of em_design_keys, or clock_gating. */
typedef struct {
  const em_design_number *number;
  const em_design_key *integer;
  bool clock_gating;
} em_design_name;

/* EM_BAD_INPUT names the key that was probably meant. */
em_status em_design_find(const char *name, em_design_name *found, em_error *error);

/* Writes "engines.conv.lanes" and returns `name`. */
const char *em_design_key_name(const em_design_key *key, char name[EM_KEY_CHARS]);

/* Sets a number or an integer within its range; whether the design is legal then is em_design_check's. */
em_status em_design_set_value(em_design *design, const em_design_name *name, double value, em_error *error);

/* The same from a text as a design file has it: "4", "0.8e3", "true", "flatten". Texts begin with the name. */
em_status em_design_assign(em_design *design, const char *name, const char *value, em_error *error);

/*
 * "KEY=VALUE" texts in their order, each key once; then em_design_check. Keys that the head does not have afterwards
 * are 1. EM_BAD_INPUT names key and what is allowed; `design` is then undefined.
 */
em_status em_design_assign_all(em_design *design, const char *const *assignments, size_t count, em_error *error);

#endif
