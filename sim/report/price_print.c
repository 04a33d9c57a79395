#include "sim/report/price_print.h"

#include <string.h>

#include "sim/report/report_fields.h"

enum { RANGE_CHARS = 4 * EM_FIGURE_CHARS, DIGITS = 3 };

/* "12.3 mW (10.1..15.2)"; a high of null is "unbounded". Three digits: the ranges are wider than the fourth. */
static const char *range_text(em_report_reader *r, const em_terminal *terminal, const cJSON *object, const char *key,
                              double scale, const char *unit, char text[RANGE_CHARS]) {
  const cJSON *range = em_reader_child(r, object, key);
  char nominal[EM_FIGURE_CHARS], low[EM_FIGURE_CHARS], high[EM_FIGURE_CHARS] = "unbounded";
  em_figure_text(em_reader_number(r, range, "nominal") * scale, nominal);
  em_figure_text(em_reader_number(r, range, "low") * scale, low);
  if (!cJSON_IsNull(em_reader_child(r, range, "high"))) {
    em_figure_text(em_reader_number(r, range, "high") * scale, high);
  }
  snprintf(text, RANGE_CHARS, "%s %s (%s..%s)", nominal, em_terminal_unit(terminal, unit), low, high);
  return text;
}

static void print_beside(em_report_reader *r, const cJSON *price, const char *key, const char *what,
                         const em_terminal *terminal) {
  const cJSON *object = em_reader_child(r, price, key);
  em_terminal_line(
      terminal, "", "%.*g mW, %.*g nJ a frame: %s, %.0f cycles", DIGITS, em_reader_number(r, object, "power_mw"),
      DIGITS, em_reader_number(r, object, "energy_per_frame_pj") * 1e-3, what, em_reader_number(r, object, "cycles"));
}

static double nominal(em_report_reader *r, const cJSON *bounds, const char *key) {
  return em_reader_number(r, em_reader_child(r, bounds, key), "nominal");
}

static void print_head(em_report_reader *r, const cJSON *price, const em_terminal *terminal) {
  const cJSON *point = em_reader_child(r, price, "point"), *bounds = em_reader_child(r, price, "bounds");
  const cJSON *technology = em_reader_child(r, price, "technology");
  char text[RANGE_CHARS];
  fputs("\n", terminal->file);
  em_terminal_line(terminal, "price", "%s, %g mV, %g C, %g MHz, clock %s; nominal (low..high)",
                   em_reader_text(r, technology, "name"), em_reader_number(r, point, "vdd_mv"),
                   em_reader_number(r, point, "temperature_c"), em_reader_number(r, point, "clock_mhz"),
                   cJSON_IsTrue(em_reader_child(r, point, "clock_gating")) ? "gated" : "not gated");
  em_terminal_line(terminal, "  area", "%s", range_text(r, terminal, bounds, "area_um2", 1e-6, "mm2", text));
  em_terminal_line(terminal, "  power", "%s", range_text(r, terminal, bounds, "power_mw", 1, "mW", text));
  em_terminal_line(terminal, "  of it", "%.*g mW switching, %.*g clock, %.*g SRAM, %.*g leakage", DIGITS,
                   nominal(r, bounds, "switching_mw"), DIGITS, nominal(r, bounds, "clock_mw"), DIGITS,
                   nominal(r, bounds, "sram_mw"), DIGITS, nominal(r, bounds, "leakage_mw"));
  em_terminal_line(terminal, "  energy", "%s, in the steady state",
                   range_text(r, terminal, bounds, "energy_per_frame_pj", 1e-3, "nJ a frame", text));
  print_beside(r, price, "run", "the run as it was, fill and drain included", terminal);
  print_beside(r, price, "single_frame", "one frame alone", terminal);
  const cJSON *clock = em_reader_child(r, price, "clock");
  if (cJSON_HasObjectItem(clock, "limit_mhz")) { /* reports from before it lack it */
    em_terminal_line(terminal, "  clock", "up to %s: %.0f FO4 in %s, an estimate",
                     range_text(r, terminal, clock, "limit_mhz", 1, "MHz", text),
                     em_reader_number(r, clock, "limit_fo4"), em_reader_text(r, clock, "limit_engine"));
  }
}

static void print_modules(em_report_reader *r, const cJSON *price, const em_terminal *terminal) {
  const cJSON *totals = em_reader_child(r, price, "totals");
  em_field fields[EM_MOST_FIELDS];
  uint32_t count = em_report_shown(EM_TABLE_MODULES, totals, fields);
  char what[64];
  snprintf(what, sizeof what, "module (%s, %s)", em_terminal_unit(terminal, "um2"), em_terminal_unit(terminal, "uW"));
  em_rows_print(r, terminal, what, fields, count, em_reader_array(r, price, "modules", 0), totals, false);
  em_terminal_line(terminal, "rounded",
                   "to three digits, each for itself; --csv and --report have the exact ones, whose parts add up");
  fputs("\n", terminal->file);
}

