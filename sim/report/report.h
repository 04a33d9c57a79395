/*
 * The report of a run: cycles, latency, utilisation, activity, calibration counters, accuracy, price. JSON, units in
 * the keys.
 *
 * Totals are sums of the parts that stand beside them. Every figure is exact (counted), except wall_seconds and what
 * stands under "price" (price_report.h).
 */
#ifndef EM_REPORT_H
#define EM_REPORT_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "sim/run/job.h"
#include "sim/run/tracker.h"

#define EM_REPORT_FORMAT "emamba-report-1"

/*
 * The report of a finished run of the tracker's job; the caller deletes it; NULL on an error. `command` is "run" or
 * "cosim". EM_BAD_INPUT when its price is beyond all measure.
 */
em_status em_report_build(const em_tracker *tracker, const char *command, double wall_seconds, cJSON **report,
                          em_error *error);

/* Writes it, atomically. */
em_status em_report_save(const char *path, const cJSON *report, em_error *error);

/* Reads one and checks its format. The caller deletes it. */
em_status em_report_load(const char *path, cJSON **report, em_error *error);

/* The same from bytes[size]; texts do not name a file. */
em_status em_report_parse(const uint8_t *bytes, size_t size, cJSON **report, em_error *error);

/*
 * A summary, and tables of `details` (bits of em_detail). EM_BAD_INPUT when the report lacks what they need; then
 * nothing was printed.
 */
em_status em_report_print(const cJSON *report, uint32_t details, FILE *file, em_error *error);

#endif
