/* Where the fit is that belongs to a technology. */
#ifndef EM_FIT_BESIDE_H
#define EM_FIT_BESIDE_H

#include "sim/files/fit_file.h"
#include "sim/files/technology_file.h"

/*
 * The fit that goes with a technology file: calibration.yaml beside it, else the project's own,
 * configs/technology/calibration.yaml where the program stands. On the heap, to be freed; NULL, with
 * EM_OK, where there is neither. A broken one is EM_BAD_INPUT.
 */
em_status em_fit_beside(const char *technology_path, em_fit_data **fit, em_error *error);

/* EM_BAD_INPUT, saying what is missing, where `fit` is NULL. */
em_status em_fit_needed(const em_technology *technology, const em_fit_data *fit, em_error *error);

#endif
