/*
 * Lanes: the same place of EM_LANES frames lies in one row of bytes, [element][frame]; or a row has the elements of one
 * token (token.h).
 *
 * No operation crosses lanes. Codes widen by unpacking and narrow by saturating packing, which undo each other: the
 * lanes of em_halves and em_words stand in another order than those of em_codes (em_word_place), and nobody minds.
 */
#ifndef EM_LANES_H
#define EM_LANES_H

#include "models/units/lane_counts.h"
#include "models/units/lane_doubles.h"
#include "models/units/lane_packing.h"
#include "models/units/lane_products.h"
#include "models/units/lane_tables.h"
#include "models/units/lane_types.h"

#endif
