#include <stdlib.h>
#include <string.h>

#include "models/machine/device_core.h"
#include "models/network/apb.h"

em_stream_sizes em_streams_of(const em_design *design) {
  const em_shape *s = &design->shape;
  return (em_stream_sizes){design->in_bytes, s->h * s->w * s->c, design->out_bytes,
                           em_results_per_frame(s) * s->outputs};
}

em_status em_device_open(em_device **opened, const em_design *design, em_error *error) {
  em_device *device = calloc(1, sizeof *device);
  if (device == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the device");
  }
  em_graph_build(&device->graph, design);
  em_status status = em_load_open(&device->load, &device->graph, error);
  if (status == EM_OK) {
    status = em_load_core(&device->load, &device->core, error);
  }
  if (status == EM_OK) {
    device->state = aligned_alloc(EM_LANES, device->core.state_bytes);
    device->ahead = aligned_alloc(EM_LANES, device->core.state_bytes);
    if (device->state == NULL || device->ahead == NULL) {
      status = em_fail(error, EM_FAILED, "out of memory for the device");
    }
  }
  if (status != EM_OK) {
    em_device_close(device);
    return status;
  }
  em_state_reset(&device->core, device->state);
  *opened = device;
  return EM_OK;
}

void em_device_close(em_device *device) {
  if (device != NULL) {
    em_core_free(&device->core);
    em_load_close(&device->load);
    free(device->state);
    free(device->ahead);
    free(device);
  }
}

uint64_t em_device_clock_cycle(const em_device *device) {
  return device->clock_cycle;
}

bool em_device_running(const em_device *device) {
  return device->running;
}

uint64_t em_device_run_cycle(const em_device *device) {
  return device->state->cycle;
}

/* ---- APB ---- */

static uint32_t last_unit(const em_device *device) {
  return device->graph.engines[device->graph.engine_count - 1].unit;
}

/* The engine behind a unit's number, or EM_NONE. */
static uint32_t engine_of(const em_device *device, uint32_t unit) {
  for (uint32_t e = 0; e < device->graph.engine_count; e++) {
    if (device->graph.engines[e].unit == unit) {
      return e;
    }
  }
  return EM_NONE;
}

static uint32_t read_global(const em_device *device, uint32_t byte) {
  switch (byte) {
    case EM_APB_ID: return EM_APB_ID_VALUE;
    case EM_APB_HASH_LOW: return (uint32_t)em_design_hash(&device->graph.design);
    case EM_APB_HASH_HIGH: return (uint32_t)(em_design_hash(&device->graph.design) >> 32);
    case EM_APB_CTRL: return device->running;
    case EM_APB_CYCLES: return device->was_in_reset ? 0 : (uint32_t)device->state->cycle;
    case EM_APB_STATUS: return device->tlast_error;
    default: return 0;
  }
}

static uint32_t read_counter(const em_device *device, uint32_t engine, uint32_t byte) {
  em_engine_state counters = em_core_counters(&device->core, device->state, engine);
  switch (byte) {
    case EM_APB_BUSY: return (uint32_t)counters.busy;
    case EM_APB_STARVED: return (uint32_t)counters.starved;
    case EM_APB_BLOCKED: return (uint32_t)counters.blocked;
    case EM_APB_TOKENS: return (uint32_t)counters.tokens;
    default: return 0;
  }
}

bool em_device_read(const em_device *device, uint32_t address, uint32_t *data) {
  uint32_t unit = address >> 24, byte = address & 0xfffffc; /* memories are write-only */
  *data = 0;
  if (unit > last_unit(device)) {
    return false;
  }
  uint32_t engine = engine_of(device, unit);
  if (unit == 0) {
    *data = read_global(device, byte);
  } else if (engine != EM_NONE) {
    *data = read_counter(device, engine, byte);
  }
  return true;
}

bool em_device_write(em_device *device, uint32_t address, uint32_t data, uint8_t strobe) {
  bool ctrl = (address & ~UINT32_C(3)) == EM_APB_CTRL;
  uint32_t unit = address >> 24;
  if (unit > last_unit(device) || (device->running && !ctrl)) {
    return false;
  }
  if (ctrl && (strobe & 1) != 0) {
    device->starts = (data & 1) != 0 && !device->running;
    device->stops = (data & 1) == 0 && device->running;
  }
  uint32_t engine = engine_of(device, unit);
  if (engine != EM_NONE) {
    em_load_word(&device->load, engine, address, data, strobe);
    device->stale = true;
  }
  return true;
}

