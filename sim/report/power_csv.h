/* Power over time as CSV: cycle, time_us, milliwatts of every engine, the constant part, the total; a row a window. */
#ifndef EM_POWER_CSV_H
#define EM_POWER_CSV_H

#include <cjson/cJSON.h>

#include "models/base/status.h"

/* Writes `path`, whole or not at all. EM_BAD_INPUT when the report lacks what it needs. */
em_status em_power_csv_save(const char *path, const cJSON *report, em_error *error);

#endif
