#include "sim/explore/front_files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/design/design_assign.h"
#include "sim/files/atomic_file.h"
#include "sim/files/design_file.h"

/* ---- Columns ---- */

static bool is_knob(const em_design_key *key) {
  return strcmp(key->section, "shape") != 0 && strcmp(key->section, "pwl") != 0;
}

static bool any_has(const em_found *found, const em_design_key *key) {
  for (uint32_t d = 0; d < found->x.design_count; d++) {
    if (em_design_key_applies(key, &found->x.designs[d].design.shape)) {
      return true;
    }
  }
  return false;
}

/* A name in a CSV: quoted, its quotes doubled. */
static void put_text(const char *text, FILE *file) {
  fputc('"', file);
  for (; *text != '\0'; text++) {
    fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, file);
  }
  fputc('"', file);
}

static void put_percent(double value, FILE *file) {
  if (isnan(value)) {
    fputc(',', file);
  } else {
    fprintf(file, ",%.4g", value);
  }
}

static em_status put_point(const em_found *found, uint32_t i, FILE *file, em_error *error) {
  const em_found_point *p = &found->points[i];
  const em_exploration_design *d = &found->x.designs[found->variants[p->variant].design];
  const double *f = p->figures.values;
  em_found_range range;
  char limit[EM_LIMIT_CHARS];
  em_status status = em_found_range_of(found, p, &range, error);
  if (status == EM_OK) {
    status = em_found_limit(p, limit, error);
  }
  if (status != EM_OK) {
    return status;
  }
  fprintf(file, "%u,", i + 1);
  put_text(d->name, file);
  fputc(',', file);
  put_text(d->network, file);
  fprintf(file, ",%.10g,%.10g,%u,%u,%u", p->design.clock_mhz, p->design.vdd_mv, p->design.macro_min_bits,
          p->design.silu_segments, p->design.exp_segments);
  fprintf(file, ",%.10g,%.10g,%.10g,%.10g,%.10g", f[EM_EXPLORE_INTERVAL], em_found_us(p, EM_EXPLORE_INTERVAL),
          em_found_frames_per_s(p), f[EM_EXPLORE_LATENCY], em_found_us(p, EM_EXPLORE_LATENCY));
  fprintf(file, ",%.2f,%.2f,%.2f,%.3f,%.3f,%.3f,%.9g", f[EM_EXPLORE_AREA], range.area_um2.low, range.area_um2.high,
          f[EM_EXPLORE_ENERGY], range.energy_pj.low, range.energy_pj.high, f[EM_EXPLORE_POWER]);
  put_percent(d->accuracy, file);
  fputc(',', file);
  put_text(d->accuracy_unit, file);
  put_percent(p->regret.area_percent, file);
  put_percent(p->regret.energy_percent, file);
  fputc(',', file);
  put_text(limit, file);
  for (size_t k = 0; k < em_design_key_count; k++) {
    const em_design_key *key = &em_design_keys[k];
    if (is_knob(key) && any_has(found, key)) {
      fputc(',', file);
      if (em_design_key_applies(key, &p->design.shape)) {
        fprintf(file, "%u", em_design_get(&p->design, key));
      }
    }
  }
  fputc('\n', file);
  return EM_OK;
}

em_status em_front_csv_save(const em_found *found, const char *path, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  fputs(
      "point,design,network,clock_mhz,vdd_mv,macro_min_bits,silu_segments,exp_segments,interval_cycles,interval_us,"
      "frames_per_s,latency_cycles,latency_us,area_um2,area_um2_low,area_um2_high,energy_pj,energy_pj_low,"
      "energy_pj_high,power_mw,accuracy,accuracy_unit,regret_area_percent,regret_energy_percent,limit",
      file.stream);
  for (size_t k = 0; k < em_design_key_count; k++) {
    char name[EM_KEY_CHARS];
    if (is_knob(&em_design_keys[k]) && any_has(found, &em_design_keys[k])) {
      fprintf(file.stream, ",%s", em_design_key_name(&em_design_keys[k], name));
    }
  }
  fputc('\n', file.stream);
  for (uint32_t i = 0; status == EM_OK && i < found->count; i++) {
    status = put_point(found, i, file.stream, error);
  }
  if (status == EM_OK) {
    return em_atomic_file_commit(&file, error);
  }
  em_atomic_file_discard(&file);
  return status;
}

