/*
 * The norm engine's arithmetic: range normalisation of one token, correctly rounded.
 *
 * Source: docs/contract.md, "range_norm"; eMamba section 4 (range instead of variance).
 */
#ifndef EM_NORM_H
#define EM_NORM_H

#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/arith.h"

typedef struct {
  uint32_t d;
  const int32_t *registers;   /* [EM_MAX_REGISTERS] */
  const int8_t *gamma, *beta; /* [d] */
} em_norm_unit;

/* x [d] -> y [d]; node 0 counts saturations. Numerators stay below 2^45 for d <= 8192. */
void em_norm_forward(const em_norm_unit *unit, const int8_t *x, int8_t *y, em_node_count *nodes);

#endif
