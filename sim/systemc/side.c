#include "sim/systemc/side.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/design_file.h"
#include "sim/systemc/side_parts.h"

/* ---- Opening ---- */

static em_status bind_records(em_side *side, em_error *error) {
  side->engine_records = calloc(side->graph->engine_count, sizeof *side->engine_records);
  if (side->engine_records == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the RTL");
  }
  for (uint32_t e = 0; e < side->graph->engine_count; e++) {
    char scope[2 * EM_NAME_CHARS], probe[2 * EM_NAME_CHARS + 16];
    em_engine_scope(side->graph, e, scope);
    snprintf(probe, sizeof probe, "%s.u_probe", scope);
    side->engine_records[e] = side->library.probe(side->driver.rtl, probe, "rec");
  }
  return EM_OK;
}

static em_status prepare_wave(em_side *side, const em_side_options *options, em_error *error) {
  if (options->wave == NULL) {
    return EM_OK;
  }
  if (options->kind == EM_SIDE_MODEL) {
    return em_fail(error, EM_BAD_INPUT, "a wave is of the RTL: side rtl or both");
  }
  side->waves = true;
  return em_wave_prepare(&side->wave, options->wave, options->wave_from, options->wave_to, error);
}

static void close_wave(em_side *side) {
  em_error error;
  if (!side->waves) {
    return;
  }
  if (side->driver.rtl == NULL) {
    em_wave_discard(&side->wave);
  } else if (em_wave_finish(&side->wave, &side->library, side->driver.rtl, em_side_cycle(side), &error) != EM_OK) {
    fprintf(stderr, "emamba: %s\n", error.text);
  }
}

static em_status open_rtl(em_side *side, const em_side_options *options, em_error *error) {
  em_status status = em_graph_check_rtl(side->graph, error);
  if (status == EM_OK) {
    /* Engine states are probes; a comparison needs them, the RTL alone runs faster without. */
    em_rtl_build kind = side->waves ? EM_RTL_WAVES : options->kind == EM_SIDE_BOTH ? EM_RTL_PROBED : EM_RTL_BARE;
    status =
        em_rtl_library_open(&side->library, &side->design, options->rtl, options->build, kind, options->quiet, error);
  }
  if (status == EM_OK) {
    status = em_rtl_driver_open(&side->driver, &side->library, error);
  }
  if (status == EM_OK && side->waves && side->wave.from == EM_WAVE_FROM_RESET) {
    em_wave_open(&side->wave, &side->library, side->driver.rtl);
  }
  return status == EM_OK ? bind_records(side, error) : status;
}

static em_status open_parts(em_side *side, const em_side_options *options, em_error *error) {
  em_technology *technology = malloc(sizeof *technology);
  side->graph = malloc(sizeof *side->graph);
  em_status status = technology == NULL || side->graph == NULL
                         ? em_fail(error, EM_FAILED, "out of memory for the design")
                         : em_design_load(options->design, &side->design, technology, error);
  free(technology);
  if (status != EM_OK) {
    return status;
  }
  em_graph_build(side->graph, &side->design);
  side->streams = em_streams_of(&side->design);
  side->out_data = malloc(side->streams.result_bytes);
  side->history = calloc(EM_SIDE_HISTORY, sizeof *side->history);
  if (side->out_data == NULL || side->history == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the streams");
  }
  if (options->kind != EM_SIDE_RTL) {
    status = em_device_open(&side->device, &side->design, error);
  }
  return status == EM_OK && options->kind != EM_SIDE_MODEL ? open_rtl(side, options, error) : status;
}

em_status em_side_open(em_side **opened, const em_side_options *options, em_error *error) {
  em_side *side = calloc(1, sizeof *side);
  if (side == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the accelerator");
  }
  side->kind = options->kind;
  snprintf(side->bundle, sizeof side->bundle, "%s", options->bundle != NULL ? options->bundle : "");
  snprintf(side->build, sizeof side->build, "%s", options->build != NULL ? options->build : "");
  em_status status = prepare_wave(side, options, error);
  status = status == EM_OK ? open_parts(side, options, error) : status;
  if (status != EM_OK) {
    em_side_close(side);
    return status;
  }
  *opened = side;
  return EM_OK;
}

void em_side_close(em_side *side) {
  if (side != NULL) {
    close_wave(side);
    em_device_close(side->device);
    em_rtl_driver_close(&side->driver);
    em_rtl_library_close(&side->library);
    free(side->engine_records);
    free(side->graph);
    free(side->out_data);
    free(side->history);
    free(side);
  }
}

/* ---- What there is to know ---- */

const em_design *em_side_design(const em_side *side) {
  return &side->design;
}

em_stream_sizes em_side_streams(const em_side *side) {
  return side->streams;
}

em_side_kind em_side_kind_of(const em_side *side) {
  return side->kind;
}

uint64_t em_side_cycle(const em_side *side) {
  return side->device != NULL ? em_device_clock_cycle(side->device) : side->cycle;
}

bool em_side_running(const em_side *side) {
  return side->device != NULL ? em_device_running(side->device) : side->running;
}

uint64_t em_side_run_cycle(const em_side *side) {
  return side->device != NULL ? em_device_run_cycle(side->device) : side->run_cycle;
}

uint64_t em_side_next_result(em_side *side) {
  return side->device != NULL ? em_device_next_result(side->device) : 0;
}

uint8_t *em_side_image(em_side *side, uint32_t address, uint32_t *from, uint32_t *bytes) {
  return side->kind == EM_SIDE_MODEL ? em_device_image(side->device, address, from, bytes) : NULL;
}

