/*
 * The conv engine's arithmetic: depthwise causal convolution with SiLU, and SiLU of the gate path.
 *
 * Source: docs/contract.md, "conv1d", "One network"; docs/microarchitecture.md, "conv".
 */
#ifndef EM_CONV_H
#define EM_CONV_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/arith.h"
#include "models/units/pwl.h"

enum { EM_CONV_NODE_CONV, EM_CONV_NODE_X, EM_CONV_NODE_GATE };

typedef struct {
  uint32_t ed, k;
  bool silu;                   /* SiLU after the convolution, else a requant */
  const int32_t *registers;    /* [EM_MAX_REGISTERS] */
  const int8_t *weight, *bias; /* [k, ed]: tap by tap, oldest first; [ed] */
  em_pwl_table x, gate;        /* x only with silu */
} em_conv_unit;

/*
 * One token: sz [2ed] (s, then z) -> x [ed], g [ed]. history [k-1, ed], oldest first, moves on by one token; `first`
 * marks a frame's first token, for which it counts as zero. sums [ed] is scratch.
 */
void em_conv_forward(const em_conv_unit *unit, const int8_t *sz, bool first, int8_t *history, int8_t *x, int8_t *g,
                     int32_t *sums, em_node_count *nodes);

#endif
