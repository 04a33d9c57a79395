#include "sim/report/pricing.h"

#include <math.h>
#include <stdlib.h>

#include "sim/files/price_ranges.h"

double em_action_macs(const uint64_t actions[EM_ACTIONS]) {
  return (double)actions[EM_MAC_8X8] + (double)actions[EM_MUL_8X17] + (double)actions[EM_MAC_8X24];
}

double em_peak_macs(const em_graph *graph) {
  double macs = 0;
  uint64_t actions[EM_ACTIONS];
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    for (uint32_t strobe = 0; strobe < EM_ACTIVITY_STROBES; strobe++) {
      em_activity_strobe(graph, e, strobe, actions);
      macs += em_action_macs(actions);
    }
  }
  return macs;
}

/* ---- What every engine draws while busy ---- */

static double dynamic_pj(const em_pricing *pricing, uint32_t part) {
  const double *f = pricing->parts[part].figures;
  return f[EM_FIGURE_SWITCHING] + f[EM_FIGURE_SRAM] + (pricing->point.clock_gating ? f[EM_FIGURE_CLOCK] : 0);
}

/* A buffer's energy goes to its writer and readers in proportion to their accesses of its memory. */
static void share_buffer(em_pricing *pricing, const em_buffer *buffer, double pj) {
  const em_memory *memory = &pricing->graph->memories[buffer->memory];
  const em_memory_activity *a = &pricing->activity->memories[buffer->memory];
  double accesses = (double)(a->reads[0] + a->reads[1] + a->writes),
         word_bits = (double)memory->lanes * memory->lane_bits;
  const struct {
    uint16_t engine;
    uint64_t accesses;
  } users[] = {{buffer->writer, a->writes}, {buffer->readers[0], a->reads[0]}, {buffer->readers[1], a->reads[1]}};
  for (uint32_t i = 0; i < 1u + buffer->reader_count; i++) {
    em_engine_price *engine = &pricing->engines[users[i].engine];
    engine->dynamic_pj += accesses > 0 ? pj * (double)users[i].accesses / accesses : 0;
    engine->moved_bits += word_bits * (double)users[i].accesses;
  }
}

static void price_engines(em_pricing *pricing) {
  const em_graph *graph = pricing->graph;
  for (uint32_t part = 0; part < pricing->count; part++) {
    em_part p = em_part_at(graph, part);
    double pj = dynamic_pj(pricing, part);
    if (p.kind == EM_PART_ENGINE) {
      pricing->engines[p.index].dynamic_pj += pj;
      pricing->engines[p.index].macs = em_action_macs(pricing->activity->engines[p.index].actions);
    } else if (p.kind == EM_PART_MEMORY && graph->memories[p.index].role != EM_MEMORY_BUFFER) {
      const em_memory *m = &graph->memories[p.index];
      const em_memory_activity *a = &pricing->activity->memories[p.index];
      pricing->engines[m->owner].dynamic_pj += pj;
      pricing->engines[m->owner].moved_bits +=
          (double)(a->reads[0] + a->reads[1] + a->writes) * m->lanes * m->lane_bits;
    }
  }
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    uint32_t control = graph->engine_count + b;
    uint32_t memory = graph->engine_count + graph->buffer_count + graph->buffers[b].memory;
    share_buffer(pricing, &graph->buffers[b], dynamic_pj(pricing, control) + dynamic_pj(pricing, memory));
  }
}

/* The totals of em_price_run, without bounds. */
static void add_nominal(em_pricing *pricing) {
  double totals[EM_PRICE_TOTALS] = {0};
  for (uint32_t part = 0; part < pricing->count; part++) {
    for (uint32_t i = 0; i < EM_PRICE_FIGURES; i++) {
      double figure = pricing->parts[part].figures[i];
      totals[i] += figure;
      totals[i < EM_PRICE_FIRST_ENERGY ? EM_PRICE_AREA : EM_PRICE_ENERGY] += figure;
    }
  }
  for (uint32_t i = 0; i < EM_PRICE_TOTALS; i++) {
    pricing->bounds.totals[i] = (em_range){totals[i], totals[i], totals[i]};
  }
}

/* So much, and no more, of um2, pJ and mW keeps parts and totals exact in a report. */
static const double most_of_a_total = 1e15;

