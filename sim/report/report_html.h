/*
 * Reports as one self-contained page: the template sim/report/report.html with the reports' JSON in it. It opens from
 * disk and loads nothing.
 */
#ifndef EM_REPORT_HTML_H
#define EM_REPORT_HTML_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "models/base/status.h"

/* Writes `path`, whole or not at all; one report with all its plots, several side by side. EM_FAILED names the path. */
em_status em_report_html_save(const char *path, cJSON *const *reports, size_t count, em_error *error);

#endif