void em_device_reset(em_device *device) {
  device->in_reset = true;
}

uint8_t *em_device_image(em_device *device, uint32_t address, uint32_t *from, uint32_t *bytes) {
  uint32_t engine = engine_of(device, address >> 24), memory = address >> 21 & 7;
  uint8_t *image = device->running || engine == EM_NONE || memory == 0
                       ? NULL
                       : em_load_image(&device->load, engine, memory - 1, bytes);
  *from = address & ~UINT32_C(0x1fffff);
  if (image == NULL || address - *from >= *bytes) {
    return NULL;
  }
  device->imaged = true;
  return image;
}

/* ---- Time ---- */

static bool frame_buffer_ready(const em_device *device) {
  uint32_t buffer = device->graph.engines[0].outputs[0].buffer;
  return em_state_buffers(&device->core, device->state)[buffer].count[0] < device->graph.buffers[buffer].depth_tokens;
}

bool em_device_in_ready(const em_device *device) {
  return device->running && frame_buffer_ready(device);
}

/* The output register after the end of a run: it is cleared one cycle later. */
static void show_once_more(em_device *device, const em_device_streams *streams, em_device_step *step) {
  em_device_outputs out;
  em_device_settle(device, &(em_device_inputs){0}, &out);
  if (out.out_valid && streams->out_ready) {
    step->out_beats = 1;
    step->out_data =
        em_core_output(&device->core, device->state) + (size_t)device->state->out_beat * device->graph.design.out_bytes;
    step->out_last = out.out_last;
  }
}

/* Goes on through what happens inside, until something passes a stream. */
static void run(em_device *device, const em_device_streams *streams, uint64_t max_cycles, em_device_step *step) {
  const em_state *state = device->state;
  const uint32_t last = device->graph.engine_count - 1;
  const em_pins pins = {streams->in_beats > 0, streams->in_data, streams->out_ready};
  const uint32_t out_beat = state->out_beat;
  em_step done;
  uint64_t cycles = 0;
  do {
    /* A step may take one beat a cycle; while none is accepted it may be longer than what is offered. */
    uint64_t left = max_cycles - cycles;
    bool limited = pins.in_valid && streams->in_beats < left && frame_buffer_ready(device);
    em_core_advance(&device->core, device->state, &pins, limited ? streams->in_beats : left, &done);
    cycles += done.cycles;
  } while (cycles < max_cycles && done.in_beats == 0 && done.out_beats == 0);
  *step = (em_device_step){cycles, done.in_beats, done.out_beats, NULL, done.frame_in, false};
  if (done.in_beats > 0) {
    bool ends = streams->in_last && done.in_beats == streams->in_beats;
    device->tlast_error = device->tlast_error || ends != done.frame_in;
  }
  if (done.out_beats > 0) {
    uint32_t per_frame = em_results_per_frame(&device->graph.design.shape);
    uint64_t tokens = em_state_engines(&device->core, state)[last].tokens;
    step->out_data = em_core_output(&device->core, state) + (size_t)out_beat * device->graph.engines[last].lanes;
    step->out_last = done.result_out && tokens % per_frame == 0;
  }
}

/* The core as it was loaded; made in its place, for it points into itself. */
static em_status bind(em_device *device, em_error *error) {
  if (!device->stale && !device->imaged) {
    return EM_OK;
  }
  em_core_free(&device->core);
  em_status status = em_load_core(&device->load, &device->core, error);
  device->stale = device->imaged = status != EM_OK;
  return status;
}

/* What the rising edge does to run control and reset. */
static em_status turn(em_device *device, em_error *error) {
  em_status status = EM_OK;
  if (device->starts) {
    status = device->in_reset ? EM_OK : bind(device, error);
    em_state_reset(&device->core, device->state);
    device->tlast_error = false;
  }
  if (device->was_in_reset) {
    em_state_reset(&device->core, device->state);
  }
  device->stopped = device->running && (device->in_reset || device->stops);
  device->running = !device->in_reset && status == EM_OK && (device->starts || (device->running && !device->stops));
  device->tlast_error = device->tlast_error && !device->in_reset;
  device->was_in_reset = device->in_reset;
  device->starts = device->stops = device->in_reset = false;
  device->next_result = 0;
  return status;
}

