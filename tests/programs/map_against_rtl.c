/*
 * The register map of a design against its RTL: what every entry reads, where the port answers with an error, and which
 * word of which memory a write reaches.
 *
 *   map_against_rtl DESIGN [--rtl FOLDER]
 *
 * Prints TAP lines; knows no model of the port, only the map.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/machine/schedule.h"
#include "models/map/register_map.h"
#include "sim/files/design_file.h"
#include "sim/lockstep/rtl_driver.h"

static em_graph graph;
static em_rtl_library library;
static em_rtl_driver driver;
static uint64_t checks, faults;

static void expect(bool good, const char *format, ...) {
  checks++;
  if (!good && faults++ < 20) {
    va_list arguments;
    va_start(arguments, format);
    printf("# ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
  }
}

/* A whole transfer, whatever the slave answers; true without an error. Ends in the access cycle, before its edge. */
static bool access(bool write, uint32_t address, uint32_t data, uint8_t strobe) {
  em_rtl_inputs *in = &driver.in;
  in->psel = 1;
  in->penable = 0;
  in->pwrite = write;
  in->paddr = address;
  in->pwdata = data;
  in->pstrb = strobe;
  em_rtl_driver_cycle(&driver);
  in->penable = 1;
  library.settle(driver.rtl, in, &driver.out);
  return driver.out.pready && !driver.out.pslverr;
}

/* The edge that ends an access, and the bus at rest. */
static void finish(void) {
  library.clock(driver.rtl);
  driver.in.psel = driver.in.penable = 0;
}

static bool put(uint32_t address, uint32_t data) {
  const bool good = access(true, address, data, 0xf);
  finish();
  return good;
}

static bool get(uint32_t address, uint32_t *data) {
  const bool good = access(false, address, 0, 0);
  *data = driver.out.prdata;
  finish();
  return good;
}

static const void *probe(uint32_t memory, const char *name) {
  char scope[2 * EM_NAME_CHARS + 16];
  em_memory_scope(&graph, memory, scope);
  strcat(scope, ".u_probe");
  const void *found = library.probe(driver.rtl, scope, name);
  if (found == NULL) {
    fprintf(stderr, "map_against_rtl: no probe %s.%s\n", scope, name);
    exit(EM_FAILED);
  }
  return found;
}

/* A write to one byte: it reaches that lane of that word, or nothing. */
static void check_byte(const em_map_entry *entry, uint32_t word, uint32_t byte) {
  const uint32_t memory = (uint32_t)(entry->memory - graph.memories), lanes = entry->memory->lanes;
  const uint64_t *record = probe(memory, "rec");
  const uint8_t *mask = probe(memory, "wmask"), *data = probe(memory, "wdata");
  const uint32_t address = entry->address + word * entry->stride + byte;
  const bool inside = word < entry->count && byte < lanes;
  const bool good = access(true, address & ~3u, 0xa5a5a5a5u + address, (uint8_t)(1u << address % 4));
  const bool writes = (*record >> EM_RECORD_WRITE_BIT & 1) != 0;
  expect(good, "0x%08" PRIx32 ": slave error", address);
  bool hit = false, only = true;
  for (uint32_t lane = 0; lane < lanes && writes; lane++) {
    const bool set = (mask[lane / 8] >> lane % 8 & 1) != 0;
    hit = hit || (set && lane == byte);
    only = only && (!set || lane == byte);
  }
  const bool here = writes && hit && only && (*record & 0xfffff) == word &&
                    data[byte] == (uint8_t)((0xa5a5a5a5u + address) >> 8 * (address % 4));
  expect(inside ? here : !writes || !hit, "0x%08" PRIx32 ": byte %u of word %u is %swritten", address, byte, word,
         inside ? "not " : "");
  finish();
}

static void check_memory(const em_map_entry *entry) {
  const uint32_t words[] = {0, entry->count / 2, entry->count - 1, entry->count};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    for (uint32_t byte = 0; byte < entry->stride; byte++) {
      if (entry->address + words[i] * entry->stride < ((entry->address >> 21) + 1) << 21) {
        check_byte(entry, words[i], byte);
      }
    }
  }
}

