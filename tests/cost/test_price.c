/*
 * The price formulas: figures computed by hand for a made-up technology and two made-up parts, the scaling laws, and
 * what bounds promise.
 */
#include "models/cost/price.h"

/* cmocka.h needs what stands before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <string.h>

#include "sim/files/technology_file.h"

static em_range exactly(double value) {
  return (em_range){value, value, value};
}

/* Round numbers, without ranges. */
static void make_ranges(em_range ranges[EM_PRICE_CONSTANTS]) {
  static const double values[EM_PRICE_CONSTANTS] = {
      [EM_PRICE_GE_AREA] = 0.2,           [EM_PRICE_UTILISATION] = 0.5,
      [EM_PRICE_SRAM_AREA_FIXED] = 1000,  [EM_PRICE_SRAM_AREA_PER_BIT] = 1,
      [EM_PRICE_SRAM_TWO_PORT] = 1.5,     [EM_PRICE_SRAM_MAX_WIDTH] = 128,
      [EM_PRICE_SRAM_MIN_WORDS] = 64,     [EM_PRICE_MAC_ENERGY] = 0.1,
      [EM_PRICE_FLOP_CLOCK] = 2,          [EM_PRICE_CLOCK_TREE] = 0.5,
      [EM_PRICE_CLOCK_GATE] = 0.1,        [EM_PRICE_SRAM_READ_SCALE] = 2,
      [EM_PRICE_SRAM_READ_BASE] = 0.5,    [EM_PRICE_SRAM_READ_PER_BIT] = 0.01,
      [EM_PRICE_SRAM_WRITE_NARROW] = 0.8, [EM_PRICE_SRAM_WRITE_WIDE] = 1.2,
      [EM_PRICE_SRAM_NARROW_BITS] = 32,   [EM_PRICE_SRAM_WIDE_BITS] = 64,
      [EM_PRICE_SRAM_LEAKAGE] = 3,        [EM_PRICE_LOGIC_LEAKAGE] = 2,
      [EM_PRICE_LOGIC_DOUBLING] = 30,     [EM_PRICE_SRAM_DOUBLING] = 40,
      [EM_PRICE_SUPPLY_NOMINAL] = 800,    [EM_PRICE_TEMPERATURE_NOMINAL] = 25,
      [EM_PRICE_SUPPLY_EXPONENT] = 2,     [EM_PRICE_VTH] = 0.3,
      [EM_PRICE_SPEED_ALPHA] = 1.3,       [EM_PRICE_GATES_SCALE] = 1,
      [EM_PRICE_FLOPS_SCALE] = 1,         [EM_PRICE_SWITCHING_SCALE] = 1};
  for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
    ranges[c] = exactly(values[c]);
  }
}

static const em_price_point nominal_point = {
    .clock_mhz = 100, .vdd_mv = 800, .temperature_c = 25, .clock_gating = false, .cycles = 1000};

/* 5,000 GE of logic; a macro of two copies of 512 x 32 bits, 2 KiB each. */
static const em_part_use logic = {
    {.gates_ge = 5000, .flops = 100},
    {.switching_mac = 7000, .flop_cycles = 100000, .flop_cycles_gated = 30000, .gate_cycles = 9000}};
static const em_part_use macro = {{.macros = 2, .macro_words = 512, .macro_word_bits = 32},
                                  {.macro_reads = 100, .macro_writes = 40}};

static void price_at(const em_prices *prices, const em_price_point *point, const em_part_use *use,
                     em_part_price *price) {
  em_price_rates rates = em_price_rates_at(prices, point);
  em_price_part(&rates, use, price);
}

static void near(double value, double expected) {
  if (fabs(value - expected) > 1e-12 * fabs(expected)) {
    fail_msg("%.17g, expected %.17g", value, expected);
  }
}

