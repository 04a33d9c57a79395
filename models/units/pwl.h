/*
 * A piecewise-linear unit: SiLU (17 segments) or exp (11 segments) of one INT8 code.
 *
 * Source: docs/contract.md, "pwl"; eMamba section 4. A unit's table has 256 possible inputs, so the model evaluates
 * the definition once for each and then looks values up.
 */
#ifndef EM_PWL_H
#define EM_PWL_H

#include <stdint.h>

#include "models/network/network.h"
#include "models/units/arith.h"
#include "models/units/lanes.h"

/* The definition: y = sat(round((slopes[r]*x + intercepts[r]) / 2^shift), 8), r = thresholds <= x. */
int8_t em_pwl_evaluate(const em_pwl *pwl, int8_t x);

typedef struct {
  int8_t value[256];   /* by code as uint8_t */
  int32_t first, last; /* outermost thresholds */
} em_pwl_table;

void em_pwl_tabulate(const em_pwl *pwl, em_pwl_table *table);

/* table(x) in every lane; counts the inputs outside the table. */
EM_INLINE em_codes em_pwl_lanes(const em_pwl_table *table, em_codes x, const em_valid *valid, em_node_count *node) {
  node->below += em_count_below(valid, x, table->first);
  node->above += em_count(valid, (em_codes){0} - 1) - em_count_below(valid, x, table->last);
  return em_look_up(table->value, x);
}

#endif
