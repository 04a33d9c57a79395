/*
 * The price of a design as a sum over factors, each a function of a few lane counts and of its own depth.
 *
 * A factor is an engine with its memories in all blocks, or a token buffer, control and memory; the first block's tok
 * is one of its own, since patch_embed writes it. Where a part reads what lane counts is in the table `scopes`; that
 * the sum of the tables is the price is a test (tests/explore/test_factors.c). Energy is a function of the interval T
 * of the steady state, since clocks and leakage go on where work does not.
 */
#ifndef EM_FACTORS_H
#define EM_FACTORS_H

#include "models/explore/space.h"

/* Engines by em_engine_id, buffers by em_buffer_id, the first block's tok, and what no knob changes. */
enum {
  EM_FACTOR_BUFFERS = EM_ENGINE_AXIS_OUT + 1,
  EM_FACTOR_TOK_0 = EM_FACTOR_BUFFERS + EM_BUFFER_OUT + 1,
  EM_FACTOR_REST,
  EM_FACTORS,
  EM_FACTOR_LANES = 4,
  EM_FACTOR_CLOCKS = 4
};

/* pJ of the flip-flop clocks of a part: the lesser of flops T, and enabled + free T. */
typedef struct {
  double flops, enabled, free;
} em_clock_term;

/* um2; pJ a frame: once + each T + clocks. */
typedef struct {
  double area, once, each;
  uint32_t clock_count;
  em_clock_term clocks[EM_FACTOR_CLOCKS];
} em_cost_terms;

double em_cost_energy(const em_cost_terms *terms, double cycles);

/* Entry of choices c: sum of c[lanes[i]] * strides[i]; of a buffer so many depths each. */
typedef struct {
  uint32_t lane_count, lanes[EM_FACTOR_LANES], strides[EM_FACTOR_LANES]; /* places in space->lanes */
  uint32_t size;                                                         /* entries; 0: the shape has no such factor */
  uint32_t depths;                                                       /* of an entry; 1 for an engine */
  uint32_t place;                                                        /* a buffer's, in space->depths */
  em_cost_terms *terms;                                                  /* [size][depths] */
  uint32_t *busy, *busy_last; /* [size], of an engine: cycles of a token, and of the pool's last */
} em_factor;

typedef struct {
  em_explore_space space; /* a copy */
  em_factor factors[EM_FACTORS];
} em_factors;

/* EM_FAILED when memory is short; then nothing is left allocated. About 0.3 s and 60 MB for a whole space. */
em_status em_factors_make(const em_explore_space *space, em_factors *factors, em_error *error);
void em_factors_free(em_factors *factors);

/* The entry of choices [lane_count], places in the values of space->lanes. */
uint32_t em_factor_entry(const em_factor *factor, const uint32_t *choices);

/* How often it is in the design: once, or in every block but those that other factors have. */
double em_factor_copies(const em_shape *shape, uint32_t factor);

/* Area and energy at `cycles` of choices and depths [depth_count] (places: 0 is the least depth). */
void em_factors_sum(const em_factors *factors, const uint32_t *choices, const uint32_t *depths, double cycles,
                    double *area, double *energy);

/* The design of them. */
void em_factors_design(const em_factors *factors, const uint32_t *choices, const uint32_t *depths, em_design *design);

#endif
