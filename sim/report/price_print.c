#include "sim/report/price_print.h"

#include <string.h>

static double nominal(em_report_reader *r, const cJSON *bounds, const char *key) {
  return em_reader_number(r, em_reader_child(r, bounds, key), "nominal");
}

/* "12.34 (10.1..15.2)"; a high of null is "unbounded". */
static void print_range(em_report_reader *r, const cJSON *object, const char *key, double scale, const char *unit,
                        FILE *file) {
  const cJSON *range = em_reader_child(r, object, key);
  fprintf(file, "%.4g %s (%.4g..", em_reader_number(r, range, "nominal") * scale, unit,
          em_reader_number(r, range, "low") * scale);
  if (cJSON_IsNull(em_reader_child(r, range, "high"))) {
    fputs("unbounded)", file);
  } else {
    fprintf(file, "%.4g)", em_reader_number(r, range, "high") * scale);
  }
}

static void print_beside(em_report_reader *r, const cJSON *price, const char *key, const char *what, FILE *file) {
  const cJSON *object = em_reader_child(r, price, key);
  fprintf(file, "         %.4g mW, %.4g nJ a frame: %s, %.0f cycles\n", em_reader_number(r, object, "power_mw"),
          em_reader_number(r, object, "energy_per_frame_pj") * 1e-3, what, em_reader_number(r, object, "cycles"));
}

static void print_head(em_report_reader *r, const cJSON *price, FILE *file) {
  const cJSON *point = em_reader_child(r, price, "point"), *bounds = em_reader_child(r, price, "bounds");
  const cJSON *technology = em_reader_child(r, price, "technology");
  fprintf(file, "\nprice    %s, %g mV, %g C, %g MHz, clock %s; nominal (low..high)\n",
          em_reader_text(r, technology, "name"), em_reader_number(r, point, "vdd_mv"),
          em_reader_number(r, point, "temperature_c"), em_reader_number(r, point, "clock_mhz"),
          cJSON_IsTrue(em_reader_child(r, point, "clock_gating")) ? "gated" : "not gated");
  fputs("  area   ", file);
  print_range(r, bounds, "area_um2", 1e-6, "mm2", file);
  fputs("\n  power  ", file);
  print_range(r, bounds, "power_mw", 1, "mW", file);
  fputs("\n  energy ", file);
  print_range(r, bounds, "energy_per_frame_pj", 1e-3, "nJ a frame", file);
  fputs(", in the steady state\n", file);
  print_beside(r, price, "run", "the run as it was, fill and drain included", file);
  print_beside(r, price, "single_frame", "one frame alone", file);
  const cJSON *clock = em_reader_child(r, price, "clock");
  fputs("  clock  up to ", file);
  print_range(r, clock, "limit_mhz", 1, "MHz", file);
  fprintf(file, ", by paths of %.0f FO4 in %s (an estimate)\n", em_reader_number(r, clock, "limit_fo4"),
          em_reader_text(r, clock, "limit_engine"));
}

static void print_row(em_report_reader *r, const char *name, const cJSON *row, FILE *file) {
  static const struct {
    const char *key;
    double scale;
    int width, decimals;
  } columns[] = {{"gates_ge", 1, 11, 1},   {"area_um2", 1, 13, 2},  {"switching_mw", 1e3, 13, 6},
                 {"clock_mw", 1e3, 13, 6}, {"sram_mw", 1e3, 13, 6}, {"leakage_mw", 1e3, 13, 6},
                 {"power_mw", 1e3, 14, 6}};
  fprintf(file, "%-22s", name);
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
    fprintf(file, " %*.*f", columns[i].width, columns[i].decimals,
            em_reader_number(r, row, columns[i].key) * columns[i].scale);
  }
  fputs("\n", file);
}

static void print_modules(em_report_reader *r, const cJSON *price, FILE *file) {
  const cJSON *module;
  fprintf(file, "\n%-22s %11s %13s %13s %13s %13s %13s %14s\n", "module (uW)", "GE", "area um2", "switching", "clock",
          "SRAM", "leakage", "power");
  cJSON_ArrayForEach(module, em_reader_array(r, price, "modules", 0)) {
    print_row(r, em_reader_text(r, module, "name"), module, file);
  }
  print_row(r, "total", em_reader_child(r, price, "totals"), file);
}

static void print_efficiency(em_report_reader *r, const cJSON *price, FILE *file) {
  const cJSON *e = em_reader_child(r, price, "efficiency"), *clock = em_reader_child(r, price, "clock");
  fputs("\na token ", file);
  print_range(r, e, "energy_per_token_pj", 1e-3, "nJ", file);
  fputs("; a MAC ", file);
  print_range(r, e, "energy_per_mac_pj", 1, "pJ all in", file);
  fprintf(file, "; %.4g GOPS, ", em_reader_number(r, e, "tops") * 1e3);
  print_range(r, e, "tops_per_w", 1, "TOPS/W", file);
  fputs(", ", file);
  print_range(r, e, "tops_per_mm2", 1, "TOPS/mm2", file);
  fprintf(file, "\n  (%s)\n", em_reader_text(r, e, "counts"));
  fprintf(file, "clock: %.6g uW gated, %.6g uW not gated\n", em_reader_number(r, clock, "gated_mw") * 1e3,
          em_reader_number(r, clock, "ungated_mw") * 1e3);
}

