/* A space file, key by key (docs/explore.md). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/base/nearest.h"
#include "models/design/design_assign.h"
#include "sim/explore/exploration.h"
#include "sim/files/design_file.h"
#include "sim/files/places.h"
#include "sim/files/yaml_file.h"

enum { MOST_SAMPLES = 100000000 };

typedef struct {
  em_exploration *x;
  em_yaml *yaml;
  em_error *error;
} reader;

/* ---- Names of files ---- */

/* `name` as seen from the folder of the file `from`. */
static void beside(const char *from, const char *name, char path[1024]) {
  const char *slash = strrchr(from, '/');
  int folder = name[0] == '/' || slash == NULL ? 0 : (int)(slash - from) + 1;
  snprintf(path, 1024, "%.*s%s", folder, from, name);
}

/* The calibration beside the technology, else the project's own (sim/files/fit_beside.h). */
static em_status name_fit(const em_exploration *x, const char *technology, char name[1024], em_error *error) {
  char path[EM_PATH_BYTES + 1100], root[EM_PATH_BYTES];
  beside(technology, "calibration.yaml", name);
  for (uint32_t i = 0; i < x->file_count; i++) {
    if (strcmp(x->files[i].name, name) == 0) {
      return EM_OK;
    }
  }
  snprintf(path, sizeof path, "%s/%s", x->folder, name);
  if (access(name[0] == '/' ? name : path, R_OK) == 0) {
    return EM_OK;
  }
  em_status status = em_project_root(root, error);
  snprintf(name, 1024, "%.980s/configs/technology/calibration.yaml", root);
  return status;
}

/* ---- Designs ---- */

static em_status load_design(reader *r, int32_t node, em_exploration_design *d) {
  const em_exploration_file *file;
  char technology[1024], fit[1024];
  em_status status = em_exploration_file_of(r->x, d->name, &file, r->error);
  if (status == EM_OK) {
    status = em_design_parse(d->name, file->bytes, file->size, &d->design, r->error);
  }
  if (status == EM_OK) {
    beside(d->name, d->design.technology, technology);
    status = em_exploration_file_of(r->x, technology, &file, r->error);
  }
  if (status == EM_OK) {
    status = em_technology_parse(technology, file->bytes, file->size, &d->technology, r->error);
    snprintf(d->technology.file, sizeof d->technology.file, "%s", technology);
  }
  if (status == EM_OK) {
    d->design.macro_min_bits = (uint32_t)em_technology_value(&d->technology, "sram_macro_min_bits");
    status = name_fit(r->x, technology, fit, r->error);
  }
  if (status == EM_OK) {
    status = em_exploration_file_of(r->x, fit, &file, r->error);
  }
  if (status == EM_OK) {
    d->fit = malloc(sizeof *d->fit);
    status = d->fit != NULL ? em_fit_parse(fit, file->bytes, file->size, d->fit, r->error)
                            : em_fail(r->error, EM_FAILED, "out of memory for the calibration");
  }
  char place[400];
  snprintf(place, sizeof place, "%.300s:%u", r->x->path, r->yaml->nodes[node].line);
  if (status != EM_OK) {
    em_error_prefix(r->error, place);
  }
  return status;
}

static em_status read_design(reader *r, int32_t node, em_exploration_design *d) {
  em_yaml *yaml = r->yaml;
  *d = (em_exploration_design){.accuracy = NAN};
  if (yaml->nodes[node].text != NULL) {
    em_status status = em_yaml_string(yaml, node, d->name, sizeof d->name, r->error);
    return status == EM_OK ? load_design(r, node, d) : status;
  }
  int32_t file = em_yaml_take(yaml, node, "design"), network = em_yaml_take(yaml, node, "network");
  int32_t accuracy = em_yaml_take(yaml, node, "accuracy"), unit = em_yaml_take(yaml, node, "accuracy_unit");
  if (file == EM_YAML_NO_NODE) {
    return em_yaml_fail(yaml, node, r->error,
                        "must be a design file, or {design: FILE, network, accuracy, "
                        "accuracy_unit}");
  }
  em_status status = em_yaml_string(yaml, file, d->name, sizeof d->name, r->error);
  if (status == EM_OK && network != EM_YAML_NO_NODE) {
    status = em_yaml_string(yaml, network, d->network, sizeof d->network, r->error);
  }
  if (status == EM_OK && accuracy != EM_YAML_NO_NODE) {
    status = em_yaml_number(yaml, accuracy, 0, 1e9, &d->accuracy, r->error);
  }
  if (status == EM_OK && (accuracy == EM_YAML_NO_NODE) != (unit == EM_YAML_NO_NODE)) {
    status = em_yaml_fail(yaml, node, r->error, "accuracy and accuracy_unit belong together");
  }
  if (status == EM_OK && unit != EM_YAML_NO_NODE) {
    status = em_yaml_string(yaml, unit, d->accuracy_unit, sizeof d->accuracy_unit, r->error);
  }
  return status == EM_OK ? load_design(r, node, d) : status;
}

