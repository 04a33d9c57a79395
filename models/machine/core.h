/*
 * The accelerator as a cycle-accurate transaction-level model: a core (what a design and a network fix) and a state
 * (what the registers and memories hold).
 *
 * Modelled: every engine's start, busy, starved and blocked cycles, every token buffer, both streams, and every value
 * at token granularity: an engine computes its whole token when it starts and commits it in its last cycle, as the
 * hardware does. What happens inside a token, cycle by cycle, follows from the schedule (schedule.h). Not modelled:
 * loading over APB, reset. One mechanism moves time: em_core_advance by any number of cycles up to the next event.
 * `tick` is a step of one cycle, `run` takes the largest steps. Source: docs/microarchitecture.md.
 *
 * The state is one flat block without pointers: copy it with memcpy to take a snapshot, copy it back to restore.
 */
#ifndef EM_CORE_H
#define EM_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/activity/activity.h"
#include "models/graph/graph.h"
#include "models/machine/toggles.h"
#include "models/network/network.h"
#include "models/units/token.h"
#include "models/units/unit.h"

typedef enum { EM_STARVED = 0, EM_BLOCKED = 1, EM_BUSY = 2 } em_engine_status;

enum { EM_ENGINE_WORDS = (EM_MAX_ENGINES + 63) / 64 };

typedef struct {
  uint64_t busy, starved, blocked; /* cycles counted so far, up to `since` */
  uint64_t since;                  /* cycles from here on have `status` and are not counted yet */
  uint64_t tokens;                 /* finished */
  uint32_t token;                  /* place of the current or next token in its frame */
  em_engine_status status;
  em_node_count nodes[EM_ENGINE_NODES];
} em_engine_state;

typedef struct {
  uint32_t count[2];     /* committed tokens that reader r has not released */
  uint32_t read_slot[2]; /* slot of its oldest token */
  uint32_t write_slot;
} em_buffer_state;

typedef struct {
  uint64_t cycle;                  /* the cycle that comes next */
  uint32_t in_beat;                /* beats of the current frame accepted */
  uint32_t out_beat;               /* beats of the current result accepted */
  uint32_t out_valid;              /* m_axis_tvalid */
  uint64_t dirty[EM_ENGINE_WORDS]; /* idle engines whose inputs or outputs changed */
} em_state;                        /* followed by the arrays that em_core's offsets point at */

/* Rows of a batch: inputs, outputs, memory, scratch. */
enum { EM_CORE_OUTPUT_ROWS = 4, EM_CORE_MEMORY_ROWS = 6, EM_CORE_SCRATCH_ROWS, EM_CORE_ROWS };

typedef struct {
  em_graph graph;
  em_unit *units;        /* [engine_count], owned; NULL in a copy of the core that keeps time without values */
  em_token_unit *tokens; /* [engine_count], owned: a token at a time, while toggles are not counted */
  size_t state_bytes;
  size_t finish_offset, engines_offset, buffers_offset, rows_offset, patch_offset, output_offset;
  size_t row_offsets[EM_CORE_ROWS];     /* from rows_offset: what a unit is given, a batch of one frame */
  size_t data_offset[EM_MAX_BUFFERS];   /* bytes; slot_words * word_lanes a slot */
  size_t memory_offset[EM_MAX_ENGINES]; /* conv: history bytes; ssm: int32 state; pool: int32 sums */
  em_toggles *toggles;                  /* owned; NULL: toggles are not counted */
  size_t toggles_offset;                /* its block */
} em_core;

/* What the outside does to the streams, constant over the cycles of one step. */
typedef struct {
  bool in_valid;
  const int8_t *in_data; /* the next codes of the frame, as many as the step accepts */
  bool out_ready;
} em_pins;

/* What a step did. */
typedef struct {
  uint64_t cycles;
  uint32_t in_beats, out_beats;
  bool frame_in;                      /* the last beat of a frame was accepted in the step's last cycle */
  bool result_out;                    /* the last beat of a result likewise; read it with em_core_output */
  uint64_t finished[EM_ENGINE_WORDS]; /* engines that finished a token in the step's last cycle */
} em_step;

/*
 * Binds a network to a graph; the network must outlive the core. Fails when the shapes or segment counts differ
 * (EM_BAD_INPUT) or memory is short (EM_FAILED).
 */
em_status em_core_init(em_core *core, const em_graph *graph, const em_network *network, em_error *error);
void em_core_free(em_core *core);

/* Makes `core` count toggles from now on; before the state is allocated. `network` is the one it was made from. */
em_status em_toggles_enable(em_core *core, const em_network *network, em_error *error);

/* After a change of units' registers; EM_FAILED when memory is short. */
em_status em_core_prepare(em_core *core, const em_network *network, em_error *error);

/* Puts a block of core->state_bytes (from the caller, aligned to EM_LANES) into the state after reset. */
void em_state_reset(const em_core *core, em_state *state);

/* Starts every engine that starts in this cycle. Idempotent within a cycle; em_core_advance calls it. */
void em_core_settle(const em_core *core, em_state *state);

/* Moves time by at least one and at most max_cycles cycles, up to the next event. */
void em_core_advance(const em_core *core, em_state *state, const em_pins *pins, uint64_t max_cycles, em_step *step);

/* An engine's counters including the cycles not yet added up. */
em_engine_state em_core_counters(const em_core *core, const em_state *state, uint32_t engine);

/* Puts the counters where a run has left them whose time was found otherwise: times [engine_count] at its end. */
void em_state_conclude(const em_core *core, em_state *state, uint64_t cycles, const em_engine_timing *times);

/* Everything the run did up to now. */
void em_core_activity(const em_core *core, const em_state *state, em_run_activity *activity);

/* The result that axis_out is sending or has just sent, [outputs]. */
const int8_t *em_core_output(const em_core *core, const em_state *state);

/* Views into the state. */
em_engine_state *em_state_engines(const em_core *core, const em_state *state); /* [engine_count] */
em_buffer_state *em_state_buffers(const em_core *core, const em_state *state); /* [buffer_count] */
uint64_t *em_state_finish(const em_core *core,
                          const em_state *state); /* [engine_count]; cycle after the last busy one, UINT64_MAX idle */
int8_t *em_state_slot(const em_core *core, const em_state *state, uint32_t buffer, uint32_t slot);
void *em_state_memory(const em_core *core, const em_state *state, uint32_t engine);
void *em_state_toggles(const em_core *core, const em_state *state);

/* Where an engine's input is read and its output written. */
const int8_t *em_core_input(const em_core *core, const em_state *state, const em_engine *engine, uint32_t input);
int8_t *em_core_output_slot(const em_core *core, const em_state *state, const em_engine *engine, uint32_t output);

/* Bytes of a buffer's slot. */
uint32_t em_slot_bytes(const em_buffer *buffer);

/* T of the engine's token at `place` in its frame. */
uint32_t em_engine_cycles(const em_engine *engine, uint32_t place);

/* True when the engine's token at `place` ends what tokens_per_release groups. */
bool em_engine_ends(const em_engine *engine, uint32_t place);

#endif
