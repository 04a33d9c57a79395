/*
 * What a design costs, free of any technology: the gates of every part and the switching energy of a run.
 *
 * A part is an engine without its memories, the control of a token buffer, a memory, or the APB slave. Its gate
 * equivalents, flip-flops and energy are linear in features: closed formulas of the design's parameters and of counted
 * activity, all of them in cost_features.c. The coefficients (em_calibration) are fitted by tools/calibrate.py to yosys
 * synthesis and gate-level simulation of rtl/. Source: docs/calibration.md.
 *
 * Modelled: cells, flip-flops, toggles of data. Not modelled: wires, glitches, the clock tree, scan, contents of SRAM
 * macros (counted, for the technology to price).
 */
#ifndef EM_COST_H
#define EM_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "models/activity/activity.h"
#include "models/graph/graph.h"

/* ---- Parts: every engine, then every buffer, then every memory, then the APB slave ---- */

typedef enum {
  EM_PART_ENGINE, /* without its memories */
  EM_PART_BUFFER, /* a token buffer's control, without its memory */
  EM_PART_MEMORY, /* one SRAM wrapper */
  EM_PART_APB,    /* the APB slave and what joins the units at the top */
} em_part_kind;

typedef struct {
  em_part_kind kind;
  uint32_t index; /* of graph->engines, ->buffers or ->memories; 0 for the APB slave */
} em_part;

uint32_t em_part_count(const em_graph *graph);
em_part em_part_at(const em_graph *graph, uint32_t part);

/* The engine's or memory's name; a buffer's with ".control"; "apb". */
void em_part_name(const em_graph *graph, uint32_t part, char name[EM_NAME_CHARS]);

/* ---- Coefficients ---- */

/* Parts that share coefficients. */
typedef enum {
  EM_COST_AXIS_IN,
  EM_COST_LINEAR,
  EM_COST_NORM,
  EM_COST_CONV,
  EM_COST_SSM,
  EM_COST_POOL,
  EM_COST_AXIS_OUT,
  EM_COST_BUFFER,
  EM_COST_MEMORY, /* of flip-flops; a macro has no gates */
  EM_COST_APB,
  EM_COST_KINDS,
} em_cost_kind;

/* What a feature stands for: gate equivalents, flip-flops, switching energy. */
typedef enum { EM_COST_GATES, EM_COST_FLOPS, EM_COST_SWITCHING, EM_COST_QUANTITIES } em_cost_quantity;

enum { EM_COST_FEATURES = 12 };

typedef struct {
  /* Unused places are 0. */
  double coefficients[EM_COST_KINDS][EM_COST_QUANTITIES][EM_COST_FEATURES];
} em_calibration;

const char *em_cost_kind_name(em_cost_kind kind);             /* "linear" */
const char *em_cost_quantity_name(em_cost_quantity quantity); /* "gates" */
em_cost_kind em_part_cost_kind(const em_graph *graph, uint32_t part);

/* A feature's name ("products"), NULL past the last. */
const char *em_cost_feature_name(em_cost_kind kind, em_cost_quantity quantity, uint32_t feature);

/* ---- Size ---- */

typedef struct {
  double gates_ge; /* gate equivalents (NAND2 areas) of logic and flip-flops; 0 for a macro */
  double flops;
  uint32_t macros; /* copies, one a read port */
  uint64_t macro_words;
  uint32_t macro_word_bits;
  bool macro_two_ports; /* read and written while running; contents that are loaded once need one port */
} em_part_size;

void em_part_sizes(const em_graph *graph, const em_calibration *calibration, uint32_t part, em_part_size *size);

/* The features of EM_COST_GATES or EM_COST_FLOPS, in the order of their names. */
void em_part_size_features(const em_graph *graph, uint32_t part, em_cost_quantity quantity,
                           double features[EM_COST_FEATURES]);

/* ---- Work of a run ---- */

typedef struct {
  double switching_mac;     /* switching of logic and nets; 1 is an INT8 multiply and 24-bit accumulate, random data */
  double flop_cycles;       /* flip-flop clock cycles when never gated: flops * cycles */
  double flop_cycles_gated; /* when a flip-flop is clocked only in the cycles in which it may take new data */
  double macro_reads, macro_writes; /* words, of all copies */
} em_part_work;

/* Without counted toggles, half of the bits of every access are taken to toggle, as random data do. */
void em_part_work_of(const em_graph *graph, const em_calibration *calibration, const em_run_activity *activity,
                     uint32_t part, em_part_work *work);

/* The features of EM_COST_SWITCHING, in the order of their names. */
void em_part_work_features(const em_graph *graph, const em_run_activity *activity, uint32_t part,
                           double features[EM_COST_FEATURES]);

#endif
