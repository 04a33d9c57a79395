#include "sim/commands/explore_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/front_files.h"
#include "sim/explore/pick.h"
#include "sim/files/design_file.h"
#include "sim/files/fit_beside.h"
#include "sim/files/json_text.h"
#include "sim/files/price_ranges.h"

/* ---- On the terminal ---- */

/* Each once, whatever the number of variants that have it. */
static void print_doubts(const em_found *found) {
  for (uint32_t v = 0; v < found->variant_count; v++) {
    const char *doubt = found->variants[v].doubt;
    bool told = doubt[0] == '\0';
    for (uint32_t before = 0; before < v && !told; before++) {
      told = strcmp(found->variants[before].doubt, doubt) == 0;
    }
    if (!told) {
      printf("note: %s\n", doubt);
    }
  }
}

static void print_head(const em_found *found) {
  const char *method = em_method_name(found->x.method);
  if (found->x.method == EM_METHOD_EXACT) {
    printf("%s: exact: %.4g designs covered, front of %u points, all %u confirmed by timing and price\n", found->x.path,
           found->designs, found->count, found->count);
  } else {
    printf("%s: %s: %.10g designs judged by timing and price, front of %u points\n", found->x.path, method,
           found->judged, found->count);
  }
}

static void print_columns(void) {
  printf("%6s %12s %11s %12s %10s %10s %9s  %s\n", "point", "interval", "frames/s", "latency", "area", "energy",
         "power", "what limits it");
  printf("%6s %12s %11s %12s %10s %10s %9s\n", "", "cycles", "", "us", "mm2", "nJ/frame", "mW");
}

static em_status print_point(const em_found *found, const em_found_point *p, em_error *error) {
  char limit[EM_LIMIT_CHARS];
  const double *f = p->figures.values;
  em_status status = em_found_limit(p, limit, error);
  if (status == EM_OK) {
    printf("%6zu %12.10g %11.6g %12.5g %10.4f %10.4g %9.4g  %.60s%s\n", (size_t)(p - found->points) + 1,
           f[EM_EXPLORE_INTERVAL], em_found_frames_per_s(p), em_found_us(p, EM_EXPLORE_LATENCY),
           f[EM_EXPLORE_AREA] * 1e-6, f[EM_EXPLORE_ENERGY] * 1e-3, f[EM_EXPLORE_POWER], limit,
           strlen(limit) > 60 ? "..." : "");
  }
  return status;
}

/* At most 16 points, evenly over the front, its ends and the knee. */
static em_status print_front(const em_found *found, em_error *error) {
  enum { ROWS = 16 };
  const em_found_point *knee = em_found_knee(found);
  em_status status = EM_OK;
  print_columns();
  uint32_t rows = found->count < ROWS ? found->count : ROWS, last = UINT32_MAX;
  for (uint32_t r = 0; status == EM_OK && r < rows; r++) {
    uint32_t at = rows > 1 ? (uint32_t)((uint64_t)r * (found->count - 1) / (rows - 1)) : 0;
    uint32_t knee_at = (uint32_t)(knee - found->points);
    if (last != UINT32_MAX && knee_at > last && knee_at < at) {
      status = print_point(found, knee, error);
    }
    status = status == EM_OK ? print_point(found, &found->points[at], error) : status;
    last = at;
  }
  printf("knee: point %zu; --pick K -o FILE writes a point's design, --html FILE shows all\n",
         (size_t)(knee - found->points) + 1);
  return status;
}

static em_status print_choice(const em_found *found, const em_found_point *p, em_error *error) {
  print_columns();
  em_status status = print_point(found, p, error);
  for (size_t k = 0; status == EM_OK && k < em_design_key_count; k++) {
    const em_design_key *key = &em_design_keys[k];
    if (strcmp(key->section, "shape") != 0 && em_design_key_applies(key, &p->design.shape)) {
      printf("  %s.%s %u\n", key->section, key->key, em_design_get(&p->design, key));
    }
  }
  if (status == EM_OK && !isnan(p->regret.area_percent)) {
    printf(
        "  regret: if the constants are others than thought, within their ranges, another point that looks no better "
        "now "
        "could turn out to have up to %.3g %% less area, or up to %.3g %% less energy\n",
        p->regret.area_percent, p->regret.energy_percent);
  }
  return status;
}

