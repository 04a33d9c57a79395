/*
 * A job: one design, one network and one set of frames, checked against each other and bound to the model.
 *
 * `run`, `cosim`, the benchmark and the library start from it.
 */
#ifndef EM_JOB_H
#define EM_JOB_H

#include "models/machine/core.h"
#include "models/network/network.h"
#include "sim/files/fit_file.h"
#include "sim/files/frames_file.h"
#include "sim/files/technology_file.h"
#include "sim/run/options.h"

typedef struct {
  const char *design_path, *network_path, *frames_path; /* NULL where the part was made in memory */
  em_design design;
  em_technology technology;
  em_fit_data *fit; /* NULL where there is none beside the technology: then nothing is priced */
  em_network network;
  em_frames frames;
  uint64_t frame_count; /* of the file's frames, those that are run */
  em_core *core;
  em_state *state;
  int8_t *outputs; /* [frame_count, result width] */
} em_job;

/*
 * Binds the parts that stand in `job` (paths, design, technology, calibration, network, frames; the rest is zero),
 * which must outlive it and which are not freed by em_job_unbind. frame_limit 0 takes all frames; `toggles` counts
 * them. EM_BAD_INPUT when they do not fit each other. On an error nothing is left bound.
 */
em_status em_job_bind(em_job *job, uint64_t frame_limit, bool toggles, em_error *error);
void em_job_unbind(em_job *job);

/* Loads and binds; everything is owned by the job. On an error nothing is left allocated. */
em_status em_job_open(em_job *job, const char *design_path, const char *network_path, const char *frames_path,
                      uint64_t frame_limit, bool toggles, em_error *error);

/* The same from a command line, whose outputs must not be the technology or the calibration either. */
em_status em_job_open_options(em_job *job, const em_options *options, em_error *error);

void em_job_close(em_job *job);

#endif
