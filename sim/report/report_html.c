#include "sim/report/report_html.h"

#include <stdlib.h>
#include <string.h>

#include "sim/files/atomic_file.h"
#include "sim/files/json_text.h"
#include "sim/report/report_fields.h"

/* The template, taken in by the assembler; builds run in the project's root. It ends with a NUL. */
__asm__(
    ".section .rodata\n"
    ".global em_report_template\n"
    "em_report_template:\n"
    ".incbin \"sim/report/report.html\"\n"
    ".byte 0\n"
    ".previous\n");
extern const char em_report_template[];

enum { MOST_DRAWN = 2000 };

/* A row with `merge` windows in one. */
static cJSON *merged_row(const cJSON *row, int merge) {
  cJSON *sums = cJSON_CreateArray();
  for (const cJSON *item = row->child; item != NULL;) {
    double sum = 0;
    for (int i = 0; i < merge && item != NULL; i++, item = item->next) {
      sum += item->valuedouble;
    }
    cJSON_AddItemToArray(sums, cJSON_CreateNumber(sum));
  }
  return sums;
}

/* Windows for drawing: at most MOST_DRAWN. NULL when they need not, or cannot, be merged. */
static cJSON *drawn_windows(const cJSON *windows) {
  const cJSON *rows = cJSON_GetObjectItemCaseSensitive(windows, "engines"), *row;
  const cJSON *length = cJSON_GetObjectItemCaseSensitive(windows, "window_cycles");
  int count = rows != NULL && rows->child != NULL ? cJSON_GetArraySize(rows->child) : 0;
  if (count <= MOST_DRAWN || !cJSON_IsNumber(length)) {
    return NULL;
  }
  int merge = (count + MOST_DRAWN - 1) / MOST_DRAWN;
  cJSON *drawn = cJSON_CreateObject();
  cJSON_AddNumberToObject(drawn, "window_cycles", length->valuedouble * merge);
  cJSON *engines = cJSON_AddArrayToObject(drawn, "engines");
  cJSON_ArrayForEach(row, rows) {
    cJSON_AddItemToArray(engines, merged_row(row, merge));
  }
  return drawn;
}

/* The report's text, with merged windows where there are many; a heap string or NULL. */
static char *page_text(const cJSON *report) {
  cJSON *drawn = drawn_windows(cJSON_GetObjectItemCaseSensitive(report, "busy_windows"));
  if (drawn == NULL) {
    return em_json_print(report, false);
  }
  cJSON *page = cJSON_CreateObject();
  for (cJSON *item = report->child; item != NULL; item = item->next) {
    if (strcmp(item->string, "busy_windows") == 0) {
      cJSON_AddItemToObject(page, "busy_windows", drawn);
    } else {
      cJSON_AddItemReferenceToObject(page, item->string, item);
    }
  }
  char *text = em_json_print(page, false);
  cJSON_Delete(page);
  return text;
}

/* The template from `from` to behind the mark of the tables' fields, with these in its place. */
static const char *write_fields(const char *from, FILE *file) {
  static const char mark[] = "@FIELDS@";
  const char *place = strstr(from, mark);
  cJSON *fields = em_report_fields_json();
  char *text = em_json_print(fields, false);
  fwrite(from, 1, (size_t)(place - from), file);
  em_json_write_in_page(text != NULL ? text : "[]", file);
  free(text);
  cJSON_Delete(fields);
  return place + strlen(mark);
}

em_status em_report_html_save(const char *path, cJSON *const *reports, size_t count, em_error *error) {
  static const char mark[] = "@REPORTS@";
  const char *place = strstr(em_report_template, mark);
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  fwrite(em_report_template, 1, (size_t)(place - em_report_template), file.stream);
  for (size_t i = 0; i < count; i++) {
    char *text = page_text(reports[i]);
    if (text == NULL) {
      em_atomic_file_discard(&file);
      return em_fail(error, EM_FAILED, "%.255s: out of memory for the page", path);
    }
    fputs(i == 0 ? "[" : ",\n", file.stream);
    em_json_write_in_page(text, file.stream);
    free(text);
  }
  fputs("]", file.stream);
  place = write_fields(place + strlen(mark), file.stream);
  fputs(place, file.stream);
  return em_atomic_file_commit(&file, error);
}
