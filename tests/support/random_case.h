/*
 * Random legal cases: designs, networks and frames from a seed, small enough to simulate and to build as RTL.
 *
 * The networks are not trained: they are drawn so that most values use most of INT8, and so that what calibrated
 * networks hardly ever reach is common: every saturation (the INT24 state's too), constant rows at the norm, shifts at
 * both ends of their ranges, piecewise-linear tables with steep, empty and unreachable regions.
 */
#ifndef EM_RANDOM_CASE_H
#define EM_RANDOM_CASE_H

#include <stdint.h>

#include "models/design/design.h"
#include "models/graph/graph.h"
#include "models/network/network.h"

/*
 * Any seed gives a design that em_design_check accepts: D <= 12, ED <= 24, N <= 8, L <= 9, M <= 3, every head, lanes
 * that are any legal divisors. `technology` is left empty; macro_min_bits is that of configs/technology/gf22.yaml.
 */
void em_random_design(uint64_t seed, em_design *design);

/*
 * Initialises `network` (the caller frees it) with codes, exponents and tables that em_network_check and the loader
 * accept. Tables have the given numbers of segments. Aborts when memory is short.
 */
void em_random_network(uint64_t seed, const em_shape *shape, uint32_t silu_segments, uint32_t exp_segments,
                       em_network *network);

/* codes [count, H, W, C]. */
void em_random_frames(uint64_t seed, const em_shape *shape, uint64_t count, int8_t *codes);

/* Calls `check` with the graphs of seeds 1..count, each built over old contents. */
void em_random_graphs(uint64_t count, void (*check)(const em_graph *graph));

#endif
