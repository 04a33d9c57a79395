/*
 * A job: one design, one network and one set of frames, loaded, checked against each other and bound to the model.
 *
 * `run`, `cosim` and the benchmark start from it. Everything is owned by the job.
 */
#ifndef EM_JOB_H
#define EM_JOB_H

#include "models/machine/core.h"
#include "models/network/network.h"
#include "sim/files/fit_file.h"
#include "sim/files/frames_file.h"
#include "sim/files/technology_file.h"

typedef struct {
  const char *design_path, *network_path, *frames_path;
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

/* Loads and binds; frame_limit 0 takes all frames; `toggles` counts them. On an error nothing is left allocated. */
em_status em_job_open(em_job *job, const char *design_path, const char *network_path, const char *frames_path,
                      uint64_t frame_limit, bool toggles, em_error *error);
void em_job_close(em_job *job);

#endif
