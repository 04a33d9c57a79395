/* Steps of the selective scan that do not ask what a lane is: a frame (ssm.c) or a channel (ssm_token.c). */
#ifndef EM_SSM_STEPS_H
#define EM_SSM_STEPS_H

#include "models/network/registers.h"
#include "models/units/requant.h"

/* sat(wide, 24), counted; saturation is rare, so it is looked for in all lanes at once. */
EM_INLINE em_words em_ssm_saturate(em_words wide, const em_valid *valid, uint64_t *saturations) {
  em_words current;
  em_i32 changed = {0};
  for (int p = 0; p < 4; p++) {
    current.part[p] = em_max32(em_min32(wide.part[p], (em_i32){0} + ((1 << 23) - 1)), (em_i32){0} - (1 << 23));
    changed |= wide.part[p] ^ current.part[p];
  }
  if (__builtin_expect(em_any(changed), 0)) {
    for (int p = 0; p < 4; p++) {
      wide.part[p] = wide.part[p] != current.part[p];
    }
    *saturations += em_count(valid, em_narrow_halves(em_narrow(wide)));
  }
  return current;
}

/* What the registers make of the sum over the states. */
typedef struct {
  double high_scale, low_scale, dx_scale;
  em_requanter gated;
} em_ssm_finisher;

static inline em_ssm_finisher em_ssm_finisher_make(const int32_t *registers) {
  const double scale = em_power_of_two(registers[EM_SSM_CUR_SHIFT] - registers[EM_SSM_Y_SHIFT]);
  return (em_ssm_finisher){scale * 256, scale, em_power_of_two(registers[EM_SSM_DX_SHIFT] - registers[EM_SSM_Y_SHIFT]),
                           em_requanter_make(registers[EM_SSM_GATED_SHIFT], 14)};
}

/* sum C cur << cur_shift over 2^y_shift, of the sums with the current's upper 16 bits and with its lowest 8. */
EM_INLINE em_doubles em_ssm_sum(const em_ssm_finisher *f, em_words high, em_words low) {
  em_doubles y = em_to_doubles(high), rest = em_to_doubles(low);
  for (int p = 0; p < 8; p++) {
    y.part[p] = y.part[p] * f->high_scale + rest.part[p] * f->low_scale;
  }
  return y;
}

/*
 * y = requant((sum C cur << cur_shift) + (D x << dx_shift), y_shift), in doubles, because every value but the last is
 * exact: both terms are below 2^46 and their scaled sum has fewer than 53 bits. Then the gate.
 */
EM_INLINE em_codes em_ssm_finish(const em_ssm_finisher *f, em_doubles y, em_halves x, em_halves d, em_codes g,
                                 const em_valid *valid, uint64_t *y_saturations, uint64_t *gated_saturations) {
  for (int part = 0; part < 2; part++) {
    x.part[part] *= d.part[part];
  }
  const em_doubles dx = em_to_doubles(em_widen_halves(x));
  for (int p = 0; p < 8; p++) {
    y.part[p] += dx.part[p] * f->dx_scale;
  }
  em_halves gated = em_widen(em_saturate_halves(em_align_doubles(y), valid, y_saturations));
  const em_halves gate = em_widen(g);
  for (int part = 0; part < 2; part++) {
    gated.part[part] *= gate.part[part];
  }
  return em_saturate_halves(em_align_halves(gated, f->gated), valid, gated_saturations);
}

#endif
