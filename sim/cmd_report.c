/* `emamba report R.json`: a stored report as tables. */
#include "commands.h"
#include "report.h"

em_status em_cmd_report(int argc, char **argv, em_error *error) {
  if (argc != 2 || argv[1][0] == '-') {
    return em_fail(error, EM_BAD_INPUT, "report: needs exactly one report file; see emamba help");
  }
  cJSON *report;
  em_status status = em_report_load(argv[1], &report, error);
  if (status == EM_OK) {
    status = em_report_print(report, stdout, error);
    if (status != EM_OK) {
      em_error_prefix(error, argv[1]);
    }
    cJSON_Delete(report);
  }
  return status;
}
