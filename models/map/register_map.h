/*
 * The register map of a design: every register, table and memory that its APB port has, in one table.
 *
 * What the port answers, the page, IP-XACT and the driver's header come from here; loading keeps registers as wide as
 * they stand here. Address = unit << 24 | memory << 21 | byte; memory 0 holds a unit's registers and tables, 1 and 2
 * its memories. Unit 0 is the port itself. Source: docs/microarchitecture.md ("Shift registers", "APB map").
 */
#ifndef EM_REGISTER_MAP_H
#define EM_REGISTER_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "models/graph/graph.h"

/* Whose registers a row describes: engines of a kind (em_kind), every engine, or the port. */
enum { EM_MAP_ENGINE = EM_AXIS_OUT + 1, EM_MAP_GLOBAL };

typedef enum { EM_MAP_READ_ONLY, EM_MAP_WRITE_ONLY, EM_MAP_READ_WRITE } em_map_access;

/* What a design needs for a row to be there. */
typedef enum {
  EM_MAP_ALWAYS,
  EM_MAP_IN_REQUANT,
  EM_MAP_BIAS,
  EM_MAP_GROUP_0, /* row groups with a post requant; 0, 1, 2 follow each other */
  EM_MAP_GROUP_1,
  EM_MAP_GROUP_2,
  EM_MAP_RESIDUAL,
  EM_MAP_SILU,
  EM_MAP_NO_SILU,
  EM_MAP_NO_HEAD,
} em_map_condition;

/* How many registers a row stands for, 4 bytes apart. */
typedef enum {
  EM_MAP_ONE,
  EM_MAP_SILU_THRESHOLDS,
  EM_MAP_SILU_REGIONS,
  EM_MAP_EXP_THRESHOLDS,
  EM_MAP_EXP_REGIONS
} em_map_count;

/* One row: a register, or the entries of a table. */
typedef struct {
  uint32_t owner;   /* em_kind, EM_MAP_ENGINE or EM_MAP_GLOBAL */
  const char *name; /* "out_shift", "gate_slope" */
  uint32_t byte;    /* of the first, in memory 0 */
  em_map_count count;
  uint32_t bits; /* that it keeps, from bit 0 on; the others are ignored and read as 0 */
  bool is_signed;
  int32_t low, high; /* values the hardware defines; both 0: all that the bits hold */
  em_map_access access;
  em_map_condition condition;
  const char *field;   /* what its bits are called where not as the register; else NULL */
  const char *meaning; /* a phrase */
  const char *effect;  /* what reading or writing does besides, or NULL */
} em_map_row;

extern const em_map_row em_map_rows[];
extern const uint32_t em_map_row_count;

/* A register, a table's entries or a memory of one unit of a design. */
typedef struct {
  const em_map_row *row;   /* NULL for a memory */
  const em_memory *memory; /* NULL for registers */
  const char *name;
  uint32_t address; /* of the first word */
  uint32_t count;   /* registers, or words of the memory */
  uint32_t stride;  /* bytes from one to the next */
  uint32_t bits;    /* of each; a memory's word has 8 a lane */
  em_map_access access;
  bool has_reset; /* else it keeps what it had, and starts with anything */
  uint32_t reset;
} em_map_entry;

enum { EM_MAP_MAX_ENTRIES = 24 };

/*
 * The entries of a unit in the order of their addresses: of an engine of the graph, or of the port itself with EM_NONE.
 * Returns how many.
 */
uint32_t em_map_entries(const em_graph *graph, uint32_t engine, em_map_entry entries[EM_MAP_MAX_ENTRIES]);

/* The unit's number and name ("global", "blocks.0.norm"), engine as above. */
uint32_t em_map_unit(const em_graph *graph, uint32_t engine);
void em_map_unit_name(const em_graph *graph, uint32_t engine, char name[EM_NAME_CHARS]);

/* Units 0..em_map_last_unit answer; those of parts that the head lacks read as 0 and ignore writes. */
uint32_t em_map_last_unit(const em_graph *graph);

/* Is the row there in this engine (EM_NONE: the port)? */
bool em_map_has(const em_graph *graph, uint32_t engine, const em_map_row *row);

/* The engine's row that holds `byte` of memory 0, written or read; NULL where nothing answers. */
const em_map_row *em_map_find(const em_graph *graph, uint32_t engine, uint32_t byte);

/* The low bits of data as the register holds them: sign-extended where it is signed. */
int32_t em_map_value(const em_map_row *row, uint32_t data);

/* What a memory's role is called: "weight", "A". */
const char *em_map_memory_name(const em_memory *memory);

#endif
