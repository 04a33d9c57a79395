/*
 * Design files: the em_design of models/design/design.h as YAML.
 *
 * `name`, `technology` (a path relative to the design file), `clock_mhz`, `vdd_mv` and `temperature_c`, then the
 * integers of em_design_keys in their sections. Every key that applies must be there, once, but for those that have a
 * fallback; no other may, except `clock_gating` (true unless it says false), which prices the clock and changes neither
 * the RTL nor its hash. What the
 * loader accepts, em_design_check accepts. Source: "Design, technology, sweep" in the file formats (docs/formats.md).
 */
#ifndef EM_DESIGN_FILE_H
#define EM_DESIGN_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "models/base/status.h"
#include "models/design/design.h"
#include "sim/files/technology_file.h"

/*
 * Loads `path` and the technology it names, and sets macro_min_bits from that. Texts say file, line, key and what is
 * allowed: "designs/tiny.yaml:14: engines.conv.lanes: 7 does not divide ED = 40; the nearest that do are 5 and 8".
 */
em_status em_design_load(const char *path, em_design *design, em_technology *technology, em_error *error);

/* The same with keys set to other values before the check ("KEY=VALUE", models/design/design_assign.h). */
em_status em_design_load_set(const char *path, const char *const *assignments, size_t count, em_design *design,
                             em_technology *technology, em_error *error);

/* The same from bytes[size], without the technology: macro_min_bits is 0. `path` only stands in the texts. */
em_status em_design_parse(const char *path, const uint8_t *bytes, size_t size, em_design *design, em_error *error);

/* What is missing then: the technology, as it is when its path is absolute, otherwise beside the design file `path`. */
em_status em_design_load_technology(const char *path, em_design *design, em_technology *technology, em_error *error);

/* Writes `design`, atomically. Parsing the file gives an equal design, but for macro_min_bits. EM_FAILED names the
 * path. */
em_status em_design_save(const char *path, const em_design *design, em_error *error);

/* The same into a stream, as the next lines of it. */
void em_design_write(FILE *file, const em_design *design);

#endif
