/*
 * Lock-step: the C model and the RTL run the same frames under the same stimulus and are compared in every cycle.
 *
 * Compared: the record of every engine (busy, starved, blocked, last, strobes), of every token buffer (commits,
 * releases, counts) and of every memory (reads and writes with addresses), every written word and lane (tokens, SSM
 * state, convolution history), both streams, and in the end the performance counters over APB. The model never asks the
 * RTL anything. A run ends at the first difference, when the watchdog sees no progress, or when all results are out and
 * both sides idle.
 */
#ifndef EM_LOCKSTEP_H
#define EM_LOCKSTEP_H

#include <stdint.h>
#include <stdio.h>

#include "models/machine/core.h"
#include "models/machine/schedule.h"
#include "models/time/stimulus.h"
#include "sim/lockstep/rtl_driver.h"
#include "sim/lockstep/wave.h"

/* A unit, and the scope of the RTL that it stands in. */
typedef struct {
  char unit[EM_NAME_CHARS]; /* engine (of a stream too), buffer or memory */
  char scope[2 * EM_NAME_CHARS];
} em_place;

/* Where and what the first difference is; printable as lines of text. */
typedef struct {
  uint64_t cycle;
  em_place place;
  char signal[EM_NAME_CHARS]; /* "state", "strobe mac", "data", ... */
  uint64_t token;             /* of the engine or writer, counted from 0 over the run */
  int64_t element;            /* within the token or word, -1 where there is none */
  int64_t model, rtl;
  uint32_t bits; /* of both values */
} em_divergence;

typedef enum { EM_LOCKSTEP_MATCHED, EM_LOCKSTEP_DIVERGED, EM_LOCKSTEP_DEADLOCKED } em_lockstep_outcome;

/* One accepted transaction: a beat, a token commit or a result, for the history in reports. */
typedef struct {
  uint64_t cycle, number;
  uint32_t engine;
} em_transaction;

enum { EM_HISTORY = 32 };

typedef struct {
  const em_core *core;
  em_state *state;
  em_rtl_driver driver;
  em_stimulus stimulus;
  const int8_t *frames; /* [frame_count, H, W, C] */
  uint64_t frame_count;
  uint64_t watchdog_cycles;
  em_wave *wave;         /* to be written, or NULL */
  FILE *records;         /* both sides' records of every cycle from records_from on, or NULL */
  uint64_t records_from; /* cycle */
  const int8_t *beat;    /* next input beat */
  uint64_t frames_in, results_out, cycles_since_progress;
  const uint64_t **engine_records, **buffer_records, **memory_records; /* RTL side */
  const uint8_t **write_data, **write_masks;
  em_records expected;
  uint64_t cycles, transactions;
  em_transaction history[EM_HISTORY];
  uint64_t history_count;
  em_divergence divergence;
} em_lockstep;

/*
 * Opens the RTL, loads the network and binds the probes. `lockstep` is zeroed by the caller; `state` is reset here.
 */
em_status em_lockstep_open(em_lockstep *lockstep, const em_core *core, em_state *state, const em_network *network,
                           const em_rtl_library *library, em_error *error);
void em_lockstep_close(em_lockstep *lockstep);

/* The same without loading and starting: the RTL after reset, its probes bound; the caller moves both sides. */
em_status em_lockstep_attach(em_lockstep *lockstep, const em_core *core, em_state *state, const em_rtl_library *library,
                             em_error *error);

/* Compares the settled cycle of both sides under `pins`; false fills `divergence`. Moves neither. */
bool em_lockstep_compare(em_lockstep *lockstep, const em_pins *pins);

/* Notes a difference in a pin that belongs to no engine, `bits` wide; returns false. */
bool em_lockstep_diverge(em_lockstep *lockstep, const char *unit, const char *scope, const char *signal, uint32_t bits,
                         int64_t model, int64_t rtl);

/* Runs one cycle; records are those of its settled logic, before the clock. Returns false and fills `divergence` at a
 * difference; `step` tells what the model did. */
bool em_lockstep_cycle(em_lockstep *lockstep, em_step *step);

/* Reads the performance counters over APB, in lock-step, and compares them. */
bool em_lockstep_check_counters(em_lockstep *lockstep);

/* What the RTL writes into a lane of a memory in this cycle; meaningful where its record has EM_RECORD_WRITE. */
int32_t em_lockstep_written(const em_lockstep *lockstep, uint32_t memory, uint32_t lane);

/* Prints both sides' records of the present cycle, decoded, and the first lanes of what is written. */
void em_lockstep_print_records(const em_lockstep *lockstep, FILE *file);

/* Prints the divergence and the last accepted transactions. */
void em_lockstep_print_divergence(const em_lockstep *lockstep, FILE *file);

/* Prints who waits for what: every idle engine with the buffer it waits for and that buffer's other side. */
void em_lockstep_print_waits(const em_lockstep *lockstep, FILE *file);

#endif