em_status em_device_advance(em_device *device, const em_device_streams *streams, uint64_t max_cycles,
                            em_device_step *step, em_error *error) {
  bool turns = device->starts || device->stops || device->in_reset || device->was_in_reset || device->stopped;
  *step = (em_device_step){.cycles = turns ? 1 : max_cycles};
  if (device->running) {
    run(device, streams, step->cycles, step);
  } else if (device->stopped) {
    show_once_more(device, streams, step);
  }
  device->clock_cycle += step->cycles;
  if (step->frame_in || !streams->out_ready) {
    device->next_result = 0;
  }
  return turns ? turn(device, error) : EM_OK;
}

/* Cycles until the last beat of a result has been accepted, nothing coming in; UINT64_MAX for ever. */
static uint64_t look_ahead(em_device *device) {
  const em_pins pins = {.out_ready = true};
  const uint32_t last = device->graph.engine_count - 1;
  const uint32_t per_frame = em_results_per_frame(&device->graph.design.shape);
  const uint64_t for_ever = UINT64_MAX / 4;
  em_step step;
  memcpy(device->ahead, device->state, device->core.state_bytes);
  do {
    em_core_advance(&device->core, device->ahead, &pins, for_ever, &step);
  } while (step.cycles < for_ever &&
           !(step.result_out && em_state_engines(&device->core, device->ahead)[last].tokens % per_frame == 0));
  return step.cycles < for_ever ? device->ahead->cycle - device->state->cycle : UINT64_MAX;
}

uint64_t em_device_next_result(em_device *device) {
  if (!device->running) {
    return UINT64_MAX;
  }
  if (device->next_result == 0 || device->next_result < device->clock_cycle) {
    uint64_t cycles = look_ahead(device);
    device->next_result = cycles == UINT64_MAX ? UINT64_MAX : device->clock_cycle + cycles - 1;
  }
  return device->next_result;
}

uint32_t em_device_engines(const em_device *device) {
  return device->graph.engine_count;
}

uint32_t em_device_engine_state(const em_device *device, uint32_t engine) {
  return device->running ? em_state_engines(&device->core, device->state)[engine].status : EM_STARVED;
}

/* ---- Pins ---- */

void em_device_settle(const em_device *device, const em_device_inputs *in, em_device_outputs *out) {
  const em_state *state = device->state;
  const em_shape *s = &device->graph.design.shape;
  uint32_t last = device->graph.engine_count - 1;
  const em_engine *sends = &device->graph.engines[last];
  memset(out, 0, sizeof *out);
  bool answered = em_device_read(device, device->apb.address, &out->prdata);
  bool ctrl = (device->apb.address & ~UINT32_C(3)) == EM_APB_CTRL;
  bool refused = !answered || (device->apb.write && device->running && !ctrl);
  out->pready = true;
  out->pslverr = in->psel && in->penable && refused;
  out->running = device->running;
  out->in_ready = em_device_in_ready(device);
  out->out_valid = (device->running || device->stopped) && state->out_valid != 0;
  if (out->out_valid) {
    uint64_t token = em_state_engines(&device->core, state)[last].tokens;
    out->out_last = state->out_beat + 2 == sends->busy_cycles && (token + 1) % em_results_per_frame(s) == 0;
    memcpy(out->out_data, em_core_output(&device->core, state) + (size_t)state->out_beat * sends->lanes, sends->lanes);
  }
}

em_status em_device_clock(em_device *device, const em_device_inputs *in, em_error *error) {
  if (device->apb.write) {
    em_device_write(device, device->apb.address, device->apb.data, device->apb.strobe);
  }
  if (!in->rst_n) {
    em_device_reset(device);
  }
  bool setup = in->psel && !in->penable;
  device->apb.write = setup && in->pwrite && in->rst_n;
  if (setup) {
    device->apb.address = in->paddr;
    device->apb.data = in->pwdata;
    device->apb.strobe = in->pstrb;
  }
  em_device_streams streams = {in->in_data, in->in_valid, in->in_last, in->out_ready};
  em_device_step step;
  return em_device_advance(device, &streams, 1, &step, error);
}
