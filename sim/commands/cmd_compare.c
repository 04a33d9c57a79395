/* `emamba compare A.json B.json ... [--html FILE]`: cycles, area, power and energy of reports, with ratios to the
 * first. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands/commands.h"
#include "sim/report/conditions.h"
#include "sim/report/report.h"
#include "sim/report/report_html.h"
#include "sim/report/report_reader.h"

enum { MOST_REPORTS = EM_MAX_ARGUMENTS, BAR_CHARS = 40 };

typedef struct {
  const char *const *paths; /* [count] */
  cJSON *reports[MOST_REPORTS];
  size_t count;
  uint32_t unlike[MOST_REPORTS]; /* in what each differs from the first: NEEDS_... */
} comparison;

/* What must be the same in two reports, else a ratio of their figures means nothing. */
enum { NEEDS_FRAMES = 1, NEEDS_STALLS = 2, NEEDS_SHAPE = 4 };

/* One quantity: where it stands in a report. Without a price those of price.bounds and price.efficiency are missing. */
typedef struct {
  const char *name, *unit;
  const char *section, *key; /* of `time`, or of price.bounds or price.efficiency */
  double scale;
  bool bounds; /* has low and high */
  uint32_t needs;
} quantity;

static const quantity quantities[] = {
    {"cycles", "whole run", "time", "cycles", 1, false, NEEDS_FRAMES | NEEDS_STALLS | NEEDS_SHAPE},
    {"latency", "cycles", "time", "latency_cycles", 1, false, NEEDS_STALLS | NEEDS_SHAPE},
    {"interval", "cycles a frame", "time", "interval_cycles", 1, false, NEEDS_STALLS | NEEDS_SHAPE},
    {"area", "mm2", "bounds", "area_um2", 1e-6, true, 0},
    {"power", "mW", "bounds", "power_mw", 1, true, NEEDS_STALLS},
    {"energy a frame", "nJ", "bounds", "energy_per_frame_pj", 1e-3, true, NEEDS_STALLS | NEEDS_SHAPE},
    {"energy a MAC", "pJ", "efficiency", "energy_per_mac_pj", 1, true, NEEDS_STALLS},
    {"efficiency", "TOPS/W", "efficiency", "tops_per_w", 1, true, NEEDS_STALLS},
};

typedef struct {
  double low, nominal, high;
} figure;

static figure read_figure(em_report_reader *r, const cJSON *report, const quantity *q) {
  if (strcmp(q->section, "time") != 0 && !cJSON_HasObjectItem(report, "price")) {
    return (figure){0, 0, 0};
  }
  const cJSON *section = strcmp(q->section, "time") == 0
                             ? em_reader_child(r, report, "time")
                             : em_reader_child(r, em_reader_child(r, report, "price"), q->section);
  if (!q->bounds) {
    double value = em_reader_within(r, section, q->key, 0, 1e18) * q->scale;
    return (figure){value, value, value};
  }
  const cJSON *range = em_reader_child(r, section, q->key);
  bool unbounded = cJSON_IsNull(em_reader_child(r, range, "high"));
  figure f = {em_reader_within(r, range, "low", 0, 1e30) * q->scale,
              em_reader_within(r, range, "nominal", 0, 1e30) * q->scale,
              unbounded ? INFINITY : em_reader_within(r, range, "high", 0, 1e30) * q->scale};
  return f;
}

static void print_bar(double part, FILE *file) {
  int length = isfinite(part) ? (int)lround(fmin(part, 1) * BAR_CHARS) : 0;
  for (int i = 0; i < length; i++) {
    fputc('#', file);
  }
}

static void print_quantity(em_report_reader *r, const comparison *c, const quantity *q, FILE *file) {
  figure figures[MOST_REPORTS];
  double most = 0;
  for (size_t i = 0; i < c->count; i++) {
    figures[i] = read_figure(r, c->reports[i], q);
    most = figures[i].nominal > most ? figures[i].nominal : most;
  }
  fprintf(file, "\n%s%s%s\n", q->name, q->unit[0] == '\0' ? "" : ", ", q->unit);
  for (size_t i = 0; i < c->count; i++) {
    const figure *f = &figures[i];
    char text[64] = "", ratio[32] = "";
    if (f->nominal == 0) {
      fprintf(file, "  %zu %12s\n", i + 1, "-");
      continue;
    }
    if (q->bounds && isfinite(f->high)) {
      snprintf(text, sizeof text, "(%.4g..%.4g)", f->low, f->high);
    } else if (q->bounds) {
      snprintf(text, sizeof text, "(%.4g..unbounded)", f->low);
    }
    if (figures[0].nominal > 0 && (q->needs & c->unlike[i]) == 0) {
      snprintf(ratio, sizeof ratio, "x %.3g", f->nominal / figures[0].nominal);
    } else {
      snprintf(ratio, sizeof ratio, "no ratio");
    }
    fprintf(file, "  %zu %12.6g %-22s %-10s ", i + 1, f->nominal, text, ratio);
    print_bar(most > 0 ? f->nominal / most : 0, file);
    fputc('\n', file);
  }
}

