#include "models/cost/price.h"

#include <math.h>
#include <string.h>

const char *em_price_constant_name(em_price_constant constant) {
  static const char *const names[EM_PRICE_CONSTANTS] = {
      "ge_area_um2",
      "cell_utilisation",
      "sram_area_fixed_um2",
      "sram_area_per_bit_um2",
      "sram_two_port_ratio",
      "sram_macro_max_width_bits",
      "sram_macro_min_words",
      "mac_int8_energy_pj",
      "flop_clock_energy_fj",
      "clock_tree_ratio",
      "clock_gate_energy_ratio",
      "sram_read_scale_pj",
      "sram_read_base_ratio",
      "sram_read_per_bit_ratio",
      "sram_write_narrow_ratio",
      "sram_write_wide_ratio",
      "sram_narrow_max_bits",
      "sram_wide_min_bits",
      "sram_leakage_uw_per_kib",
      "logic_leakage_nw_per_ge",
      "logic_leakage_doubling_c",
      "sram_leakage_doubling_c",
      "supply_nominal_mv",
      "temperature_nominal_c",
      "supply_energy_exponent",
      "vth_v",
      "speed_alpha",
      "calibration_gates_scale",
      "calibration_flops_scale",
      "calibration_switching_scale",
  };
  return names[constant];
}

/* Units that the constants are given in. */
static const double bits_of_kib = 8 * 1024, pj_of_fj = 1e-3, uw_of_nw = 1e-3;

static double kib(uint64_t words, uint32_t word_bits) {
  return (double)words * word_bits / bits_of_kib;
}

double em_sram_read_pj(const em_prices *prices, uint64_t words, uint32_t word_bits) {
  const double *v = prices->values;
  return v[EM_PRICE_SRAM_READ_SCALE] * sqrt(kib(words, word_bits)) *
         (v[EM_PRICE_SRAM_READ_BASE] + v[EM_PRICE_SRAM_READ_PER_BIT] * word_bits);
}

/* Write over read energy: one ratio for narrow words, one for wide ones, a straight line between. */
static double write_ratio(const em_prices *prices, uint32_t word_bits) {
  const double *v = prices->values;
  double narrow = v[EM_PRICE_SRAM_NARROW_BITS], wide = v[EM_PRICE_SRAM_WIDE_BITS];
  if (word_bits <= narrow) {
    return v[EM_PRICE_SRAM_WRITE_NARROW];
  }
  if (word_bits >= wide) {
    return v[EM_PRICE_SRAM_WRITE_WIDE];
  }
  double part = (word_bits - narrow) / (wide - narrow);
  return v[EM_PRICE_SRAM_WRITE_NARROW] + part * (v[EM_PRICE_SRAM_WRITE_WIDE] - v[EM_PRICE_SRAM_WRITE_NARROW]);
}

double em_sram_write_pj(const em_prices *prices, uint64_t words, uint32_t word_bits) {
  return em_sram_read_pj(prices, words, word_bits) * write_ratio(prices, word_bits);
}

em_sram_tiles em_sram_tiles_of(const em_prices *prices, uint64_t words, uint32_t word_bits) {
  double columns = ceil(word_bits / prices->values[EM_PRICE_SRAM_MAX_WIDTH]);
  double deep = fmax((double)words, prices->values[EM_PRICE_SRAM_MIN_WORDS]);
  return (em_sram_tiles){columns, (uint64_t)ceil(deep), (uint32_t)ceil(word_bits / columns)};
}

double em_price_time_us(const em_price_point *point) {
  return (double)point->cycles / point->clock_mhz;
}

double em_supply_factor(const em_prices *prices, double vdd_mv) {
  return pow(vdd_mv / prices->values[EM_PRICE_SUPPLY_NOMINAL], prices->values[EM_PRICE_SUPPLY_EXPONENT]);
}

/* What warmth does to leakage that doubles every so many degrees. */
static double temperature_factor(const em_prices *prices, const em_price_point *point, em_price_constant doubling) {
  return exp2((point->temperature_c - prices->values[EM_PRICE_TEMPERATURE_NOMINAL]) / prices->values[doubling]);
}

double em_speed_factor(const em_prices *prices, double vdd_mv) {
  const double *v = prices->values;
  double vdd = vdd_mv / 1000, nominal = v[EM_PRICE_SUPPLY_NOMINAL] / 1000, vth = v[EM_PRICE_VTH];
  if (vdd <= vth || nominal <= vth) {
    return 0;
  }
  return pow((vdd - vth) / (nominal - vth), v[EM_PRICE_SPEED_ALPHA]) * nominal / vdd;
}

em_price_rates em_price_rates_at(const em_prices *prices, const em_price_point *point) {
  double supply = em_supply_factor(prices, point->vdd_mv), time = em_price_time_us(point);
  return (em_price_rates){*prices, *point, supply,
                          time * temperature_factor(prices, point, EM_PRICE_LOGIC_DOUBLING) * supply,
                          time * temperature_factor(prices, point, EM_PRICE_SRAM_DOUBLING) * supply};
}

/* Flip-flop clocks that take energy; with gating those that the gates let through, and what the gates take. */
static double clocked(const em_price_rates *r, const em_part_work *work) {
  const double *v = r->prices.values;
  double cycles =
      r->point.clock_gating ? work->flop_cycles_gated + v[EM_PRICE_CLOCK_GATE] * work->gate_cycles : work->flop_cycles;
  return cycles * v[EM_PRICE_FLOPS_SCALE];
}

