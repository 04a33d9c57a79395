#include "models/explore/regret.h"

#include <math.h>
#include <stdlib.h>

/* Constants that others multiply: each at its low and its high, in all combinations. The others are then linear. */
static const em_price_constant corners[] = {EM_PRICE_SRAM_TWO_PORT, EM_PRICE_CLOCK_GATE, EM_PRICE_SRAM_WRITE_NARROW,
                                            EM_PRICE_SRAM_WRITE_WIDE, EM_PRICE_SRAM_READ_SCALE};

enum { AREA_CORNERS = 2, CORNERS = 32, AREA_TERMS = 3, TERMS = 6 };

/* Effective constants that area and energy are linear in, as multiples of their nominal values. */
enum { LOGIC, MACRO_FIXED, MACRO_BITS };
enum { SWITCHING, CLOCK, READ_BASE, READ_PER_BIT, LOGIC_LEAKAGE, MACRO_LEAKAGE };

typedef struct {
  double area[AREA_CORNERS][AREA_TERMS];
  double energy[CORNERS][TERMS]; /* pJ a frame */
} terms_of_point;

typedef struct {
  double low[TERMS], high[TERMS];
} box;

/* ---- Terms ---- */

static em_prices at_corner(const em_prices *nominal, const em_range *ranges, uint32_t corner) {
  em_prices prices = *nominal;
  for (uint32_t i = 0; i < sizeof corners / sizeof corners[0]; i++) {
    prices.values[corners[i]] = (corner >> i & 1) != 0 ? ranges[corners[i]].high : ranges[corners[i]].low;
  }
  return prices;
}

static double total(const em_prices *prices, const em_price_point *point, const em_part_use *uses, uint32_t count,
                    em_price_figure figure, bool macros) {
  em_price_rates rates = em_price_rates_at(prices, point);
  double sum = 0;
  for (uint32_t part = 0; part < count; part++) {
    em_part_price price;
    em_price_part(&rates, &uses[part], &price);
    sum += (uses[part].size.macros > 0) == macros ? price.figures[figure] : 0;
  }
  return sum;
}

/* The figure of macros with one constant at 0 taken from that with all. */
static double share_of(em_prices prices, const em_price_point *point, const em_part_use *uses, uint32_t count,
                       em_price_figure figure, em_price_constant other) {
  prices.values[other] = 0;
  return total(&prices, point, uses, count, figure, true);
}

static void find_terms(const em_explore_rates *rates, const em_range *ranges, const em_price_point *point,
                       const em_part_use *uses, uint32_t count, double frames, terms_of_point *t) {
  for (uint32_t corner = 0; corner < CORNERS; corner++) {
    em_prices p = at_corner(&rates->prices, ranges, corner);
    double *e = t->energy[corner];
    e[SWITCHING] = total(&p, point, uses, count, EM_FIGURE_SWITCHING, false);
    e[CLOCK] = total(&p, point, uses, count, EM_FIGURE_CLOCK, false);
    e[READ_BASE] = share_of(p, point, uses, count, EM_FIGURE_SRAM, EM_PRICE_SRAM_READ_PER_BIT);
    e[READ_PER_BIT] = share_of(p, point, uses, count, EM_FIGURE_SRAM, EM_PRICE_SRAM_READ_BASE);
    e[LOGIC_LEAKAGE] = total(&p, point, uses, count, EM_FIGURE_LEAKAGE, false);
    e[MACRO_LEAKAGE] = total(&p, point, uses, count, EM_FIGURE_LEAKAGE, true);
    for (uint32_t i = 0; i < TERMS; i++) {
      e[i] /= frames;
    }
    if (corner < AREA_CORNERS) { /* the two-port ratio is the first of the corners */
      t->area[corner][LOGIC] = total(&p, point, uses, count, EM_FIGURE_LOGIC_AREA, false);
      t->area[corner][MACRO_FIXED] = share_of(p, point, uses, count, EM_FIGURE_MACRO_AREA, EM_PRICE_SRAM_AREA_PER_BIT);
      t->area[corner][MACRO_BITS] = share_of(p, point, uses, count, EM_FIGURE_MACRO_AREA, EM_PRICE_SRAM_AREA_FIXED);
    }
  }
}

/* Everything that is needed to look at one design after another. */
typedef struct {
  em_graph graph;
  em_run_activity activity;
  em_part_use uses[EM_MAX_ENGINES + EM_MAX_BUFFERS + EM_MAX_MEMORIES + 1];
} bench;

static void look_at(bench *b, const em_explore_point *point, const em_explore_rates *rates, const em_range *ranges,
                    terms_of_point *terms) {
  const uint64_t frames = 64; /* a fraction of a cycle of the interval is of no account */
  const em_design *d = &point->design;
  em_graph_build(&b->graph, d);
  uint64_t cycles = (uint64_t)llround(point->figures.values[EM_EXPLORE_INTERVAL] * (double)frames);
  em_explore_activity(&b->graph, frames, cycles, &b->activity);
  uint32_t count = em_part_count(&b->graph);
  for (uint32_t part = 0; part < count; part++) {
    em_fit_use(rates->fit, &b->graph, &b->activity, rates->gate_min_flops, part, &b->uses[part]);
  }
  em_price_point at = {d->clock_mhz, d->vdd_mv, d->temperature_c, d->clock_gating, cycles};
  find_terms(rates, ranges, &at, b->uses, count, (double)frames, terms);
}

/* ---- Boxes ---- */

static double low_of(em_range r) {
  return r.value > 0 ? r.low / r.value : 1;
}

static double high_of(em_range r) {
  return r.value > 0 ? r.high / r.value : 1;
}

