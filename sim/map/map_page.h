/* The register map of a design as a table to read. Source: models/map/register_map.h. */
#ifndef EM_MAP_PAGE_H
#define EM_MAP_PAGE_H

#include <stdio.h>

#include "models/map/register_map.h"

void em_map_print(const em_graph *graph, FILE *file);

#endif
