#include "sim/map/map_ipxact.h"

#include <ctype.h>
#include <inttypes.h>

static const char *const accesses[] = {
    [EM_MAP_READ_ONLY] = "read-only", [EM_MAP_WRITE_ONLY] = "write-only", [EM_MAP_READ_WRITE] = "read-write"};

/* Text of an element, its special characters as entities. */
static void put_text(const char *text, FILE *file) {
  for (; *text != '\0'; text++) {
    switch (*text) {
      case '<': fputs("&lt;", file); break;
      case '>': fputs("&gt;", file); break;
      case '&': fputs("&amp;", file); break;
      case '"': fputs("&quot;", file); break;
      default: fputc(*text, file); break;
    }
  }
}

static void put(int depth, const char *element, const char *text, FILE *file) {
  fprintf(file, "%*s<ipxact:%s>", 2 * depth, "", element);
  put_text(text, file);
  fprintf(file, "</ipxact:%s>\n", element);
}

static void put_number(int depth, const char *element, uint64_t number, FILE *file) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, number);
  put(depth, element, text, file);
}

static void put_hex(int depth, const char *element, uint32_t number, FILE *file) {
  char text[24];
  snprintf(text, sizeof text, "'h%" PRIx32, number);
  put(depth, element, text, file);
}

static void open_element(int depth, const char *element, FILE *file) {
  fprintf(file, "%*s<ipxact:%s>\n", 2 * depth, "", element);
}

static void close_element(int depth, const char *element, FILE *file) {
  fprintf(file, "%*s</ipxact:%s>\n", 2 * depth, "", element);
}

static void put_description(const em_map_row *row, FILE *file) {
  char text[512], range[48] = "";
  if (row->is_signed) {
    snprintf(range, sizeof range, "; signed, %" PRId32 " to %" PRId32, row->low, row->high);
  }
  snprintf(text, sizeof text, "%s%s%s%s", row->meaning, range, row->effect != NULL ? "; " : "",
           row->effect != NULL ? row->effect : "");
  put(5, "description", text, file);
}

/* A value as the register's bits hold it. */
static uint32_t pattern(const em_map_row *row, int32_t value) {
  return (uint32_t)value & UINT32_MAX >> (32 - row->bits);
}

/* The constraint stands where the bits could hold more; a range over the sign's end cannot be said there. */
static void put_constraint(const em_map_row *row, FILE *file) {
  if (row->low == row->high || row->low < 0 || pattern(row, -1) == (uint32_t)row->high) {
    return;
  }
  open_element(6, "writeValueConstraint", file);
  put_hex(7, "minimum", (uint32_t)row->low, file);
  put_hex(7, "maximum", (uint32_t)row->high, file);
  close_element(6, "writeValueConstraint", file);
}

static void put_field(const em_map_entry *entry, FILE *file) {
  const em_map_row *row = entry->row;
  open_element(5, "field", file);
  put(6, "name", row->field != NULL ? row->field : "value", file);
  put_number(6, "bitOffset", 0, file);
  if (entry->has_reset) {
    open_element(6, "resets", file);
    open_element(7, "reset", file);
    put_hex(8, "value", entry->reset, file);
    close_element(7, "reset", file);
    close_element(6, "resets", file);
  }
  put_number(6, "bitWidth", row->bits, file);
  put(6, "volatile", entry->access == EM_MAP_READ_ONLY && entry->reset == 0 ? "true" : "false", file);
  put(6, "access", accesses[entry->access], file);
  put_constraint(row, file);
  close_element(5, "field", file);
}

static void put_register(const em_map_entry *entry, uint32_t base, FILE *file) {
  open_element(4, "register", file);
  put(5, "name", entry->name, file);
  put_description(entry->row, file);
  if (entry->count > 1) {
    put_number(5, "dim", entry->count, file);
  }
  put_hex(5, "addressOffset", entry->address - base, file);
  put_number(5, "size", 32, file);
  put(5, "access", accesses[entry->access], file);
  put_field(entry, file);
  close_element(4, "register", file);
}

/* Opens an address block up to its range, which is whole words. */
static void open_block(const char *name, const char *description, uint32_t base, uint32_t range, FILE *file) {
  open_element(3, "addressBlock", file);
  put(4, "name", name, file);
  put(4, "description", description, file);
  put_hex(4, "baseAddress", base, file);
  put_hex(4, "range", range, file);
  put_number(4, "width", 32, file);
}

