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

/* The definition: y = sat(round((slopes[r]*x + intercepts[r]) / 2^shift), 8), r = thresholds <= x. */
int8_t em_pwl_evaluate(const em_pwl *pwl, int8_t x);

typedef struct {
  int32_t value[256];  /* em_pwl_evaluate of code i - 128 */
  int32_t first, last; /* outermost thresholds */
} em_pwl_table;

void em_pwl_tabulate(const em_pwl *pwl, em_pwl_table *table);

/* y[i] = table(x[i]); counts the inputs outside the table. y may be x. */
void em_pwl_row(const em_pwl_table *table, const int8_t *x, uint32_t count, int8_t *y, em_node_count *node);

#endif
