#include "sim/report/price_report.h"

#include <math.h>
#include <string.h>

/* ---- Figures that are rounded first and added after ---- */

enum {
  GATES,
  FLOPS,
  LOGIC_AREA,
  MACRO_AREA,
  AREA,
  SWITCHING,
  CLOCK,
  SRAM,
  LEAKAGE,
  ENERGY,
  SWITCHING_POWER,
  CLOCK_POWER,
  SRAM_POWER,
  LEAKAGE_POWER,
  POWER,
  FIGURES,
};

/* A key, and how many units of its finest resolution make one. */
static const struct {
  const char *key;
  double units;
} figure_keys[FIGURES] = {
    [GATES] = {"gates_ge", 10},
    [FLOPS] = {"flops", 10},
    [LOGIC_AREA] = {"logic_area_um2", 100},
    [MACRO_AREA] = {"macro_area_um2", 100},
    [AREA] = {"area_um2", 100},
    [SWITCHING] = {"switching_pj", 1000},
    [CLOCK] = {"clock_pj", 1000},
    [SRAM] = {"sram_pj", 1000},
    [LEAKAGE] = {"leakage_pj", 1000},
    [ENERGY] = {"energy_pj", 1000},
    [SWITCHING_POWER] = {"switching_mw", 1e9},
    [CLOCK_POWER] = {"clock_mw", 1e9},
    [SRAM_POWER] = {"sram_mw", 1e9},
    [LEAKAGE_POWER] = {"leakage_mw", 1e9},
    [POWER] = {"power_mw", 1e9},
};

typedef struct {
  double units[FIGURES]; /* whole numbers: exact sums */
} figures;

static double milliwatts_per_pj(const em_pricing *pricing) {
  return 1e-3 / em_price_time_us(&pricing->point);
}

/*
 * Units that make one. A total of more than 15 digits would not be printed as it is, and would not be the sum of its
 * parts: such runs have a coarser resolution, the same for all their parts.
 */
static double resolution(const em_pricing *pricing, uint32_t figure) {
  const em_range *totals = pricing->bounds.totals;
  double units = figure_keys[figure].units;
  double total = figure <= AREA     ? totals[EM_PRICE_AREA].value
                 : figure <= ENERGY ? totals[EM_PRICE_ENERGY].value
                                    : totals[EM_PRICE_ENERGY].value * milliwatts_per_pj(pricing);
  while (units > 1 && total * units > 9e14) {
    units /= 10;
  }
  return units;
}

static double whole(const em_pricing *pricing, uint32_t figure, double value) {
  return rint(value * resolution(pricing, figure));
}

static double value_of(const em_pricing *pricing, const figures *f, uint32_t figure) {
  return f->units[figure] / resolution(pricing, figure);
}

static figures figures_of(const em_pricing *pricing, uint32_t part) {
  const double *f = pricing->parts[part].figures;
  const em_part_size *size = &pricing->uses[part].size;
  double milliwatts = milliwatts_per_pj(pricing);
  figures r = {{0}};
  r.units[GATES] = whole(pricing, GATES, size->gates_ge);
  r.units[FLOPS] = whole(pricing, FLOPS, size->flops);
  r.units[LOGIC_AREA] = whole(pricing, LOGIC_AREA, f[EM_FIGURE_LOGIC_AREA]);
  r.units[MACRO_AREA] = whole(pricing, MACRO_AREA, f[EM_FIGURE_MACRO_AREA]);
  r.units[AREA] = r.units[LOGIC_AREA] + r.units[MACRO_AREA];
  for (uint32_t i = 0; i < 4; i++) {
    double pj = f[EM_PRICE_FIRST_ENERGY + i];
    r.units[SWITCHING + i] = whole(pricing, SWITCHING + i, pj);
    r.units[SWITCHING_POWER + i] = whole(pricing, SWITCHING_POWER + i, pj * milliwatts);
    r.units[ENERGY] += r.units[SWITCHING + i];
    r.units[POWER] += r.units[SWITCHING_POWER + i];
  }
  return r;
}

