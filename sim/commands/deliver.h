/* What `run` and `cosim` do alike after the last result: results file, report, timeline, tables. */
#ifndef EM_DELIVER_H
#define EM_DELIVER_H

#include <cjson/cJSON.h>

#include "sim/report/report.h"
#include "sim/run/options.h"
#include "sim/run/tracker.h"

/*
 * Before the run: opens what the tracker keeps for the files that the options ask for. What the job cannot give, as
 * power without a price, is EM_BAD_INPUT. Close in any case, after em_deliver.
 */
em_status em_delivery_open(em_tracker *tracker, const em_options *options, em_error *error);
void em_delivery_close(em_tracker *tracker);

/*
 * After a failure: report, timeline and power up to it, with its text in each; no results and no tables.
 *
 * Writes the files that the options ask for and, unless quiet, prints the report on standard output. `lockstep` (or
 * NULL) is added to the report and belongs to it afterwards.
 */
em_status em_deliver(em_tracker *tracker, const em_options *options, const char *command, double wall_seconds,
                     cJSON *lockstep, em_error *error);

#endif
