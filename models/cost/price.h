/*
 * The price of a run: area, energy and power of every part, from its size and work (cost_fit.h) and a technology's
 * constants, with bounds.
 *
 * Pure formulas without heap; they stand in docs/technology.md. Modelled: cells, flip-flop clocks with the tree above
 * them, SRAM macros, leakage, supply and temperature. Not modelled: pads, the clock's source, voltage drop, process
 * corners, retention, whether the clock can be reached (em_speed_factor is information, not timing analysis).
 */
#ifndef EM_PRICE_H
#define EM_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/cost/cost_fit.h"

/* ---- Constants ---- */

/* Those of a technology that act, then the scales of the fit, which are 1 with its residual as range. */
typedef enum {
  EM_PRICE_GE_AREA,
  EM_PRICE_UTILISATION,
  EM_PRICE_SRAM_AREA_FIXED,
  EM_PRICE_SRAM_AREA_PER_BIT,
  EM_PRICE_SRAM_TWO_PORT,
  EM_PRICE_SRAM_MAX_WIDTH,
  EM_PRICE_SRAM_MIN_WORDS,
  EM_PRICE_MAC_ENERGY,
  EM_PRICE_FLOP_CLOCK,
  EM_PRICE_CLOCK_TREE,
  EM_PRICE_CLOCK_GATE,
  EM_PRICE_SRAM_READ_SCALE,
  EM_PRICE_SRAM_READ_BASE,
  EM_PRICE_SRAM_READ_PER_BIT,
  EM_PRICE_SRAM_WRITE_NARROW,
  EM_PRICE_SRAM_WRITE_WIDE,
  EM_PRICE_SRAM_NARROW_BITS,
  EM_PRICE_SRAM_WIDE_BITS,
  EM_PRICE_SRAM_LEAKAGE,
  EM_PRICE_LOGIC_LEAKAGE,
  EM_PRICE_LOGIC_DOUBLING,
  EM_PRICE_SRAM_DOUBLING,
  EM_PRICE_SUPPLY_NOMINAL,
  EM_PRICE_TEMPERATURE_NOMINAL,
  EM_PRICE_SUPPLY_EXPONENT,
  EM_PRICE_VTH,
  EM_PRICE_SPEED_ALPHA,
  EM_PRICE_TECHNOLOGY_CONSTANTS,
  EM_PRICE_GATES_SCALE = EM_PRICE_TECHNOLOGY_CONSTANTS, /* gate equivalents of all parts */
  EM_PRICE_FLOPS_SCALE,                                 /* flip-flops and their clock cycles */
  EM_PRICE_SWITCHING_SCALE,                             /* switching energy */
  EM_PRICE_CONSTANTS,
} em_price_constant;

/* Its name in a technology file ("ge_area_um2"), or "calibration_gates_scale". */
const char *em_price_constant_name(em_price_constant constant);

typedef struct {
  double low, value, high;
} em_range;

/* One value each, in the unit that its name ends in. */
typedef struct {
  double values[EM_PRICE_CONSTANTS];
} em_prices;

/* ---- One part ---- */

typedef struct {
  double clock_mhz, vdd_mv, temperature_c;
  bool clock_gating;
  uint64_t cycles; /* of the run */
} em_price_point;

/* Areas in um2, then energies of the whole run in pJ. */
typedef enum {
  EM_FIGURE_LOGIC_AREA, /* gates over utilisation */
  EM_FIGURE_MACRO_AREA,
  EM_FIGURE_SWITCHING, /* logic and nets */
  EM_FIGURE_CLOCK,     /* flip-flop clock pins and the tree above them */
  EM_FIGURE_SRAM,      /* reads and writes of macros */
  EM_FIGURE_LEAKAGE,
  EM_PRICE_FIGURES,
} em_price_figure;

enum { EM_PRICE_FIRST_ENERGY = EM_FIGURE_SWITCHING };

typedef struct {
  double figures[EM_PRICE_FIGURES];
} em_part_price;

/* What all parts share: the constants, and what follows from them and the point alone. */
typedef struct {
  em_prices prices;
  em_price_point point;
  double supply;                                /* the supply's factor of energy */
  double logic_leakage_time, sram_leakage_time; /* microseconds times the temperature's and the supply's factor */
} em_price_rates;

em_price_rates em_price_rates_at(const em_prices *prices, const em_price_point *point);

/* The price of a design is the sum over its parts. */
void em_price_part(const em_price_rates *rates, const em_part_use *use, em_part_price *price);

/* Energy of one read, and of one write, of a one-port macro of words x word_bits at the nominal supply, pJ. */
double em_sram_read_pj(const em_prices *prices, uint64_t words, uint32_t word_bits);
double em_sram_write_pj(const em_prices *prices, uint64_t words, uint32_t word_bits);

/* A memory as macros that exist: so many side by side, each of so many words and bits. */
typedef struct {
  double macros;
  uint64_t words;
  uint32_t word_bits;
} em_sram_tiles;

em_sram_tiles em_sram_tiles_of(const em_prices *prices, uint64_t words, uint32_t word_bits);

/* Length of the run, microseconds. */
double em_price_time_us(const em_price_point *point);

/* Energy at the point's supply over that at the nominal one. */
double em_supply_factor(const em_prices *prices, double vdd_mv);

/* Highest clock at the point's supply over that at the nominal one: ((V - vth)^alpha / V), normalised. */
double em_speed_factor(const em_prices *prices, double vdd_mv);

/* ---- Totals with bounds ---- */

/* Figures, then the two sums. */
enum { EM_PRICE_AREA = EM_PRICE_FIGURES, EM_PRICE_ENERGY, EM_PRICE_TOTALS };

/*
 * Totals over all parts: nominal, and bounds. Every constant moves alone to its low and to its high, for all parts
 * together; what that lowers and what that raises are each combined by root-sum-square. Low is at least 0.
 */
typedef struct {
  em_range totals[EM_PRICE_TOTALS];
  /* Change of each total with the constant at its low and at its high. */
  double at_low[EM_PRICE_CONSTANTS][EM_PRICE_TOTALS], at_high[EM_PRICE_CONSTANTS][EM_PRICE_TOTALS];
} em_price_bounds;

void em_price_run(const em_range ranges[EM_PRICE_CONSTANTS], const em_price_point *point, const em_part_use *uses,
                  uint32_t count, em_price_bounds *bounds);

/* The part of a total's squared uncertainty (mean of both directions) that is due to one constant, 0..1. */
double em_price_share(const em_price_bounds *bounds, em_price_constant constant, uint32_t total);

/* The nominal values. */
em_prices em_prices_nominal(const em_range ranges[EM_PRICE_CONSTANTS]);

#endif
