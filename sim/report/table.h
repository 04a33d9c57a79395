/*
 * A table on a terminal. Columns are as wide as their texts; those that the terminal has no room for follow below, with
 * the first column again.
 */
#ifndef EM_TABLE_H
#define EM_TABLE_H

#include "models/base/status.h"
#include "sim/report/terminal.h"

typedef struct em_table em_table;

/* NULL when memory is short; the other functions take that, and em_table_print says it. */
em_table *em_table_new(const char *const titles[], uint32_t columns);

/* The next cell, row by row. The first column is flush left, the others right. */
void em_table_text(em_table *table, const char *text);
void em_table_count(em_table *table, double value);  /* "%.0f" */
void em_table_figure(em_table *table, double value); /* em_figure_text */

/* Prints an empty line and the table, and frees it. EM_FAILED when memory was short. */
em_status em_table_print(em_table *table, const em_terminal *terminal, em_error *error);

#endif
