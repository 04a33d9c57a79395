/* The price of a timing-only run: no data, so switching is that of random codes. For `check` and design sweeps. */
#ifndef EM_PRICE_TIMING_H
#define EM_PRICE_TIMING_H

#include <cjson/cJSON.h>

#include "models/time/timing.h"
#include "sim/files/technology_file.h"

/* `price` is a summary (em_price_summary), which the caller deletes; NULL, with EM_OK, where there is no fit. */
em_status em_price_timing(const em_graph *graph, const em_timing *timing, uint64_t frames,
                          const em_technology *technology, cJSON **price, em_error *error);

#endif