static void print_efficiency(em_report_reader *r, const cJSON *price, const em_terminal *terminal) {
  const cJSON *e = em_reader_child(r, price, "efficiency"), *clock = em_reader_child(r, price, "clock");
  char text[RANGE_CHARS];
  em_terminal_line(terminal, "a token", "%s", range_text(r, terminal, e, "energy_per_token_pj", 1e-3, "nJ", text));
  em_terminal_line(terminal, "a MAC", "%s all in", range_text(r, terminal, e, "energy_per_mac_pj", 1, "pJ", text));
  em_terminal_line(terminal, "GOPS", "%.*g", DIGITS, em_reader_number(r, e, "tops") * 1e3);
  em_terminal_line(terminal, "", "%s", range_text(r, terminal, e, "tops_per_w", 1, "TOPS/W", text));
  em_terminal_line(terminal, "", "%s", range_text(r, terminal, e, "tops_per_mm2", 1, "TOPS/mm2", text));
  em_terminal_line(terminal, "", "(%s)", em_reader_text(r, e, "counts"));
  em_terminal_line(terminal, "clock", "%.*g mW gated, %.*g mW not gated", DIGITS,
                   em_reader_number(r, clock, "gated_mw"), DIGITS, em_reader_number(r, clock, "ungated_mw"));
}

/* The three constants with the largest share of a total's uncertainty. */
static void print_what_matters(em_report_reader *r, const cJSON *price, const char *what, const char *key,
                               const em_terminal *terminal) {
  const cJSON *list = em_reader_array(r, price, "sensitivity", 0), *item, *taken[3] = {NULL, NULL, NULL};
  char text[3 * RANGE_CHARS] = "";
  for (int rank = 0; rank < 3; rank++) {
    double most = 0;
    cJSON_ArrayForEach(item, list) {
      double share = em_reader_number(r, item, key);
      if (share > most && item != taken[0] && item != taken[1]) {
        most = share;
        taken[rank] = item;
      }
    }
    size_t used = strlen(text);
    if (taken[rank] != NULL) {
      snprintf(text + used, sizeof text - used, "%s %.60s %.0f %%", rank > 0 ? "," : "",
               em_reader_text(r, taken[rank], "constant"), most);
    }
  }
  em_terminal_line(terminal, "range", "of %s is due to%s", what, text);
}

static void print_power_over_time(em_report_reader *r, const cJSON *price, const em_terminal *terminal) {
  const cJSON *power = cJSON_GetObjectItemCaseSensitive(price, "power_over_time");
  if (power != NULL) {
    em_terminal_line(terminal, "over time",
                     " average %.*g mW, peak %.*g mW in the %.0f cycles from cycle %.0f (of %.0f frames)", DIGITS,
                     em_reader_number(r, power, "average_mw"), DIGITS, em_reader_number(r, power, "peak_mw"),
                     em_reader_number(r, power, "window_cycles"), em_reader_number(r, power, "peak_cycle"),
                     em_reader_number(r, power, "peak_frames"));
  }
}

static void print_anchors(em_report_reader *r, const cJSON *price, const em_terminal *terminal) {
  const cJSON *anchor, *density = em_reader_child(r, price, "power_density"),
                       *anchors = em_reader_array(r, price, "anchors", 0);
  static const em_field fields[] = {{"quantity", "quantity", EM_FIELD_TEXT, 1},
                                    {"unit", "unit", EM_FIELD_TEXT, 1},
                                    {"theirs", "published", EM_FIELD_FIGURE, 1},
                                    {"here", "here", EM_FIELD_FIGURE, 1},
                                    {"ratio", "ratio", EM_FIELD_FIGURE, 1}};
  em_rows_print(r, terminal, "published", fields, sizeof fields / sizeof fields[0], anchors, NULL, false);
  cJSON_ArrayForEach(anchor, anchors) {
    em_terminal_line(terminal, em_reader_text(r, anchor, "name"), " %s: %s, %s; %s",
                     em_reader_text(r, anchor, "quantity"), em_reader_text(r, anchor, "kind"),
                     em_reader_text(r, anchor, "source"), em_reader_text(r, anchor, "comparable"));
  }
  em_terminal_line(terminal, "density", "%.0f pJ/cycle/%s; a busy INT8 block has %.0f..%.0f at 0.8 V: %s",
                   em_reader_number(r, density, "run_pj_per_cycle_mm2"), em_terminal_unit(terminal, "mm2"),
                   em_reader_number(r, density, "published_low_pj_per_cycle_mm2"),
                   em_reader_number(r, density, "published_high_pj_per_cycle_mm2"), em_reader_text(r, density, "why"));
}

static void print_notes(em_report_reader *r, const cJSON *price, const em_terminal *terminal) {
  const cJSON *note;
  cJSON_ArrayForEach(note, em_reader_array(r, price, "notes", 0)) {
    em_terminal_line(terminal, "note:", "%s", cJSON_IsString(note) ? note->valuestring : "");
  }
}

void em_price_print_short(em_report_reader *r, const cJSON *price, FILE *file) {
  em_terminal terminal = em_terminal_of(file, file);
  print_head(r, price, &terminal);
  print_notes(r, price, &terminal);
}

void em_price_print(em_report_reader *r, const cJSON *report, bool details, const em_terminal *terminal) {
  const cJSON *price = cJSON_GetObjectItemCaseSensitive(report, "price");
  if (price == NULL) {
    const char *why = cJSON_HasObjectItem(report, "no_price") ? "no_price" : "price";
    fputs("\n", terminal->file);
    em_terminal_line(terminal, "price", "no area, power or energy: %s", em_reader_text(r, report, why));
    return;
  }
  print_head(r, price, terminal);
  if (details) {
    print_modules(r, price, terminal);
    print_efficiency(r, price, terminal);
    print_what_matters(r, price, "area", "area_share_percent", terminal);
    print_what_matters(r, price, "power and energy", "power_share_percent", terminal);
    print_power_over_time(r, price, terminal);
    print_anchors(r, price, terminal);
  }
  print_notes(r, price, terminal);
}
