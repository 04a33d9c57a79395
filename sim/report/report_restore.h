/*
 * What a report tells of its run, rebuilt: the graph from the design's keys, the activity from the finished tokens and
 * the counted toggles, and the busy windows. It is what pricing needs, so that a stored run is priced again without
 * being simulated.
 *
 * Nothing in the file is trusted: keys are checked as in a design file and against the design's hash; busy cycles,
 * reads and writes must be those that the tokens make.
 */
#ifndef EM_REPORT_RESTORE_H
#define EM_REPORT_RESTORE_H

#include <cjson/cJSON.h>

#include "models/activity/activity.h"
#include "sim/files/technology_file.h"
#include "sim/report/run_time.h"
#include "sim/run/busy_windows.h"

typedef struct {
  em_graph *graph; /* owned, as is */
  em_run_activity *activity;
  em_busy_windows windows;
  em_run_time time;
} em_restored;

/* EM_BAD_INPUT says what does not hold; then there is nothing to free. */
em_status em_report_restore(const cJSON *report, em_restored *restored, em_error *error);
void em_restored_free(em_restored *restored);

/* Prices a report again: replaces its "price" and its "provenance". */
em_status em_report_reprice(cJSON *report, const char *technology_path, em_error *error);

#endif
