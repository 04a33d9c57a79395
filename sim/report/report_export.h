/*
 * Reports for other programs and for papers: every figure as CSV in rows of one form, a LaTeX table of designs, and a
 * component table (YAML) of areas and energies an action in the manner of Accelergy.
 */
#ifndef EM_REPORT_EXPORT_H
#define EM_REPORT_EXPORT_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "models/base/status.h"

/* All as they stand in the reports; names[count] are what a reader calls them (their files). */
typedef struct {
  cJSON *const *reports;
  const char *const *names;
  size_t count;
} em_report_set;

/*
 * Columns report, design, table, name, figure, low, nominal, high: table "design" has the quantities, with bounds where
 * they have such; "engines", "memories", "nodes", "modules" and "parts" every number of their rows and totals, exactly
 * as it stands in the report. `figure` names the unit.
 */
em_status em_report_csv_save(const char *path, const em_report_set *set, em_error *error);

/*
 * A booktabs table: a row for each report, its quantities in siunitx; area, power and energy as nominal with what is
 * below and above it, which are error bars for a plot too. Needs \usepackage{booktabs,siunitx}.
 */
em_status em_report_latex_save(const char *path, const em_report_set *set, em_error *error);

/* Components (modules): area, leakage, clock, and energy an action (a token; a read and write of its memories). */
em_status em_report_accelergy_save(const char *path, const cJSON *report, em_error *error);

#endif
