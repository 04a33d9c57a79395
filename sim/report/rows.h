/* Tables of a report's rows: a list of fields says which of their values stand in which column. */
#ifndef EM_ROWS_H
#define EM_ROWS_H

#include "sim/report/report_reader.h"
#include "sim/report/table.h"

typedef enum { EM_FIELD_COUNT, EM_FIELD_FIGURE, EM_FIELD_TEXT } em_field_kind;

typedef struct {
  const char *title; /* over the column */
  const char *key;   /* in the row */
  em_field_kind kind;
  double scale; /* of a figure: printed over stored */
} em_field;

enum { EM_MOST_FIELDS = 31 };

/*
 * `rows` with their "name" first, a column a field, then `totals` (may be NULL), blank where it lacks a key. `what`
 * stands over the names. Rows without any count or figure but 0 are left out when `some` is set.
 */
void em_rows_print(em_report_reader *r, const em_terminal *terminal, const char *what, const em_field *fields,
                   uint32_t count, const cJSON *rows, const cJSON *totals, bool some);

#endif
