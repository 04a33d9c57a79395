#include "sim/run/job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/machine/toggles.h"
#include "sim/files/design_file.h"
#include "sim/files/fit_beside.h"
#include "sim/files/network_file.h"
#include "sim/run/outputs.h"

/* Puts the file where the parts came from before the text; parts that were made in memory have none. */
static em_status name_file(em_status status, const char *path, em_error *error) {
  if (status != EM_OK && path != NULL) {
    em_error_prefix(error, path);
  }
  return status;
}

/* The frames are those that the network takes, and so many. */
static em_status check_frames(const em_job *job, uint64_t frame_limit, em_error *error) {
  const em_frames *frames = &job->frames;
  em_status status = em_frames_check(frames, &job->network.shape, error);
  if (status == EM_OK && frames->has_exponent && frames->exponent != job->network.input) {
    status = em_fail(error, EM_BAD_INPUT, "exponent %d, but the network's input has %d", frames->exponent,
                     job->network.input);
  }
  status = name_file(status, job->frames_path, error);
  if (status == EM_OK && frame_limit > frames->count) {
    status = em_fail(error, EM_BAD_INPUT, "--frames: %" PRIu64 ", but %s has %" PRIu64, frame_limit,
                     job->frames_path != NULL ? job->frames_path : "the array", frames->count);
  }
  return status;
}

static em_status bind_core(em_job *job, bool toggles, em_error *error) {
  em_graph *graph = malloc(sizeof *graph);
  job->core = calloc(1, sizeof *job->core);
  if (graph == NULL || job->core == NULL) {
    free(graph);
    return em_fail(error, EM_FAILED, "out of memory for the model");
  }
  em_graph_build(graph, &job->design);
  em_status status = em_core_init(job->core, graph, &job->network, error);
  free(graph);
  if (status != EM_OK) {
    return name_file(status, job->network_path, error);
  }
  if (toggles) {
    status = em_toggles_enable(job->core, &job->network, error);
    if (status != EM_OK) {
      return status;
    }
  }
  job->state = aligned_alloc(EM_LANES, job->core->state_bytes);
  job->outputs = calloc(job->frame_count, em_result_width(&job->design.shape));
  if (job->state == NULL || job->outputs == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the model's state and results");
  }
  em_state_reset(job->core, job->state);
  return EM_OK;
}

em_status em_job_bind(em_job *job, uint64_t frame_limit, bool toggles, em_error *error) {
  em_status status = check_frames(job, frame_limit, error);
  if (status == EM_OK) {
    job->frame_count = frame_limit > 0 ? frame_limit : job->frames.count;
    status = bind_core(job, toggles, error);
  }
  if (status != EM_OK) {
    em_job_unbind(job);
  }
  return status;
}

void em_job_unbind(em_job *job) {
  if (job->core != NULL) {
    em_core_free(job->core);
  }
  free(job->core);
  free(job->state);
  free(job->outputs);
  job->core = NULL;
  job->state = NULL;
  job->outputs = NULL;
}

static em_status open_job(em_job *job, const char *design_path, const em_option_list *sets, const char *network_path,
                          const char *frames_path, uint64_t frame_limit, bool toggles, em_error *error) {
  memset(job, 0, sizeof *job);
  job->design_path = design_path;
  job->network_path = network_path;
  job->frames_path = frames_path;
  em_status status = em_design_load_set(design_path, sets->texts, sets->count, &job->design, &job->technology, error);
  if (status == EM_OK) {
    status = em_fit_beside(job->technology.file, &job->fit, error);
  }
  if (status == EM_OK) {
    status = em_network_load(network_path, &job->network, error);
  }
  if (status == EM_OK) {
    status = em_frames_load(frames_path, &job->network.shape, &job->frames, error);
  }
  if (status == EM_OK) {
    status = em_job_bind(job, frame_limit, toggles, error);
  }
  if (status != EM_OK) {
    em_job_close(job);
  }
  return status;
}

em_status em_job_open(em_job *job, const char *design_path, const char *network_path, const char *frames_path,
                      uint64_t frame_limit, bool toggles, em_error *error) {
  const em_option_list none = {0};
  return open_job(job, design_path, &none, network_path, frames_path, frame_limit, toggles, error);
}

em_status em_job_open_options(em_job *job, const em_options *o, em_error *error) {
  em_status status = open_job(job, o->design, &o->sets, o->network, o->frames, o->frame_limit, o->toggles, error);
  if (status != EM_OK) {
    return status;
  }
  status = em_outputs_spare(o, job->technology.file, error);
  if (status == EM_OK && job->fit != NULL) {
    status = em_outputs_spare(o, job->fit->file, error);
  }
  if (status != EM_OK) {
    em_job_close(job);
  }
  return status;
}

void em_job_close(em_job *job) {
  em_job_unbind(job);
  free(job->fit);
  em_network_free(&job->network);
  em_frames_free(&job->frames);
  memset(job, 0, sizeof *job);
}
