/*
 * Runs frames through a synthesised design, gate by gate, beside the C model, and writes what the nets did.
 *
 *   gate_sim [--zero-delay] NETLIST TOGGLES FEATURES DESIGN -n NETWORK -i FRAMES [options of run]
 *   gate_sim [--zero-delay] NETLIST TOGGLES --replay STIMULUS
 *
 * The pins are driven as those of the RTL are: contents over APB, then frames with stalls. Both streams must agree with
 * the model in every cycle. With "-" as NETLIST the model runs alone. TOGGLES gets the toggles of every net from cycle
 * 0 to the last result (32-bit, in the netlist's order), FEATURES the cycles and the cost model's features of the run
 * (JSON). Gates have delays, and so glitches, unless --zero-delay says otherwise, which is faster. --replay drives any
 * netlist with values from a file (replay.h), without a model.
 */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/cost/cost_fit.h"
#include "models/time/stimulus.h"
#include "sim/files/atomic_file.h"
#include "sim/files/json_text.h"
#include "sim/lockstep/rtl_driver.h"
#include "sim/run/job.h"
#include "sim/run/options.h"
#include "tools/gate_sim/gates.h"
#include "tools/gate_sim/replay.h"

/* ---- The netlist behind sim/lockstep/rtl_port.h ---- */

enum { PIN_COUNT = 10 };
static const char *const pin_names[PIN_COUNT] = {"rst_ni",         "psel_i",        "penable_i", "pwrite_i",
                                                 "pstrb_i",        "paddr_i",       "pwdata_i",  "s_axis_tvalid_i",
                                                 "s_axis_tlast_i", "s_axis_tdata_i"};

static em_gates the_gates; /* em_rtl_library's open has no argument to carry it */

static em_rtl *open_gates(uint32_t seed) {
  (void)seed; /* registers begin at 0 */
  return (em_rtl *)&the_gates;
}

static void close_gates(em_rtl *rtl) {
  (void)rtl;
}

static void set_pin(em_gates *gates, const char *name, const void *value, uint32_t bytes) {
  em_gates_set(gates, em_gates_port(gates, name), value, bytes);
}

static uint8_t get_bit(const em_gates *gates, const char *name) {
  uint8_t value;
  em_gates_get(gates, em_gates_port(gates, name), &value, 1);
  return value;
}

static void settle_gates(em_rtl *rtl, const em_rtl_inputs *in, em_rtl_outputs *out) {
  em_gates *gates = (em_gates *)rtl;
  const void *values[PIN_COUNT] = {&in->rst_n, &in->psel,   &in->penable,  &in->pwrite,  &in->pstrb,
                                   &in->paddr, &in->pwdata, &in->in_valid, &in->in_last, in->in_data};
  const uint32_t bytes[PIN_COUNT] = {1, 1, 1, 1, 1, 4, 4, 1, 1, EM_RTL_MAX_BEAT_BYTES};
  for (uint32_t i = 0; i < PIN_COUNT; i++) {
    set_pin(gates, pin_names[i], values[i], bytes[i]);
  }
  set_pin(gates, "m_axis_tready_i", &in->out_ready, 1);
  em_gates_settle(gates);
  em_gates_get(gates, em_gates_port(gates, "prdata_o"), (uint8_t *)&out->prdata, 4);
  out->pready = get_bit(gates, "pready_o");
  out->pslverr = get_bit(gates, "pslverr_o");
  out->in_ready = get_bit(gates, "s_axis_tready_o");
  out->out_valid = get_bit(gates, "m_axis_tvalid_o");
  out->out_last = get_bit(gates, "m_axis_tlast_o");
  out->running = get_bit(gates, "running_o");
  em_gates_get(gates, em_gates_port(gates, "m_axis_tdata_o"), out->out_data, EM_RTL_MAX_BEAT_BYTES);
}

static void clock_gates(em_rtl *rtl) {
  em_gates_clock((em_gates *)rtl);
}

/* ---- The run ---- */