static void price_logic_by_hand(void **state) {
  (void)state;
  em_range ranges[EM_PRICE_CONSTANTS];
  make_ranges(ranges);
  em_prices prices = em_prices_nominal(ranges);
  em_part_price price;
  price_at(&prices, &nominal_point, &logic, &price);
  near(price.figures[EM_FIGURE_LOGIC_AREA], 5000 * 0.2 / 0.5);
  near(price.figures[EM_FIGURE_MACRO_AREA], 0);
  near(price.figures[EM_FIGURE_SWITCHING], 700); /* 7000 x 0.1 pJ */
  near(price.figures[EM_FIGURE_CLOCK], 300);     /* 100,000 x 2 fJ x 1.5 */
  near(price.figures[EM_FIGURE_SRAM], 0);
  near(price.figures[EM_FIGURE_LEAKAGE], 5000 * 2e-3 * 10); /* 10 uW for 10 us */
  em_price_point gated = nominal_point;
  gated.clock_gating = true;
  price_at(&prices, &gated, &logic, &price);
  near(price.figures[EM_FIGURE_CLOCK], 90 + 2.7); /* a gate takes a tenth of what a flip-flop does */
  near(price.figures[EM_FIGURE_SWITCHING], 700);
}

static void price_macro_by_hand(void **state) {
  (void)state;
  em_range ranges[EM_PRICE_CONSTANTS];
  make_ranges(ranges);
  em_prices prices = em_prices_nominal(ranges);
  em_part_price price;
  price_at(&prices, &nominal_point, &macro, &price);
  double read = 2 * sqrt(2) * (0.5 + 0.01 * 32);
  near(em_sram_read_pj(&prices, 512, 32), read);
  near(price.figures[EM_FIGURE_LOGIC_AREA], 0);
  near(price.figures[EM_FIGURE_MACRO_AREA], 2 * (1000 + 512 * 32));
  near(price.figures[EM_FIGURE_SRAM], 100 * read + 40 * 0.8 * read);
  near(price.figures[EM_FIGURE_LEAKAGE], 2 * 2 * 3 * 10.0); /* two copies of 2 KiB, 3 uW each, 10 us */
  em_part_use written = macro;
  written.size.macro_two_ports = true;
  em_part_price two_ports;
  price_at(&prices, &nominal_point, &written, &two_ports);
  for (uint32_t i = 0; i < EM_PRICE_FIGURES; i++) {
    near(two_ports.figures[i], price.figures[i] * 1.5);
  }
}

static void price_of_leakage_doubles_by_its_own_law_in_logic_and_in_macros(void **state) {
  (void)state;
  em_range ranges[EM_PRICE_CONSTANTS];
  make_ranges(ranges);
  em_prices prices = em_prices_nominal(ranges);
  const struct {
    const em_part_use *use;
    double doubling_c;
  } cases[] = {{&logic, 30}, {&macro, 40}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    em_price_point warm = nominal_point;
    warm.temperature_c = 25 + cases[i].doubling_c;
    em_part_price cold_price, warm_price;
    price_at(&prices, &nominal_point, cases[i].use, &cold_price);
    price_at(&prices, &warm, cases[i].use, &warm_price);
    near(warm_price.figures[EM_FIGURE_LEAKAGE], 2 * cold_price.figures[EM_FIGURE_LEAKAGE]);
  }
}

/* 16 x 300 bits: three macros of 100 bits, each as deep as the shallowest there is. */
static void price_of_a_wide_shallow_memory_is_that_of_macros_that_exist(void **state) {
  (void)state;
  em_range ranges[EM_PRICE_CONSTANTS];
  make_ranges(ranges);
  em_prices prices = em_prices_nominal(ranges);
  em_part_use wide = macro, tile = macro;
  wide.size.macro_words = 16;
  wide.size.macro_word_bits = 300;
  tile.size.macro_words = 64;
  tile.size.macro_word_bits = 100;
  em_part_price of_wide, of_tile;
  price_at(&prices, &nominal_point, &wide, &of_wide);
  price_at(&prices, &nominal_point, &tile, &of_tile);
  near(of_tile.figures[EM_FIGURE_MACRO_AREA], 2 * (1000 + 64 * 100));
  for (uint32_t i = 0; i < EM_PRICE_FIGURES; i++) {
    near(of_wide.figures[i], 3 * of_tile.figures[i]);
  }
}

