/*
 * Busy cycles of every engine in windows of equal length: what power over time is made from.
 *
 * An engine is busy without a break from a token's start to its finish, which gives the exact cycles. The streams'
 * engines are busy with single beats; theirs count as if they came without bubbles before the token's last, which is
 * exact without stalls.
 *
 * Where windows run out, two become one: without a choice of their length at EM_WINDOWS_DEFAULT, with one at
 * EM_WINDOWS_MOST or where memory is short. window_cycles is then asked_cycles times a power of two.
 */
#ifndef EM_BUSY_WINDOWS_H
#define EM_BUSY_WINDOWS_H

#include "models/machine/core.h"

enum { EM_WINDOWS_DEFAULT = 512, EM_WINDOWS_MOST = 1 << 20 };

typedef struct {
  uint64_t window_cycles;
  uint64_t asked_cycles; /* those that the caller chose; 0: none */
  uint32_t engines;
  uint32_t capacity; /* windows */
  uint64_t *busy;    /* [capacity, engines], owned */
} em_busy_windows;

/* window_cycles 0: chosen as the run goes on. EM_FAILED when memory is short. */
em_status em_busy_windows_open(em_busy_windows *windows, uint32_t engines, uint64_t window_cycles, em_error *error);
void em_busy_windows_close(em_busy_windows *windows);

/* Windows of a run of so many cycles; the last may be cut short. */
uint64_t em_busy_windows_count(const em_busy_windows *windows, uint64_t cycles);

/* `engine` was busy in the cycles start..finish-1. */
void em_busy_windows_add(em_busy_windows *windows, uint32_t engine, uint64_t start, uint64_t finish);

/* The same `times` times, 1 or more, each time `period` cycles later; finish - start <= period. Takes windows, not
 * times. */
void em_busy_windows_repeat(em_busy_windows *windows, uint32_t engine, uint64_t start, uint64_t finish, uint64_t period,
                            uint64_t times);

/* The tokens that a step finished. */
void em_busy_windows_step(em_busy_windows *windows, const em_core *core, const em_state *state, const em_step *step);

#endif