/* ---- JSON ---- */

static void add_number(cJSON *object, const char *key, double value, int digits) {
  char text[40];
  if (!isfinite(value)) {
    cJSON_AddNullToObject(object, key);
    return;
  }
  snprintf(text, sizeof text, "%.*g", digits, value);
  cJSON_AddRawToObject(object, key, text);
}

static void add_figures(cJSON *object, const em_found_point *p, const em_found_range *range) {
  const double *f = p->figures.values;
  add_number(object, "interval_cycles", f[EM_EXPLORE_INTERVAL], 12);
  add_number(object, "interval_us", em_found_us(p, EM_EXPLORE_INTERVAL), 8);
  add_number(object, "frames_per_s", em_found_frames_per_s(p), 8);
  add_number(object, "latency_cycles", f[EM_EXPLORE_LATENCY], 12);
  add_number(object, "latency_us", em_found_us(p, EM_EXPLORE_LATENCY), 8);
  add_number(object, "area_um2", f[EM_EXPLORE_AREA], 9);
  add_number(object, "area_um2_low", range->area_um2.low, 6);
  add_number(object, "area_um2_high", range->area_um2.high, 6);
  add_number(object, "energy_pj", f[EM_EXPLORE_ENERGY], 9);
  add_number(object, "energy_pj_low", range->energy_pj.low, 6);
  add_number(object, "energy_pj_high", range->energy_pj.high, 6);
  add_number(object, "power_mw", f[EM_EXPLORE_POWER], 8);
}

/* Knobs in the order of the front's "keys"; null for what the head does not have. */
static void add_knobs(const em_found *found, const em_design *design, cJSON *object) {
  cJSON *knobs = cJSON_AddArrayToObject(object, "knobs");
  for (size_t k = 0; k < em_design_key_count; k++) {
    if (is_knob(&em_design_keys[k]) && any_has(found, &em_design_keys[k])) {
      cJSON_AddItemToArray(knobs, em_design_key_applies(&em_design_keys[k], &design->shape)
                                      ? cJSON_CreateNumber(em_design_get(design, &em_design_keys[k]))
                                      : cJSON_CreateNull());
    }
  }
}

static em_status point_json(const em_found *found, const em_found_point *p, cJSON **object, em_error *error) {
  char limit[EM_LIMIT_CHARS];
  em_found_range range;
  em_status status = em_found_range_of(found, p, &range, error);
  if (status == EM_OK) {
    status = em_found_limit(p, limit, error);
  }
  if (status != EM_OK) {
    return status;
  }
  *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(*object, "variant", p->variant);
  add_figures(*object, p, &range);
  add_number(*object, "accuracy", em_found_accuracy(found, p), 8);
  add_number(*object, "regret_area_percent", p->regret.area_percent, 4);
  add_number(*object, "regret_energy_percent", p->regret.energy_percent, 4);
  cJSON_AddStringToObject(*object, "limit", limit);
  add_knobs(found, &p->design, *object);
  return EM_OK;
}

/* What the points of a variant have in common, and the text of their design files up to the knobs. */
static cJSON *variant_json(const em_found *found, uint32_t index) {
  const em_variant *v = &found->variants[index];
  const em_exploration_design *d = &found->x.designs[v->design];
  em_design base = v->space.base;
  char technology[2 * EM_PATH_BYTES];
  bool absolute = d->technology.file[0] == '/';
  snprintf(technology, sizeof technology, "%s%s%s", absolute ? "" : found->x.folder, absolute ? "" : "/",
           d->technology.file);
  snprintf(base.technology, sizeof base.technology, "%.255s", technology);
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "design", d->name);
  cJSON_AddStringToObject(object, "name", base.name);
  cJSON_AddStringToObject(object, "network", d->network);
  add_number(object, "accuracy", d->accuracy, 8);
  cJSON_AddStringToObject(object, "accuracy_unit", d->accuracy_unit);
  cJSON_AddNumberToObject(object, "clock_mhz", base.clock_mhz);
  cJSON_AddNumberToObject(object, "vdd_mv", base.vdd_mv);
  cJSON_AddNumberToObject(object, "macro_min_bits", base.macro_min_bits);
  cJSON_AddNumberToObject(object, "silu_segments", base.silu_segments);
  cJSON_AddNumberToObject(object, "exp_segments", base.exp_segments);
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  if (file != NULL) {
    em_design_write(file, &base);
    fclose(file);
    char *knobs = strstr(text, "\nstream:");
    if (knobs != NULL) {
      *knobs = '\0';
    }
    cJSON_AddStringToObject(object, "yaml", text);
    free(text);
  }
  return object;
}