static void price_write_ratio_is_a_line_between_narrow_and_wide(void **state) {
  (void)state;
  em_range ranges[EM_PRICE_CONSTANTS];
  make_ranges(ranges);
  em_prices prices = em_prices_nominal(ranges);
  static const struct {
    uint32_t bits;
    double ratio;
  } cases[] = {{1, 0.8}, {32, 0.8}, {40, 0.9}, {48, 1.0}, {64, 1.2}, {512, 1.2}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    near(em_sram_write_pj(&prices, 256, cases[i].bits) / em_sram_read_pj(&prices, 256, cases[i].bits), cases[i].ratio);
  }
}

static double total(const em_price_point *point, uint32_t which) {
  em_range ranges[EM_PRICE_CONSTANTS];
  em_price_bounds bounds;
  const em_part_use uses[] = {logic, macro};
  make_ranges(ranges);
  em_price_run(ranges, point, uses, 2, &bounds);
  return bounds.totals[which].value;
}

static void price_scales_with_supply_temperature_and_time(void **state) {
  (void)state;
  em_price_point half = nominal_point, warm = nominal_point, longer = nominal_point, fast = nominal_point;
  half.vdd_mv = 400;
  warm.temperature_c = 85; /* two doublings of logic, one and a half of macros */
  longer.cycles = 3000;
  fast.clock_mhz = 200;
  for (uint32_t i = EM_PRICE_FIRST_ENERGY; i < EM_PRICE_FIGURES; i++) {
    near(total(&half, i), total(&nominal_point, i) / 4);
  }
  near(total(&half, EM_PRICE_ENERGY), total(&nominal_point, EM_PRICE_ENERGY) / 4);
  near(total(&half, EM_PRICE_AREA), total(&nominal_point, EM_PRICE_AREA));
  double of_logic = 5000 * 2e-3 * 10, of_macros = 2 * 2 * 3 * 10.0; /* as by hand, above */
  near(total(&warm, EM_FIGURE_LEAKAGE), of_logic * 4 + of_macros * exp2(1.5));
  near(total(&warm, EM_FIGURE_SWITCHING), total(&nominal_point, EM_FIGURE_SWITCHING));
  near(total(&longer, EM_FIGURE_LEAKAGE), 3 * total(&nominal_point, EM_FIGURE_LEAKAGE));
  near(total(&fast, EM_FIGURE_LEAKAGE), total(&nominal_point, EM_FIGURE_LEAKAGE) / 2);
  near(total(&fast, EM_FIGURE_CLOCK), total(&nominal_point, EM_FIGURE_CLOCK));
}

/* RedMulE, the source of the shipped constants, runs at 470 and 613 MHz at 0.65 and 0.8 V: 0.767 of the speed. */
static void price_speed_factor_is_near_a_published_pair(void **state) {
  (void)state;
  em_range ranges[EM_PRICE_CONSTANTS];
  make_ranges(ranges);
  em_prices prices = em_prices_nominal(ranges);
  near(em_speed_factor(&prices, 800), 1);
  assert_true(fabs(em_speed_factor(&prices, 650) - 470.0 / 613.0) < 0.03);
  assert_true(em_speed_factor(&prices, 900) > 1 && em_speed_factor(&prices, 300) == 0);
}

