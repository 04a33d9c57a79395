/*
 * The norm engine's arithmetic: range normalisation of a token, correctly rounded; a frame a lane.
 *
 * Source: docs/contract.md, "range_norm"; eMamba section 4 (range instead of variance).
 */
#ifndef EM_NORM_H
#define EM_NORM_H

#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/requant.h"

typedef struct {
  uint32_t d;
  const int32_t *registers;   /* [EM_MAX_REGISTERS] */
  const int8_t *gamma, *beta; /* [d] */
} em_norm_unit;

/*
 * The quotient of the contract is q = t factor + beta 2^(b-o), with t = (D x - sum) gamma and factor = 2^(g-o) / (D
 * range), g, b and o the three shifts. Doubles hold all but the factor exactly; its rounding and that of the sum leave
 * an error below 2^(g-o-44). A q half way between two codes is a multiple of 1/2, any other one at least 2^-(22+o) away
 * from there, because D range < 2^21. So q is first rounded to a grid of 2^-(24+o), which takes the error off the
 * former (g <= 15) and does not move the latter across. The grid is that of doubles about 1.5 * 2^(28-o); |q| <
 * 2^(24-o), because one of the shifts is 0.
 */
typedef struct {
  double factor, beta_scale, grid;
} em_normaliser;

static inline em_normaliser em_normaliser_make(const int32_t *registers, uint32_t d, int32_t range) {
  const int32_t out = registers[EM_NORM_OUT_SHIFT];
  return (em_normaliser){em_power_of_two(registers[EM_NORM_GAMMA_SHIFT] - out) / d / range,
                         em_power_of_two(registers[EM_NORM_BETA_SHIFT] - out), 1.5 * em_power_of_two(28 - out)};
}

/* x [tokens, d, EM_LANES] -> y likewise; node 0 counts saturations. Numerators stay below 2^45 for d <= 8192. */
void em_norm_compute(const em_norm_unit *unit, uint32_t tokens, const em_valid *valid, const int8_t *x, int8_t *y,
                     em_node_count *nodes);

#endif
