/*
 * Units with one frame: lane 0 of a batch of one, in plain arrays. The other lanes hold what `em_other_lanes` draws,
 * which must change nothing.
 */
#ifndef EM_ONE_FRAME_H
#define EM_ONE_FRAME_H

#include "models/units/unit.h"

/* x [in] -> y [out]. */
void em_linear_one(const em_linear_unit *unit, const int8_t *x, const int8_t *residual, int8_t *y,
                   em_node_count *nodes);
/* x [d] -> y [d]. */
void em_norm_one(const em_norm_unit *unit, const int8_t *x, int8_t *y, em_node_count *nodes);
/* sz [2ed] -> x, g [ed]; history [k-1, ed] moves on. */
void em_conv_one(const em_conv_unit *unit, const int8_t *sz, bool first, int8_t *history, int8_t *x, int8_t *g,
                 em_node_count *nodes);
/* x, delta, g [ed], b, c [n] -> q [ed]; h [ed, n] moves on. The unit's r is 0. */
void em_ssm_one(const em_ssm_unit *unit, const int8_t *x, const int8_t *delta, const int8_t *b, const int8_t *c,
                const int8_t *g, bool first, int32_t *h, int8_t *q, em_node_count *nodes);
/* x [d] is added to sums [d], or with `last` to the mean y [d]. */
void em_pool_one(const em_pool_unit *unit, const int8_t *x, bool first, bool last, int32_t *sums, int8_t *y,
                 em_node_count *nodes);

#endif