static void put_memory(const em_map_entry *entry, const char *unit, FILE *file) {
  char name[2 * EM_NAME_CHARS], description[160];
  snprintf(name, sizeof name, "%s_%s", unit, entry->name);
  snprintf(description, sizeof description, "%u words of %u INT8 codes, %u bytes apart", entry->count, entry->bits / 8,
           entry->stride);
  open_block(name, description, entry->address, entry->count * entry->stride, file);
  put(4, "usage", "memory", file);
  put(4, "access", accesses[entry->access], file);
  close_element(3, "addressBlock", file);
}

static void put_unit(const em_graph *graph, uint32_t engine, FILE *file) {
  em_map_entry entries[EM_MAP_MAX_ENTRIES];
  char name[EM_NAME_CHARS];
  const uint32_t base = em_map_unit(graph, engine) << 24;
  const uint32_t count = em_map_entries(graph, engine, entries);
  uint32_t end = base, registers = 0;
  em_map_unit_name(graph, engine, name);
  for (char *c = name; *c != '\0'; c++) {
    *c = *c == '.' ? '_' : *c;
  }
  for (; registers < count && entries[registers].row != NULL; registers++) {
    end = entries[registers].address + 4 * entries[registers].count;
  }
  open_block(name, engine == EM_NONE ? "the APB port itself" : "registers of an engine", base, end - base, file);
  put(4, "usage", "register", file);
  for (uint32_t i = 0; i < registers; i++) {
    put_register(&entries[i], base, file);
  }
  close_element(3, "addressBlock", file);
  for (uint32_t i = registers; i < count; i++) {
    put_memory(&entries[i], name, file);
  }
}

static void put_interface(const char *name, const char *bus, const char *role, FILE *file) {
  open_element(2, "busInterface", file);
  put(3, "name", name, file);
  fprintf(file, "      <ipxact:busType vendor=\"amba.com\" %s/>\n      %s\n", bus, role);
  close_element(2, "busInterface", file);
}

void em_map_write_ipxact(const em_graph *graph, FILE *file) {
  char version[24];
  static const char stream[] = "library=\"AMBA4\" name=\"AXI4Stream\" version=\"r0p0_1\"";
  snprintf(version, sizeof version, "%016" PRIx64, em_design_hash(&graph->design));
  fputs(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<ipxact:component xmlns:ipxact=\"http://www.accellera.org/XMLSchema/IPXACT/1685-2014\"\n"
      "    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
      "    xsi:schemaLocation=\"http://www.accellera.org/XMLSchema/IPXACT/1685-2014 "
      "http://www.accellera.org/XMLSchema/IPXACT/1685-2014/index.xsd\">\n",
      file);
  put(1, "vendor", "emamba-sim", file);
  put(1, "library", "accelerator", file);
  put(1, "name", "em_top", file);
  put(1, "version", version, file);
  open_element(1, "busInterfaces", file);
  put_interface("apb", "library=\"AMBA3\" name=\"APB\" version=\"r1p0_0\"",
                "<ipxact:slave><ipxact:memoryMapRef memoryMapRef=\"registers\"/></ipxact:slave>", file);
  put_interface("s_axis", stream, "<ipxact:slave/>", file);
  put_interface("m_axis", stream, "<ipxact:master/>", file);
  close_element(1, "busInterfaces", file);
  open_element(1, "memoryMaps", file);
  open_element(2, "memoryMap", file);
  put(3, "name", "registers", file);
  put(3, "description", "address = unit * 2^24 + memory * 2^21 + byte; memory 0 is a unit's registers", file);
  for (uint32_t i = 0; i <= graph->engine_count; i++) {
    put_unit(graph, i == 0 ? EM_NONE : i - 1, file);
  }
  put_number(3, "addressUnitBits", 8, file);
  close_element(2, "memoryMap", file);
  close_element(1, "memoryMaps", file);
  char description[160];
  snprintf(description, sizeof description, "eMamba accelerator, design %.64s", graph->design.name);
  put(1, "description", description, file);
  fputs("</ipxact:component>\n", file);
}