static em_status read_designs(reader *r) {
  em_yaml *yaml = r->yaml;
  int32_t list = em_yaml_take(yaml, 0, "designs");
  if (list == EM_YAML_NO_NODE) {
    return em_yaml_fail(yaml, 0, r->error, "designs is missing: a list of design files");
  }
  if (!yaml->nodes[list].list || yaml->nodes[list].child == EM_YAML_NO_NODE) {
    return em_yaml_fail(yaml, list, r->error, "must be a list of design files");
  }
  r->x->designs = calloc(EM_EXPLORATION_DESIGNS, sizeof *r->x->designs);
  if (r->x->designs == NULL) {
    return em_fail(r->error, EM_FAILED, "out of memory for the designs");
  }
  em_status status = EM_OK;
  int32_t node = EM_YAML_NO_NODE;
  while (status == EM_OK && (node = em_yaml_next(yaml, list, node)) != EM_YAML_NO_NODE) {
    if (r->x->design_count == EM_EXPLORATION_DESIGNS) {
      return em_yaml_fail(yaml, node, r->error, "at most %d designs", EM_EXPLORATION_DESIGNS);
    }
    status = read_design(r, node, &r->x->designs[r->x->design_count++]);
  }
  return status;
}

/* ---- What varies ---- */

static em_status read_values(reader *r, int32_t section, const char *key, double min, double max,
                             em_exploration_values *values) {
  em_yaml *yaml = r->yaml;
  int32_t list = em_yaml_take(yaml, section, key), node = EM_YAML_NO_NODE;
  if (list == EM_YAML_NO_NODE) {
    return EM_OK;
  }
  if (!yaml->nodes[list].list || yaml->nodes[list].child == EM_YAML_NO_NODE) {
    return em_yaml_fail(yaml, list, r->error, "must be a list of numbers in %g..%g", min, max);
  }
  while ((node = em_yaml_next(yaml, list, node)) != EM_YAML_NO_NODE) {
    if (values->count == EM_EXPLORATION_VALUES) {
      return em_yaml_fail(yaml, node, r->error, "at most %d values", EM_EXPLORATION_VALUES);
    }
    double *value = &values->values[values->count++];
    em_status status = em_yaml_number(yaml, node, min, max, value, r->error);
    for (uint32_t i = 0; status == EM_OK && i + 1 < values->count; i++) {
      if (values->values[i] == *value) {
        status = em_yaml_fail(yaml, node, r->error, "%g is there twice", *value);
      }
    }
    if (status != EM_OK) {
      return status;
    }
  }
  return EM_OK;
}

static em_status read_segments(reader *r, int32_t section) {
  em_exploration *x = r->x;
  em_yaml *yaml = r->yaml;
  int32_t list = em_yaml_take(yaml, section, "segments"), node = EM_YAML_NO_NODE;
  if (list == EM_YAML_NO_NODE) {
    return EM_OK;
  }
  bool pairs = yaml->nodes[list].list && yaml->nodes[list].child != EM_YAML_NO_NODE;
  while (pairs && (node = em_yaml_next(yaml, list, node)) != EM_YAML_NO_NODE) {
    int32_t silu = yaml->nodes[node].list ? em_yaml_take(yaml, node, "0") : EM_YAML_NO_NODE;
    int32_t exp = yaml->nodes[node].list ? em_yaml_take(yaml, node, "1") : EM_YAML_NO_NODE;
    pairs = silu != EM_YAML_NO_NODE && exp != EM_YAML_NO_NODE && em_yaml_take(yaml, node, "2") == EM_YAML_NO_NODE;
    if (!pairs) {
      break;
    }
    if (x->segment_count == EM_EXPLORATION_VALUES) {
      return em_yaml_fail(yaml, node, r->error, "at most %d pairs", EM_EXPLORATION_VALUES);
    }
    uint32_t *pair = x->segments[x->segment_count++];
    em_status status = em_yaml_integer(yaml, silu, 1, 32, &pair[0], r->error);
    if (status == EM_OK) {
      status = em_yaml_integer(yaml, exp, 1, 32, &pair[1], r->error);
    }
    if (status != EM_OK) {
      return status;
    }
  }
  return pairs ? EM_OK : em_yaml_fail(yaml, list, r->error, "must be a list of pairs [SiLU, exp], each 1..32");
}

