/*
 * What a design costs, free of any technology: gates of every part, switching energy of a run, depth of every engine.
 *
 * All are linear in features (size_, work_, depth_features.h, clock_groups.h); the coefficients are the fit:
 * tools/calibrate.py fits them to yosys synthesis and gate-level simulation of rtl/. This is the only file that knows
 * coefficients. Source: docs/calibration.md.
 *
 * Modelled: cells, flip-flops, toggles of data. Not modelled: wires, glitches, the clock tree, scan, contents of SRAM
 * macros (counted, for the technology to price).
 */
#ifndef EM_COST_FIT_H
#define EM_COST_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "models/cost/clock_groups.h"
#include "models/cost/depth_features.h"

/* What is fitted: gate equivalents, flip-flops, switching energy in MACs; logic depth in FO4, of engines alone. */
typedef enum {
  EM_COST_GATES,
  EM_COST_FLOPS,
  EM_COST_SWITCHING,
  EM_COST_DEPTH,
  EM_COST_QUANTITIES,
  EM_COST_SUMS = EM_COST_DEPTH, /* the quantities before it add up over parts */
} em_cost_quantity;

typedef struct {
  double coefficients[EM_COST_KINDS][EM_COST_QUANTITIES][EM_COST_FEATURES]; /* unused places are 0 */
} em_cost_fit;

const char *em_cost_quantity_name(em_cost_quantity quantity); /* "gates" */

/* A feature's name ("products"), NULL past the last. */
const char *em_cost_feature_name(em_cost_kind kind, em_cost_quantity quantity, uint32_t feature);

/* In the order of their names; `activity` is for EM_COST_SWITCHING alone, NULL for the others. All 0 for a macro. */
void em_cost_features(const em_graph *graph, const em_run_activity *activity, em_part part, em_cost_quantity quantity,
                      double features[EM_COST_FEATURES]);

/* What a part is. */
typedef struct {
  double gates_ge; /* gate equivalents (NAND2 areas) of logic and flip-flops; 0 for a macro */
  double flops;
  uint32_t macros; /* copies, one a read port */
  uint64_t macro_words;
  uint32_t macro_word_bits;
  bool macro_two_ports; /* read and written while running; contents that are loaded once need one port */
} em_part_size;

/* What a part did in a run. */
typedef struct {
  double switching_mac;     /* switching of logic and nets; 1 is an INT8 multiply and 24-bit accumulate, random data */
  double flop_cycles;       /* flip-flop clock cycles when never gated: flops * cycles */
  double flop_cycles_gated; /* when the clock of every group is gated that is large enough: the lesser of flop_cycles
                               and enabled_cycles + free_flops * cycles */
  double enabled_cycles;    /* flip-flop clock cycles of the groups with a gate, while their enables are high */
  double free_flops;        /* without a gate */
  double gate_cycles;       /* of those gates: how many * cycles */
  double macro_reads, macro_writes; /* words, of all copies */
} em_part_work;

typedef struct {
  em_part_size size;
  em_part_work work;
} em_part_use;

/* Longest path between registers that is mostly an engine's, in delays of an inverter that drives four. */
double em_fit_depth(const em_cost_fit *fit, const em_graph *graph, uint32_t engine);

void em_fit_size(const em_cost_fit *fit, const em_graph *graph, uint32_t part, em_part_size *size);

/*
 * The same with the work of a run. Without counted toggles, half of the bits of every access are taken to toggle.
 * Groups of at least gate_min_flops flip-flops (clock_groups.h) have a clock gate.
 */
void em_fit_use(const em_cost_fit *fit, const em_graph *graph, const em_run_activity *activity, double gate_min_flops,
                uint32_t part, em_part_use *use);

#endif