static box area_box(const em_range *r) {
  return (box){{low_of(r[EM_PRICE_GE_AREA]) * low_of(r[EM_PRICE_GATES_SCALE]) / high_of(r[EM_PRICE_UTILISATION]),
                low_of(r[EM_PRICE_SRAM_AREA_FIXED]), low_of(r[EM_PRICE_SRAM_AREA_PER_BIT])},
               {high_of(r[EM_PRICE_GE_AREA]) * high_of(r[EM_PRICE_GATES_SCALE]) / low_of(r[EM_PRICE_UTILISATION]),
                high_of(r[EM_PRICE_SRAM_AREA_FIXED]), high_of(r[EM_PRICE_SRAM_AREA_PER_BIT])}};
}

static box energy_box(const em_range *r) {
  em_range tree = r[EM_PRICE_CLOCK_TREE];
  em_range clocks = {1 + tree.low, 1 + tree.value, 1 + tree.high};
  return (box){
      {low_of(r[EM_PRICE_MAC_ENERGY]) * low_of(r[EM_PRICE_SWITCHING_SCALE]),
       low_of(r[EM_PRICE_FLOP_CLOCK]) * low_of(clocks) * low_of(r[EM_PRICE_FLOPS_SCALE]),
       low_of(r[EM_PRICE_SRAM_READ_BASE]), low_of(r[EM_PRICE_SRAM_READ_PER_BIT]),
       low_of(r[EM_PRICE_LOGIC_LEAKAGE]) * low_of(r[EM_PRICE_GATES_SCALE]), low_of(r[EM_PRICE_SRAM_LEAKAGE])},
      {high_of(r[EM_PRICE_MAC_ENERGY]) * high_of(r[EM_PRICE_SWITCHING_SCALE]),
       high_of(r[EM_PRICE_FLOP_CLOCK]) * high_of(clocks) * high_of(r[EM_PRICE_FLOPS_SCALE]),
       high_of(r[EM_PRICE_SRAM_READ_BASE]), high_of(r[EM_PRICE_SRAM_READ_PER_BIT]),
       high_of(r[EM_PRICE_LOGIC_LEAKAGE]) * high_of(r[EM_PRICE_GATES_SCALE]), high_of(r[EM_PRICE_SRAM_LEAKAGE])}};
}

/*
 * The largest ratio of two linear forms over a box: where one minus ratio times the other is largest, until the ratio
 * rises no more (Dinkelbach, On nonlinear fractional programming, Management Science 13, 1967).
 */
static double largest_ratio(const double *over, const double *under, const box *b, uint32_t count) {
  double ratio = 0;
  for (;;) {
    double top = 0, bottom = 0;
    for (uint32_t i = 0; i < count; i++) {
      double m = over[i] > ratio * under[i] ? b->high[i] : b->low[i];
      top += m * over[i];
      bottom += m * under[i];
    }
    if (!(bottom > 0) || top <= ratio * bottom * (1 + 1e-12)) {
      return ratio;
    }
    ratio = top / bottom;
  }
}

static double worst_of(const terms_of_point *p, const terms_of_point *q, const box *b, bool energy) {
  double worst = 0;
  for (uint32_t corner = 0; corner < (energy ? CORNERS : AREA_CORNERS); corner++) {
    double ratio = energy ? largest_ratio(p->energy[corner], q->energy[corner], b, TERMS)
                          : largest_ratio(p->area[corner], q->area[corner], b, AREA_TERMS);
    worst = ratio > worst ? ratio : worst;
  }
  return worst;
}

/* ---- Regrets ---- */

static double percent(double ratio) {
  return ratio > 1 ? 100 * (ratio - 1) : 0;
}

static void compare(const em_explore_points *points, const terms_of_point *terms, uint32_t objectives,
                    const box boxes[2], uint32_t p, em_explore_regret *regret) {
  const uint32_t area = 1u << EM_EXPLORE_AREA, power = 1u << EM_EXPLORE_POWER, energy = 1u << EM_EXPLORE_ENERGY | power;
  const em_explore_figures *own = &points->points[p].figures;
  *regret = (em_explore_regret){0, 0};
  for (uint32_t q = 0; q < points->count; q++) {
    const em_explore_figures *other = &points->points[q].figures;
    if (q != p && (objectives & area) != 0 && em_explore_as_good(other, own, objectives & ~area)) {
      regret->area_percent = fmax(regret->area_percent, percent(worst_of(&terms[p], &terms[q], &boxes[0], false)));
    }
    if (q != p && (objectives & energy) != 0 && em_explore_as_good(other, own, objectives & ~energy)) {
      double time =
          (objectives & power) == 0 ? 1 : other->values[EM_EXPLORE_INTERVAL] / own->values[EM_EXPLORE_INTERVAL];
      regret->energy_percent =
          fmax(regret->energy_percent, percent(time * worst_of(&terms[p], &terms[q], &boxes[1], true)));
    }
  }
}

em_status em_explore_regrets(const em_explore_points *points, uint32_t objectives, const em_explore_rates *rates,
                             const em_range ranges[EM_PRICE_CONSTANTS], em_explore_regret *regrets, em_error *error) {
  const box boxes[2] = {area_box(ranges), energy_box(ranges)};
  terms_of_point *terms = calloc(points->count + 1, sizeof *terms);
  bench *b = malloc(sizeof *b);
  bool fits = terms != NULL && b != NULL;
  for (uint32_t i = 0; i < points->count && fits; i++) {
    look_at(b, &points->points[i], rates, ranges, &terms[i]);
  }
  for (uint32_t i = 0; i < points->count && fits; i++) {
    compare(points, terms, objectives, boxes, i, &regrets[i]);
  }
  free(b);
  free(terms);
  return fits ? EM_OK : em_fail(error, EM_FAILED, "out of memory for the regrets of %u points", points->count);
}