/* A key of the design table that is in one of the sections; the texts of `fix` know more keys. */
static em_status find_key(reader *r, int32_t node, bool depths, const em_design_key **key) {
  em_design_name found;
  em_status status = em_design_find(r->yaml->nodes[node].key, &found, r->error);
  if (status != EM_OK) {
    em_error cause = *r->error;
    return em_yaml_fail(r->yaml, node, r->error, "%s", cause.text);
  }
  bool is_depth = found.integer != NULL && strcmp(found.integer->section, "depth_tokens") == 0;
  bool is_lane = found.integer != NULL &&
                 (strcmp(found.integer->section, "stream") == 0 || strncmp(found.integer->section, "engines.", 8) == 0);
  *key = found.integer;
  return (depths ? is_depth : is_lane) ? EM_OK
                                       : em_yaml_fail(r->yaml, node, r->error, "only keys of %s are allowed",
                                                      depths ? "depth_tokens" : "engines and stream");
}

static em_status read_varied(reader *r, int32_t node, bool depths) {
  em_exploration *x = r->x;
  em_yaml *yaml = r->yaml;
  const em_design_key *key;
  em_status status = find_key(r, node, depths, &key);
  if (status != EM_OK) {
    return status;
  }
  if (!yaml->nodes[node].list || yaml->nodes[node].child == EM_YAML_NO_NODE) {
    return em_yaml_fail(yaml, node, r->error, "must be a list of values in %u..%u", key->min, key->max);
  }
  if (x->varied_count == EM_EXPLORATION_KEYS) {
    return em_yaml_fail(yaml, node, r->error, "at most %d keys", EM_EXPLORATION_KEYS);
  }
  em_exploration_key *k = &x->varied[x->varied_count++];
  snprintf(k->name, sizeof k->name, "%s", yaml->nodes[node].key);
  k->line = yaml->nodes[node].line;
  int32_t item = EM_YAML_NO_NODE;
  while (status == EM_OK && (item = em_yaml_next(yaml, node, item)) != EM_YAML_NO_NODE) {
    if (k->count == EM_EXPLORE_VALUES - 1) {
      return em_yaml_fail(yaml, item, r->error, "at most %d values", EM_EXPLORE_VALUES - 1);
    }
    status = em_yaml_integer(yaml, item, key->min, key->max, &k->values[k->count++], r->error);
  }
  return status;
}

/* `lanes: all`, `lanes: fixed`, or a mapping from keys to values, all other keys fixed; so for depths. */
static em_status read_knobs(reader *r, int32_t section, const char *name, const char *word, bool depths, bool *all) {
  em_yaml *yaml = r->yaml;
  int32_t node = em_yaml_take(yaml, section, name), item = EM_YAML_NO_NODE;
  *all = false;
  if (node == EM_YAML_NO_NODE) {
    return EM_OK;
  }
  const char *text = yaml->nodes[node].text;
  if (yaml->nodes[node].list || (text != NULL && strcmp(text, word) != 0 && strcmp(text, "fixed") != 0)) {
    return em_yaml_fail(yaml, node, r->error, "must be %s, fixed, or keys with lists of values", word);
  }
  *all = text != NULL && strcmp(text, word) == 0;
  em_status status = EM_OK;
  while (status == EM_OK && text == NULL && (item = em_yaml_next(yaml, node, item)) != EM_YAML_NO_NODE) {
    status = read_varied(r, item, depths);
  }
  return status;
}

static em_status read_vary(reader *r) {
  em_exploration *x = r->x;
  int32_t vary = em_yaml_take(r->yaml, 0, "vary");
  const double none = 0;
  if (vary == EM_YAML_NO_NODE) {
    return em_yaml_fail(r->yaml, 0, r->error,
                        "vary is missing: what is not fixed, as {lanes: all, depths: "
                        "sufficient}");
  }
  em_status status = read_knobs(r, vary, "lanes", "all", false, &x->all_lanes);
  if (status == EM_OK) {
    status = read_knobs(r, vary, "depths", "sufficient", true, &x->sufficient_depths);
  }
  if (status == EM_OK) {
    status = read_segments(r, vary);
  }
  if (status == EM_OK) {
    status = read_values(r, vary, "clock_mhz", em_design_numbers[0].min, em_design_numbers[0].max, &x->clock_mhz);
  }
  if (status == EM_OK) {
    status = read_values(r, vary, "vdd_mv", em_design_numbers[1].min, em_design_numbers[1].max, &x->vdd_mv);
  }
  if (status == EM_OK) {
    status = read_values(r, vary, "macro_min_bits", none, 1u << 30, &x->macro_min_bits);
  }
  return status;
}

