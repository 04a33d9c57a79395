/* The tables behind the ssm engine's A_bar and its counts. */
#include <stdlib.h>
#include <string.h>

#include "models/units/ssm.h"

enum { SATURATED = 1, BELOW = 2, ABOVE = 4 };

static uint8_t flags_of(const em_pwl *exp, int64_t aligned, int8_t code) {
  return (uint8_t)((aligned != code ? SATURATED : 0) | (code < exp->thresholds[0] ? BELOW : 0) |
                   (code >= exp->thresholds[exp->segments] ? ABOVE : 0));
}

bool em_ssm_tabulate(em_ssm_unit *unit, const em_pwl *exp) {
  const uint32_t tables = em_ssm_count_tables(unit->n);
  uint8_t(*flags)[128] = malloc(256 * sizeof *flags);
  unit->decay = malloc(256 * sizeof *unit->decay);
  unit->counts = calloc((size_t)unit->ed * tables, sizeof *unit->counts);
  unit->negative = false;
  if (flags == NULL || unit->decay == NULL || unit->counts == NULL) {
    free(flags);
    return false;
  }
  for (int a = -128; a < 128; a++) {
    for (int delta = 0; delta < 128; delta++) {
      int64_t aligned = em_align(a * delta, unit->registers[EM_SSM_EXP_IN_SHIFT]);
      int8_t code = (int8_t)em_saturate(aligned, 8), a_bar = em_pwl_evaluate(exp, code);
      unit->decay[(uint8_t)a][delta] = a_bar;
      unit->negative |= a_bar < 0;
      flags[(uint8_t)a][delta] = flags_of(exp, aligned, code);
    }
  }
  for (uint32_t channel = 0; channel < unit->ed; channel++) {
    for (uint32_t state = 0; state < unit->n; state++) {
      uint8_t(*counts)[128] = unit->counts[channel * tables + state / 255];
      const uint8_t *seen = flags[(uint8_t)unit->a[(size_t)channel * unit->n + state]];
      for (int delta = 0; delta < 128; delta++) {
        counts[0][delta] = (uint8_t)(counts[0][delta] + (seen[delta] & 1));
        counts[1][delta] = (uint8_t)(counts[1][delta] + (seen[delta] >> 1 & 1));
        counts[2][delta] = (uint8_t)(counts[2][delta] + (seen[delta] >> 2));
      }
    }
  }
  free(flags);
  return true;
}

void em_ssm_free(em_ssm_unit *unit) {
  free(unit->decay);
  free(unit->counts);
  unit->decay = NULL;
  unit->counts = NULL;
}
