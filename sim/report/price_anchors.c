/*
 * Published figures beside those of a run, each with what is comparable. Nothing is tuned to them.
 */
#include <math.h>
#include <stdio.h>

#include "sim/report/price_report.h"

/* A busy INT8 block at 0.8 V, pJ/cycle/mm2. */
static const double density_low = 280, density_high = 700;

/* What was read: e-chip-V1, ITA, RedMulE. */
#define CHIP_NM 22.0
#define CHIP_MM2 0.350
#define CHIP_MW 13.49
#define CHIP_MHZ 100.0
#define ITA_TOPS_PER_W 16.9
#define REDMULE_MM2 0.07
#define REDMULE_LANES 32.0

/* What of a run stands beside a published figure. */
typedef struct {
  double area_mm2, power_mw, density, mac_pj, tops_per_w, lane_um2, clock_percent, leakage_percent;
} own_figures;

/* Logic of the linear engines over their multipliers. */
static double lane_area(const em_pricing *pricing) {
  double area = 0, lanes = 0;
  for (uint32_t e = 0; e < pricing->graph->engine_count; e++) {
    const em_engine *engine = &pricing->graph->engines[e];
    if (engine->kind == EM_LINEAR) {
      area += pricing->parts[e].figures[EM_FIGURE_LOGIC_AREA]; /* engines are the first parts */
      lanes += (double)engine->linear.in_lanes * engine->linear.out_lanes;
    }
  }
  return area / lanes;
}

/* At the nominal supply, where the published range holds. */
static double run_density(const em_pricing *pricing) {
  double area = pricing->bounds.totals[EM_PRICE_AREA].value, energy = pricing->bounds.totals[EM_PRICE_ENERGY].value;
  return energy / em_supply_factor(&pricing->prices, pricing->point.vdd_mv) / (double)pricing->point.cycles /
         (area * 1e-6);
}

static own_figures own(const em_pricing *pricing) {
  double area = pricing->bounds.totals[EM_PRICE_AREA].value, energy = pricing->bounds.totals[EM_PRICE_ENERGY].value;
  double macs = 0;
  for (uint32_t e = 0; e < pricing->graph->engine_count; e++) {
    macs += pricing->engines[e].macs;
  }
  const em_range *totals = pricing->bounds.totals;
  double clock = totals[EM_FIGURE_CLOCK].value, dynamic = energy - totals[EM_FIGURE_LEAKAGE].value;
  return (own_figures){.area_mm2 = area * 1e-6,
                       .power_mw = energy / em_price_time_us(&pricing->point) * 1e-3,
                       .density = run_density(pricing),
                       .mac_pj = energy / macs,
                       .tops_per_w = 2 * macs / energy,
                       .lane_um2 = lane_area(pricing),
                       .clock_percent = dynamic > 0 ? 100 * clock / dynamic : 0,
                       .leakage_percent = 100 * totals[EM_FIGURE_LEAKAGE].value / energy};
}

static double digits(double value) {
  char text[32];
  double back = 0;
  snprintf(text, sizeof text, "%.6g", value);
  sscanf(text, "%lf", &back);
  return back;
}

/* Who says what, and how it was come by: read there, or computed from what was read there. */
typedef struct {
  const char *name, *quantity, *unit;
  double published;
  em_constant_kind kind;
  const char *source;
} anchor_source;

static void add_anchor(cJSON *list, const anchor_source *theirs, double here, const char *comparable) {
  cJSON *anchor = cJSON_CreateObject();
  cJSON_AddStringToObject(anchor, "name", theirs->name);
  cJSON_AddStringToObject(anchor, "quantity", theirs->quantity);
  cJSON_AddStringToObject(anchor, "unit", theirs->unit);
  cJSON_AddNumberToObject(anchor, "published", digits(theirs->published));
  cJSON_AddNumberToObject(anchor, "here", digits(here));
  cJSON_AddNumberToObject(anchor, "ratio", digits(here / theirs->published));
  cJSON_AddStringToObject(anchor, "kind", em_constant_kind_name(theirs->kind));
  cJSON_AddStringToObject(anchor, "source", theirs->source);
  cJSON_AddStringToObject(anchor, "comparable", comparable);
  cJSON_AddItemToArray(list, anchor);
}

/* "Same node", or which is which. */
static void node_text(const em_pricing *pricing, char *text, size_t size) {
  double node = pricing->technology->node_nm;
  if (node == CHIP_NM) {
    snprintf(text, size, "Same node");
  } else {
    snprintf(text, size, "Theirs at %g nm, here %g nm", CHIP_NM, node);
  }
}

static void add_chip(const em_pricing *pricing, const own_figures *o, cJSON *list) {
  static const char read[] = "GF 22 nm, 100 MHz, 0.8 V, the chip team's post; front-end verification";
  static const anchor_source area = {"e-chip-V1", "core area", "mm2", CHIP_MM2, EM_KIND_PUBLISHED, read},
                             power = {"e-chip-V1", "power", "mW", CHIP_MW, EM_KIND_PUBLISHED, read};
  const anchor_source density = {"e-chip-V1",     "power density",
                                 "pJ/cycle/mm2",  CHIP_MW / CHIP_MHZ / CHIP_MM2 * 1e3,
                                 EM_KIND_DERIVED, "its power over its clock and its core area"};
  char node[80], text[400];
  node_text(pricing, node, sizeof node);
  snprintf(
      text, sizeof text,
      "%s. Theirs is a placed core with a global buffer and a versatile RAM for networks of many shapes; here only "
      "what one shape needs, without pads or power grid: smaller is expected.",
      node);
  add_anchor(list, &area, o->area_mm2, text);
  snprintf(text, sizeof text,
           "%s; here %g MHz and %g mV. Another architecture (one PE array used in turn), a workload that is not "
           "published, and a tool's estimate: the order of magnitude is comparable, no more.",
           node, pricing->point.clock_mhz, pricing->point.vdd_mv);
  add_anchor(list, &power, o->power_mw, text);
  if (o->leakage_percent > 20) {
    snprintf(text, sizeof text,
             "Here %.0f %% of it is leakage, which grows with the length of a cycle: at this clock and temperature the "
             "two are not comparable.",
             o->leakage_percent);
  } else {
    snprintf(
        text, sizeof text,
        "Free of size and, as leakage is only %.1f %% here, of the clock: the fairest of these; it still depends on "
        "how much of the area is busy.",
        o->leakage_percent);
  }
  add_anchor(list, &density, o->density, text);
}