/* Below the threshold nothing switches: the laws of the supply say nothing there. */
static em_status check_supply(const em_pricing *pricing, em_error *error) {
  double threshold_mv = 1000 * pricing->prices.values[EM_PRICE_VTH];
  if (pricing->point.vdd_mv > threshold_mv) {
    return EM_OK;
  }
  return em_fail(
      error, EM_BAD_INPUT,
      "%.255s: no price at %g mV: the threshold is %g mV; the supply must be higher, and was compared from %g "
      "to %g mV",
      pricing->technology->file, pricing->point.vdd_mv, threshold_mv,
      em_technology_find(pricing->technology, "supply_valid_mv")->low,
      em_technology_find(pricing->technology, "supply_valid_mv")->high);
}

static em_status check_totals(const em_pricing *pricing, em_error *error) {
  const em_range *area = &pricing->bounds.totals[EM_PRICE_AREA], *energy = &pricing->bounds.totals[EM_PRICE_ENERGY];
  double milliwatts = 1e-3 / em_price_time_us(&pricing->point);
  if (area->value <= most_of_a_total && energy->value <= most_of_a_total &&
      energy->value * milliwatts <= most_of_a_total && isfinite(area->high) && isfinite(energy->high * milliwatts)) {
    return EM_OK;
  }
  return em_fail(
      error, EM_BAD_INPUT,
      "%.255s at %g mV and %g C: an area of %.3g um2 and %.3g pJ (up to %.3g) for the run are no sane price; "
      "a report holds at most %g um2, pJ and mW",
      pricing->technology->file, pricing->point.vdd_mv, pricing->point.temperature_c, area->value, energy->value,
      energy->high, most_of_a_total);
}

em_status em_pricing_make(const em_graph *graph, const em_run_activity *activity, const em_technology *technology,
                          const em_fit_data *fit, em_pricing_depth depth, em_pricing *pricing, em_error *error) {
  const em_design *d = &graph->design;
  *pricing = (em_pricing){.graph = graph,
                          .activity = activity,
                          .technology = technology,
                          .fit = fit,
                          .point = {d->clock_mhz, d->vdd_mv, d->temperature_c, d->clock_gating, activity->cycles},
                          .count = em_part_count(graph)};
  pricing->uses = calloc(pricing->count, sizeof *pricing->uses);
  pricing->parts = calloc(pricing->count, sizeof *pricing->parts);
  pricing->engines = calloc(graph->engine_count, sizeof *pricing->engines);
  if (pricing->uses == NULL || pricing->parts == NULL || pricing->engines == NULL) {
    em_pricing_free(pricing);
    return em_fail(error, EM_FAILED, "out of memory for the price of the run");
  }
  em_fit_beyond_of(&fit->coefficients, &fit->reach, graph, &pricing->beyond);
  em_price_ranges(technology, fit, pricing->beyond.share, pricing->ranges);
  pricing->prices = em_prices_nominal(pricing->ranges);
  em_clock_limit_find(technology, fit, pricing->point.vdd_mv, graph, &pricing->clock_limit);
  double gate_min_flops = em_technology_value(technology, "clock_gate_min_flops");
  em_price_rates rates = em_price_rates_at(&pricing->prices, &pricing->point);
  for (uint32_t part = 0; part < pricing->count; part++) {
    em_part_use *use = &pricing->uses[part];
    em_fit_use(&fit->coefficients, graph, activity, gate_min_flops, part, use);
    em_price_part(&rates, use, &pricing->parts[part]);
  }
  price_engines(pricing);
  if (depth == EM_PRICING_BOUNDS) {
    em_price_run(pricing->ranges, &pricing->point, pricing->uses, pricing->count, &pricing->bounds);
  } else {
    add_nominal(pricing);
  }
  em_status status = check_supply(pricing, error);
  if (status == EM_OK) {
    status = check_totals(pricing, error);
  }
  if (status != EM_OK) {
    em_pricing_free(pricing);
  }
  return status;
}

void em_pricing_free(em_pricing *pricing) {
  free(pricing->uses);
  free(pricing->parts);
  free(pricing->engines);
  *pricing = (em_pricing){0};
}
