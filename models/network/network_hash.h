/* Whether two networks are the same: a hash of shape, codes, exponents and tables, wherever they came from. */
#ifndef EM_NETWORK_HASH_H
#define EM_NETWORK_HASH_H

#include "models/network/network.h"

uint64_t em_network_hash(const em_network *network);

#endif
