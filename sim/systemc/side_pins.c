/* A side at its pins: the RTL's, the model's, and both compared. */
#include <inttypes.h>
#include <string.h>

#include "sim/systemc/side_parts.h"

void em_side_rtl_settle(em_side *side, const em_device_inputs *in, em_device_outputs *out) {
  em_rtl_inputs *to = &side->driver.in;
  em_rtl_outputs *from = &side->driver.out;
  to->rst_n = in->rst_n;
  to->psel = in->psel;
  to->penable = in->penable;
  to->pwrite = in->pwrite;
  to->pstrb = in->pstrb;
  to->paddr = in->paddr;
  to->pwdata = in->pwdata;
  to->in_valid = in->in_valid;
  to->in_last = in->in_last;
  to->out_ready = in->out_ready;
  if (in->in_valid) {
    memcpy(to->in_data, in->in_data, side->streams.in_bytes);
  }
  side->library.settle(side->driver.rtl, to, from);
  out->prdata = from->prdata;
  out->pready = from->pready != 0;
  out->pslverr = from->pslverr != 0;
  out->running = from->running != 0;
  out->in_ready = from->in_ready != 0;
  out->out_valid = from->out_valid != 0;
  out->out_last = from->out_last != 0;
  memset(out->out_data, 0, sizeof out->out_data);
  memcpy(out->out_data, from->out_data, side->streams.out_bytes);
}

void em_side_rtl_clock(em_side *side) {
  side->library.clock(side->driver.rtl);
  side->driver.cycles++;
  if (side->waves) { /* the reset's cycles, before cycle 0, are not told */
    em_wave_cycle(&side->wave, &side->library, side->driver.rtl, em_side_cycle(side) + 1);
  }
}

/* The RTL alone: what it is asked for between cycles is kept here. */
static void follow(em_side *side, const em_device_inputs *in, bool ran) {
  bool may_turn = (in->psel && in->penable && in->pwrite) || !in->rst_n;
  side->cycle++;
  side->run_cycle += ran;
  if (may_turn) { /* the register shows the next state now */
    em_device_outputs next;
    em_device_inputs quiet = side->in;
    quiet.psel = quiet.penable = false;
    quiet.in_valid = false;
    quiet.rst_n = true;
    em_side_rtl_settle(side, &quiet, &next);
    if (next.running && !ran) {
      side->run_cycle = 0;
    }
    side->running = next.running;
  }
}

typedef struct {
  const char *name;
  uint32_t model, rtl;
} pin;

const char *em_side_difference(const em_device_inputs *in, const em_device_outputs *model, const em_device_outputs *rtl,
                               uint32_t out_bytes, uint32_t *model_value, uint32_t *rtl_value) {
  const bool access = in->psel && in->penable, read = access && !in->pwrite;
  const pin pins[] = {{"running_o", model->running, rtl->running},
                      {"pready_o", model->pready, rtl->pready},
                      {"pslverr_o", model->pslverr, rtl->pslverr},
                      {"prdata_o", read ? model->prdata : 0, read ? rtl->prdata : 0},
                      {"s_axis_tready_o", model->in_ready, rtl->in_ready},
                      {"m_axis_tvalid_o", model->out_valid, rtl->out_valid},
                      {"m_axis_tlast_o", model->out_last, rtl->out_last}};
  for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
    if (pins[i].model != pins[i].rtl) {
      *model_value = pins[i].model;
      *rtl_value = pins[i].rtl;
      return pins[i].name;
    }
  }
  for (uint32_t i = 0; i < out_bytes; i++) {
    if (model->out_data[i] != rtl->out_data[i]) {
      *model_value = (uint8_t)model->out_data[i];
      *rtl_value = (uint8_t)rtl->out_data[i];
      return "m_axis_tdata_o";
    }
  }
  return NULL;
}

void em_side_settle(em_side *side, const em_device_inputs *in, em_device_outputs *out) {
  if (side->device != NULL) {
    em_device_settle(side->device, in, out);
  } else {
    em_side_rtl_settle(side, in, out);
  }
}

/* Both are settled with these inputs and compared; text in `what` and false when they differ. */
static bool compare(em_side *side, const em_device_inputs *in, char what[200]) {
  uint64_t cycle = em_side_cycle(side);
  em_side_cycle_record *record = &side->history[cycle % EM_SIDE_HISTORY];
  *record = (em_side_cycle_record){.cycle = cycle, .in = *in};
  em_device_settle(side->device, in, &record->model);
  em_side_rtl_settle(side, in, &record->rtl);
  side->compared++;
  uint32_t model = 0, rtl = 0;
  const char *name = em_side_difference(in, &record->model, &record->rtl, side->streams.out_bytes, &model, &rtl);
  if (name != NULL) {
    snprintf(what, 200, "clock cycle %" PRIu64 ", run cycle %" PRIu64 ": %s is 0x%x in the model and 0x%x in the RTL",
             cycle, em_side_run_cycle(side), name, model, rtl);
  }
  return name == NULL;
}

em_status em_side_clock(em_side *side, const em_device_inputs *in, em_error *error) {
  em_status status = EM_OK;
  char what[200];
  if (side->kind == EM_SIDE_RTL) {
    bool ran = side->driver.out.running != 0;
    em_side_rtl_clock(side);
    follow(side, in, ran);
    return EM_OK;
  }
  if (side->kind == EM_SIDE_BOTH) {
    bool same = side->diverged || compare(side, in, what);
    if (side->diverged) {
      em_device_outputs out;
      em_side_rtl_settle(side, in, &out);
    }
    em_side_rtl_clock(side);
    if (!same) {
      side->diverged = true;
      status = em_side_bundle(side, what, error);
      status = status == EM_OK ? em_fail(error, EM_FAILED, "%s; bundle: %.300s", what, side->bundle) : status;
    }
  }
  em_error of_model;
  em_status clocked = em_device_clock(side->device, in, status == EM_OK ? error : &of_model);
  return status != EM_OK ? status : clocked;
}
