#include "deliver.h"

#include "frames_file.h"

em_status em_deliver(em_tracker *tracker, const em_options *options, const char *command, double wall_seconds,
                     cJSON *lockstep, em_error *error) {
  const em_job *job = tracker->job;
  cJSON *report = em_report_build(tracker, command, wall_seconds);
  if (report == NULL) {
    cJSON_Delete(lockstep);
    return em_fail(error, EM_FAILED, "out of memory for the report");
  }
  if (lockstep != NULL) {
    cJSON_AddItemToObject(report, "lockstep", lockstep);
  }
  em_status status = EM_OK;
  if (tracker->timeline != NULL) {
    status = em_timeline_commit(tracker->timeline, error);
  }
  if (status == EM_OK && options->out != NULL) {
    status = em_results_save(options->out, job->outputs, job->frame_count, em_result_width(&job->design.shape),
                             job->network.output, error);
  }
  if (status == EM_OK && options->report != NULL) {
    status = em_report_save(options->report, report, error);
  }
  if (status == EM_OK && !options->quiet) {
    status = em_report_print(report, stdout, error);
  }
  cJSON_Delete(report);
  return status;
}