/* One line of what is not the same in all; returns whether they share technology and fit. */
static bool print_differences(em_report_reader *r, comparison *c, FILE *file) {
  bool differ[EM_CONDITIONS] = {false}, any = false, ratios = true;
  em_conditions first = em_conditions_read(r, c->reports[0]);
  for (size_t i = 1; i < c->count; i++) {
    bool here[EM_CONDITIONS] = {false};
    em_conditions other = em_conditions_read(r, c->reports[i]);
    em_conditions_differ(&first, &other, here);
    c->unlike[i] = (here[EM_CONDITION_COUNT] ? NEEDS_FRAMES : 0) | (here[EM_CONDITION_STALLS] ? NEEDS_STALLS : 0) |
                   (here[EM_CONDITION_SHAPE] ? NEEDS_SHAPE : 0);
    ratios = ratios && c->unlike[i] == 0;
    for (uint32_t k = 0; k < EM_CONDITIONS; k++) {
      differ[k] |= here[k];
    }
  }
  for (uint32_t i = 0; i < EM_CONDITIONS; i++) {
    if (differ[i]) {
      fprintf(file, "%s%s", any ? ", " : "not the same in all reports: ", em_condition_name((em_condition)i));
      any = true;
    }
  }
  fputs(any ? "; ratios hold for designs and conditions together, not for the designs alone\n" : "", file);
  fputs(ratios ? "" : "no ratio where frames, stalls or shape make the figures those of different work\n", file);
  return first.priced && !differ[EM_CONDITION_PRICE] && !differ[EM_CONDITION_TECHNOLOGY] && !differ[EM_CONDITION_FIT];
}

static void print_heads(em_report_reader *r, const comparison *c, FILE *file) {
  for (size_t i = 0; i < c->count; i++) {
    const cJSON *design = em_reader_child(r, c->reports[i], "design");
    em_conditions at = em_conditions_read(r, c->reports[i]);
    fprintf(file, "%zu  %s: design %s, %.0f frames; emamba %s, commit %s\n", i + 1, c->paths[i],
            em_reader_text(r, design, "name"), at.frames, at.version, at.commit);
    fprintf(file, "   network %s, frames %s", at.network, at.data);
    if (at.stall_in > 0 || at.stall_out > 0) {
      fprintf(file, "; stalls in %g, out %g, seed %.0f", at.stall_in, at.stall_out, at.seed);
    }
    if (at.priced) {
      fprintf(file, "\n   %s (hash %s), fit %s; %g MHz, %g mV, %g C, clock %s, %s\n", at.technology, at.hash,
              at.fit_hash, at.clock_mhz, at.vdd_mv, at.temperature_c, at.gating ? "gated" : "not gated",
              at.toggles ? "toggles counted" : "random data");
    } else {
      fprintf(file, "\n   no area, power or energy: %s\n", em_reader_text(r, c->reports[i], "no_price"));
    }
  }
}

static void print_all(em_report_reader *r, comparison *c, FILE *file) {
  print_heads(r, c, file);
  bool one_technology = print_differences(r, c, file);
  fputs("nominal (low..high), in the steady state; ratios to the first.", file);
  fputs(one_technology ? " All are of one technology and fit: a constant that is off is off for all, so ratios "
                         "are more certain than the figures.\n"
                       : "\n",
        file);
  for (size_t q = 0; q < sizeof quantities / sizeof quantities[0]; q++) {
    print_quantity(r, c, &quantities[q], file);
  }
}

static em_status check(const comparison *c, em_error *error) {
  for (size_t i = 0; i < c->count; i++) {
    em_report_reader reader = {error, EM_OK};
    for (size_t q = 0; q < sizeof quantities / sizeof quantities[0]; q++) {
      read_figure(&reader, c->reports[i], &quantities[q]);
    }
    em_reader_text(&reader, em_reader_child(&reader, c->reports[i], "design"), "name");
    em_conditions_read(&reader, c->reports[i]);
    em_reader_number(&reader, c->reports[i], "frames");
    if (reader.status != EM_OK) {
      em_error_prefix(error, c->paths[i]);
      return reader.status;
    }
  }
  return EM_OK;
}

em_status em_cmd_compare(const em_options *options, em_error *error) {
  comparison c = {.paths = options->arguments, .count = options->argument_count};
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < c.count; i++) {
    status = em_report_load(c.paths[i], &c.reports[i], error);
  }
  if (status == EM_OK) {
    status = check(&c, error);
  }
  if (status == EM_OK && options->html != NULL) {
    status = em_report_html_save(options->html, c.reports, c.count, error);
  }
  if (status == EM_OK) {
    em_report_reader reader = {error, EM_OK};
    print_all(&reader, &c, stdout);
    status = reader.status;
  }
  for (size_t i = 0; i < c.count; i++) {
    cJSON_Delete(c.reports[i]);
  }
  return status;
}