static void add_to(figures *sum, const figures *part) {
  for (uint32_t i = 0; i < FIGURES; i++) {
    sum->units[i] += part->units[i];
  }
}

static void put_figures(const em_pricing *pricing, cJSON *object, const figures *f) {
  for (uint32_t i = 0; i < FIGURES; i++) {
    cJSON_AddNumberToObject(object, figure_keys[i].key, value_of(pricing, f, i));
  }
}

/* ---- Parts and modules ---- */

/*
 * Modules are what a reader of the block diagram sees: engines with their own memories, the token buffers of each
 * block, those outside blocks, and the APB slave.
 */
static uint32_t module_count(const em_graph *graph) {
  return graph->engine_count + graph->design.shape.m + 2;
}

static uint32_t buffer_module(const em_graph *graph, uint32_t buffer) {
  uint16_t block = graph->buffers[buffer].block;
  return graph->engine_count + (block == EM_NONE ? graph->design.shape.m : block);
}

static uint32_t module_of(const em_graph *graph, uint32_t part) {
  em_part p = em_part_at(graph, part);
  switch (p.kind) {
    case EM_PART_ENGINE: return p.index;
    case EM_PART_BUFFER: return buffer_module(graph, p.index);
    case EM_PART_MEMORY: {
      const em_memory *memory = &graph->memories[p.index];
      return memory->role == EM_MEMORY_BUFFER ? buffer_module(graph, memory->owner) : memory->owner;
    }
    case EM_PART_APB: break;
  }
  return module_count(graph) - 1;
}

static void module_name(const em_graph *graph, uint32_t module, char name[EM_NAME_CHARS]) {
  uint32_t buffers = module - graph->engine_count;
  if (module < graph->engine_count) {
    em_engine_name(graph, module, name);
  } else if (buffers < graph->design.shape.m) {
    snprintf(name, EM_NAME_CHARS, "blocks.%u.buffers", buffers);
  } else {
    strcpy(name, module == module_count(graph) - 1 ? "apb" : "buffers");
  }
}

static cJSON *report_part(const em_pricing *pricing, uint32_t part, const figures *f) {
  static const char *const kinds[] = {"engine", "buffer_control", "memory", "apb"};
  char name[EM_NAME_CHARS], module[EM_NAME_CHARS];
  em_part_name(pricing->graph, part, name);
  module_name(pricing->graph, module_of(pricing->graph, part), module);
  const em_part_size *size = &pricing->uses[part].size;
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "name", name);
  cJSON_AddStringToObject(object, "module", module);
  cJSON_AddStringToObject(object, "kind", kinds[em_part_at(pricing->graph, part).kind]);
  cJSON_AddNumberToObject(object, "macros", size->macros);
  put_figures(pricing, object, f);
  return object;
}

static figures total_of(const em_pricing *pricing) {
  figures total = {{0}};
  for (uint32_t part = 0; part < pricing->count; part++) {
    figures f = figures_of(pricing, part);
    add_to(&total, &f);
  }
  return total;
}

static void add_modules(const em_pricing *pricing, cJSON *price) {
  cJSON *modules = cJSON_AddArrayToObject(price, "modules");
  for (uint32_t m = 0; m < module_count(pricing->graph); m++) {
    figures sum = {{0}};
    for (uint32_t part = 0; part < pricing->count; part++) {
      if (module_of(pricing->graph, part) == m) {
        figures f = figures_of(pricing, part);
        add_to(&sum, &f);
      }
    }
    char name[EM_NAME_CHARS];
    module_name(pricing->graph, m, name);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", name);
    put_figures(pricing, object, &sum);
    cJSON_AddItemToArray(modules, object);
  }
}

static void add_parts(const em_pricing *pricing, cJSON *price) {
  cJSON *parts = cJSON_AddArrayToObject(price, "parts");
  for (uint32_t part = 0; part < pricing->count; part++) {
    figures f = figures_of(pricing, part);
    cJSON_AddItemToArray(parts, report_part(pricing, part, &f));
  }
}

