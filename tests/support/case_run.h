/*
 * A random case bound to a core, and runs of it under random stalls.
 *
 * The pins are a function of the cycle alone, so that two runs with the same seed see the same stalls whatever the size
 * of their steps.
 */
#ifndef EM_CASE_RUN_H
#define EM_CASE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "models/machine/core.h"

typedef struct {
  em_design design;
  em_network network;
  em_core core;
  uint64_t frame_count;
  uint32_t frame_codes;       /* of a frame */
  uint32_t results_per_frame; /* L with head none, else 1 */
  int8_t *frames;             /* [frame_count, H, W, C] */
} em_case;

/* The case of a seed; heap, fails the test when it cannot be made. */
em_case *em_case_new(uint64_t seed, uint64_t frame_count);
/* The same for a design of the caller's. */
em_case *em_case_of(const em_design *design, uint64_t seed, uint64_t frame_count);
void em_case_free(em_case *a_case);

typedef struct {
  const em_case *a_case;
  em_state *state;
  uint64_t pins_seed;
  uint32_t stall_in_percent, stall_out_percent;
  uint64_t in_codes; /* accepted so far */
  uint64_t results;  /* delivered so far */
  int8_t *outputs;   /* [frame_count * results_per_frame, outputs] */
} em_run;

em_run em_run_new(const em_case *a_case, uint64_t pins_seed, uint32_t stall_in_percent, uint32_t stall_out_percent);
void em_run_free(em_run *run);

/* An independent copy, by memcpy of the state. */
em_run em_run_snapshot(const em_run *run);

/* The pins of the cycle that comes next. */
em_pins em_run_pins(const em_run *run);

/* One step of at most max_cycles. Fails the test when 2^24 cycles pass without the last result. */
void em_run_step(em_run *run, uint64_t max_cycles, em_step *step);

bool em_run_done(const em_run *run);

/* Steps of at most max_cycles up to the last result. */
void em_run_finish(em_run *run, uint64_t max_cycles);

uint64_t em_run_output_bytes(const em_run *run);

/*
 * Fails unless two runs of the same case, at the same cycle, agree in every byte of their states (counters brought up
 * to date) and outputs.
 */
void em_run_assert_same(const em_run *a, const em_run *b);

#endif