bool em_side_peek(const em_side *side, uint32_t address, uint32_t *data) {
  return side->device != NULL && em_device_read(side->device, address, data);
}

uint32_t em_side_engines(const em_side *side) {
  return side->graph->engine_count;
}

void em_side_engine_name(const em_side *side, uint32_t engine, char name[64]) {
  em_engine_name(side->graph, engine, name);
}

uint32_t em_side_engine_state(const em_side *side, uint32_t engine) {
  if (side->device != NULL) {
    return em_device_engine_state(side->device, engine);
  }
  return side->running && side->engine_records[engine] != NULL ? (uint32_t)(*side->engine_records[engine] & 3) : 0;
}

uint64_t em_side_compared(const em_side *side) {
  return side->compared;
}

/* ---- Transactions ---- */

void em_side_apb(em_side *side, const em_apb_request *request) {
  side->request = *request;
  side->phase = EM_APB_SETUP;
}

bool em_side_apb_done(const em_side *side, em_apb_response *response) {
  *response = side->response;
  return side->phase == EM_APB_DONE || side->phase == EM_APB_IDLE;
}

void em_side_reset(em_side *side) {
  side->in_reset = true;
  if (side->kind == EM_SIDE_MODEL) {
    em_device_reset(side->device);
  }
}

static void next_phase(em_side *side) {
  side->phase = side->phase == EM_APB_SETUP ? EM_APB_ACCESS : side->phase == EM_APB_ACCESS ? EM_APB_DONE : side->phase;
}

static bool in_transfer(const em_side *side) {
  return side->phase == EM_APB_SETUP || side->phase == EM_APB_ACCESS;
}

/* The model alone: an access acts where it stands. */
static em_status advance_model(em_side *side, const em_device_streams *streams, uint64_t max_cycles,
                               em_device_step *step, em_error *error) {
  const em_apb_request *r = &side->request;
  if (side->phase == EM_APB_ACCESS) {
    bool answered = r->write ? em_device_write(side->device, r->address, r->data, r->strobe)
                             : em_device_read(side->device, r->address, &side->response.data);
    side->response.error = !answered;
  }
  em_status status = em_device_advance(side->device, streams, in_transfer(side) ? 1 : max_cycles, step, error);
  next_phase(side);
  side->in_reset = false;
  return status;
}

/* The pins of the present cycle; beat: of those offered. */
static void drive(em_side *side, const em_device_streams *streams, uint32_t beat) {
  em_device_inputs *in = &side->in;
  const em_apb_request *r = &side->request;
  in->rst_n = !side->in_reset;
  in->psel = in_transfer(side);
  in->penable = side->phase == EM_APB_ACCESS;
  in->pwrite = in->psel && r->write;
  in->pstrb = in->pwrite ? r->strobe : 0;
  if (in->psel) {
    in->paddr = r->address;
    in->pwdata = r->data;
  }
  in->in_valid = beat < streams->in_beats;
  in->in_last = in->in_valid && streams->in_last && beat + 1 == streams->in_beats;
  in->out_ready = streams->out_ready;
  if (in->in_valid) {
    memcpy(in->in_data, streams->in_data + (size_t)beat * side->streams.in_bytes, side->streams.in_bytes);
  }
}

/* Takes from a cycle's pins what went over them; says whether the step ends with it. */
static bool collect(em_side *side, const em_device_outputs *out, em_device_step *step) {
  const em_device_inputs *in = &side->in;
  const uint32_t frame_beats = side->streams.frame_bytes / side->streams.in_bytes;
  step->cycles++;
  if (in->in_valid && out->in_ready) {
    step->in_beats++;
    side->in_beat = side->in_beat + 1 == frame_beats ? 0 : side->in_beat + 1;
    step->frame_in = side->in_beat == 0;
  }
  if (out->out_valid && in->out_ready) {
    memcpy(side->out_data + (size_t)step->out_beats * side->streams.out_bytes, out->out_data, side->streams.out_bytes);
    step->out_beats++;
    step->out_last = out->out_last;
  }
  side->in_beat = out->running && in->rst_n ? side->in_beat : 0;
  return step->frame_in || step->out_last ||
         (step->out_beats + 1) * side->streams.out_bytes > side->streams.result_bytes;
}

/* Cycle by cycle at the pins. */
static em_status advance_pins(em_side *side, const em_device_streams *streams, uint64_t max_cycles,
                              em_device_step *step, em_error *error) {
  em_status status = EM_OK;
  bool ends = false;
  *step = (em_device_step){.out_data = side->out_data};
  while (!ends && step->cycles < max_cycles && status == EM_OK) {
    em_device_outputs out;
    bool turns = in_transfer(side) || side->in_reset;
    drive(side, streams, step->in_beats);
    em_side_settle(side, &side->in, &out);
    if (side->phase == EM_APB_ACCESS) {
      side->response = (em_apb_response){out.prdata, out.pslverr};
    }
    status = em_side_clock(side, &side->in, error);
    ends = collect(side, &out, step) || turns || (streams->in_beats > 0 && step->in_beats == streams->in_beats);
    next_phase(side);
    side->in_reset = false;
  }
  return status;
}

em_status em_side_advance(em_side *side, const em_device_streams *streams, uint64_t max_cycles, em_device_step *step,
                          em_error *error) {
  return side->kind == EM_SIDE_MODEL ? advance_model(side, streams, max_cycles, step, error)
                                     : advance_pins(side, streams, max_cycles, step, error);
}
