#include "sim/systemc/platform/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/lockstep/rtl_driver.h"
#include "sim/map/map_image.h"
#include "sim/run/job.h"

struct em_inputs {
  em_job job;
  em_map_image image;
};

em_status em_inputs_open(em_inputs **opened, const char *design, const char *network, const char *frames,
                         uint64_t frame_limit, em_error *error) {
  em_inputs *inputs = calloc(1, sizeof *inputs);
  if (inputs == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the platform");
  }
  em_status status = em_job_open(&inputs->job, design, network, frames, frame_limit, false, error);
  if (status != EM_OK) {
    free(inputs);
    return status;
  }
  *opened = inputs;
  return EM_OK;
}

void em_inputs_close(em_inputs *inputs) {
  if (inputs != NULL) {
    em_map_image_free(&inputs->image);
    em_job_close(&inputs->job);
    free(inputs);
  }
}

uint64_t em_inputs_count(const em_inputs *inputs) {
  return inputs->job.frame_count;
}

const int8_t *em_inputs_frame(const em_inputs *inputs, uint64_t index) {
  return em_frames_frame(&inputs->job.frames, index);
}

int64_t em_inputs_class(const em_inputs *inputs, uint64_t index) {
  return inputs->job.frames.label_kind == EM_LABELS_CLASSES ? em_frames_class(&inputs->job.frames, index) : -1;
}

uint32_t em_inputs_outputs(const em_inputs *inputs) {
  return inputs->job.design.shape.outputs;
}

em_stream_sizes em_inputs_streams(const em_inputs *inputs) {
  return em_streams_of(&inputs->job.design);
}

const uint32_t *em_inputs_image(em_inputs *inputs, uint32_t *words) {
  em_error ignored;
  if (inputs->image.words == NULL &&
      em_map_image_make(&inputs->job.core->graph, &inputs->job.network, &inputs->image, &ignored) != EM_OK) {
    return NULL;
  }
  *words = (uint32_t)inputs->image.count;
  return inputs->image.words;
}

em_status em_inputs_words(const em_inputs *inputs, em_put_word *put_word, void *context, em_error *error) {
  return em_load_words(&inputs->job.core->graph, &inputs->job.network, put_word, context, error);
}

em_status em_inputs_save(const em_inputs *inputs, const char *path, const int8_t *codes, em_error *error) {
  return em_results_save(path, codes, inputs->job.frame_count, em_result_width(&inputs->job.design.shape),
                         inputs->job.network.output, error);
}

double em_process_seconds(void) {
  struct timespec now = {0};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The machine in a plain loop, from event to event. */
static void run_model(const em_job *job, em_state *state, uint64_t *last_cycle) {
  const uint64_t results = job->frame_count * em_results_per_frame(&job->design.shape);
  const int8_t *data = em_frames_frame(&job->frames, 0);
  const uint32_t outputs = job->design.shape.outputs;
  em_step step;
  em_state_reset(job->core, state);
  for (uint64_t frames = 0, result = 0; result < results;) {
    em_pins pins = {frames < job->frame_count, data, true};
    em_core_advance(job->core, state, &pins, UINT64_MAX >> 1, &step);
    data += (size_t)step.in_beats * job->design.in_bytes;
    frames += step.frame_in;
    if (step.result_out) {
      memcpy(job->outputs + result++ * outputs, em_core_output(job->core, state), outputs);
      *last_cycle = state->cycle - 1;
    }
  }
}

static em_status bare_model(const em_inputs *inputs, double *seconds, uint64_t *last_cycle, em_error *error) {
  em_state *state = aligned_alloc(EM_LANES, inputs->job.core->state_bytes);
  if (state == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the bare model");
  }
  double start = em_process_seconds();
  run_model(&inputs->job, state, last_cycle);
  *seconds = em_process_seconds() - start;
  free(state);
  return EM_OK;
}

static void run_rtl(em_rtl_driver *driver, const em_job *job, uint64_t *last_cycle) {
  const em_engine *in = &job->core->graph.engines[0];
  const uint32_t beats = in->busy_cycles;
  const int8_t *data = em_frames_frame(&job->frames, 0);
  uint64_t left = job->frame_count * beats, results = 0;
  driver->in.out_ready = 1;
  for (uint64_t cycle = 0; results < job->frame_count; cycle++) {
    driver->in.in_valid = left > 0;
    driver->in.in_last = left % beats == 1 || beats == 1;
    if (left > 0) {
      memcpy(driver->in.in_data, data, in->lanes);
    }
    em_rtl_driver_cycle(driver);
    if (left > 0 && driver->out.in_ready) {
      left--;
      data += in->lanes;
    }
    if (driver->out.out_valid && driver->out.out_last) {
      results++;
      *last_cycle = cycle;
    }
  }
}

static em_status bare_rtl(const em_inputs *inputs, double *seconds, uint64_t *last_cycle, em_error *error) {
  const em_job *job = &inputs->job;
  em_rtl_library library;
  em_rtl_driver driver = {0};
  em_status status = em_rtl_library_open(&library, &job->design, NULL, NULL, EM_RTL_BARE, true, error);
  status = status == EM_OK ? em_rtl_driver_open(&driver, &library, error) : status;
  status = status == EM_OK ? em_rtl_load(&driver, &job->core->graph, &job->network, error) : status;
  status = status == EM_OK ? em_apb_write(&driver, em_apb_address(0, 0, EM_APB_CTRL), 1, error) : status;
  if (status == EM_OK) {
    double start = em_process_seconds();
    run_rtl(&driver, job, last_cycle);
    *seconds = em_process_seconds() - start;
  }
  em_rtl_driver_close(&driver);
  em_rtl_library_close(&library);
  return status;
}

const int8_t *em_inputs_results(const em_inputs *inputs) {
  return inputs->job.outputs;
}

em_status em_inputs_bare(const em_inputs *inputs, bool rtl, double *seconds, uint64_t *last_cycle, em_error *error) {
  return rtl ? bare_rtl(inputs, seconds, last_cycle, error) : bare_model(inputs, seconds, last_cycle, error);
}