static void price_bounds_are_root_sum_squares_by_direction(void **state) {
  (void)state;
  em_range ranges[EM_PRICE_CONSTANTS];
  em_price_bounds bounds;
  make_ranges(ranges);
  ranges[EM_PRICE_MAC_ENERGY] = (em_range){0.07, 0.1, 0.14}; /* 7000 MACs: -210, +280 */
  ranges[EM_PRICE_FLOP_CLOCK] = (em_range){1, 2, 2.5};       /* 100,000 x 1.5: -150, +75 */
  ranges[EM_PRICE_UTILISATION] = (em_range){0.4, 0.5, 0.8};  /* 1000 um2 of cells: +500, -750 */
  em_price_run(ranges, &nominal_point, &logic, 1, &bounds);
  em_range energy = bounds.totals[EM_PRICE_ENERGY], area = bounds.totals[EM_PRICE_AREA];
  near(energy.value, 700 + 300 + 100);
  near(energy.low, 1100 - sqrt(210 * 210 + 150 * 150));
  near(energy.high, 1100 + sqrt(280 * 280 + 75 * 75));
  near(area.low, 2000 - 750);
  near(area.high, 2000 + 500);
  near(bounds.at_low[EM_PRICE_UTILISATION][EM_PRICE_AREA], 500);
  near(em_price_share(&bounds, EM_PRICE_UTILISATION, EM_PRICE_AREA), 1);
  double mac = 210 * 210 + 280 * 280, clock = 150 * 150 + 75 * 75;
  near(em_price_share(&bounds, EM_PRICE_MAC_ENERGY, EM_PRICE_ENERGY), mac / (mac + clock));
}

/* The shipped technology, many points: ordered, never negative, and more work never costs less. */
static void price_bounds_are_ordered_and_monotone(void **state) {
  (void)state;
  em_technology technology;
  em_error error = {""};
  assert_int_equal(em_technology_load("configs/technology/gf22.yaml", &technology, &error), EM_OK);
  em_range ranges[EM_PRICE_CONSTANTS];
  for (uint32_t c = 0; c < EM_PRICE_TECHNOLOGY_CONSTANTS; c++) {
    const em_constant *k = em_technology_find(&technology, em_price_constant_name((em_price_constant)c));
    assert_non_null(k);
    ranges[c] = (em_range){k->low, k->value, k->high};
  }
  for (uint32_t c = EM_PRICE_TECHNOLOGY_CONSTANTS; c < EM_PRICE_CONSTANTS; c++) {
    ranges[c] = (em_range){0.8, 1, 1.2};
  }
  for (uint32_t i = 0; i < 64; i++) {
    em_price_point point = {10 + 20 * (double)i, 650 + 4 * (double)i, -40 + 2.5 * (double)i, i % 2 == 1, 100 + i};
    em_part_use uses[] = {logic, macro}, more[] = {logic, macro};
    em_price_bounds bounds, above;
    more[0].size.gates_ge *= 1.5;
    more[0].work.switching_mac *= 2;
    more[1].work.macro_reads += 10;
    em_price_run(ranges, &point, uses, 2, &bounds);
    em_price_run(ranges, &point, more, 2, &above);
    double shares = 0;
    for (uint32_t t = 0; t < EM_PRICE_TOTALS; t++) {
      em_range r = bounds.totals[t];
      assert_true(0 <= r.low && r.low <= r.value && r.value <= r.high && isfinite(r.high));
      assert_true(above.totals[t].value >= r.value && above.totals[t].high >= r.high);
    }
    for (uint32_t c = 0; c < EM_PRICE_CONSTANTS; c++) {
      shares += em_price_share(&bounds, (em_price_constant)c, EM_PRICE_ENERGY);
    }
    assert_true(fabs(shares - 1) < 1e-9);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(price_logic_by_hand),
      cmocka_unit_test(price_macro_by_hand),
      cmocka_unit_test(price_of_leakage_doubles_by_its_own_law_in_logic_and_in_macros),
      cmocka_unit_test(price_of_a_wide_shallow_memory_is_that_of_macros_that_exist),
      cmocka_unit_test(price_write_ratio_is_a_line_between_narrow_and_wide),
      cmocka_unit_test(price_scales_with_supply_temperature_and_time),
      cmocka_unit_test(price_speed_factor_is_near_a_published_pair),
      cmocka_unit_test(price_bounds_are_root_sum_squares_by_direction),
      cmocka_unit_test(price_bounds_are_ordered_and_monotone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