/* ---- Bounds ---- */

static double rounded(double value, double units) {
  return rint(value * units) / units;
}

static void put_range(cJSON *object, const char *key, em_range range, double scale, double nominal, double units) {
  cJSON *bounds = cJSON_AddObjectToObject(object, key);
  cJSON_AddNumberToObject(bounds, "low", fmin(rounded(range.low * scale, units), nominal));
  cJSON_AddNumberToObject(bounds, "nominal", nominal);
  cJSON_AddNumberToObject(bounds, "high", fmax(rounded(range.high * scale, units), nominal));
}

static void add_bounds(const em_pricing *pricing, const figures *total, uint64_t frames, cJSON *price) {
  static const struct {
    uint32_t figure, total;
  } rows[] = {
      {AREA, EM_PRICE_AREA},        {LOGIC_AREA, EM_FIGURE_LOGIC_AREA},     {MACRO_AREA, EM_FIGURE_MACRO_AREA},
      {POWER, EM_PRICE_ENERGY},     {SWITCHING_POWER, EM_FIGURE_SWITCHING}, {CLOCK_POWER, EM_FIGURE_CLOCK},
      {SRAM_POWER, EM_FIGURE_SRAM}, {LEAKAGE_POWER, EM_FIGURE_LEAKAGE},
  };
  double milliwatts = milliwatts_per_pj(pricing);
  cJSON *bounds = cJSON_AddObjectToObject(price, "bounds");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    uint32_t figure = rows[i].figure;
    put_range(bounds, figure_keys[figure].key, pricing->bounds.totals[rows[i].total], figure <= AREA ? 1 : milliwatts,
              value_of(pricing, total, figure), resolution(pricing, figure));
  }
  put_range(bounds, "energy_per_frame_pj", pricing->bounds.totals[EM_PRICE_ENERGY], 1 / (double)frames,
            rounded(value_of(pricing, total, ENERGY) / (double)frames, 1000), 1000);
}

/* What moves the totals: each constant alone at its low and its high, and its share of the squared uncertainty. */
static void add_sensitivity(const em_pricing *pricing, uint64_t frames, cJSON *price) {
  const em_price_bounds *b = &pricing->bounds;
  double milliwatts = milliwatts_per_pj(pricing);
  cJSON *list = cJSON_AddArrayToObject(price, "sensitivity");
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    const double *low = b->at_low[c], *high = b->at_high[c];
    if (low[EM_PRICE_AREA] == 0 && high[EM_PRICE_AREA] == 0 && low[EM_PRICE_ENERGY] == 0 &&
        high[EM_PRICE_ENERGY] == 0) {
      continue;
    }
    double area = b->totals[EM_PRICE_AREA].value, energy = b->totals[EM_PRICE_ENERGY].value;
    double share = rounded(100 * em_price_share(b, (em_price_constant)c, EM_PRICE_ENERGY), 100);
    cJSON *item = cJSON_CreateObject();
    const struct {
      const char *key;
      double value, units;
    } numbers[] = {
        {"area_um2_at_low", area + low[EM_PRICE_AREA], 100},
        {"area_um2_at_high", area + high[EM_PRICE_AREA], 100},
        {"area_share_percent", 100 * em_price_share(b, (em_price_constant)c, EM_PRICE_AREA), 100},
        {"power_mw_at_low", (energy + low[EM_PRICE_ENERGY]) * milliwatts, figure_keys[POWER].units},
        {"power_mw_at_high", (energy + high[EM_PRICE_ENERGY]) * milliwatts, figure_keys[POWER].units},
        {"power_share_percent", share, 100},
        {"energy_per_frame_pj_at_low", (energy + low[EM_PRICE_ENERGY]) / (double)frames, 1000},
        {"energy_per_frame_pj_at_high", (energy + high[EM_PRICE_ENERGY]) / (double)frames, 1000},
        {"energy_share_percent", share, 100}, /* the run's time is counted, so both have the same causes */
    };
    cJSON_AddStringToObject(item, "constant", em_price_constant_name((em_price_constant)c));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
      cJSON_AddNumberToObject(item, numbers[i].key, rounded(numbers[i].value, numbers[i].units));
    }
    cJSON_AddItemToArray(list, item);
  }
}