static em_status read_fix(reader *r) {
  em_yaml *yaml = r->yaml;
  int32_t fix = em_yaml_take(yaml, 0, "fix"), node = EM_YAML_NO_NODE;
  if (fix != EM_YAML_NO_NODE && yaml->nodes[fix].child == EM_YAML_NO_NODE) {
    return em_yaml_fail(yaml, fix, r->error, "must be keys of the design with values, as {stream.out_bytes: 1}");
  }
  while (fix != EM_YAML_NO_NODE && (node = em_yaml_next(yaml, fix, node)) != EM_YAML_NO_NODE) {
    em_exploration_key *k = &r->x->fixed[r->x->fixed_count++];
    em_design_name found;
    if (r->x->fixed_count == EM_EXPLORATION_KEYS) {
      return em_yaml_fail(yaml, node, r->error, "at most %d keys", EM_EXPLORATION_KEYS - 1);
    }
    if (em_design_find(yaml->nodes[node].key, &found, r->error) != EM_OK) {
      em_error cause = *r->error;
      return em_yaml_fail(yaml, node, r->error, "%s", cause.text);
    }
    if (found.integer != NULL && strcmp(found.integer->section, "shape") == 0) {
      return em_yaml_fail(yaml, node, r->error, "the shape is that of the design file");
    }
    em_status status = em_yaml_string(yaml, node, k->text, sizeof k->text, r->error);
    if (status != EM_OK) {
      return status;
    }
    snprintf(k->name, sizeof k->name, "%s", yaml->nodes[node].key);
    k->line = yaml->nodes[node].line;
  }
  return EM_OK;
}

/* ---- What is wanted ---- */

/* ">= 30000" or "<= 50". */
static em_status read_bound(reader *r, int32_t node, em_limit which) {
  const char *text = r->yaml->nodes[node].text;
  bool at_least = text != NULL && strncmp(text, ">=", 2) == 0, at_most = text != NULL && strncmp(text, "<=", 2) == 0;
  bool more = which == EM_LIMIT_FRAMES_PER_S, free_choice = which == EM_LIMIT_ACCURACY;
  char *end = NULL;
  const char *number = at_least || at_most ? text + 2 + strspn(text + 2, " ") : "";
  double value = number[0] != '\0' && strspn(number, "0123456789+-.eE") == strlen(number) ? strtod(number, &end) : 0;
  if (end == NULL || *end != '\0' || !(value > 0) || !(free_choice || at_least == more)) {
    return em_yaml_fail(r->yaml, node, r->error, "must be \"%s NUMBER\", above 0",
                        free_choice ? ">= NUMBER\" or \"<="
                        : more      ? ">="
                                    : "<=");
  }
  r->x->limits[which] = (em_exploration_limit){true, at_least, value};
  return EM_OK;
}

static em_status read_limits(reader *r) {
  int32_t limits = em_yaml_take(r->yaml, 0, "limits");
  em_status status = EM_OK;
  if (limits != EM_YAML_NO_NODE && r->yaml->nodes[limits].child == EM_YAML_NO_NODE) {
    return em_yaml_fail(r->yaml, limits, r->error, "must be figures with bounds, as {area_mm2: \"<= 0.25\"}");
  }
  for (em_limit l = 0; status == EM_OK && l < EM_LIMITS; l++) {
    int32_t node = em_yaml_take(r->yaml, limits, em_limit_name(l));
    if (node != EM_YAML_NO_NODE) {
      status = read_bound(r, node, l);
    }
  }
  return status;
}

static em_status read_objectives(reader *r) {
  em_yaml *yaml = r->yaml;
  int32_t list = em_yaml_take(yaml, 0, "objectives"), node = EM_YAML_NO_NODE;
  if (list == EM_YAML_NO_NODE) {
    r->x->objectives = 1u << EM_EXPLORE_INTERVAL | 1u << EM_EXPLORE_AREA | 1u << EM_EXPLORE_ENERGY;
    return EM_OK;
  }
  while (yaml->nodes[list].list && (node = em_yaml_next(yaml, list, node)) != EM_YAML_NO_NODE) {
    const char *text = yaml->nodes[node].text != NULL ? yaml->nodes[node].text : "";
    uint32_t bit = strcmp(text, "accuracy") == 0 ? 1u << EM_EXPLORATION_ACCURACY : 0;
    for (em_explore_figure f = 0; f < EM_EXPLORE_FIGURES; f++) {
      bit |= strcmp(text, em_explore_figure_name(f)) == 0 ? 1u << f : 0;
    }
    if (bit == 0 || (r->x->objectives & bit) != 0) {
      return em_yaml_fail(yaml, node, r->error, "%s; interval, latency, area, energy, power and accuracy are allowed",
                          bit == 0 ? "is no objective" : "is there twice");
    }
    r->x->objectives |= bit;
  }
  uint32_t figures = r->x->objectives & ((1u << EM_EXPLORE_FIGURES) - 1);
  return figures != 0 ? EM_OK
                      : em_yaml_fail(yaml, list, r->error,
                                     "must be a list of interval, latency, area, energy, power, "
                                     "and with one of these accuracy");
}

