/*
 * The first cycle in which two builds of the RTL differ in anything that lock-step looks at: the oracle of the fault
 * tests.
 *
 *   first_difference DESIGN -n NETWORK -i FRAMES [--seed S] [--stall-in P] [--stall-out P] --rtl FOLDER
 *
 * Runs the project's RTL and that of FOLDER side by side under the same stimulus and compares probes and streams; no
 * model.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lockstep/cosim.h"

static em_lockstep sides[2];

/* True when the written lanes of a memory, or the masks that say which, differ. */
static bool writes_differ(uint32_t memory, const em_memory *m) {
  for (uint32_t lane = 0; lane < m->lanes; lane++) {
    bool written[2];
    for (int side = 0; side < 2; side++) {
      written[side] = (sides[side].write_masks[memory][lane / 8] >> lane % 8 & 1) != 0;
    }
    if (written[0] != written[1]) {
      return true;
    }
    for (uint32_t bit = lane * m->lane_bits; written[0] && bit < (lane + 1) * m->lane_bits; bit++) {
      if (((sides[0].write_data[memory][bit / 8] ^ sides[1].write_data[memory][bit / 8]) >> bit % 8 & 1) != 0) {
        return true;
      }
    }
  }
  return false;
}

/* Name of the first unit that differs in this cycle, NULL for none. */
static const char *difference(const em_graph *graph, char name[EM_NAME_CHARS]) {
  const em_rtl_outputs *a = &sides[0].driver.out, *b = &sides[1].driver.out;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    if (*sides[0].engine_records[e] != *sides[1].engine_records[e]) {
      em_engine_name(graph, e, name);
      return name;
    }
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    uint64_t record = *sides[0].memory_records[m];
    if (record != *sides[1].memory_records[m] ||
        ((record >> EM_RECORD_WRITE_BIT & 1) != 0 && writes_differ(m, &graph->memories[m]))) {
      em_memory_name(graph, m, name);
      return name;
    }
  }
  for (uint32_t i = 0; i < graph->buffer_count; i++) {
    if (*sides[0].buffer_records[i] != *sides[1].buffer_records[i]) {
      em_buffer_name(graph, i, name);
      return name;
    }
  }
  uint32_t bytes = graph->engines[graph->engine_count - 1].lanes;
  bool same = a->in_ready == b->in_ready && a->out_valid == b->out_valid &&
              (!a->out_valid || (a->out_last == b->out_last && memcmp(a->out_data, b->out_data, bytes) == 0));
  return same ? NULL : "streams";
}

/* Drives both sides alike until they differ or every result is out. */
static int compare(const em_job *job, const em_options *options) {
  const em_graph *graph = &job->core->graph;
  const em_engine *in = &graph->engines[0];
  em_stimulus stimulus = {options->seed, options->stall_in, options->stall_out, false};
  uint64_t beats = in->busy_cycles, fed = 0, results = 0;
  uint64_t wanted = job->frame_count;
  for (uint64_t cycle = 0; results < wanted; cycle++) {
    bool valid = fed < beats * job->frame_count && em_stimulus_valid(&stimulus, cycle);
    bool ready = em_stimulus_ready(&stimulus, cycle);
    for (int side = 0; side < 2; side++) {
      em_rtl_inputs *pins = &sides[side].driver.in;
      pins->in_valid = valid;
      pins->in_last = valid && fed % beats == beats - 1;
      pins->out_ready = ready;
      if (valid) {
        memcpy(pins->in_data, em_frames_frame(&job->frames, 0) + fed * in->lanes, in->lanes);
      }
      sides[side].driver.library->settle(sides[side].driver.rtl, pins, &sides[side].driver.out);
    }
    char name[EM_NAME_CHARS];
    const char *unit = difference(graph, name);
    if (unit != NULL) {
      printf("first difference: cycle %" PRIu64 ", %s\n", cycle, unit);
      return EM_OK;
    }
    const em_rtl_outputs *out = &sides[0].driver.out;
    if (valid && out->in_ready) {
      em_stimulus_accepted(&stimulus);
      fed++;
    }
    results += out->out_valid && ready && out->out_last;
    sides[0].driver.library->clock(sides[0].driver.rtl);
    sides[1].driver.library->clock(sides[1].driver.rtl);
  }
  printf("no difference in %" PRIu64 " frames\n", wanted);
  return EM_FAILED;
}

int main(int argc, char **argv) {
  em_options options;
  em_job job;
  em_error error;
  em_rtl_library libraries[2];
  em_status status = em_options_parse(argc, argv, EM_COMMAND_COSIM, &options, &error);
  status =
      status == EM_OK ? em_job_open(&job, options.design, options.network, options.frames, 0, false, &error) : status;
  for (int side = 0; side < 2 && status == EM_OK; side++) {
    const char *folder = side == 0 ? NULL : options.rtl;
    status = em_rtl_library_open(&libraries[side], &job.design, folder, NULL, EM_RTL_PROBED, true, &error);
    if (status == EM_OK) {
      sides[side].stimulus.seed = options.seed; /* what no reset clears begins as in the run that is judged */
      status = em_lockstep_open(&sides[side], job.core, job.state, &job.network, &libraries[side], &error);
    }
  }
  if (status != EM_OK) {
    fprintf(stderr, "first_difference: %s\n", error.text);
    return EM_BAD_INPUT;
  }
  return compare(&job, &options);
}