/* Area, energy of accesses and KiB that leak, of a memory's macros. */
static void price_macros(const em_price_rates *r, const em_part_use *use, double *figures) {
  const double *v = r->prices.values;
  const em_part_size *s = &use->size;
  const em_part_work *w = &use->work;
  em_sram_tiles tiles = em_sram_tiles_of(&r->prices, s->macro_words, s->macro_word_bits);
  double ports = s->macro_two_ports ? v[EM_PRICE_SRAM_TWO_PORT] : 1; /* over a macro of one port */
  double bits = (double)tiles.words * tiles.word_bits, macros = s->macros * tiles.macros * ports;
  double reads = w->macro_reads + w->macro_writes * write_ratio(&r->prices, tiles.word_bits);
  figures[EM_FIGURE_MACRO_AREA] = macros * (v[EM_PRICE_SRAM_AREA_FIXED] + v[EM_PRICE_SRAM_AREA_PER_BIT] * bits);
  figures[EM_FIGURE_SRAM] =
      reads * (tiles.macros * ports) * em_sram_read_pj(&r->prices, tiles.words, tiles.word_bits) * r->supply;
  figures[EM_FIGURE_LEAKAGE] =
      macros * kib(tiles.words, tiles.word_bits) * v[EM_PRICE_SRAM_LEAKAGE] * r->sram_leakage_time;
}

void em_price_part(const em_price_rates *r, const em_part_use *use, em_part_price *price) {
  double *figures = price->figures;
  const double *v = r->prices.values;
  const em_part_work *w = &use->work;
  *price = (em_part_price){{0}};
  if (use->size.macros > 0) {
    price_macros(r, use, figures);
    return;
  }
  double gates = use->size.gates_ge * v[EM_PRICE_GATES_SCALE];
  figures[EM_FIGURE_LOGIC_AREA] = gates * v[EM_PRICE_GE_AREA] / v[EM_PRICE_UTILISATION];
  figures[EM_FIGURE_SWITCHING] = w->switching_mac * v[EM_PRICE_SWITCHING_SCALE] * v[EM_PRICE_MAC_ENERGY] * r->supply;
  figures[EM_FIGURE_CLOCK] =
      clocked(r, w) * v[EM_PRICE_FLOP_CLOCK] * pj_of_fj * (1 + v[EM_PRICE_CLOCK_TREE]) * r->supply;
  figures[EM_FIGURE_LEAKAGE] = gates * v[EM_PRICE_LOGIC_LEAKAGE] * uw_of_nw * r->logic_leakage_time;
}

static void add_up(const em_prices *prices, const em_price_point *point, const em_part_use *uses, uint32_t count,
                   double totals[EM_PRICE_TOTALS]) {
  em_price_rates r = em_price_rates_at(prices, point);
  em_part_price price;
  memset(totals, 0, EM_PRICE_TOTALS * sizeof *totals);
  for (uint32_t part = 0; part < count; part++) {
    em_price_part(&r, &uses[part], &price);
    for (uint32_t i = 0; i < EM_PRICE_FIGURES; i++) {
      totals[i] += price.figures[i];
    }
  }
  for (uint32_t i = 0; i < EM_PRICE_FIGURES; i++) {
    totals[i < EM_PRICE_FIRST_ENERGY ? EM_PRICE_AREA : EM_PRICE_ENERGY] += totals[i];
  }
}

em_prices em_prices_nominal(const em_range ranges[EM_PRICE_CONSTANTS]) {
  em_prices prices;
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    prices.values[c] = ranges[c].value;
  }
  return prices;
}

static double square(double x) {
  return x * x;
}

void em_price_run(const em_range ranges[EM_PRICE_CONSTANTS], const em_price_point *point, const em_part_use *uses,
                  uint32_t count, em_price_bounds *bounds) {
  double nominal[EM_PRICE_TOTALS], lower[EM_PRICE_TOTALS] = {0}, higher[EM_PRICE_TOTALS] = {0};
  em_prices prices = em_prices_nominal(ranges);
  memset(bounds, 0, sizeof *bounds);
  add_up(&prices, point, uses, count, nominal);
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    if (ranges[c].low == ranges[c].high) {
      continue;
    }
    prices.values[c] = ranges[c].low;
    add_up(&prices, point, uses, count, bounds->at_low[c]);
    prices.values[c] = ranges[c].high;
    add_up(&prices, point, uses, count, bounds->at_high[c]);
    prices.values[c] = ranges[c].value;
    for (uint32_t i = 0; i < EM_PRICE_TOTALS; i++) {
      double *at_low = &bounds->at_low[c][i], *at_high = &bounds->at_high[c][i];
      *at_low -= nominal[i];
      *at_high -= nominal[i];
      lower[i] += square(fmin(0, fmin(*at_low, *at_high)));
      higher[i] += square(fmax(0, fmax(*at_low, *at_high)));
    }
  }
  for (uint32_t i = 0; i < EM_PRICE_TOTALS; i++) {
    bounds->totals[i] = (em_range){fmax(0, nominal[i] - sqrt(lower[i])), nominal[i], nominal[i] + sqrt(higher[i])};
  }
}

double em_price_share(const em_price_bounds *bounds, em_price_constant constant, uint32_t total) {
  double all = 0, own = 0;
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    double both = square(bounds->at_low[c][total]) + square(bounds->at_high[c][total]);
    all += both;
    own = c == (uint32_t)constant ? both : own;
  }
  return all > 0 ? own / all : 0;
}
