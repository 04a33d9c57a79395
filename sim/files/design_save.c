#include <stdio.h>
#include <string.h>

#include "sim/files/atomic_file.h"
#include "sim/files/design_file.h"

/* A number that reads back to the same double, in as few digits as that takes. */
static void write_number(FILE *file, const char *key, double value) {
  char text[32];
  double back = 0;
  for (int digits = 6; digits <= 17 && (digits == 6 || back != value); digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    sscanf(text, "%lf", &back);
  }
  fprintf(file, "%s: %s\n", key, text);
}

static void write_value(FILE *file, const em_design *design, const em_design_key *key) {
  uint32_t value = em_design_get(design, key);
  if (key->offset == offsetof(em_design, shape.head)) {
    fprintf(file, "%s: %s", key->key, em_head_name((em_head)value));
  } else if (key->offset == offsetof(em_design, shape.conv_silu)) {
    fprintf(file, "%s: %s", key->key, value != 0 ? "true" : "false");
  } else {
    fprintf(file, "%s: %u", key->key, value);
  }
}

/* The keys in the order of the table: plain sections a key a line, engines an engine a line. */
static void write_keys(FILE *file, const em_design *design) {
  const char *section = "";
  bool in_engines = false, open = false;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (!em_design_key_applies(key, &design->shape)) {
      continue;
    }
    bool engine = strncmp(key->section, "engines.", 8) == 0;
    if (strcmp(section, key->section) != 0) {
      section = key->section;
      fputs(open ? "}\n" : "", file);
      if (!engine) {
        fprintf(file, "\n%s:\n", section);
      } else {
        fprintf(file, "%s  %s: {", in_engines ? "" : "\nengines:\n", section + 8);
      }
      in_engines = in_engines || engine;
      open = engine;
    } else if (engine) {
      fputs(", ", file);
    }
    fputs(engine ? "" : "  ", file);
    write_value(file, design, key);
    fputs(engine ? "" : "\n", file);
  }
}

void em_design_write(FILE *file, const em_design *design) {
  fprintf(file, "name: %s\ntechnology: \"", design->name);
  for (const char *byte = design->technology; *byte != '\0'; byte++) {
    fprintf(file, "%s%c", *byte == '"' || *byte == '\\' ? "\\" : "", *byte);
  }
  fputs("\"\n", file);
  write_number(file, "clock_mhz", design->clock_mhz);
  write_number(file, "vdd_mv", design->vdd_mv);
  write_number(file, "temperature_c", design->temperature_c);
  fprintf(file, "clock_gating: %s\n", design->clock_gating ? "true" : "false");
  write_keys(file, design);
}

em_status em_design_save(const char *path, const em_design *design, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  em_design_write(file.stream, design);
  return em_atomic_file_commit(&file, error);
}
