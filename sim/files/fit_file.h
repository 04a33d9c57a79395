/*
 * A fit: the coefficients of models/cost/cost_fit.h with what they were fitted to and how well they fit.
 *
 * The file is YAML and written by tools/calibrate.py alone: `library`, `yosys`, `source`, `designs`,
 * `held_out_designs`, `runs`, `held_out_runs`, `flop_clock_mac`, `residual` (a fraction for each quantity) and `kinds`,
 * where every kind of part has every quantity: {samples, mean_percent, max_percent, held_out_samples,
 * held_out_mean_percent, held_out_max_percent, coefficients}, the coefficients a mapping from exactly the feature names
 * of em_cost_feature_name to numbers >= 0; gates have a mapping `largest` of the same names, too. `extrapolation` is a
 * fraction. Source of the method: docs/calibration.md.
 */
#ifndef EM_FIT_FILE_H
#define EM_FIT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "models/cost/fit_reach.h"
#include "sim/files/atomic_file.h"

/* Errors of a fit in percent of what was measured: on the samples it saw, and on those it did not. */
typedef struct {
  uint32_t samples, held_out_samples;
  double mean_percent, max_percent, held_out_mean_percent, held_out_max_percent;
} em_fit_error;

typedef struct {
  em_cost_fit coefficients;
  double residual[EM_COST_QUANTITIES]; /* largest error of a whole held-out design or run, a fraction of the whole */
  em_fit_reach reach;
  double extrapolation; /* error of the gates beyond the reach, a fraction of them; assumed */
  em_fit_error errors[EM_COST_KINDS][EM_COST_QUANTITIES];
  double flop_clock_mac; /* a flip-flop's clock pin for a cycle, in MACs of the same library; only for comparisons */
  uint32_t designs, held_out_designs, runs, held_out_runs;
  char library[64], yosys[32];
  char source[256];         /* the method in a sentence */
  char file[EM_PATH_BYTES]; /* as given to em_fit_load */
} em_fit_data;

/* Loads `path`. Texts say file, line, key and what is allowed; EM_BAD_INPUT. */
em_status em_fit_load(const char *path, em_fit_data *fit, em_error *error);

/* The same from bytes[size]; `path` only stands in the texts. */
em_status em_fit_parse(const char *path, const uint8_t *bytes, size_t size, em_fit_data *fit, em_error *error);

#endif
