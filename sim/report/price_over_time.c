/* Power over time: every engine's dynamic energy spread over its busy cycles, the rest constant. */
#include <math.h>

#include "sim/report/price_report.h"

/* Milliwatts of one picojoule a cycle. */
static double milliwatts(const em_pricing *pricing) {
  return pricing->point.clock_mhz * 1e-3;
}

static double busy_mw(const em_pricing *pricing, uint32_t engine) {
  uint64_t busy = pricing->activity->times[engine].busy;
  return busy > 0 ? pricing->engines[engine].dynamic_pj / (double)busy * milliwatts(pricing) : 0;
}

/* Clock (unless gated), leakage, and what belongs to no engine. */
static double constant_mw(const em_pricing *pricing) {
  double pj = pricing->bounds.totals[EM_PRICE_ENERGY].value;
  for (uint32_t e = 0; e < pricing->graph->engine_count; e++) {
    pj -= pricing->activity->times[e].busy > 0 ? pricing->engines[e].dynamic_pj : 0;
  }
  return fmax(0, pj) / (double)pricing->point.cycles * milliwatts(pricing);
}

/* Milliwatts to a picowatt. */
static double rounded(double value) {
  return rint(value * 1e9) / 1e9;
}

cJSON *em_price_power_over_time(const em_pricing *pricing, const em_busy_windows *windows) {
  const em_graph *graph = pricing->graph;
  double constant = constant_mw(pricing), peak = 0;
  uint64_t cycles = pricing->point.cycles, peak_cycle = 0, length = windows->window_cycles;
  cJSON *object = cJSON_CreateObject(), *engines = cJSON_CreateArray();
  for (uint64_t start = 0, w = 0; start < cycles; start += length, w++) {
    uint64_t here = cycles - start < length ? cycles - start : length;
    double power = constant;
    for (uint32_t e = 0; w < windows->capacity && e < graph->engine_count; e++) {
      power += busy_mw(pricing, e) * (double)windows->busy[w * windows->engines + e] / (double)here;
    }
    if (power > peak) {
      peak = power;
      peak_cycle = start;
    }
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    char name[EM_NAME_CHARS];
    em_engine_name(graph, e, name);
    cJSON *engine = cJSON_CreateObject();
    const em_engine_price *price = &pricing->engines[e];
    cJSON_AddStringToObject(engine, "name", name);
    cJSON_AddNumberToObject(engine, "busy_mw", rounded(busy_mw(pricing, e)));
    cJSON_AddNumberToObject(engine, "macs", price->macs);
    cJSON_AddNumberToObject(engine, "moved_bits", price->moved_bits);
    cJSON_AddItemToArray(engines, engine);
  }
  cJSON_AddNumberToObject(object, "window_cycles", (double)length);
  cJSON_AddNumberToObject(
      object, "average_mw",
      rounded(pricing->bounds.totals[EM_PRICE_ENERGY].value / (double)cycles * milliwatts(pricing)));
  cJSON_AddNumberToObject(object, "peak_mw", rounded(peak));
  cJSON_AddNumberToObject(object, "peak_cycle", (double)peak_cycle);
  cJSON_AddNumberToObject(object, "constant_mw", rounded(constant));
  cJSON_AddItemToObject(object, "engines", engines);
  return object;
}
