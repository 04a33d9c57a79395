/*
 * The ssm engine's arithmetic: one token of the selective scan, and the gate product.
 *
 * The state is INT17 between tokens and INT24 while it is computed; y is taken from the full INT24 value.
 * Source: docs/contract.md, "ssm" and "gate"; eMamba section 4.
 */
#ifndef EM_SSM_H
#define EM_SSM_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/arith.h"
#include "models/units/pwl.h"

enum {
  EM_SSM_NODE_EXP_IN,
  EM_SSM_NODE_A_BAR, /* inputs outside the exp table */
  EM_SSM_NODE_B_BAR,
  EM_SSM_NODE_STATE, /* INT24 saturations; the INT17 store cannot saturate after them */
  EM_SSM_NODE_Y,
  EM_SSM_NODE_GATED,
};

typedef struct {
  uint32_t ed, n;
  const int32_t *registers; /* [EM_MAX_REGISTERS] */
  const int8_t *a, *d;      /* [ed, n], [ed] */
  em_pwl_table exp;
} em_ssm_unit;

/*
 * x, delta, g [ed], b, c [n] -> q [ed]; h [ed, n] moves on by one token (`first`: it counts as zero).
 * Bounds: |a_bar h| <= 2^23, |bx| <= 2^29, so 32 bits hold their sum; the sum over n of C cur is below 2^38 for n <=
 * 256.
 */
void em_ssm_forward(const em_ssm_unit *unit, const int8_t *x, const int8_t *delta, const int8_t *b, const int8_t *c,
                    const int8_t *g, bool first, int32_t *h, int8_t *q, em_node_count *nodes);

#endif
