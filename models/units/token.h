/*
 * One token of one frame: the arithmetic of the units with an element a lane, where that of unit.h has a frame a lane.
 *
 * For those whose frames come one at a time: the core under lock-step, as a device, at its pins. Codes stand one after
 * another. Source: docs/contract.md.
 */
#ifndef EM_TOKEN_H
#define EM_TOKEN_H

#include "models/units/unit.h"

/* What is prepared for an engine, beside its unit. */
typedef struct {
  bool ready; /* a unit that would take too much memory is not */
  em_linear_token linear;
  em_ssm_token ssm;
  int8_t *taps; /* conv [k, ed] */
} em_token_unit;

typedef struct {
  uint32_t place; /* of the token in its frame */
  const int8_t *inputs[4];
  int8_t *outputs[2];
  void *memory;  /* conv history int8_t [k-1, ed], ssm int32_t [ed, n], pool int32_t [d] */
  void *scratch; /* em_unit_scratch_bytes */
  em_node_count *nodes;
} em_token_io;

/* Of all engines together no more than this is prepared. */
enum { EM_TOKEN_BYTES_MAX = 32 * 1024 * 1024 };

/* tokens [engine_count], zeroed or prepared before. False when memory is short; to be freed in any case. */
bool em_tokens_prepare(em_token_unit *tokens, const em_unit *units, const em_graph *graph, const em_network *network);
void em_tokens_free(em_token_unit *tokens, const em_graph *graph);

/* For units that are ready. */
void em_token_compute(const em_token_unit *token, const em_unit *unit, const em_token_io *io);

#endif