static em_status read_method(reader *r) {
  em_yaml *yaml = r->yaml;
  em_exploration *x = r->x;
  int32_t node = em_yaml_take(yaml, 0, "method");
  if (node == EM_YAML_NO_NODE) {
    return EM_OK;
  }
  const char *text = yaml->nodes[node].text;
  for (em_method m = EM_METHOD_EXACT; text != NULL && m <= EM_METHOD_ENUMERATE; m++) {
    if (strcmp(text, em_method_name(m)) == 0) {
      x->method = m;
      return EM_OK;
    }
  }
  int32_t seed = em_yaml_take(yaml, node, "seed");
  em_status status = seed == EM_YAML_NO_NODE ? EM_OK : em_yaml_integer(yaml, seed, 0, UINT32_MAX, &x->seed, r->error);
  for (em_method m = EM_METHOD_SAMPLE; status == EM_OK && m < EM_METHODS; m++) {
    int32_t samples = em_yaml_take(yaml, node, em_method_name(m));
    if (samples != EM_YAML_NO_NODE && x->samples == 0) {
      x->method = m;
      status = em_yaml_integer(yaml, samples, 1, MOST_SAMPLES, &x->samples, r->error);
    }
  }
  return status != EM_OK || x->samples > 0
             ? status
             : em_yaml_fail(yaml, node, r->error,
                            "must be exact, enumerate, {sample: N} or {nsga2: N}, the latter two with a seed or not");
}

/* ---- The whole ---- */

static em_status check_accuracies(reader *r) {
  const em_exploration *x = r->x;
  bool asked = (x->objectives >> EM_EXPLORATION_ACCURACY & 1) != 0 || x->limits[EM_LIMIT_ACCURACY].given;
  for (uint32_t i = 0; asked && i < x->design_count; i++) {
    if (isnan(x->designs[i].accuracy)) {
      return em_fail(r->error, EM_BAD_INPUT, "%.255s: %.255s has no accuracy, which objectives or limits ask for",
                     x->path, x->designs[i].name);
    }
    if (strcmp(x->designs[i].accuracy_unit, x->designs[0].accuracy_unit) != 0) {
      return em_fail(r->error, EM_BAD_INPUT, "%.255s: accuracies in %s and in %s cannot be compared", x->path,
                     x->designs[0].accuracy_unit, x->designs[i].accuracy_unit);
    }
  }
  return EM_OK;
}

static em_status fail_unknown(reader *r, int32_t node) {
  static const char *const keys[] = {"designs", "vary",           "fix",      "limits",        "objectives", "method",
                                     "lanes",   "depths",         "segments", "clock_mhz",     "vdd_mv",     "sample",
                                     "nsga2",   "macro_min_bits", "accuracy", "accuracy_unit", "network",    "design",
                                     "seed"};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    if (em_is_near(r->yaml->nodes[node].key, keys[i])) {
      return em_yaml_fail(r->yaml, node, r->error, "unknown key; did you mean %s?", keys[i]);
    }
  }
  return em_yaml_fail(r->yaml, node, r->error, "unknown key; docs/explore.md has them all");
}

static em_status read_all(reader *r) {
  static em_status (*const steps[])(reader *) = {read_vary,       read_fix,    read_limits,
                                                 read_objectives, read_method, read_designs};
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < sizeof steps / sizeof steps[0]; i++) {
    status = steps[i](r);
  }
  int32_t unused = em_yaml_unused(r->yaml);
  if (status == EM_OK && unused != EM_YAML_NO_NODE) {
    status = fail_unknown(r, unused);
  }
  return status == EM_OK ? check_accuracies(r) : status;
}

em_status em_exploration_read(em_exploration *x, em_error *error) {
  em_yaml yaml;
  em_status status = em_yaml_parse_lists(x->path, x->files[0].bytes, x->files[0].size, &yaml, error);
  if (status == EM_OK) {
    reader r = {x, &yaml, error};
    status = read_all(&r);
    em_yaml_free(&yaml);
  }
  return status;
}
