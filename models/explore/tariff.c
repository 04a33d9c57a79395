#include "models/explore/tariff.h"

#include <stdlib.h>

enum { LISTED = 16 }; /* least depths whose options are listed; larger ones are rare and looked for */

uint64_t em_pace_token_depth(const em_pace *pace, uint64_t chain) {
  return (chain * pace->period_tokens + pace->period_cycles - 1) / pace->period_cycles;
}

uint64_t em_pace_frame_depth(const em_pace *pace, uint64_t chain) {
  return (chain + pace->cycles - 1) / pace->cycles;
}

static double cost_of(const em_tariff *t, uint32_t factor, uint32_t entry, const em_cost_terms *terms, uint32_t which) {
  const em_factor *f = &t->factors->factors[factor];
  if (which >= t->pace.cost_count) {
    return 0;
  }
  switch (t->pace.costs[which]) {
    case EM_EXPLORE_AREA: return terms->area;
    case EM_EXPLORE_ENERGY: return em_cost_energy(terms, (double)t->pace.cycles);
    case EM_EXPLORE_LATENCY: return f->busy_last[entry] * em_factor_copies(&t->factors->space.base.shape, factor);
    case EM_EXPLORE_INTERVAL:
    case EM_EXPLORE_POWER:
    case EM_EXPLORE_FIGURES: break;
  }
  return 0;
}

static bool as_good(const double *a, const double *b) {
  return a[0] <= b[0] && a[1] <= b[1];
}

uint32_t em_option_merge(em_option *best, uint32_t count, const double cost[EM_COSTS], uint32_t depth) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (as_good(best[i].c, cost) && !as_good(cost, best[i].c)) {
      return count;
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    if (!as_good(cost, best[i].c)) {
      best[kept++] = best[i];
    }
  }
  best[kept++] = (em_option){{cost[0], cost[1]}, depth};
  return kept;
}

static bool list(em_tariff_factor *of, uint32_t at, const em_option *best, uint32_t count, uint32_t *used) {
  if (*used + count > of->room) {
    uint32_t room = 2 * of->room + count + 64;
    em_option *larger = realloc(of->options, room * sizeof *larger);
    if (larger == NULL) {
      return false;
    }
    of->options = larger;
    of->room = room;
  }
  of->starts[at] = *used;
  of->counts[at] = count;
  for (uint32_t i = 0; i < count; i++) {
    of->options[(*used)++] = best[i];
  }
  return true;
}

/* The options of every entry, from the deepest depth to the shallowest. */
static bool list_depths(em_tariff *t, uint32_t factor) {
  const em_factor *f = &t->factors->factors[factor];
  em_tariff_factor *of = &t->of[factor];
  uint32_t used = 0;
  for (uint32_t entry = 0; entry < f->size; entry++) {
    uint32_t count = 0;
    for (uint32_t depth = f->depths; depth-- > 0;) {
      count = em_option_merge(t->scratch, count, of->costs[(size_t)entry * f->depths + depth], depth);
      if (depth < of->listed && !list(of, entry * of->listed + depth, t->scratch, count, &used)) {
        return false;
      }
    }
  }
  return true;
}

static bool reserve(const em_factor *f, em_tariff_factor *of) {
  if (of->costs != NULL) {
    return true;
  }
  of->listed = f->depths < LISTED ? f->depths : LISTED;
  of->costs = calloc((size_t)f->size * f->depths, sizeof *of->costs);
  of->starts = calloc((size_t)f->size * of->listed, sizeof *of->starts);
  of->counts = calloc((size_t)f->size * of->listed, sizeof *of->counts);
  return of->costs != NULL && of->starts != NULL && of->counts != NULL;
}

static bool set_factor(em_tariff *t, uint32_t factor) {
  const em_factor *f = &t->factors->factors[factor];
  em_tariff_factor *of = &t->of[factor];
  if (!reserve(f, of)) {
    return false;
  }
  for (uint32_t entry = 0; entry < f->size; entry++) {
    for (uint32_t depth = 0; depth < f->depths; depth++) {
      size_t at = (size_t)entry * f->depths + depth;
      for (uint32_t which = 0; which < EM_COSTS; which++) {
        of->costs[at][which] = cost_of(t, factor, entry, &f->terms[at], which);
      }
    }
  }
  return list_depths(t, factor);
}

em_status em_tariff_set(em_tariff *tariff, const em_factors *factors, const em_pace *pace, em_error *error) {
  bool priced = false, fits = true;
  for (uint32_t which = 0; which < pace->cost_count; which++) {
    priced = priced || pace->costs[which] == EM_EXPLORE_ENERGY;
  }
  bool known = tariff->known && !priced && tariff->factors == factors;
  tariff->factors = factors;
  tariff->pace = *pace;
  for (uint32_t factor = 0; factor < EM_FACTORS && !known && fits; factor++) {
    fits = factors->factors[factor].size == 0 || set_factor(tariff, factor);
  }
  tariff->known = fits;
  return fits ? EM_OK : em_fail(error, EM_FAILED, "out of memory for the costs of a space of designs");
}

void em_tariff_free(em_tariff *tariff) {
  for (uint32_t factor = 0; factor < EM_FACTORS; factor++) {
    em_tariff_factor *of = &tariff->of[factor];
    free(of->costs);
    free(of->options);
    free(of->starts);
    free(of->counts);
  }
  *tariff = (em_tariff){0};
}

em_options_of_depth em_tariff_depths(em_tariff *tariff, uint32_t factor, uint32_t entry, uint64_t depth) {
  const em_factor *f = &tariff->factors->factors[factor];
  const em_explore_depths *depths = &tariff->factors->space.depths[f->place];
  em_tariff_factor *of = &tariff->of[factor];
  uint64_t place = depth <= depths->least ? 0 : (depth - depths->least + depths->step - 1) / depths->step;
  if (place >= f->depths) {
    return (em_options_of_depth){NULL, 0};
  }
  if (place < of->listed) {
    uint32_t at = entry * of->listed + (uint32_t)place;
    return (em_options_of_depth){&of->options[of->starts[at]], of->counts[at]};
  }
  uint32_t count = 0;
  for (uint32_t d = f->depths; d-- > place;) {
    count = em_option_merge(tariff->scratch, count, of->costs[(size_t)entry * f->depths + d], d);
  }
  return (em_options_of_depth){tariff->scratch, count};
}
