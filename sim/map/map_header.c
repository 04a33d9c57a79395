#include "sim/map/map_header.h"

#include <ctype.h>
#include <inttypes.h>

#include "models/network/apb.h"

static const char *const owners[] = {
    [EM_AXIS_IN] = "axis_in",   [EM_LINEAR] = "linear",     [EM_NORM] = "norm",
    [EM_CONV] = "conv",         [EM_SSM] = "ssm",           [EM_POOL] = "pool",
    [EM_AXIS_OUT] = "axis_out", [EM_MAP_ENGINE] = "engine", [EM_MAP_GLOBAL] = "global"};

/* Memories of the kinds, in the order of the map. */
static const struct {
  uint32_t owner, memory;
  const char *name;
} memories[] = {{EM_LINEAR, 1, "weight"}, {EM_LINEAR, 2, "bias"}, {EM_NORM, 1, "gamma"}, {EM_NORM, 2, "beta"},
                {EM_CONV, 1, "weight"},   {EM_CONV, 2, "bias"},   {EM_SSM, 1, "a"},      {EM_SSM, 2, "d"}};

/* "EMAMBA_OWNER_NAME" and what is behind it, in capitals, dots and the like as underscores. */
static void put_name(const char *owner, const char *name, const char *suffix, FILE *file) {
  char text[2 * EM_NAME_CHARS];
  const int length = snprintf(text, sizeof text, "%s%s%s%s", owner, name[0] != '\0' ? "_" : "", name, suffix);
  fputs("#define EMAMBA_", file);
  for (const char *c = text; *c != '\0'; c++) {
    fputc(isalnum((unsigned char)*c) ? toupper((unsigned char)*c) : '_', file);
  }
  fprintf(file, "%*s", length < 46 ? 47 - length : 1, "");
}

static void put_row(const em_map_row *row, FILE *file) {
  put_name(owners[row->owner], row->name, "", file);
  fprintf(file, "0x%04" PRIx32 "u /* %s", row->byte, row->access == EM_MAP_READ_ONLY ? "read" : "");
  fprintf(file, "%s; %s%s */\n",
          row->access == EM_MAP_READ_ONLY    ? ""
          : row->access == EM_MAP_WRITE_ONLY ? "write"
                                             : "read, write",
          row->meaning, row->count != EM_MAP_ONE ? "; entry i 4 * i bytes on" : "");
  if (row->field != NULL) {
    char field[EM_NAME_CHARS];
    snprintf(field, sizeof field, "%s_%s", row->name, row->field);
    put_name(owners[row->owner], field, "", file);
    fprintf(file, "0x%08xu\n", (unsigned)(UINT32_MAX >> (32 - row->bits)));
  }
}

void em_map_write_common_header(FILE *file) {
  fputs(
      "/* The register map of the accelerator, as far as it is the same for every design: written by\n"
      " * `build/manual driver-map`, from the table that IP-XACT and the page come from. Do not edit. */\n"
      "/* clang-format off */\n"
      "#ifndef EMAMBA_MAP_H\n#define EMAMBA_MAP_H\n\n"
      "/* 32-bit words. memory 0: a unit's registers and tables; 1 and 2: its memories. */\n"
      "#define EMAMBA_ADDRESS(unit, memory, byte) ((unit) << 24 | (memory) << 21 | (byte))\n\n",
      file);
  fprintf(file, "#define EMAMBA_ID_VALUE 0x%08xu /* what id reads as */\n", (unsigned)EM_APB_ID_VALUE);
  uint32_t owner = UINT32_MAX;
  for (const em_map_row *row = em_map_rows; row < em_map_rows + em_map_row_count; row++) {
    if (row->owner != owner) {
      owner = row->owner;
      fprintf(file, "\n/* %s */\n",
              owner == EM_MAP_GLOBAL   ? "Unit 0: the port itself."
              : owner == EM_MAP_ENGINE ? "Every engine."
                                       : owners[owner]);
    }
    put_row(row, file);
  }
  fputs(
      "\n/* Memories of a unit; a word's bytes at word * stride, the least power of two from 4 on that holds them. "
      "*/\n",
      file);
  for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++) {
    char name[EM_NAME_CHARS];
    snprintf(name, sizeof name, "%s_memory", memories[i].name);
    put_name(owners[memories[i].owner], name, "", file);
    fprintf(file, "%uu\n", memories[i].memory);
  }
  fputs("\n#endif\n", file);
}

static void put_unit(const em_graph *graph, uint32_t engine, FILE *file) {
  em_map_entry entries[EM_MAP_MAX_ENTRIES];
  char name[EM_NAME_CHARS];
  em_map_unit_name(graph, engine, name);
  put_name("unit", name, "", file);
  fprintf(file, "%uu\n", em_map_unit(graph, engine));
  const uint32_t count = em_map_entries(graph, engine, entries);
  for (uint32_t i = 0; i < count; i++) {
    if (entries[i].memory != NULL) {
      put_name(name, entries[i].name, "", file);
      fprintf(file, "0x%08" PRIx32 "u\n", entries[i].address);
      put_name(name, entries[i].name, "_words", file);
      fprintf(file, "%uu\n", entries[i].count);
      put_name(name, entries[i].name, "_stride", file);
      fprintf(file, "%uu\n", entries[i].stride);
    } else if (entries[i].count > 1) {
      put_name(name, entries[i].name, "_count", file);
      fprintf(file, "%uu\n", entries[i].count);
    }
  }
}

void em_map_write_design_header(const em_graph *graph, FILE *file) {
  const em_design *d = &graph->design;
  const uint64_t hash = em_design_hash(d);
  fprintf(file,
          "/* Units and memories of design %s; written by `emamba map --header`. */\n"
          "#ifndef EMAMBA_DESIGN_H\n#define EMAMBA_DESIGN_H\n\n#include \"emamba_map.h\"\n\n",
          d->name);
  put_name("design_hash_low", "", "", file);
  fprintf(file, "0x%08" PRIx32 "u\n", (uint32_t)hash);
  put_name("design_hash_high", "", "", file);
  fprintf(file, "0x%08" PRIx32 "u\n", (uint32_t)(hash >> 32));
  put_name("stream_in_bytes", "", "", file);
  fprintf(file, "%uu\n", d->in_bytes);
  put_name("stream_out_bytes", "", "", file);
  fprintf(file, "%uu\n", d->out_bytes);
  put_name("units", "", "", file);
  fprintf(file, "%uu\n\n", em_map_last_unit(graph) + 1);
  for (uint32_t i = 0; i <= graph->engine_count; i++) {
    put_unit(graph, i == 0 ? EM_NONE : i - 1, file);
  }
  fputs("\n#endif\n", file);
}
