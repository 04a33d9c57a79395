/*
 * `emamba report R.json`: a stored report as tables, as a page, as power over time; priced again with another
 * technology. Nothing is simulated.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands/commands.h"
#include "sim/report/power_csv.h"
#include "sim/report/report.h"
#include "sim/report/report_html.h"
#include "sim/report/report_restore.h"

typedef struct {
  const char *path, *technology; /* technology: NULL keeps the stored price */
  const char *html, *power, *report;
  bool quiet;
} report_options;

static em_status parse(int argc, char **argv, report_options *o, em_error *error) {
  static const struct option all[] = {
      {"tech", required_argument, NULL, 't'},  {"html", required_argument, NULL, 'h'},
      {"power", required_argument, NULL, 'p'}, {"report", required_argument, NULL, 'r'},
      {"quiet", no_argument, NULL, 'q'},       {NULL, 0, NULL, 0},
  };
  *o = (report_options){0};
  optind = 1;
  opterr = 0;
  int code;
  while ((code = getopt_long(argc, argv, "q", all, NULL)) != -1) {
    switch (code) {
      case 't': o->technology = optarg; break;
      case 'h': o->html = optarg; break;
      case 'p': o->power = optarg; break;
      case 'r': o->report = optarg; break;
      case 'q': o->quiet = true; break;
      default:
        return em_fail(error, EM_BAD_INPUT, "report: unknown option or missing value: %s; see emamba help",
                       argv[optind - 1]);
    }
  }
  if (argc - optind != 1) {
    return em_fail(error, EM_BAD_INPUT, "report: needs exactly one report file; see emamba help");
  }
  o->path = argv[optind];
  return EM_OK;
}

/* Everything is made before anything is written, but for a file that cannot be written. */
static em_status deliver(cJSON *report, const report_options *o, em_error *error) {
  char *tables = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&tables, &size);
  if (memory == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the report's tables");
  }
  em_status status = em_report_print(report, memory, error);
  fclose(memory);
  if (status == EM_OK && o->power != NULL) {
    status = em_power_csv_save(o->power, report, error);
  }
  if (status == EM_OK && o->html != NULL) {
    status = em_report_html_save(o->html, &report, 1, error);
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

em_status em_cmd_report(int argc, char **argv, em_error *error) {
  report_options options;
  cJSON *report = NULL;
  em_status status = parse(argc, argv, &options, error);
  if (status == EM_OK) {
    status = em_report_load(options.path, &report, error);
  }
  if (status != EM_OK) {
    return status;
  }
  if (options.technology != NULL) {
    status = em_report_reprice(report, options.technology, error);
  }
  if (status == EM_OK) {
    status = deliver(report, &options, error);
  }
  if (status == EM_BAD_INPUT && strstr(error->text, "the report") == error->text) {
    em_error_prefix(error, options.path);
  }
  cJSON_Delete(report);
  return status;
}
