/* Can a design carry a network? */
#ifndef EM_NETWORK_FITS_H
#define EM_NETWORK_FITS_H

#include "models/design/design.h"
#include "models/network/network.h"

/* Shapes and segment counts must be equal; EM_BAD_INPUT names the first that is not. */
em_status em_network_fits(const em_network *network, const em_design *design, em_error *error);

#endif
