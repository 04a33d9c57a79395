#include "sim/report/conditions.h"

#include <stdio.h>
#include <string.h>

#include "models/design/design.h"

const char *em_condition_name(em_condition condition) {
  static const char *const names[EM_CONDITIONS] = {"shape",
                                                   "network",
                                                   "number of frames",
                                                   "frames",
                                                   "stalls",
                                                   "version of the program",
                                                   "price (not all have one)",
                                                   "technology",
                                                   "fit",
                                                   "temperature",
                                                   "supply",
                                                   "clock",
                                                   "gating",
                                                   "data (toggles counted or random)"};
  return names[condition];
}

static bool read_flag(em_report_reader *r, const cJSON *object, const char *key) {
  const cJSON *flag = em_reader_child(r, object, key);
  if (flag != NULL && !cJSON_IsBool(flag)) {
    em_reader_fail(r, "\"%s\" must be true or false", key);
  }
  return cJSON_IsTrue(flag);
}

static void read_price_conditions(em_report_reader *r, const cJSON *report, em_conditions *c) {
  const cJSON *price = em_reader_child(r, report, "price");
  const cJSON *technology = em_reader_child(r, price, "technology"), *point = em_reader_child(r, price, "point");
  c->technology = em_reader_text(r, technology, "name");
  c->hash = em_reader_text(r, technology, "hash");
  c->fit_hash = em_reader_text(r, technology, "calibration_hash");
  c->clock_mhz = em_reader_number(r, point, "clock_mhz");
  c->vdd_mv = em_reader_number(r, point, "vdd_mv");
  c->temperature_c = em_reader_number(r, point, "temperature_c");
  c->gating = read_flag(r, point, "clock_gating");
  c->toggles = read_flag(r, point, "toggles_counted");
}

em_conditions em_conditions_read(em_report_reader *r, const cJSON *report) {
  const cJSON *options = em_reader_child(r, report, "options");
  em_conditions c = {.version = em_reader_text(r, report, "program_version"),
                     .commit = em_reader_text(r, report, "program_commit"),
                     .network = em_reader_text(r, em_reader_child(r, report, "network"), "hash"),
                     .data = em_reader_text(r, report, "frames_hash"),
                     .frames = em_reader_number(r, report, "frames"),
                     .stall_in = em_reader_number(r, options, "stall_in"),
                     .stall_out = em_reader_number(r, options, "stall_out"),
                     .seed = em_reader_number(r, options, "seed"),
                     .keys = em_reader_child(r, em_reader_child(r, report, "design"), "keys"),
                     .priced = cJSON_HasObjectItem(report, "price"),
                     .technology = "",
                     .hash = "",
                     .fit_hash = ""};
  if (c.priced || !cJSON_HasObjectItem(report, "no_price")) {
    read_price_conditions(r, report, &c);
  }
  return c;
}

/* Every key of the section "shape" has the same value. */
static bool same_shape(const cJSON *a, const cJSON *b) {
  for (size_t i = 0; i < em_design_key_count; i++) {
    char name[80];
    snprintf(name, sizeof name, "%s.%s", em_design_keys[i].section, em_design_keys[i].key);
    if (strcmp(em_design_keys[i].section, "shape") == 0 &&
        !cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, name), cJSON_GetObjectItemCaseSensitive(b, name), true)) {
      return false;
    }
  }
  return true;
}

static bool same_stalls(const em_conditions *a, const em_conditions *b) {
  bool none = a->stall_in == 0 && a->stall_out == 0;
  return a->stall_in == b->stall_in && a->stall_out == b->stall_out && (none || a->seed == b->seed);
}

void em_conditions_differ(const em_conditions *a, const em_conditions *b, bool differ[EM_CONDITIONS]) {
  differ[EM_CONDITION_SHAPE] = !same_shape(a->keys, b->keys);
  differ[EM_CONDITION_NETWORK] = strcmp(a->network, b->network) != 0;
  differ[EM_CONDITION_COUNT] = a->frames != b->frames;
  differ[EM_CONDITION_FRAMES] = a->frames == b->frames && strcmp(a->data, b->data) != 0;
  differ[EM_CONDITION_STALLS] = !same_stalls(a, b);
  differ[EM_CONDITION_PROGRAM] = strcmp(a->version, b->version) != 0 || strcmp(a->commit, b->commit) != 0;
  differ[EM_CONDITION_PRICE] = a->priced != b->priced;
  if (!a->priced || !b->priced) {
    return;
  }
  differ[EM_CONDITION_TECHNOLOGY] = strcmp(a->hash, b->hash) != 0;
  differ[EM_CONDITION_FIT] = strcmp(a->fit_hash, b->fit_hash) != 0;
  differ[EM_CONDITION_TEMPERATURE] = a->temperature_c != b->temperature_c;
  differ[EM_CONDITION_SUPPLY] = a->vdd_mv != b->vdd_mv;
  differ[EM_CONDITION_CLOCK] = a->clock_mhz != b->clock_mhz;
  differ[EM_CONDITION_GATING] = a->gating != b->gating;
  differ[EM_CONDITION_DATA] = a->toggles != b->toggles;
}
