#include "sim/commands/deliver.h"

#include <inttypes.h>
#include <stdlib.h>

#include "sim/files/fit_beside.h"
#include "sim/files/frames_file.h"
#include "sim/report/power_csv.h"
#include "sim/report/run_price.h"

static em_status check_deliverable(const em_job *job, const em_options *options, em_error *error) {
  em_status status = EM_OK;
  if (options->power != NULL) {
    cJSON *price = NULL;
    status = em_fit_needed(&job->technology, job->fit, error);
    if (status == EM_OK) { /* that of the timing model: its constants may be beyond all measure */
      status = em_run_price_timing(&job->core->graph, job->frame_count, &job->technology, job->fit, &price, error);
    }
    cJSON_Delete(price);
  }
  if (status != EM_OK) {
    em_error_prefix(error, "--power");
  }
  return status;
}

em_status em_delivery_open(em_tracker *tracker, const em_options *options, em_error *error) {
  const em_graph *graph = &tracker->job->core->graph;
  tracker->timeline = NULL;
  tracker->windows = calloc(1, sizeof *tracker->windows);
  em_status status = check_deliverable(tracker->job, options, error);
  if (status == EM_OK && options->timeline != NULL) {
    tracker->timeline = calloc(1, sizeof *tracker->timeline);
    status = tracker->timeline == NULL
                 ? em_fail(error, EM_FAILED, "out of memory for the timeline")
                 : em_timeline_open(tracker->timeline, options->timeline, graph, options->timeline_slices, error);
  }
  if (status == EM_OK) {
    status = tracker->windows == NULL
                 ? em_fail(error, EM_FAILED, "out of memory for the windows")
                 : em_busy_windows_open(tracker->windows, graph->engine_count, options->power_window_cycles, error);
  }
  return status;
}

void em_delivery_close(em_tracker *tracker) {
  if (tracker->timeline != NULL) {
    em_timeline_discard(tracker->timeline);
    free(tracker->timeline);
  }
  if (tracker->windows != NULL) {
    em_busy_windows_close(tracker->windows);
    free(tracker->windows);
  }
}

em_status em_deliver(em_tracker *tracker, const em_options *options, const char *command, double wall_seconds,
                     cJSON *lockstep, em_error *error) {
  em_job so_far = *tracker->job;
  em_tracker run = *tracker;
  const em_job *job = &so_far;
  if (tracker->failure != NULL) { /* of its frames, only the finished ones count */
    so_far.frame_count = tracker->frames;
    run.job = &so_far;
  }
  cJSON *report;
  em_status status = em_report_build(&run, command, wall_seconds, &report, error);
  if (status != EM_OK) {
    cJSON_Delete(lockstep);
    return status;
  }
  if (lockstep != NULL) {
    cJSON_AddItemToObject(report, "lockstep", lockstep);
  }
  if (tracker->timeline != NULL) {
    em_power_track(tracker->timeline, report);
    status = em_timeline_commit(tracker->timeline, tracker->failure, job->state->cycle, error);
    if (status == EM_OK && tracker->timeline->cut) {
      fprintf(stderr,
              "emamba: the timeline is cut after cycle %" PRIu64 " of %" PRIu64 ", with %" PRIu64
              " slices; a greater --timeline-slices writes more\n",
              tracker->timeline->last_cycle, job->state->cycle, tracker->timeline->slices);
    }
  }
  if (status == EM_OK && options->out != NULL && tracker->failure == NULL) {
    status = em_results_save(options->out, job->outputs, job->frame_count, em_result_width(&job->design.shape),
                             job->network.output, error);
  }
  if (status == EM_OK && options->power != NULL) {
    status = em_power_csv_save(options->power, report, error);
  }
  if (status == EM_OK && options->report != NULL) {
    status = em_report_save(options->report, report, error);
  }
  if (status == EM_OK && !options->quiet && tracker->failure == NULL) {
    status = em_report_print(report, options->details, stdout, error);
  }
  cJSON_Delete(report);
  return status;
}
