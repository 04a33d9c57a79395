/* The depths that a choice of lanes needs. */
#ifndef EM_SUFFICIENT_H
#define EM_SUFFICIENT_H

#include "models/explore/space.h"

/*
 * Sets every depth that the space leaves open to the smallest, the deeper ones before it being as small, with which
 * frames leave as often as with the greatest depths. EM_FAILED when memory is short or no steady state is found.
 */
em_status em_sufficient_depths(const em_explore_space *space, em_design *design, em_error *error);

#endif
