/*
 * What stands behind a SystemC component: the C model, the Verilated RTL, or both, compared in every cycle.
 *
 * The boundary between C and C++: an opaque handle, no vector types. A side moves by cycles, as models/machine/device.h
 * says; with the RTL in it every cycle is driven at the pins.
 */
#ifndef EM_SIDE_H
#define EM_SIDE_H

#include "models/machine/device.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { EM_SIDE_MODEL, EM_SIDE_RTL, EM_SIDE_BOTH } em_side_kind;

typedef struct {
  em_side_kind kind;
  const char *design;          /* path */
  const char *rtl;             /* other RTL sources than the project's, or NULL */
  const char *build;           /* where RTL is built, or NULL: em_build_folder's */
  const char *bundle;          /* where a difference of both is documented; NULL: BUILD/failures/... */
  bool quiet;                  /* says nothing while the RTL is built */
  const char *wave;            /* FST of the RTL, written by em_side_close; or NULL */
  uint64_t wave_from, wave_to; /* its first and last clock cycle; 0: from the beginning, to the end */
} em_side_options;

typedef struct em_side em_side;

/* After reset. EM_BAD_INPUT: the design, or no place for the wave; EM_FAILED: the RTL cannot be built. */
em_status em_side_open(em_side **side, const em_side_options *options, em_error *error);
/* Or NULL. A wave that cannot be written is told on stderr, and there is none. */
void em_side_close(em_side *side);

const em_design *em_side_design(const em_side *side);
em_stream_sizes em_side_streams(const em_side *side);
em_side_kind em_side_kind_of(const em_side *side);

uint64_t em_side_cycle(const em_side *side); /* number of the present clock cycle, 0 after opening */
bool em_side_running(const em_side *side);
uint64_t em_side_run_cycle(const em_side *side); /* cycles of the present run, or of the last one */

/* One APB transfer; strobe selects bytes of a write. */
typedef struct {
  uint32_t address, data;
  uint8_t strobe;
  bool write;
} em_apb_request;

typedef struct {
  uint32_t data;
  bool error; /* pslverr */
} em_apb_response;

/* Its setup is the present cycle; em_side_advance moves one cycle at a time until em_side_apb_done, two later. */
void em_side_apb(em_side *side, const em_apb_request *request);
bool em_side_apb_done(const em_side *side, em_apb_response *response);

/* rst_n is low in the present cycle. */
void em_side_reset(em_side *side);

/*
 * As em_device_advance. EM_FAILED: no memory, or, of both, a difference, which is told in one line that names the
 * bundle; afterwards both go on, and no more is compared.
 */
em_status em_side_advance(em_side *side, const em_device_streams *streams, uint64_t max_cycles, em_device_step *step,
                          em_error *error);

/* As em_device_next_result; 0 when this side cannot look ahead (the RTL alone). */
uint64_t em_side_next_result(em_side *side);

/* As em_device_image; NULL with the RTL, whose memories nobody can reach but over APB. */
uint8_t *em_side_image(em_side *side, uint32_t address, uint32_t *from, uint32_t *bytes);

/* Debug: reads without time. False where it cannot be known (the RTL alone), or nothing may be read. */
bool em_side_peek(const em_side *side, uint32_t address, uint32_t *data);

/* Engines by number, their names, and what they did in the latest cycle: 0 starved, 1 blocked, 2 busy. */
uint32_t em_side_engines(const em_side *side);
void em_side_engine_name(const em_side *side, uint32_t engine, char name[64]);
uint32_t em_side_engine_state(const em_side *side, uint32_t engine);

/* At the pins: what the outputs are in the present cycle, and the rising edge that ends it. */
void em_side_settle(em_side *side, const em_device_inputs *inputs, em_device_outputs *outputs);
em_status em_side_clock(em_side *side, const em_device_inputs *inputs, em_error *error);

/* Cycles that were compared. */
uint64_t em_side_compared(const em_side *side);

#ifdef __cplusplus
}
#endif

#endif
