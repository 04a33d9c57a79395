/*
 * The tables of a report, each a table of fields: the writer, the terminal, CSV, LaTeX and the page iterate over it.
 *
 * A new column is a row here and nothing else.
 */
#ifndef EM_REPORT_FIELDS_H
#define EM_REPORT_FIELDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "models/activity/activity.h"
#include "models/machine/core.h"
#include "sim/report/rows.h"

/* What one row is of; which members are set depends on the table. */
typedef struct {
  const em_graph *graph;
  uint32_t index;                   /* of the engine or memory */
  const em_engine_timing *time;     /* engines */
  const em_engine_activity *engine; /* engines */
  const em_memory_activity *memory; /* memories */
  bool toggles;                     /* memories: they were counted */
  uint32_t place;                   /* nodes: the node's place in its engine */
  const em_node_count *node;        /* nodes */
} em_report_row;

typedef struct {
  em_field shown; /* its key in JSON and CSV, with the unit; no title: terminal and page do not show it */
  bool total;     /* it has a sum under the table's totals */
  bool rare;      /* the terminal leaves it out where that is 0 */
  uint32_t argument;
  void (*text)(const em_report_row *row, char text[EM_NAME_CHARS]); /* of a text */
  double (*number)(const em_report_row *row, uint32_t argument);    /* of a number; NULL: the price writes it */
  bool (*present)(const em_report_row *row);                        /* NULL: in every row */
} em_report_field;

typedef struct {
  const char *name;              /* "engines": of the CSV's column "table" */
  const char *section;           /* the report's object that holds it; NULL: the report itself */
  const char *rows, *totals;     /* keys of the array and of its sums */
  const em_report_field *fields; /* the first is the name */
  uint32_t count;
} em_report_table;

typedef enum {
  EM_TABLE_ENGINES,
  EM_TABLE_MEMORIES,
  EM_TABLE_NODES,
  EM_TABLE_MODULES,
  EM_TABLE_PARTS,
  EM_TABLES,
} em_table_kind;

extern const em_report_table em_report_tables[EM_TABLES];

/* A row as JSON; adds its sums to `totals`. The caller deletes it. */
cJSON *em_report_row_make(em_table_kind table, const em_report_row *row, cJSON *totals);

/* Fields that the terminal shows of a report's table, without the name; returns their number. */
uint32_t em_report_shown(em_table_kind table, const cJSON *totals, em_field fields[EM_MOST_FIELDS]);

/* Keys, titles and kinds of all tables, for the page. The caller deletes it. */
cJSON *em_report_fields_json(void);

#endif
