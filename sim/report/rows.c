#include "sim/report/rows.h"

static void print_value(em_report_reader *r, em_table *table, const em_terminal *terminal, const em_field *field,
                        const cJSON *row) {
  switch (field->kind) {
    case EM_FIELD_COUNT: em_table_count(table, em_reader_number(r, row, field->key)); break;
    case EM_FIELD_FIGURE: em_table_figure(table, em_reader_number(r, row, field->key) * field->scale); break;
    case EM_FIELD_TEXT: em_table_text(table, em_terminal_unit(terminal, em_reader_text(r, row, field->key))); break;
  }
}

static bool has_some(em_report_reader *r, const em_field *fields, uint32_t count, const cJSON *row) {
  for (uint32_t i = 0; i < count; i++) {
    double value = fields[i].kind == EM_FIELD_TEXT ? 0 : em_reader_number(r, row, fields[i].key);
    if (value < 0 || value > 0) {
      return true;
    }
  }
  return false;
}

void em_rows_print(em_report_reader *r, const em_terminal *terminal, const char *what, const em_field *fields,
                   uint32_t count, const cJSON *rows, const cJSON *totals, bool some) {
  const char *titles[1 + EM_MOST_FIELDS] = {what};
  for (uint32_t i = 0; i < count; i++) {
    titles[1 + i] = fields[i].title;
  }
  em_table *table = em_table_new(titles, 1 + count);
  const cJSON *row;
  cJSON_ArrayForEach(row, rows) {
    if (!some || has_some(r, fields, count, row)) {
      em_table_text(table, em_reader_text(r, row, "name"));
      for (uint32_t i = 0; i < count; i++) {
        print_value(r, table, terminal, &fields[i], row);
      }
    }
  }
  if (totals != NULL) {
    em_table_text(table, "total");
    for (uint32_t i = 0; i < count; i++) {
      if (cJSON_HasObjectItem(totals, fields[i].key)) {
        print_value(r, table, terminal, &fields[i], totals);
      } else {
        em_table_text(table, "");
      }
    }
  }
  em_error error;
  em_status status = em_table_print(table, terminal, &error);
  if (status != EM_OK && r->status == EM_OK) {
    r->status = em_fail(r->error, status, "%s", error.text);
  }
}
