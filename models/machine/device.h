/*
 * The accelerator as a device on a board: its APB slave and both streams, over the core of core.h.
 *
 * What core.h leaves out: registers that answer, loading by words, CTRL.run, stopping, reset. Two ways to move it, that
 * may be mixed: by transactions (as many cycles as nothing happens in between), or by its pins, cycle by cycle, as the
 * RTL's. Exact at the pins in every cycle but for what hardware leaves open: contents never written.
 * Source: docs/microarchitecture.md ("APB map", "axis_in, axis_out"), rtl/em_apb.sv.
 *
 * This header has no vector types and may be included from C++.
 */
#ifndef EM_DEVICE_H
#define EM_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "models/base/status.h"
#include "models/design/design.h"

typedef struct em_device em_device;

/* How wide and long the streams are. */
typedef struct {
  uint32_t in_bytes, frame_bytes;   /* a beat; a frame, which is whole beats */
  uint32_t out_bytes, result_bytes; /* a beat; what a frame yields: `outputs` codes, L * D with head none */
} em_stream_sizes;

em_stream_sizes em_streams_of(const em_design *design);

/* After reset, held, contents 0. `design` has passed em_design_check. EM_FAILED when memory is short. */
em_status em_device_open(em_device **device, const em_design *design, em_error *error);
void em_device_close(em_device *device); /* or NULL */

uint64_t em_device_clock_cycle(const em_device *device); /* cycles since open: the number of the present one */
bool em_device_running(const em_device *device);
uint64_t em_device_run_cycle(const em_device *device); /* the CYCLES register in its 64 bits */

/* ---- By transactions. Each acts in the present cycle; what it changes shows from the next on. ---- */

/*
 * The access cycle of an APB transfer. Returns false for a slave error (a unit past the last; a write while running to
 * anything but CTRL), which changes nothing and reads as 0. Reading has no side effect and may be done at any time.
 */
bool em_device_read(const em_device *device, uint32_t address, uint32_t *data);
bool em_device_write(em_device *device, uint32_t address, uint32_t data, uint8_t strobe);

/* rst_n is low in the present cycle. Contents stay. */
void em_device_reset(em_device *device);

/* What the outside does to the streams, constant over the cycles of one step. */
typedef struct {
  const int8_t *in_data; /* codes of the next beats, one after another */
  uint32_t in_beats;     /* how many are offered, a cycle each; 0: tvalid is low */
  bool in_last;          /* the last of them has tlast */
  bool out_ready;
} em_device_streams;

typedef struct {
  uint64_t cycles;
  uint32_t in_beats, out_beats; /* accepted */
  const int8_t *out_data;       /* of the accepted beats; valid until the next step */
  bool frame_in;                /* the frame's last beat was accepted in the step's last cycle */
  bool out_last;                /* a beat with tlast likewise */
} em_device_step;

/*
 * Moves time by at least one and at most max_cycles, up to the cycle in which beats pass a stream, or the last of
 * several in a row do. Those that pass are of the step's last cycles, one a cycle. EM_FAILED when memory is short for a
 * run that starts.
 */
em_status em_device_advance(em_device *device, const em_device_streams *streams, uint64_t max_cycles,
                            em_device_step *step, em_error *error);

bool em_device_in_ready(const em_device *device); /* s_axis_tready in the present cycle */

/*
 * The clock cycle in which the last beat of the next whole result will be accepted if m_axis_tready is high from now
 * on; UINT64_MAX when none is on its way. What is offered meanwhile does not change it. Costs what running that far
 * costs, once a result.
 */
uint64_t em_device_next_result(em_device *device);

/* The image of a memory that is loaded, as the bus sees it, from APB address `from` on; NULL where `address` is in
 * none, while running too. What is written there counts from the next start of the core on. */
uint8_t *em_device_image(em_device *device, uint32_t address, uint32_t *from, uint32_t *bytes);

/* What an engine does in the present cycle, for traces: 0 starved, 1 blocked, 2 busy. */
uint32_t em_device_engines(const em_device *device);
uint32_t em_device_engine_state(const em_device *device, uint32_t engine);

/* ---- By pins ---- */

enum { EM_DEVICE_BEAT_BYTES = 64 };

typedef struct {
  bool rst_n, psel, penable, pwrite;
  uint8_t pstrb;
  uint32_t paddr, pwdata;
  bool in_valid, in_last, out_ready;
  int8_t in_data[EM_DEVICE_BEAT_BYTES];
} em_device_inputs;

typedef struct {
  uint32_t prdata;
  bool pready, pslverr, running, in_ready, out_valid, out_last;
  int8_t out_data[EM_DEVICE_BEAT_BYTES]; /* 0 past the beat, and while out_valid is low */
} em_device_outputs;

/* What the outputs are in the present cycle. */
void em_device_settle(const em_device *device, const em_device_inputs *inputs, em_device_outputs *outputs);

/* The rising edge that ends the present cycle. EM_FAILED as em_device_advance. */
em_status em_device_clock(em_device *device, const em_device_inputs *inputs, em_error *error);

#ifdef __cplusplus
}
#endif

#endif