/* One cycle of the netlist, which must do what `step` says that the model did. */
static em_status follow(em_rtl_driver *driver, const em_job *job, const em_pins *pins, bool last_beat,
                        const em_step *step, uint64_t out_beat, em_error *error) {
  const em_graph *graph = &job->core->graph;
  const em_engine *in = &graph->engines[0], *out = &graph->engines[graph->engine_count - 1];
  driver->in.in_valid = pins->in_valid;
  driver->in.out_ready = pins->out_ready;
  driver->in.in_last = last_beat;
  memcpy(driver->in.in_data, pins->in_data, in->lanes);
  em_rtl_driver_cycle(driver);
  bool taken = pins->in_valid && driver->out.in_ready, sent = driver->out.out_valid && pins->out_ready;
  const int8_t *codes = em_core_output(job->core, job->state) + out_beat * out->lanes;
  if (taken != (step->in_beats > 0) || sent != (step->out_beats > 0) ||
      (sent && memcmp(driver->out.out_data, codes, out->lanes) != 0)) {
    return em_fail(error, EM_FAILED, "the netlist and the model differ in cycle %" PRIu64, job->state->cycle - 1);
  }
  return EM_OK;
}

/* All frames through the model and, unless `driver` is NULL, through the netlist. */
static em_status run(em_job *job, const em_options *options, em_rtl_driver *driver, em_error *error) {
  em_stimulus stimulus = {options->seed, options->stall_in, options->stall_out, false};
  const em_shape *s = &job->design.shape;
  const em_engine *in = &job->core->graph.engines[0];
  uint64_t results_left = job->frame_count * em_results_per_frame(s);
  uint64_t fed = 0, beats = in->busy_cycles, out_beat = 0;
  em_status status = EM_OK;
  while (status == EM_OK && results_left > 0) {
    uint64_t frame = fed / beats < job->frame_count ? fed / beats : job->frame_count - 1;
    const int8_t *codes = em_frames_frame(&job->frames, frame) + fed % beats * in->lanes;
    em_pins pins = {fed < beats * job->frame_count && em_stimulus_valid(&stimulus, job->state->cycle), codes,
                    em_stimulus_ready(&stimulus, job->state->cycle)};
    em_step step;
    em_core_advance(job->core, job->state, &pins, 1, &step);
    if (driver != NULL) {
      status = follow(driver, job, &pins, fed % beats == beats - 1, &step, out_beat, error);
    }
    out_beat = step.result_out ? 0 : out_beat + step.out_beats;
    results_left -= step.result_out;
    if (step.in_beats > 0) {
      em_stimulus_accepted(&stimulus);
      fed++;
    }
  }
  return status;
}

static em_status start(const em_job *job, const em_rtl_library *library, em_rtl_driver *driver, em_error *error) {
  em_status status = em_rtl_driver_open(driver, library, error);
  if (status == EM_OK) {
    status = em_rtl_load(driver, &job->core->graph, &job->network, error);
  }
  return status == EM_OK ? em_rtl_release(driver, error) : status;
}

/* ---- Files ---- */

static em_status save_toggles(const char *path, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status == EM_OK) {
    fwrite(the_gates.toggles, sizeof *the_gates.toggles, the_gates.net_count, file.stream);
    status = em_atomic_file_commit(&file, error);
  }
  return status;
}

static cJSON *part_work(const em_graph *graph, const em_run_activity *activity, uint32_t part) {
  em_cost_kind kind = em_part_cost_kind(graph, em_part_at(graph, part));
  cJSON *features = cJSON_CreateObject();
  double values[EM_COST_FEATURES];
  em_cost_features(graph, activity, em_part_at(graph, part), EM_COST_SWITCHING, values);
  for (uint32_t i = 0; i < EM_COST_FEATURES && em_cost_feature_name(kind, EM_COST_SWITCHING, i) != NULL; i++) {
    cJSON_AddNumberToObject(features, em_cost_feature_name(kind, EM_COST_SWITCHING, i), values[i]);
  }
  return features;
}

