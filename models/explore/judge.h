/*
 * What a design is judged by: the simulator's own timing and price, of the steady state.
 *
 * The one place where an explorer's figures come from. Interval and latency are those of models/time, energy is that of
 * a frame when frames leave every `interval` cycles for ever, without the way in and out, with switching as of random
 * data: what `emamba check` prints.
 */
#ifndef EM_EXPLORE_JUDGE_H
#define EM_EXPLORE_JUDGE_H

#include "models/cost/price.h"
#include "models/time/timing.h"

/* What may be asked for; all are the better the smaller. Places in figures, bits in sets of objectives. */
typedef enum {
  EM_EXPLORE_INTERVAL, /* cycles between results, in the steady state; the mean where they alternate */
  EM_EXPLORE_LATENCY,  /* cycles from the first beat in to the last beat out, of a lone frame */
  EM_EXPLORE_AREA,     /* um2 */
  EM_EXPLORE_ENERGY,   /* pJ a frame */
  EM_EXPLORE_POWER,    /* mW */
  EM_EXPLORE_FIGURES,
} em_explore_figure;

/* "interval", "latency", "area", "energy", "power". */
const char *em_explore_figure_name(em_explore_figure figure);

typedef struct {
  double values[EM_EXPLORE_FIGURES];
} em_explore_figures;

/* What prices are made with; the pointer must outlive whoever has it. Clock and supply are the design's. */
typedef struct {
  const em_cost_fit *fit;
  em_prices prices;
  double gate_min_flops; /* groups of at least so many flip-flops have a clock gate */
} em_explore_rates;

/* The activity of `frames` frames that leave `cycles` / `frames` cycles apart for ever; what is not busy is starved. */
void em_explore_activity(const em_graph *graph, uint64_t frames, uint64_t cycles, em_run_activity *activity);

/* Room for one design at a time, for one thread; about 0.5 MB. NULL when memory is short. */
typedef struct em_explore_court em_explore_court;
em_explore_court *em_explore_court_new(void);
void em_explore_court_free(em_explore_court *court);

/* `design` has passed em_design_check. EM_FAILED when memory is short or no steady state was found. */
em_status em_explore_judge(em_explore_court *court, const em_explore_rates *rates, const em_design *design,
                           em_explore_figures *figures, em_error *error);

/*
 * The same with a frame offered every `cycles` cycles, at least the design's interval (not looked at): energy and power
 * alone differ. What a design costs whose source is slower than it is.
 */
em_status em_explore_judge_at(em_explore_court *court, const em_explore_rates *rates, const em_design *design,
                              uint64_t cycles, em_explore_figures *figures, em_error *error);

#endif