/* The three constants with the largest share of a total's uncertainty. */
static void print_what_matters(em_report_reader *r, const cJSON *price, const char *what, const char *key, FILE *file) {
  const cJSON *list = em_reader_array(r, price, "sensitivity", 0), *item, *taken[3] = {NULL, NULL, NULL};
  fprintf(file, "what the range of %s is made of:", what);
  for (int rank = 0; rank < 3; rank++) {
    double most = 0;
    cJSON_ArrayForEach(item, list) {
      double share = em_reader_number(r, item, key);
      if (share > most && item != taken[0] && item != taken[1]) {
        most = share;
        taken[rank] = item;
      }
    }
    if (taken[rank] != NULL) {
      fprintf(file, "%s %s %.1f %%", rank > 0 ? "," : "", em_reader_text(r, taken[rank], "constant"), most);
    }
  }
  fputs("\n", file);
}

static void print_anchors(em_report_reader *r, const cJSON *price, FILE *file) {
  const cJSON *anchor, *density = em_reader_child(r, price, "power_density");
  fprintf(file, "\n%-11s %-31s %-13s %10s %10s %7s  %s\n", "published", "quantity", "unit", "theirs", "here", "ratio",
          "kind: source");
  cJSON_ArrayForEach(anchor, em_reader_array(r, price, "anchors", 0)) {
    fprintf(file, "%-11s %-31s %-13s %10.4g %10.4g %7.2g  %s: %s\n    %s\n", em_reader_text(r, anchor, "name"),
            em_reader_text(r, anchor, "quantity"), em_reader_text(r, anchor, "unit"),
            em_reader_number(r, anchor, "published"), em_reader_number(r, anchor, "here"),
            em_reader_number(r, anchor, "ratio"), em_reader_text(r, anchor, "kind"),
            em_reader_text(r, anchor, "source"), em_reader_text(r, anchor, "comparable"));
  }
  fprintf(file, "density  %.0f pJ/cycle/mm2; a busy INT8 block has %.0f..%.0f at 0.8 V\n    %s\n",
          em_reader_number(r, density, "run_pj_per_cycle_mm2"),
          em_reader_number(r, density, "published_low_pj_per_cycle_mm2"),
          em_reader_number(r, density, "published_high_pj_per_cycle_mm2"), em_reader_text(r, density, "why"));
}

static void print_notes(em_report_reader *r, const cJSON *price, FILE *file) {
  const cJSON *note;
  cJSON_ArrayForEach(note, em_reader_array(r, price, "notes", 0)) {
    fprintf(file, "note: %s\n", cJSON_IsString(note) ? note->valuestring : "");
  }
}

void em_price_print_short(em_report_reader *r, const cJSON *price, FILE *file) {
  const cJSON *bounds = em_reader_child(r, price, "bounds");
  print_head(r, price, file);
  fprintf(file, "  of it  %.4g mW switching, %.4g clock, %.4g SRAM, %.4g leakage\n", nominal(r, bounds, "switching_mw"),
          nominal(r, bounds, "clock_mw"), nominal(r, bounds, "sram_mw"), nominal(r, bounds, "leakage_mw"));
  print_notes(r, price, file);
}

void em_price_print(em_report_reader *r, const cJSON *report, FILE *file) {
  const cJSON *price = cJSON_GetObjectItemCaseSensitive(report, "price");
  if (price == NULL) {
    const char *why = cJSON_HasObjectItem(report, "no_price") ? "no_price" : "price";
    fprintf(file, "\nno area, power or energy: %s\n", em_reader_text(r, report, why));
    return;
  }
  print_head(r, price, file);
  print_modules(r, price, file);
  print_efficiency(r, price, file);
  print_what_matters(r, price, "area", "area_share_percent", file);
  print_what_matters(r, price, "power and energy", "power_share_percent", file);
  const cJSON *power = cJSON_GetObjectItemCaseSensitive(price, "power_over_time");
  if (power != NULL) {
    fprintf(file,
            "power over time: average %.4g mW, peak %.4g mW in the %.0f cycles from cycle %.0f (of %.0f frames)\n",
            em_reader_number(r, power, "average_mw"), em_reader_number(r, power, "peak_mw"),
            em_reader_number(r, power, "window_cycles"), em_reader_number(r, power, "peak_cycle"),
            em_reader_number(r, power, "peak_frames"));
  }
  print_anchors(r, price, file);
  print_notes(r, price, file);
}
