/*
 * Activity: how often every strobe fires, every operation is done and every memory is read and written.
 *
 * Busy time and accesses of a token depend on the design alone, so the counts are closed formulas of the number of
 * finished tokens. Tests hold them against the sum of the schedule's records, which lock-step holds against the RTL in
 * every cycle. Source: docs/microarchitecture.md; the operations behind a strobe: docs/activity.md.
 */
#ifndef EM_ACTIVITY_H
#define EM_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

#include "models/graph/graph.h"

/* Operations, by operand width. */
typedef enum {
  EM_MAC_8X8,  /* 8 x 8 multiply and accumulate */
  EM_MUL_8X8,  /* 8 x 8 multiply */
  EM_MUL_8X17, /* A_bar times state */
  EM_MAC_8X24, /* C times the computed state, accumulated */
  EM_MUL_NORM, /* the norm's wide products: D x, (D x - sum) gamma, dr beta */
  EM_ADD,      /* additions beyond those of a MAC */
  EM_COMPARE,  /* minimum or maximum */
  EM_ROUND,    /* shift, round to even, saturate */
  EM_PWL,      /* piecewise-linear evaluation */
  EM_DIV_STEP, /* one quotient bit */
  EM_REG_BIT,  /* flip-flop bits clocked with new data in engines (not in memories) */
  EM_ACTIONS,
} em_action;

enum { EM_ACTIVITY_STROBES = 8 };

typedef struct {
  uint64_t strobes[EM_ACTIVITY_STROBES]; /* cycles in which each fired */
  uint64_t actions[EM_ACTIONS];
} em_engine_activity;

/*
 * Toggles are Hamming distances between the codes that successive accesses of a port move: the operands of whoever
 * reads, the results of whoever writes. Counted where asked for (toggles.h), else 0.
 */
typedef struct {
  uint64_t reads[2]; /* by port */
  uint64_t writes;
  uint64_t read_toggles[2], write_toggles; /* bits */
} em_memory_activity;

/* Cycles that one engine was in each status; they sum to those of the run. */
typedef struct {
  uint64_t busy, starved, blocked;
  uint64_t tokens; /* finished */
} em_engine_timing;

/* All that a run did; what area and energy are made from. */
typedef struct {
  uint64_t cycles;
  bool toggles; /* they were counted */
  em_engine_timing times[EM_MAX_ENGINES];
  em_engine_activity engines[EM_MAX_ENGINES];
  em_memory_activity memories[EM_MAX_MEMORIES];
} em_run_activity;

/* Nothing has happened yet; touches what the graph has and no more of the large arrays. */
void em_activity_clear(const em_graph *graph, em_run_activity *activity);

/* "mac_8x8_ops"; a report key. */
const char *em_action_key(em_action action);

/*
 * Adds what `tokens` finished tokens of `engine` (counted from the start of a frame) did: to its own activity and to
 * that of every memory [memory_count] it touched.
 */
void em_activity_add(const em_graph *graph, uint32_t engine, uint64_t tokens, em_engine_activity *activity,
                     em_memory_activity *memories);

/* What one firing of a strobe does. */
void em_activity_strobe(const em_graph *graph, uint32_t engine, uint32_t strobe, uint64_t actions[EM_ACTIONS]);

#endif
