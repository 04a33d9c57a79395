/*
 * The price of a run: headline figures of the steady state, which do not depend on the number of frames; beside them
 * those of the run as it was, fill and drain included, and of one frame alone. All three are of the same work; they
 * differ in the cycles in which it was done, and so in leakage, idle clocks and what engines draw in every cycle.
 */
#ifndef EM_RUN_PRICE_H
#define EM_RUN_PRICE_H

#include <cjson/cJSON.h>

#include "sim/files/fit_file.h"
#include "sim/files/technology_file.h"
#include "sim/report/pricing.h"
#include "sim/report/run_time.h"
#include "sim/run/busy_windows.h"

typedef struct {
  const em_graph *graph;
  const em_run_activity *activity; /* of the run as it was; of the timing model for `check` */
  const em_run_time *time;
  const em_technology *technology;
  const em_fit_data *fit;
  const em_busy_windows *windows; /* NULL: no power over time */
  bool summary;                   /* the totals, without parts and what explains them */
} em_priced_run;

/*
 * The report's "price" and "provenance" (or NULL, if it is not wanted); the caller deletes them. EM_BAD_INPUT when the
 * constants make totals beyond all measure; then there are none.
 */
em_status em_run_price(const em_priced_run *run, cJSON **price, cJSON **provenance, em_error *error);

/*
 * The report's "price_until_failure" of a run that failed: power of what was done up to then, no figures a frame. The
 * caller deletes it.
 */
em_status em_run_price_until_failure(const em_priced_run *run, cJSON **price, em_error *error);

/*
 * The steady state's alone, that of `*frames` frames; for sweeps, which make no report. Of `time` it needs the frames
 * and throughput.steady. The caller frees `pricing`; `scratch` must live as long.
 */
em_status em_run_price_steady(const em_priced_run *run, em_run_activity *scratch, uint64_t *frames, em_pricing *pricing,
                              em_error *error);

/* The same from the timing model alone, of `frames` frames: switching is that of random data. */
em_status em_run_price_timing(const em_graph *graph, uint64_t frames, const em_technology *technology,
                              const em_fit_data *fit, cJSON **price, em_error *error);

#endif
