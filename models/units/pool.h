/*
 * The pool engine's arithmetic: the mean over a frame's tokens, requantised in the same single rounding.
 *
 * Source: docs/contract.md, head `mean`.
 */
#ifndef EM_POOL_H
#define EM_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/arith.h"

typedef struct {
  uint32_t d, l;
  const int32_t *registers; /* [EM_MAX_REGISTERS] */
} em_pool_unit;

/* sums [d] += x [d] (or = x, for a frame's first token); |sum| <= 2^7 l < 2^30. */
void em_pool_add(const em_pool_unit *unit, const int8_t *x, bool first, int32_t *sums);

/* y [d] = requant((sums + x) / l) for a frame's last token (sums count as 0 if it is also the first); node 0 counts
 * saturations. */
void em_pool_mean(const em_pool_unit *unit, const int8_t *x, bool first, const int32_t *sums, int8_t *y,
                  em_node_count *nodes);

#endif
