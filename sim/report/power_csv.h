/* Power over time as CSV: cycle, time_us, milliwatts of every engine, the constant part, the total; a row a window. */
#ifndef EM_POWER_CSV_H
#define EM_POWER_CSV_H

#include <cjson/cJSON.h>

#include "models/base/status.h"
#include "sim/run/timeline.h"

/* Writes `path`, whole or not at all. EM_BAD_INPUT when the report lacks what it needs. */
em_status em_power_csv_save(const char *path, const cJSON *report, em_error *error);

/* The same totals as the track "power" of a timeline, up to where that is cut; none without a price. */
void em_power_track(em_timeline *timeline, const cJSON *report);

#endif
