/* A side's inside: its two halves, and how a difference is documented. */
#ifndef EM_SIDE_PARTS_H
#define EM_SIDE_PARTS_H

#include "models/machine/device_core.h"
#include "sim/files/output_file.h"
#include "sim/lockstep/rtl_driver.h"
#include "sim/lockstep/wave.h"
#include "sim/systemc/side.h"

enum { EM_SIDE_HISTORY = 256 };

/* One cycle at the pins of both. */
typedef struct {
  uint64_t cycle;
  em_device_inputs in;
  em_device_outputs model, rtl;
} em_side_cycle_record;

struct em_side {
  em_side_kind kind;
  em_design design;
  em_stream_sizes streams;
  em_graph *graph;
  em_device *device; /* NULL with the RTL alone */
  em_rtl_library library;
  em_rtl_driver driver;            /* rtl NULL with the model alone */
  const uint64_t **engine_records; /* [engine_count] of the RTL */
  bool waves;
  em_wave wave;
  char bundle[EM_PATH_BYTES], build[EM_PATH_BYTES];
  uint64_t cycle, run_cycle; /* of the RTL alone */
  bool running;              /* likewise */
  uint32_t in_beat;          /* likewise, of the present frame */
  bool in_reset;
  enum { EM_APB_IDLE, EM_APB_SETUP, EM_APB_ACCESS, EM_APB_DONE } phase;
  em_apb_request request;
  em_apb_response response;
  em_device_inputs in;
  int8_t *out_data; /* [a result] accepted in the latest step */
  bool diverged;
  uint64_t compared;
  em_side_cycle_record *history; /* [EM_SIDE_HISTORY], of both */
};

/* One cycle of the RTL: pins in, pins out of this cycle; em_side_rtl_clock ends it. */
void em_side_rtl_settle(em_side *side, const em_device_inputs *in, em_device_outputs *out);
void em_side_rtl_clock(em_side *side);

/* The first pin that differs, by name, or NULL. */
const char *em_side_difference(const em_device_inputs *in, const em_device_outputs *model, const em_device_outputs *rtl,
                               uint32_t out_bytes, uint32_t *model_value, uint32_t *rtl_value);

/* Writes the bundle: report.txt, pins.txt (the last cycles of both), command.txt. Its folder in side->bundle. */
em_status em_side_bundle(em_side *side, const char *what, em_error *error);

#endif
