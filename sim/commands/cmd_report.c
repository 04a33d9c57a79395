/*
 * `emamba report R.json`: a stored report as tables, as a page, as power over time; priced again with another
 * technology. Nothing is simulated.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/commands/commands.h"
#include "sim/report/power_csv.h"
#include "sim/report/report.h"
#include "sim/report/report_export.h"
#include "sim/report/report_html.h"
#include "sim/report/report_restore.h"

/* Everything is made before anything is written, but for a file that cannot be written. */
static em_status deliver(cJSON *report, const em_options *o, em_error *error) {
  char *tables = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&tables, &size);
  if (memory == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the report's tables");
  }
  em_status status = em_report_print(report, o->details, memory, error);
  fclose(memory);
  if (status == EM_OK && o->power != NULL) {
    status = em_power_csv_save(o->power, report, error);
  }
  if (status == EM_OK && o->html != NULL) {
    status = em_report_html_save(o->html, &report, 1, error);
  }
  em_report_set set = {&report, o->arguments, 1};
  if (status == EM_OK && o->csv != NULL) {
    status = em_report_csv_save(o->csv, &set, error);
  }
  if (status == EM_OK && o->latex != NULL) {
    status = em_report_latex_save(o->latex, &set, error);
  }
  if (status == EM_OK && o->accelergy != NULL) {
    status = em_report_accelergy_save(o->accelergy, report, error);
  }
  if (status == EM_OK && o->report != NULL) {
    status = em_report_save(o->report, report, error);
  }
  if (status == EM_OK && !o->quiet) {
    fwrite(tables, 1, size, stdout);
  }
  free(tables);
  return status;
}

em_status em_cmd_report(const em_options *options, em_error *error) {
  const char *path = options->arguments[0];
  cJSON *report = NULL;
  em_status status = em_report_load(path, &report, error);
  if (status != EM_OK) {
    return status;
  }
  if (options->technology != NULL) {
    status = em_report_reprice(report, options->technology, error);
  }
  if (status == EM_OK) {
    status = deliver(report, options, error);
  }
  if (status == EM_BAD_INPUT && strstr(error->text, "the report") == error->text) {
    em_error_prefix(error, path);
  }
  cJSON_Delete(report);
  return status;
}
