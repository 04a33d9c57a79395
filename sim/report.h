/*
 * The report of a run: cycles, latency, utilisation, activity, calibration counters, accuracy. JSON, units in the keys.
 *
 * Totals are sums of the parts that stand beside them. Every figure is exact (counted), except wall_seconds.
 */
#ifndef EM_REPORT_H
#define EM_REPORT_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "job.h"
#include "tracker.h"

#define EM_REPORT_FORMAT "emamba-report-1"
#define EM_VERSION "0.1.0"

/* The report of a finished run of the tracker's job. `command` is "run" or "cosim". */
cJSON *em_report_build(const em_tracker *tracker, const char *command, double wall_seconds);

/* Writes it, atomically. */
em_status em_report_save(const char *path, const cJSON *report, em_error *error);

/* Reads one and checks its format. The caller deletes it. */
em_status em_report_load(const char *path, cJSON **report, em_error *error);

/* Readable tables. EM_BAD_INPUT when the report lacks what they need; then nothing was printed. */
em_status em_report_print(const cJSON *report, FILE *file, em_error *error);

#endif
