/* `emamba run`: the C model alone. */
#include "sim/commands/commands.h"
#include "sim/commands/deliver.h"
#include "sim/run/run.h"

em_status em_cmd_run(const em_options *options, em_error *error) {
  em_job job;
  em_status status = em_job_open_options(&job, options, error);
  if (status != EM_OK) {
    return status;
  }
  em_tracker tracker = {.job = &job};
  status = em_delivery_open(&tracker, options, error);
  if (status == EM_OK) {
    em_progress progress = em_progress_start("frames", job.frame_count, options->quiet);
    double start = em_seconds();
    em_stimulus stimulus = {options->seed, options->stall_in, options->stall_out, false};
    status = em_run(&tracker, &stimulus, options->jobs > 0 ? options->jobs : 1, &progress, error);
    double wall = em_seconds() - start;
    em_progress_finish(&progress);
    if (status == EM_OK) {
      status = em_deliver(&tracker, options, "run", wall, NULL, error);
    }
  }
  em_delivery_close(&tracker);
  em_job_close(&job);
  return status;
}