/* ---- Efficiency ---- */

/* Six significant digits. */
static double significant(double value) {
  if (value == 0 || !isfinite(value)) {
    return 0;
  }
  double units = pow(10, 5 - floor(log10(fabs(value))));
  return isfinite(units) && units > 0 ? rint(value * units) / units : value;
}

/* `high` is null where the range reaches down to 0: nothing bounds the quotient. */
static void add_inverse(cJSON *object, const char *key, double numerator, em_range range) {
  cJSON *bounds = cJSON_AddObjectToObject(object, key);
  cJSON_AddNumberToObject(bounds, "low", significant(range.high > 0 ? numerator / range.high : 0));
  cJSON_AddNumberToObject(bounds, "nominal", significant(range.value > 0 ? numerator / range.value : 0));
  if (range.low > 0) {
    cJSON_AddNumberToObject(bounds, "high", significant(numerator / range.low));
  } else {
    cJSON_AddNullToObject(bounds, "high");
  }
}

static void add_efficiency(const em_pricing *pricing, uint64_t frames, cJSON *price) {
  const em_graph *graph = pricing->graph;
  em_range energy = pricing->bounds.totals[EM_PRICE_ENERGY], area = pricing->bounds.totals[EM_PRICE_AREA];
  double macs = 0, tokens = (double)frames * graph->design.shape.l, us = em_price_time_us(&pricing->point);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    macs += pricing->engines[e].macs;
  }
  double tops = 2 * macs / us * 1e-6, cycles = (double)pricing->point.cycles;
  cJSON *object = cJSON_AddObjectToObject(price, "efficiency");
  cJSON_AddStringToObject(
      object, "counts",
      "2 operations a MAC; MACs are multiplications with an addition: weights, A_bar with the "
      "state, C with the state; nothing else counts; energy is everything in the steady state, idle "
      "cycles included");
  cJSON_AddNumberToObject(object, "macs", macs);
  cJSON_AddNumberToObject(object, "macs_per_frame", significant(macs / (double)frames));
  cJSON_AddNumberToObject(object, "macs_per_cycle", significant(macs / cycles));
  cJSON_AddNumberToObject(object, "peak_macs_per_cycle", em_peak_macs(graph));
  em_range per_token = {energy.low / tokens, energy.value / tokens, energy.high / tokens};
  put_range(object, "energy_per_token_pj", per_token, 1, rounded(per_token.value, 1000), 1000);
  cJSON_AddNumberToObject(object, "energy_per_cycle_pj", significant(energy.value / cycles));
  em_range per_mac = {energy.low / macs, energy.value / macs, energy.high / macs};
  put_range(object, "energy_per_mac_pj", per_mac, 1, rounded(per_mac.value, 1e6), 1e6);
  cJSON_AddNumberToObject(object, "tops", significant(tops));
  add_inverse(object, "tops_per_w", 2 * macs, energy);
  add_inverse(object, "tops_per_mm2", tops * 1e6, area);
}

double em_price_clock_mw(const em_pricing *pricing, bool gating) {
  double units = 0, milliwatts = 1e-3 / em_price_time_us(&pricing->point);
  em_price_point point = pricing->point;
  point.clock_gating = gating;
  em_price_rates rates = em_price_rates_at(&pricing->prices, &point);
  for (uint32_t part = 0; part < pricing->count; part++) {
    em_part_price priced;
    em_price_part(&rates, &pricing->uses[part], &priced);
    units += whole(pricing, CLOCK_POWER, priced.figures[EM_FIGURE_CLOCK] * milliwatts);
  }
  return units / resolution(pricing, CLOCK_POWER);
}

