/*
 * The price of a run as part of its report: the object "price", and the provenance of every constant behind it.
 *
 * Figures are rounded part by part to the resolution of their key (0.1 GE and flip-flops, 0.01 um2, 0.001 pJ, 1e-9 mW;
 * coarser by tens where a total would have more than 15 digits) and added up after that: parts equal modules equal
 * totals to the last digit. Bounds do not add up.
 */
#ifndef EM_PRICE_REPORT_H
#define EM_PRICE_REPORT_H

#include <cjson/cJSON.h>

#include "sim/report/pricing.h"
#include "sim/report/run_time.h"
#include "sim/run/busy_windows.h"

/*
 * All but what stands beside it (run_price.h): `pricing` is of the steady state of `frames` frames. `windows` (or NULL)
 * are told of in the notes.
 */
cJSON *em_price_report(const em_pricing *pricing, uint64_t frames, const em_busy_windows *windows);

/*
 * The part of it that em_price_print_short prints: point, bounds, clock, notes and the technology's name, without the
 * thousands of values of parts and modules.
 */
cJSON *em_price_summary(const em_pricing *pricing, uint64_t frames);

/* An array of {name, value, low, high, unit, kind, source}: every constant used. */
cJSON *em_price_provenance(const em_pricing *pricing);

/* The clock's power with or without gating, whichever the design has. */
double em_price_clock_mw(const em_pricing *pricing, bool gating);

/* Arrays and objects that em_price_report puts together. */
cJSON *em_price_technology(const em_pricing *pricing);
cJSON *em_price_anchors(const em_pricing *pricing);
cJSON *em_price_density(const em_pricing *pricing);
cJSON *em_price_notes(const em_pricing *pricing, const em_busy_windows *windows);

/* Of the run as it was; NULL when memory is short. */
cJSON *em_price_power_over_time(const em_pricing *pricing, const em_run_time *time, const em_busy_windows *windows);

#endif