static em_status save_features(const char *path, const em_job *job, em_error *error) {
  em_run_activity *activity = malloc(sizeof *activity);
  if (activity == NULL) {
    return em_fail(error, EM_FAILED, "out of memory");
  }
  em_core_activity(job->core, job->state, activity);
  cJSON *root = cJSON_CreateObject();
  cJSON_AddNumberToObject(root, "cycles", (double)activity->cycles);
  cJSON *parts = cJSON_AddArrayToObject(root, "parts");
  for (uint32_t i = 0; i < em_part_count(&job->core->graph); i++) {
    cJSON_AddItemToArray(parts, part_work(&job->core->graph, activity, i));
  }
  free(activity);
  em_status status = em_json_save(path, root, error);
  cJSON_Delete(root);
  return status;
}

static em_status check_ports(const char *path, em_error *error) {
  for (uint32_t i = 0; i < PIN_COUNT; i++) {
    if (em_gates_port(&the_gates, pin_names[i]) == NULL) {
      return em_fail(error, EM_BAD_INPUT, "%s: has no port %s", path, pin_names[i]);
    }
  }
  return EM_OK;
}

/* What the command line asks for. */
typedef struct {
  bool delays;
  char **words; /* NETLIST and what follows */
  int count;
} request;

static em_status run_gates(const request *asked, const em_options *options, em_job *job, em_error *error) {
  const em_rtl_library library = {
      .open = open_gates, .close = close_gates, .settle = settle_gates, .clock = clock_gates};
  em_rtl_driver driver;
  em_status status = em_gates_load(&the_gates, asked->words[0], asked->delays, error);
  if (status != EM_OK) {
    return status;
  }
  status = check_ports(asked->words[0], error);
  if (status == EM_OK) {
    status = start(job, &library, &driver, error);
  }
  if (status == EM_OK) {
    memset(the_gates.toggles, 0, the_gates.net_count * sizeof *the_gates.toggles);
    status = run(job, options, &driver, error);
  }
  if (status == EM_OK) {
    status = save_toggles(asked->words[1], error);
  }
  em_gates_free(&the_gates);
  return status;
}

static em_status simulate(const request *asked, const em_options *options, em_job *job, em_error *error) {
  bool model_alone = strcmp(asked->words[0], "-") == 0;
  em_status status = model_alone ? run(job, options, NULL, error) : run_gates(asked, options, job, error);
  return status == EM_OK ? save_features(asked->words[2], job, error) : status;
}

static em_status run_job(const request *asked, em_error *error) {
  em_options options;
  em_job job;
  em_status status = em_options_parse(asked->count - 2, asked->words + 2, EM_COMMAND_RUN, &options, error);
  if (status == EM_OK) {
    status = em_job_open(&job, options.design, options.network, options.frames, options.frame_limit, true, error);
  }
  if (status == EM_OK) {
    status = simulate(asked, &options, &job, error);
    em_job_close(&job);
  }
  return status;
}

static em_status replay(const request *asked, em_error *error) {
  em_status status = em_gates_load(&the_gates, asked->words[0], asked->delays, error);
  if (status != EM_OK) {
    return status;
  }
  status = em_gates_replay(&the_gates, asked->words[3], error);
  if (status == EM_OK) {
    status = save_toggles(asked->words[1], error);
  }
  em_gates_free(&the_gates);
  return status;
}

int main(int argc, char **argv) {
  bool zero_delay = argc > 1 && strcmp(argv[1], "--zero-delay") == 0;
  request asked = {!zero_delay, argv + 1 + zero_delay, argc - 1 - zero_delay};
  em_error error;
  em_status status;
  if (asked.count == 4 && strcmp(asked.words[2], "--replay") == 0) {
    status = replay(&asked, &error);
  } else if (asked.count > 3) {
    status = run_job(&asked, &error);
  } else {
    status = em_fail(&error, EM_BAD_INPUT, "needs NETLIST TOGGLES FEATURES DESIGN and options of run");
  }
  if (status != EM_OK) {
    fprintf(stderr, "gate_sim: %s\n", error.text);
  }
  return (int)status;
}