static void add_objectives(const em_found *found, cJSON *front) {
  cJSON *list = cJSON_AddArrayToObject(front, "objectives");
  for (uint32_t o = 0; o < EM_EXPLORATION_OBJECTIVES; o++) {
    if ((found->x.objectives >> o & 1) != 0) {
      cJSON_AddItemToArray(
          list,
          cJSON_CreateString(o == EM_EXPLORATION_ACCURACY ? "accuracy" : em_explore_figure_name((em_explore_figure)o)));
    }
  }
}

static void add_limits(const em_found *found, cJSON *front) {
  cJSON *limits = cJSON_AddObjectToObject(front, "limits");
  for (em_limit l = 0; l < EM_LIMITS; l++) {
    char text[40];
    if (found->x.limits[l].given) {
      snprintf(text, sizeof text, "%s %g", found->x.limits[l].at_least ? ">=" : "<=", found->x.limits[l].value);
      cJSON_AddStringToObject(limits, em_limit_name(l), text);
    }
  }
}

static cJSON *own_json(const em_found *found, const em_own_design *own) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "name", own->name);
  add_figures(object, &own->point, &own->range);
  add_number(object, "accuracy", em_found_accuracy(found, &own->point), 8);
  cJSON *better = cJSON_AddArrayToObject(object, "better"); /* points that are as good in all objectives */
  for (uint32_t i = 0; i < found->count; i++) {
    if (em_found_as_good(found, &found->points[i], &own->point)) {
      cJSON_AddItemToArray(better, cJSON_CreateNumber(i + 1));
    }
  }
  return object;
}

em_status em_front_json(const em_found *found, const em_own_design *own, uint32_t own_count, cJSON **built,
                        em_error *error) {
  const em_found_point *knee = em_found_knee(found);
  em_status status = EM_OK;
  cJSON *front = cJSON_CreateObject();
  cJSON_AddStringToObject(front, "format", "emamba-front-1");
  cJSON_AddStringToObject(front, "store", found->x.path);
  cJSON_AddStringToObject(front, "program", found->program);
  cJSON_AddStringToObject(front, "part", found->part);
  cJSON_AddStringToObject(front, "method", em_method_name(found->x.method));
  add_number(front, "designs", found->designs, 12);
  add_number(front, "judged", found->judged, 12);
  add_objectives(found, front);
  add_limits(found, front);
  cJSON_AddNumberToObject(front, "knee", knee != NULL ? (double)(knee - found->points) + 1 : 0);
  cJSON *keys = cJSON_AddArrayToObject(front, "keys");
  for (size_t k = 0; k < em_design_key_count; k++) {
    char name[EM_KEY_CHARS];
    if (is_knob(&em_design_keys[k]) && any_has(found, &em_design_keys[k])) {
      cJSON_AddItemToArray(keys, cJSON_CreateString(em_design_key_name(&em_design_keys[k], name)));
    }
  }
  cJSON *variants = cJSON_AddArrayToObject(front, "variants");
  for (uint32_t v = 0; v < found->variant_count; v++) {
    cJSON_AddItemToArray(variants, variant_json(found, v));
  }
  cJSON *points = cJSON_AddArrayToObject(front, "points");
  for (uint32_t i = 0; status == EM_OK && i < found->count; i++) {
    cJSON *point;
    status = point_json(found, &found->points[i], &point, error);
    if (status == EM_OK) {
      cJSON_AddItemToArray(points, point);
    }
  }
  cJSON *owns = cJSON_AddArrayToObject(front, "own");
  for (uint32_t i = 0; i < own_count; i++) {
    cJSON_AddItemToArray(owns, own_json(found, &own[i]));
  }
  *built = status == EM_OK ? front : NULL;
  if (status != EM_OK) {
    cJSON_Delete(front);
  }
  return status;
}
