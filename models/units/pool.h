/*
 * The pool engine's arithmetic: the mean over a frame's tokens, requantised in the same single rounding; a frame a
 * lane.
 *
 * Source: docs/contract.md, head `mean`.
 */
#ifndef EM_POOL_H
#define EM_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/requant.h"

typedef struct {
  uint32_t d, l;
  const int32_t *registers; /* [EM_MAX_REGISTERS] */
} em_pool_unit;

/*
 * x [tokens, d, EM_LANES] is added to sums, d rows of em_words (`first`: they count as 0), |sum| <= 2^7 l < 2^30. With
 * `last` the last token is a frame's last: it is added to the mean alone, y [d, EM_LANES] = requant((sums + x) / l);
 * node 0 counts saturations.
 */
void em_pool_compute(const em_pool_unit *unit, uint32_t tokens, bool first, bool last, const em_valid *valid,
                     const int8_t *x, int32_t *sums, int8_t *y, em_node_count *nodes);

#endif
