#include "sim/report/quantities.h"

#include <math.h>
#include <string.h>

enum {
  WORK = EM_NEEDS_STALLS | EM_NEEDS_SHAPE,
  RUN = WORK | EM_NEEDS_FRAMES,
  RIGHT = EM_NEEDS_FRAMES | EM_NEEDS_NETWORK, /* a ratio of percents says little: none is given */
};

/* clang-format off */
const em_quantity em_quantities[] = {
  {"cycles", "cycles", "whole run", NULL, NULL, "time", 1, false, RUN},
  {"latency_cycles", "latency", "cycles", "", "latency", "time", 1, false, WORK},
  {"interval_cycles", "interval", "cycles a frame", "", "interval", "time", 1, false, WORK},
  {"frames_per_second", "throughput", "frames/s", "\\per\\second", NULL, "time", 1, false, WORK},
  {"top1_percent", "accuracy", "% top-1", "\\percent", NULL, "accuracy", 1, false, RIGHT},
  {"rmse", "RMSE", "", NULL, NULL, "accuracy", 1, false, RIGHT},
  {"area_um2", "area", "mm2", "\\milli\\metre\\squared", "area", "bounds", 1e-6, true, 0},
  {"power_mw", "power", "mW", "\\milli\\watt", "power", "bounds", 1, true, EM_NEEDS_STALLS},
  {"energy_per_frame_pj", "energy a frame", "nJ", "\\nano\\joule", "energy", "bounds", 1e-3, true, WORK},
  {"energy_per_mac_pj", "energy a MAC", "pJ", NULL, NULL, "efficiency", 1, true, EM_NEEDS_STALLS},
  {"tops_per_w", "efficiency", "TOPS/W", NULL, NULL, "efficiency", 1, true, EM_NEEDS_STALLS},
};
/* clang-format on */

const size_t em_quantity_count = sizeof em_quantities / sizeof em_quantities[0];

em_figure em_figure_read(em_report_reader *r, const cJSON *report, const em_quantity *q) {
  static const em_figure unknown = {false, 0, 0, 0};
  bool price = strcmp(q->section, "bounds") == 0 || strcmp(q->section, "efficiency") == 0;
  const cJSON *home = price ? cJSON_GetObjectItemCaseSensitive(report, "price") : report;
  if (price && home == NULL && cJSON_HasObjectItem(report, "no_price")) {
    return unknown;
  }
  if (strcmp(q->section, "accuracy") == 0 &&
      !cJSON_HasObjectItem(cJSON_GetObjectItemCaseSensitive(report, "accuracy"), q->key)) {
    return unknown;
  }
  const cJSON *section = em_reader_child(r, price ? em_reader_child(r, report, "price") : home, q->section);
  if (!q->bounds) {
    double value = em_reader_within(r, section, q->key, 0, 1e18) * q->scale;
    return (em_figure){true, value, value, value};
  }
  const cJSON *range = em_reader_child(r, section, q->key);
  bool unbounded = cJSON_IsNull(em_reader_child(r, range, "high"));
  return (em_figure){true, em_reader_within(r, range, "low", 0, 1e30) * q->scale,
                     em_reader_within(r, range, "nominal", 0, 1e30) * q->scale,
                     unbounded ? INFINITY : em_reader_within(r, range, "high", 0, 1e30) * q->scale};
}