/* Reads of every entry, and past it, of a unit whose core is held after reset. */
static void check_unit(uint32_t engine) {
  em_map_entry entries[EM_MAP_MAX_ENTRIES];
  const uint32_t count = em_map_entries(&graph, engine, entries);
  for (uint32_t i = 0; i < count; i++) {
    const em_map_entry *e = &entries[i];
    for (uint32_t word = 0; word <= e->count; word += word == 0 && e->count > 1 ? e->count - 1 : 1) {
      const uint32_t address = e->address + word * e->stride;
      const bool next = i + 1 < count && entries[i + 1].address == address;
      const uint32_t expected = word < e->count ? (e->has_reset ? e->reset : 0) : next ? entries[i + 1].reset : 0;
      uint32_t data = 0;
      const bool good = get(address, &data);
      expect(good && data == expected, "0x%08" PRIx32 " (%s): %s, reads 0x%" PRIx32 ", not 0x%" PRIx32, address,
             e->name, good ? "answered" : "slave error", data, expected);
    }
    if (e->access != EM_MAP_READ_WRITE) {
      uint32_t data = 1;
      expect(put(e->address, 0xffffffffu) && get(e->address, &data) && data == (e->has_reset ? e->reset : 0),
             "0x%08" PRIx32 " (%s): a write shows as 0x%" PRIx32, e->address, e->name, data);
    }
    if (e->memory != NULL) {
      check_memory(e);
    }
  }
}

/* The units that answer are 0 to the last, and no other; in each, only bits the address has. */
static void check_borders(bool runs) {
  for (uint32_t unit = 0; unit < 256; unit++) {
    const bool there = unit <= em_map_last_unit(&graph);
    for (uint32_t memory = 0; memory < 8; memory++) {
      const uint32_t address = unit << 24 | memory << 21 | 0x1ffff0;
      uint32_t data = 1;
      const bool reads = get(address, &data), writes = put(address, 1);
      expect(reads == there && data == 0 && writes == (there && !runs), "0x%08" PRIx32 "%s: read %d, write %d", address,
             runs ? " while running" : "", reads, writes);
    }
  }
}

/* While the core runs, nothing but ctrl is written; a refused write reaches no memory. */
static void check_running(void) {
  em_map_entry entries[EM_MAP_MAX_ENTRIES];
  expect(put(EM_APB_CTRL, 1), "ctrl: slave error");
  for (uint32_t i = 0; i <= graph.engine_count; i++) {
    const uint32_t engine = i == 0 ? EM_NONE : i - 1, count = em_map_entries(&graph, engine, entries);
    for (uint32_t e = 0; e < count; e++) {
      const bool ctrl = entries[e].access == EM_MAP_READ_WRITE;
      const bool good = access(true, entries[e].address, 1, 0xf);
      const uint64_t record = entries[e].memory == NULL
                                  ? 0
                                  : *(const uint64_t *)probe((uint32_t)(entries[e].memory - graph.memories), "rec");
      expect(good == ctrl && (record >> EM_RECORD_WRITE_BIT & 1) == 0, "0x%08" PRIx32 " while running: %s",
             entries[e].address, good ? "accepted" : "written");
      finish();
    }
  }
  check_borders(true);
  expect(put(EM_APB_CTRL, 0), "ctrl: slave error");
}

static void tell(const char *what) {
  printf("%s - map: %s: %s, %" PRIu64 " checks\n", faults == 0 ? "ok" : "not ok", graph.design.name, what, checks);
}

int main(int argc, char **argv) {
  em_error error;
  em_design design;
  em_technology technology;
  const char *rtl = argc == 4 && strcmp(argv[2], "--rtl") == 0 ? argv[3] : NULL;
  if (argc != 2 && rtl == NULL) {
    fprintf(stderr, "usage: map_against_rtl DESIGN [--rtl FOLDER]\n");
    return EM_BAD_INPUT;
  }
  em_status status = em_design_load(argv[1], &design, &technology, &error);
  status = status == EM_OK ? em_rtl_library_open(&library, &design, rtl, NULL, EM_RTL_PROBED, true, &error) : status;
  status = status == EM_OK ? em_rtl_driver_open(&driver, &library, &error) : status;
  if (status != EM_OK) {
    fprintf(stderr, "map_against_rtl: %s\n", error.text);
    return status;
  }
  em_graph_build(&graph, &design);
  for (uint32_t i = 0; i <= graph.engine_count; i++) {
    check_unit(i == 0 ? EM_NONE : i - 1);
  }
  check_borders(false);
  check_running();
  tell("what is read, which unit answers, which byte a write reaches");
  return faults == 0 ? EM_OK : EM_FAILED;
}
