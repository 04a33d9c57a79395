/* Runs and their results. */
#include <inttypes.h>
#include <stdlib.h>

#include "models/time/stimulus.h"
#include "sim/files/atomic_file.h"
#include "sim/library/handles.h"
#include "sim/report/report.h"
#include "sim/run/job.h"
#include "sim/run/run.h"

struct emamba_result {
  int8_t *outputs; /* [count, width], owned */
  char *report;    /* owned; NULL without */
  uint64_t count, width, cycles;
  int32_t exponent;
};

/* The parts are lent to the job. */
static void lend(const emamba_design *design, const emamba_network *network, const emamba_frames *frames, em_job *job) {
  *job = (em_job){.design_path = design->path,
                  .network_path = network->path != NULL ? network->path : "(memory)",
                  .frames_path = frames->path != NULL ? frames->path : "(memory)",
                  .design = design->design,
                  .technology = design->technology,
                  .fit = design->fit,
                  .network = network->network,
                  .frames = frames->frames};
}

static em_status check_options(const emamba_frames *frames, const emamba_run_options *o, em_error *error) {
  if (o->frames > frames->frames.count) {
    return em_fail(error, EM_BAD_INPUT, "frames: %" PRIu64 ", but there are %" PRIu64, o->frames, frames->frames.count);
  }
  const struct {
    const char *name;
    double value;
  } stalls[] = {{"stall_in", o->stall_in}, {"stall_out", o->stall_out}};
  for (size_t i = 0; i < sizeof stalls / sizeof stalls[0]; i++) {
    if (!(stalls[i].value >= 0 && stalls[i].value <= EM_STALL_MAX)) {
      return em_fail(error, EM_BAD_INPUT, "%s: %g, must be a probability in 0..%g", stalls[i].name, stalls[i].value,
                     EM_STALL_MAX);
    }
  }
  return EM_OK;
}

/* What is kept of a job that has run: the outputs change hands. */
static em_status keep(em_tracker *tracker, double wall_seconds, bool report, emamba_result *result, em_error *error) {
  em_job *job = tracker->job;
  *result = (emamba_result){.count = job->frame_count,
                            .width = em_result_width(&job->design.shape),
                            .cycles = job->state->cycle,
                            .exponent = job->network.output};
  if (report) {
    cJSON *built;
    em_status status = em_report_build(tracker, "run", wall_seconds, &built, error);
    if (status != EM_OK) {
      return status;
    }
    result->report = cJSON_Print(built);
    cJSON_Delete(built);
    if (result->report == NULL) {
      return em_out_of_memory(error);
    }
  }
  result->outputs = job->outputs;
  job->outputs = NULL;
  return EM_OK;
}

static em_status run(em_job *job, const emamba_run_options *o, emamba_result *result, em_error *error) {
  em_busy_windows windows = {0};
  em_status status = em_job_bind(job, o->frames, o->toggles != 0, error);
  if (status == EM_OK) {
    status = em_busy_windows_open(&windows, job->core->graph.engine_count, o->power_window_cycles, error);
  }
  em_tracker tracker = {.job = job, .windows = &windows};
  double start = em_seconds();
  if (status == EM_OK) {
    em_progress progress = em_progress_start("frames", job->frame_count, true);
    em_stimulus stimulus = {o->seed, o->stall_in, o->stall_out, false};
    status = em_run(&tracker, &stimulus, 1, &progress, error);
  }
  if (status == EM_OK) {
    status = keep(&tracker, em_seconds() - start, o->no_report == 0, result, error);
  }
  em_busy_windows_close(&windows);
  em_job_unbind(job);
  return status;
}

emamba_status emamba_run(const emamba_design *design, const emamba_network *network, const emamba_frames *frames,
                         const emamba_run_options *options, emamba_result **result, emamba_error *error) {
  static const emamba_run_options defaults;
  const emamba_run_options *o = options != NULL ? options : &defaults;
  em_call call = em_call_enter();
  em_job *job = malloc(sizeof *job);
  emamba_result *made = calloc(1, sizeof *made);
  em_status status = em_check_parts(design, network, frames, &call.error);
  if (status == EM_OK) {
    status = check_options(frames, o, &call.error);
  }
  if (status == EM_OK && (job == NULL || made == NULL)) {
    status = em_out_of_memory(&call.error);
  }
  if (status == EM_OK) {
    lend(design, network, frames, job);
    status = run(job, o, made, &call.error);
  }
  free(job);
  if (status == EM_OK) {
    *result = made;
  } else {
    emamba_result_close(made);
  }
  return em_call_leave(&call, status, error);
}

const int8_t *emamba_result_outputs(const emamba_result *result, uint64_t *count, uint64_t *width) {
  *count = result->count;
  *width = result->width;
  return result->outputs;
}

int emamba_result_exponent(const emamba_result *result) {
  return result->exponent;
}

uint64_t emamba_result_cycles(const emamba_result *result) {
  return result->cycles;
}

const char *emamba_result_report(const emamba_result *result) {
  return result->report;
}

emamba_status emamba_result_save(const emamba_result *result, const char *path, emamba_error *error) {
  em_call call = em_call_enter();
  em_status status =
      em_results_save(path, result->outputs, result->count, result->width, result->exponent, &call.error);
  return em_call_leave(&call, status, error);
}

emamba_status emamba_result_save_report(const emamba_result *result, const char *path, emamba_error *error) {
  em_call call = em_call_enter();
  em_atomic_file file;
  em_status status = result->report != NULL
                         ? em_atomic_file_open(&file, path, &call.error)
                         : em_fail(&call.error, EM_BAD_INPUT, "%.255s: the run was made without a report", path);
  if (status == EM_OK) {
    fprintf(file.stream, "%s\n", result->report);
    status = em_atomic_file_commit(&file, &call.error);
  }
  return em_call_leave(&call, status, error);
}

void emamba_result_close(emamba_result *result) {
  if (result != NULL) {
    free(result->outputs);
    free(result->report);
    free(result);
  }
}