/* ---- Own designs ---- */

/* The design files that the space names, and --against's; each where a variant has its shape and operating point. */
static const em_variant *variant_for(const em_found *found, const em_design *design, uint32_t *index) {
  for (uint32_t v = 0; v < found->variant_count; v++) {
    const em_design *base = &found->variants[v].space.base;
    if (em_shape_equal(&base->shape, &design->shape) && base->clock_mhz == design->clock_mhz &&
        base->vdd_mv == design->vdd_mv) {
      *index = v;
      return &found->variants[v];
    }
  }
  return NULL;
}

static em_status judge_own(const em_found *found, const em_design *design, const char *name, em_own_design *own,
                           bool *fits, em_error *error) {
  uint32_t index = 0;
  const em_variant *variant = variant_for(found, design, &index);
  *fits = variant != NULL;
  if (variant == NULL) {
    return EM_OK;
  }
  em_explore_court *court = em_explore_court_new();
  snprintf(own->name, sizeof own->name, "%.79s", name);
  own->point = (em_found_point){.design = *design, .variant = index};
  em_status status = court == NULL ? em_fail(error, EM_FAILED, "out of memory for the judge")
                                   : em_explore_judge(court, &variant->space.rates, design, &own->point.figures, error);
  em_explore_court_free(court);
  return status == EM_OK ? em_found_range_of(found, &own->point, &own->range, error) : status;
}

static em_status judge_bases(const em_found *found, em_own_design *own, uint32_t *count, em_error *error) {
  em_status status = EM_OK;
  *count = 0;
  for (uint32_t d = 0; status == EM_OK && d < found->x.design_count; d++) {
    bool fits;
    status = judge_own(found, &found->x.designs[d].design, found->x.designs[d].name, &own[*count], &fits, error);
    *count += status == EM_OK && fits;
  }
  return status;
}

/* In every objective: the best of the points that are as good in all of them. */
static em_status print_against(const em_found *found, const em_own_design *own, em_error *error) {
  static const char *const less[EM_EXPLORE_FIGURES] = {"a shorter interval", "less latency", "less area", "less energy",
                                                       "less power"};
  const double *f = own->point.figures.values;
  em_range area = own->range.area_um2, energy = own->range.energy_pj;
  printf(
      "%s: interval %.10g cycles, latency %.10g cycles, area %.4f mm2 (%.4f..%.4f), energy %.4g nJ a frame "
      "(%.4g..%.4g)\n",
      own->name, f[EM_EXPLORE_INTERVAL], f[EM_EXPLORE_LATENCY], area.value * 1e-6, area.low * 1e-6, area.high * 1e-6,
      energy.value * 1e-3, energy.low * 1e-3, energy.high * 1e-3);
  uint32_t better = 0;
  for (uint32_t o = 0; o < EM_EXPLORE_FIGURES; o++) {
    const em_found_point *best = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; (found->x.objectives >> o & 1) != 0 && i < found->count; i++) {
      const em_found_point *p = &found->points[i];
      if (em_found_as_good(found, p, &own->point)) {
        count++;
        best = best == NULL || p->figures.values[o] < best->figures.values[o] ? p : best;
      }
    }
    better = count > better ? count : better;
    if (best != NULL) {
      printf("  %s, nothing else worse: %.1f %%, point %zu\n", less[o], 100 * (1 - best->figures.values[o] / f[o]),
             (size_t)(best - found->points) + 1);
    }
  }
  printf(better > 0 ? "  %u points of the front are as good in everything or better\n"
                    : "  no point of the front is as good in everything: it would stand on it\n",
         better);
  (void)error;
  return EM_OK;
}

static em_status load_against(const em_found *found, const char *path, em_own_design *own, em_error *error) {
  em_design design;
  em_technology technology;
  bool fits;
  em_status status = em_design_load(path, &design, &technology, error);
  if (status == EM_OK) {
    status = judge_own(found, &design, path, own, &fits, error);
  }
  return status == EM_OK && !fits
             ? em_fail(error, EM_BAD_INPUT, "--against %.255s: no variant of %.255s has its shape, clock and supply",
                       path, found->x.path)
             : status;
}

/* ---- The whole ---- */

