/*
 * The norm engine's arithmetic: range normalisation of a token, correctly rounded; a frame a lane.
 *
 * Source: docs/contract.md, "range_norm"; eMamba section 4 (range instead of variance).
 */
#ifndef EM_NORM_H
#define EM_NORM_H

#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/requant.h"

typedef struct {
  uint32_t d;
  const int32_t *registers;   /* [EM_MAX_REGISTERS] */
  const int8_t *gamma, *beta; /* [d] */
} em_norm_unit;

/* x [tokens, d, EM_LANES] -> y likewise; node 0 counts saturations. Numerators stay below 2^45 for d <= 8192. */
void em_norm_compute(const em_norm_unit *unit, uint32_t tokens, const em_valid *valid, const int8_t *x, int8_t *y,
                     em_node_count *nodes);

#endif
