#include "sim/map/map_page.h"

#include <inttypes.h>
#include <string.h>

static const char *const accesses[] = {[EM_MAP_READ_ONLY] = "r", [EM_MAP_WRITE_ONLY] = "w", [EM_MAP_READ_WRITE] = "rw"};

/* "s7 -8..63", "u32". */
static void print_bits(const em_map_entry *entry, FILE *file) {
  char text[48];
  const em_map_row *row = entry->row;
  if (row == NULL) {
    snprintf(text, sizeof text, "%u x s8", entry->bits / 8);
  } else if (row->low == row->high || row->bits == 32) {
    snprintf(text, sizeof text, "%c%u", row->is_signed ? 's' : 'u', row->bits);
  } else {
    snprintf(text, sizeof text, "%c%u %" PRId32 "..%" PRId32, row->is_signed ? 's' : 'u', row->bits, row->low,
             row->high);
  }
  fprintf(file, "%-20s", text);
}

static void print_entry(const em_map_entry *entry, FILE *file) {
  char reset[16] = "-";
  if (entry->has_reset) {
    snprintf(reset, sizeof reset, "0x%" PRIx32, entry->reset);
  }
  fprintf(file, "  0x%08" PRIx32 "  %-16s %7u %6u  %-2s  ", entry->address, entry->name, entry->count, entry->stride,
          accesses[entry->access]);
  print_bits(entry, file);
  fprintf(file, " %-10s  %s\n", reset, entry->row != NULL ? entry->row->meaning : "codes, a word a step");
  for (const char *effect = entry->row != NULL ? entry->row->effect : NULL; effect != NULL;) {
    const size_t length = strcspn(effect, ";");
    fprintf(file, "  %*s%.*s\n", 12, "", (int)length, effect);
    effect = effect[length] == ';' ? effect + length + 2 : NULL;
  }
}

void em_map_print(const em_graph *graph, FILE *file) {
  em_map_entry entries[EM_MAP_MAX_ENTRIES];
  fprintf(file,
          "register map of design %s, hash %016" PRIx64
          "\n"
          "32-bit words, little-endian; address = unit << 24 | memory << 21 | byte; units 0 to %u\n"
          "slave error (pslverr), and nothing happens: a unit past the last; a write but to ctrl while the core runs\n"
          "what no line names reads as 0 and ignores writes; only a memory's words and ctrl heed pstrb\n",
          graph->design.name, em_design_hash(&graph->design), em_map_last_unit(graph));
  fprintf(file, "\n  %-10s  %-16s %7s %6s  %-2s  %-20s %-10s  %s\n", "address", "name", "count", "stride", "", "bits",
          "reset", "meaning");
  for (uint32_t i = 0; i <= graph->engine_count; i++) {
    const uint32_t engine = i == 0 ? EM_NONE : i - 1;
    char name[EM_NAME_CHARS];
    em_map_unit_name(graph, engine, name);
    fprintf(file, "unit %u, %s\n", em_map_unit(graph, engine), name);
    const uint32_t count = em_map_entries(graph, engine, entries);
    for (uint32_t e = 0; e < count; e++) {
      print_entry(&entries[e], file);
    }
  }
}
