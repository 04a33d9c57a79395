/*
 * A batch of frames through the network, layer by layer, a frame a lane: the contract's "One network", with no timing.
 *
 * Tokens go through all layers a few at a time, so that memory does not grow with their number (head flatten's input
 * alone holds a frame's tokens). An observer sees every step. Everything that changes is here and nothing else: several
 * walks over the same units may go on at once.
 */
#ifndef EM_FORWARD_H
#define EM_FORWARD_H

#include "models/units/unit.h"

enum { EM_FORWARD_TOKENS = 16 }; /* that a step has at most */

/*
 * Told after every step of an engine, in an order in which inputs come before what is made of them; of axis_in the
 * frames [io->frames, H, W, C] as input 0, of axis_out the requantised result as output 0. `states` (or NULL) is told
 * what an ssm stores while it computes.
 */
typedef struct {
  void (*step)(void *context, uint32_t engine, const em_unit_io *io);
  void (*states)(void *context, uint32_t engine, const em_unit_io *io, const em_states *told);
  void *context;
} em_forward_observer;

typedef struct {
  const em_graph *graph;
  const em_unit *units;                    /* [engine_count] */
  uint32_t tokens;                         /* at a time */
  em_node_count (*nodes)[EM_ENGINE_NODES]; /* [engine_count], counted since open */
  int8_t *rows[EM_MAX_BUFFERS];            /* [tokens, elements, EM_LANES]; the frame buffer's are patches */
  int8_t *results;                         /* axis_out's, likewise */
  void *memories[EM_MAX_ENGINES];
  void *scratch, *block;
} em_forward;

/* EM_FAILED when memory is short; close it in any case. */
em_status em_forward_open(em_forward *forward, const em_graph *graph, const em_unit *units, em_error *error);
void em_forward_close(em_forward *forward);

/* frames [count, H, W, C], 1 <= count <= EM_LANES -> outputs [count, outputs], or [count, L, outputs] with head none.
 */
void em_forward_batch(em_forward *forward, const int8_t *frames, uint32_t count, int8_t *outputs,
                      const em_forward_observer *observer);

#endif
