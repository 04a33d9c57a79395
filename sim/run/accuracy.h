/*
 * How good results are against labels: top-1 for classes, MAE and RMSE for values.
 *
 * RMSE is that of each column over all frames; the mean is over the columns (the MARS papers' metric). Values are codes
 * times 2^exponent of the network's output, in the unit of the labels.
 */
#ifndef EM_ACCURACY_H
#define EM_ACCURACY_H

#include <cjson/cJSON.h>

#include "sim/run/job.h"

/* The report's `accuracy` object over the job's results, or NULL where the frames have no labels. */
cJSON *em_accuracy_report(const em_job *job);

#endif
