/*
 * Which flip-flops of a part a clock gate can hold still together, and how often it lets the clock through.
 *
 * The RTL has enables, not gates. A synthesis tool puts one gate before all flip-flops of a part that share an enable
 * and a reset, which opens the gate too; these groups are closed formulas of the design, and the cycles in which an
 * enable is high are counted activity. Flip-flops in no group are clocked in every cycle: strobes and states. Source:
 * the always_ff blocks of rtl/; tests/suites/clock_gates.sh holds the groups against a netlist with gates. Not
 * modelled: gates before gates.
 */
#ifndef EM_CLOCK_GROUPS_H
#define EM_CLOCK_GROUPS_H

#include "models/cost/work_features.h"

enum { EM_CLOCK_GROUPS = 24 };

/* Groups that are alike. */
typedef struct {
  double gates;  /* how many */
  double flops;  /* of each */
  double cycles; /* in which an enable is high, summed over the gates */
} em_clock_group;

/* Of a part that is no macro; returns how many kinds of groups, at most EM_CLOCK_GROUPS. `activity` may be NULL. */
uint32_t em_clock_groups(const em_graph *graph, const em_run_activity *activity, em_part part,
                         em_clock_group groups[EM_CLOCK_GROUPS]);

#endif