static void add_clock_limit(const em_pricing *pricing, cJSON *clock) {
  const em_clock_limit *found = &pricing->clock_limit;
  char engine[EM_NAME_CHARS];
  em_engine_name(pricing->graph, found->engine, engine);
  cJSON *limit = cJSON_AddObjectToObject(clock, "limit_mhz");
  cJSON_AddNumberToObject(limit, "low", found->mhz.low);
  cJSON_AddNumberToObject(limit, "nominal", found->mhz.value);
  cJSON_AddNumberToObject(limit, "high", found->mhz.high);
  cJSON_AddStringToObject(clock, "limit_engine", engine);
  cJSON_AddNumberToObject(clock, "limit_fo4", found->depth_fo4);
}

static void add_clock(const em_pricing *pricing, cJSON *price) {
  cJSON *clock = cJSON_AddObjectToObject(price, "clock");
  cJSON_AddNumberToObject(clock, "ungated_mw", em_price_clock_mw(pricing, false));
  cJSON_AddNumberToObject(clock, "gated_mw", em_price_clock_mw(pricing, true));
  add_clock_limit(pricing, clock);
}

/* ---- The point, and what to know of it ---- */

static void add_point(const em_pricing *pricing, uint64_t frames, cJSON *price) {
  const em_price_point *p = &pricing->point;
  cJSON *point = cJSON_AddObjectToObject(price, "point");
  cJSON_AddNumberToObject(point, "clock_mhz", p->clock_mhz);
  cJSON_AddNumberToObject(point, "vdd_mv", p->vdd_mv);
  cJSON_AddNumberToObject(point, "temperature_c", p->temperature_c);
  cJSON_AddBoolToObject(point, "clock_gating", p->clock_gating);
  cJSON_AddBoolToObject(point, "toggles_counted", pricing->activity->toggles);
  cJSON_AddNumberToObject(point, "frames", (double)frames);
  cJSON_AddNumberToObject(point, "cycles", (double)p->cycles);
  cJSON_AddNumberToObject(point, "time_us", em_price_time_us(p));
  em_prices prices = pricing->prices;
  double nominal = em_speed_factor(&prices, p->vdd_mv);
  prices.values[EM_PRICE_VTH] = pricing->ranges[EM_PRICE_VTH].low;
  double one = em_speed_factor(&prices, p->vdd_mv);
  prices.values[EM_PRICE_VTH] = pricing->ranges[EM_PRICE_VTH].high;
  double other = em_speed_factor(&prices, p->vdd_mv);
  em_range range = {fmin(one, other), nominal, fmax(one, other)};
  put_range(point, "speed_factor", range, 1, rounded(nominal, 1e4), 1e4);
}

cJSON *em_price_report(const em_pricing *pricing, uint64_t frames, const em_busy_windows *windows) {
  cJSON *price = cJSON_CreateObject();
  cJSON_AddItemToObject(price, "technology", em_price_technology(pricing));
  add_point(pricing, frames, price);
  figures total = total_of(pricing);
  add_bounds(pricing, &total, frames, price);
  add_efficiency(pricing, frames, price);
  add_clock(pricing, price);
  put_figures(pricing, cJSON_AddObjectToObject(price, "totals"), &total);
  add_modules(pricing, price);
  add_parts(pricing, price);
  add_sensitivity(pricing, frames, price);
  cJSON_AddItemToObject(price, "anchors", em_price_anchors(pricing));
  cJSON_AddItemToObject(price, "power_density", em_price_density(pricing));
  cJSON_AddItemToObject(price, "notes", em_price_notes(pricing, windows));
  return price;
}

cJSON *em_price_summary(const em_pricing *pricing, uint64_t frames) {
  cJSON *price = cJSON_CreateObject();
  cJSON *technology = cJSON_AddObjectToObject(price, "technology");
  cJSON_AddStringToObject(technology, "name", pricing->technology->name);
  add_point(pricing, frames, price);
  figures total = total_of(pricing);
  add_bounds(pricing, &total, frames, price);
  add_clock(pricing, price);
  cJSON_AddItemToObject(price, "notes", em_price_notes(pricing, NULL));
  return price;
}