static em_status write_files(const em_options *o, em_found *found, const em_own_design *own, uint32_t count,
                             em_error *error) {
  em_status status = o->csv != NULL ? em_front_csv_save(found, o->csv, error) : EM_OK;
  cJSON *front = NULL;
  if (status == EM_OK && (o->json != NULL || o->html != NULL)) {
    status = em_front_json(found, own, count, &front, error);
  }
  if (status == EM_OK && o->json != NULL) {
    status = em_json_save(o->json, front, error);
  }
  if (status == EM_OK && o->html != NULL) {
    status = em_front_page_save(front, o->html, error);
  }
  cJSON_Delete(front);
  return status;
}

static em_status choose(const em_options *o, const em_found *found, const em_found_point **chosen, em_error *error) {
  *chosen = o->knee ? em_found_knee(found) : NULL;
  if (o->pick > found->count) {
    return em_fail(error, EM_BAD_INPUT, "--pick: %llu; the front has the points 1 to %u", (unsigned long long)o->pick,
                   found->count);
  }
  if (o->pick > 0) {
    *chosen = &found->points[o->pick - 1];
  }
  if (o->frames_per_s > 0) {
    *chosen = em_found_for_rate(found, (double)o->frames_per_s);
    if (*chosen == NULL) {
      return em_fail(error, EM_BAD_INPUT, "--frames-per-s: %llu; the fastest point gives %.6g",
                     (unsigned long long)o->frames_per_s, em_found_frames_per_s(&found->points[0]));
    }
  }
  return EM_OK;
}

static em_status show(const em_options *o, em_found *found, em_own_design *own, em_error *error) {
  const em_found_point *chosen;
  uint32_t count = 0;
  em_status status = choose(o, found, &chosen, error);
  bool files = o->csv != NULL || o->json != NULL || o->html != NULL;
  if (status == EM_OK && (files || chosen != NULL)) {
    em_error none;
    (void)em_found_regrets(found, &none); /* NAN where they are not to be had */
  }
  if (status == EM_OK && files) {
    status = judge_bases(found, own, &count, error);
  }
  if (status == EM_OK && o->against != NULL) {
    status = load_against(found, o->against, &own[count++], error);
  }
  if (status == EM_OK && !o->quiet) {
    print_head(found);
    print_doubts(found);
    status = chosen != NULL ? print_choice(found, chosen, error) : print_front(found, error);
  }
  if (status == EM_OK && o->against != NULL && !o->quiet) {
    status = print_against(found, &own[count - 1], error);
  }
  if (status == EM_OK && files) {
    status = write_files(o, found, own, count, error);
  }
  char technology[EM_PATH_BYTES];
  if (status == EM_OK && chosen != NULL && o->out != NULL) {
    uint32_t number = (uint32_t)(chosen - found->points) + 1;
    status = em_pick_save(found, number, o->out, technology, error);
    if (status == EM_OK && technology[0] != '\0' && !o->quiet) {
      printf("%s has its technology, which another macro threshold or a file that moved made necessary\n", technology);
    }
  }
  return status;
}

/* Which limit leaves nothing, of the first variant; where no front says so, that nothing that was tried is within them.
 */
static em_status say_why_empty(const em_found *found, em_error *error) {
  em_error why = {""};
  if (found->note[0] != '\0') {
    snprintf(why.text, sizeof why.text, "%.400s", found->note);
  } else if (found->variant_count == 0 || em_explore_why_empty(&found->variants[0].space, &why) != EM_BAD_INPUT ||
             strncmp(why.text, "limit", 5) != 0) {
    snprintf(why.text, sizeof why.text, "none that was tried is");
  }
  return em_fail(error, EM_FAILED, "%.255s: no design is within the limits: %.350s", found->x.path, why.text);
}

em_status em_explore_show(const em_options *options, const char *path, em_error *error) {
  em_found *found = malloc(sizeof *found);
  em_own_design *own = calloc(EM_EXPLORATION_DESIGNS + 1, sizeof *own);
  em_status status = found == NULL || own == NULL ? em_fail(error, EM_FAILED, "out of memory for the front")
                                                  : em_found_open(path, found, error);
  if (status == EM_OK) {
    status = found->count > 0 ? show(options, found, own, error) : say_why_empty(found, error);
    em_found_close(found);
  }
  free(own);
  free(found);
  return status;
}
