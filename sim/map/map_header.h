/*
 * The register map as C: what every design has alike, for the driver, and the units and memories of one design.
 *
 * Source: models/map/register_map.h. sim/driver/emamba_map.h is what the first writes; tests/map/test_register_map.c
 * holds the file to it.
 */
#ifndef EM_MAP_HEADER_H
#define EM_MAP_HEADER_H

#include <stdio.h>

#include "models/map/register_map.h"

/* Offsets and masks, "EMAMBA_LINEAR_OUT_SHIFT"; no design's numbers. */
void em_map_write_common_header(FILE *file);

/* A design's hash, stream widths, units and memories; includes the former as "emamba_map.h". */
void em_map_write_design_header(const em_graph *graph, FILE *file);

#endif
