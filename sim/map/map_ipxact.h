/*
 * The register map of a design as a component of IP-XACT (IEEE 1685-2014): an address block for each unit's registers
 * and for each memory, with reset values, access, fields, ranges and descriptions; the APB and stream interfaces.
 *
 * Source: models/map/register_map.h.
 */
#ifndef EM_MAP_IPXACT_H
#define EM_MAP_IPXACT_H

#include <stdio.h>

#include "models/map/register_map.h"

void em_map_write_ipxact(const em_graph *graph, FILE *file);

#endif
