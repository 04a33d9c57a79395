#include "sim/report/table.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 80, GAP = 2 };

struct em_table {
  uint32_t columns;
  uint32_t widths[MOST_COLUMNS];
  size_t count, room; /* of cells, titles first */
  char **cells;
  bool failed;
};

em_table *em_table_new(const char *const titles[], uint32_t columns) {
  em_table *table = calloc(1, sizeof *table);
  if (table != NULL) {
    table->columns = columns < MOST_COLUMNS ? columns : MOST_COLUMNS;
  }
  for (uint32_t i = 0; i < columns; i++) {
    em_table_text(table, titles[i]);
  }
  return table;
}

static bool make_room(em_table *table) {
  if (table->count < table->room) {
    return true;
  }
  size_t room = 2 * table->room + 64;
  char **cells = realloc(table->cells, room * sizeof *cells);
  if (cells != NULL) {
    table->cells = cells;
    table->room = room;
  }
  return cells != NULL;
}

void em_table_text(em_table *table, const char *text) {
  if (table == NULL || table->failed) {
    return;
  }
  char *copy = make_room(table) ? strdup(text) : NULL;
  if (copy == NULL) {
    table->failed = true;
    return;
  }
  uint32_t *width = &table->widths[table->count % table->columns], columns = em_text_columns(text);
  *width = columns > *width ? columns : *width;
  table->cells[table->count++] = copy;
}

void em_table_count(em_table *table, double value) {
  char text[EM_FIGURE_CHARS];
  snprintf(text, sizeof text, "%.0f", value);
  em_table_text(table, text);
}

void em_table_figure(em_table *table, double value) {
  char text[EM_FIGURE_CHARS];
  em_figure_text(value, text);
  em_table_text(table, text);
}

/* Padding counts columns, where printf's would count bytes. */
static void print_cell(const em_table *table, size_t row, uint32_t column, FILE *file) {
  const char *text = table->cells[row * table->columns + column];
  int padding = (int)(table->widths[column] - em_text_columns(text));
  if (column == 0) {
    fprintf(file, "%s%*s", text, padding, "");
  } else {
    fprintf(file, "%*s%s", GAP + padding, "", text);
  }
}

/* The columns from `first` on that fit beside column 0, at least one. */
static uint32_t panel_end(const em_table *table, uint32_t first, uint32_t width) {
  uint32_t used = table->widths[0], end = first;
  while (end < table->columns && (end == first || used + GAP + table->widths[end] <= width)) {
    used += GAP + table->widths[end++];
  }
  return end;
}

static void print_panels(const em_table *table, const em_terminal *terminal) {
  size_t rows = table->count / table->columns;
  for (uint32_t first = 1, end; first < table->columns; first = end) {
    end = panel_end(table, first, terminal->width);
    fputs("\n", terminal->file);
    for (size_t row = 0; row < rows; row++) {
      print_cell(table, row, 0, terminal->file);
      for (uint32_t column = first; column < end; column++) {
        print_cell(table, row, column, terminal->file);
      }
      fputs("\n", terminal->file);
    }
  }
}

em_status em_table_print(em_table *table, const em_terminal *terminal, em_error *error) {
  bool failed = table == NULL || table->failed;
  if (!failed) {
    print_panels(table, terminal);
  }
  for (size_t i = 0; table != NULL && i < table->count; i++) {
    free(table->cells[i]);
  }
  if (table != NULL) {
    free(table->cells);
  }
  free(table);
  return failed ? em_fail(error, EM_FAILED, "out of memory for a table") : EM_OK;
}
