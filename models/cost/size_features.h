/*
 * What a part's gate equivalents and flip-flops are linear in: closed formulas of the design's parameters.
 *
 * A feature is a count of things in the RTL (products, bits of counters, regions of tables); widths are those that the
 * headers of rtl/ derive. What one of each costs is not said here (cost_fit.h). Source: docs/calibration.md.
 */
#ifndef EM_SIZE_FEATURES_H
#define EM_SIZE_FEATURES_H

#include "models/cost/parts.h"

/* Room for the features of any quantity of any kind; unused places are 0. */
enum { EM_COST_FEATURES = 12 };

typedef enum { EM_SIZE_GATES, EM_SIZE_FLOPS, EM_SIZE_QUANTITIES } em_size_quantity;

/* A feature's name ("products"), NULL past the last; feature < EM_COST_FEATURES. */
const char *em_size_feature_name(em_cost_kind kind, em_size_quantity quantity, uint32_t feature);

/* In the order of their names; all 0 for a macro. */
void em_size_features(const em_graph *graph, em_part part, em_size_quantity quantity,
                      double features[EM_COST_FEATURES]);

/* ---- Widths and counts that work has too ---- */

/* ceil(log2(n)), n >= 1: bits of an index into n things, 0 for a single thing. */
uint32_t em_index_bits(uint64_t n);

/* Bits of a linear engine's accumulator, and of its sum with the bias aligned to it (rtl/em_linear_lane.sv). */
uint32_t em_accumulator_bits(const em_linear_geometry *geometry);
uint32_t em_total_bits(const em_linear_geometry *geometry);

/* Regions of a piecewise-linear unit: its segments, and one on either side. */
uint32_t em_pwl_regions(uint32_t segments);

/* Flip-flops of a port's base address in a token buffer, which moves on by `step` words. */
uint32_t em_buffer_base_flops(const em_buffer *buffer, uint32_t step);

/* Write enables of a memory's word: one for what its writer writes at once; one a byte where contents are loaded. */
uint32_t em_memory_write_enables(const em_graph *graph, const em_memory *memory);

#endif
