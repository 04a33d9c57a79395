/*
 * The conv engine's arithmetic: depthwise causal convolution with SiLU, and SiLU of the gate path; a frame a lane.
 *
 * Source: docs/contract.md, "conv1d", "One network"; docs/microarchitecture.md, "conv".
 */
#ifndef EM_CONV_H
#define EM_CONV_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/pwl.h"
#include "models/units/requant.h"

enum { EM_CONV_NODE_CONV, EM_CONV_NODE_X, EM_CONV_NODE_GATE };

typedef struct {
  uint32_t ed, k;
  bool silu;                   /* SiLU after the convolution, else a requant */
  const int32_t *registers;    /* [EM_MAX_REGISTERS] */
  const int8_t *weight, *bias; /* [ed, k], oldest tap first; [ed] */
  em_pwl_table x, gate;        /* x only with silu */
} em_conv_unit;

/*
 * sz [tokens, 2ed, EM_LANES] (s, then z) -> x, g [tokens, ed, EM_LANES]. history [k-1, ed, EM_LANES], oldest first,
 * holds s of the tokens before and moves on; `first` marks a frame's first token, before which all is zero.
 */
void em_conv_compute(const em_conv_unit *unit, uint32_t tokens, bool first, const em_valid *valid, const int8_t *sz,
                     int8_t *history, int8_t *x, int8_t *g, em_node_count *nodes);

#endif