cJSON *em_price_anchors(const em_pricing *pricing) {
  static const char ita[] = "22FDX, 0.8 V, arXiv 2307.03493";
  static const anchor_source rows[] = {
      {"ITA", "energy of an INT8 MAC, all in", "pJ", 2 / ITA_TOPS_PER_W, EM_KIND_DERIVED,
       "2 operations over its TOPS/W"},
      {"ITA", "efficiency", "TOPS/W", ITA_TOPS_PER_W, EM_KIND_PUBLISHED, ita},
      {"RedMulE", "area of a multiplier lane", "um2", REDMULE_MM2 * 1e6 / REDMULE_LANES, EM_KIND_DERIVED,
       "22FDX, 0.07 mm2 over 32 FP16 FMAs, arXiv 2301.03904"},
      {"Eyeriss", "clock's share of dynamic power", "%", 33, EM_KIND_PUBLISHED,
       "65 nm, as quoted with 20 to 35 % for chips whose clock is gated"},
  };
  own_figures o = own(pricing);
  cJSON *list = cJSON_CreateArray();
  add_chip(pricing, &o, list);
  add_anchor(list, &rows[0], o.mac_pj,
             "Theirs is a dense matrix engine at full use whose multipliers share operands. Here the same "
             "energy also pays for norm, convolution, exp, SiLU, gates, idle cycles, fill and drain: several times "
             "more is expected.");
  add_anchor(list, &rows[1], o.tops_per_w,
             "The same comparison the other way up: peak there, average over a whole network here.");
  add_anchor(list, &rows[2], o.lane_um2,
             "Theirs holds an FP16 FMA with its share of buffers and control. Here: the linear engines' logic over "
             "their INT8 multipliers, with requantisation and performance counters, without memories; with few lanes "
             "an engine its fixed part weighs more.");
  add_anchor(list, &rows[3], o.clock_percent,
             pricing->point.clock_gating
                 ? "Another node and machine; a check that gating is not taken for more than it is."
                 : "Theirs is gated, here the clock is not.");
  return list;
}

/* Why the density is what it is, from the figures themselves. */
static void explain(const em_pricing *pricing, double average, double all_busy, char *text, size_t size) {
  const em_graph *graph = pricing->graph;
  double area = pricing->bounds.totals[EM_PRICE_AREA].value, memories = 0, busy = 0;
  for (uint32_t part = 0; part < pricing->count; part++) {
    if (em_part_at(graph, part).kind == EM_PART_MEMORY) {
      memories +=
          pricing->parts[part].figures[EM_FIGURE_LOGIC_AREA] + pricing->parts[part].figures[EM_FIGURE_MACRO_AREA];
    }
  }
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    busy += (double)pricing->activity->times[e].busy / (double)pricing->activity->cycles;
  }
  const char *verdict = average >= density_low && average <= density_high ? "inside"
                        : average < density_low                           ? "below"
                                                                          : "above";
  snprintf(
      text, size,
      "The steady state is %s the range of a busy INT8 block at 0.8 V; with all engines busy at once it would draw "
      "%.0f "
      "pJ/cycle/mm2. Engines are busy %.0f %% of the cycles on average, and %.0f %% of the area is memory, of which "
      "an access moves one word.",
      verdict, all_busy, 100 * busy / graph->engine_count, 100 * memories / area);
}

cJSON *em_price_density(const em_pricing *pricing) {
  double average = run_density(pricing), cycles = (double)pricing->point.cycles;
  double energy = pricing->bounds.totals[EM_PRICE_ENERGY].value, all_busy = energy / cycles;
  for (uint32_t e = 0; e < pricing->graph->engine_count; e++) {
    double pj = pricing->engines[e].dynamic_pj, busy = (double)pricing->activity->times[e].busy;
    all_busy += busy > 0 ? pj / busy - pj / cycles : 0;
  }
  all_busy *= average / (energy / cycles);
  char why[400];
  explain(pricing, average, all_busy, why, sizeof why);
  cJSON *density = cJSON_CreateObject();
  cJSON_AddNumberToObject(density, "run_pj_per_cycle_mm2", digits(average));
  cJSON_AddNumberToObject(density, "all_busy_pj_per_cycle_mm2", digits(all_busy));
  cJSON_AddNumberToObject(density, "published_low_pj_per_cycle_mm2", density_low);
  cJSON_AddNumberToObject(density, "published_high_pj_per_cycle_mm2", density_high);
  cJSON_AddBoolToObject(density, "run_inside", average >= density_low && average <= density_high);
  cJSON_AddBoolToObject(density, "all_busy_inside", all_busy >= density_low && all_busy <= density_high);
  cJSON_AddStringToObject(density, "why", why);
  return density;
}
