#include "sim/explore/exploration.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/design/design_assign.h"
#include "sim/files/file_bytes.h"
#include "sim/files/price_ranges.h"

const char *em_method_name(em_method method) {
  static const char *const names[EM_METHODS] = {"exact", "enumerate", "sample", "nsga2"};
  return names[method];
}

const char *em_limit_name(em_limit limit) {
  static const char *const names[EM_LIMITS] = {
      "frames_per_s", "interval_us", "interval_cycles", "latency_us", "latency_cycles",
      "area_mm2",     "power_mw",    "energy_nj",       "accuracy",
  };
  return names[limit];
}

bool em_exploration_more_is_better(const em_exploration_design *design) {
  return design->accuracy_unit[0] == '%';
}

/* ---- Files ---- */

static em_status keep_file(em_exploration *x, const char *name, const char *path, em_error *error) {
  em_file_bytes bytes;
  em_status status = em_file_bytes_open_most(path, 1 << 20, &bytes, error);
  if (status != EM_OK) {
    em_error_prefix(error, path);
    return status;
  }
  em_exploration_file *file = &x->files[x->file_count];
  snprintf(file->name, sizeof file->name, "%s", name);
  file->size = bytes.size;
  file->bytes = malloc(bytes.size + 1);
  if (file->bytes != NULL) {
    memcpy(file->bytes, bytes.bytes, bytes.size);
    file->bytes[bytes.size] = 0;
    x->file_count++;
  }
  em_file_bytes_close(&bytes);
  return file->bytes != NULL ? EM_OK : em_fail(error, EM_FAILED, "%.255s: out of memory", path);
}

em_status em_exploration_file_of(em_exploration *x, const char *name, const em_exploration_file **file,
                                 em_error *error) {
  for (uint32_t i = 0; i < x->file_count; i++) {
    if (strcmp(x->files[i].name, name) == 0) {
      *file = &x->files[i];
      return EM_OK;
    }
  }
  char path[EM_PATH_BYTES];
  int length = snprintf(path, sizeof path, "%s%s%s", name[0] == '/' ? "" : x->folder, name[0] == '/' ? "" : "/", name);
  if (x->from_store || length >= (int)sizeof path || x->file_count == EM_EXPLORATION_FILES) {
    return em_fail(error, EM_BAD_INPUT, "%.255s: %.255s is not in it", x->path, name);
  }
  em_status status = keep_file(x, name, path, error);
  *file = &x->files[x->file_count - 1];
  return status;
}

static em_status folder_of(const char *path, char folder[EM_PATH_BYTES], em_error *error) {
  char parent[EM_PATH_BYTES];
  const char *slash = strrchr(path, '/');
  snprintf(parent, sizeof parent, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1, slash == NULL ? "." : path);
  char *absolute = realpath(parent, NULL);
  if (absolute == NULL || strlen(absolute) >= EM_PATH_BYTES) {
    free(absolute);
    return em_fail(error, EM_BAD_INPUT, "%.255s: %s", path, strerror(errno));
  }
  strcpy(folder, absolute);
  free(absolute);
  return EM_OK;
}

em_status em_exploration_load(const char *path, em_exploration *x, em_error *error) {
  memset(x, 0, sizeof *x);
  snprintf(x->path, sizeof x->path, "%s", path);
  em_status status = folder_of(path, x->folder, error);
  if (status == EM_OK) {
    status = keep_file(x, "space", path, error);
  }
  if (status == EM_OK) {
    status = em_exploration_read(x, error);
  }
  if (status != EM_OK) {
    em_exploration_free(x);
  }
  return status;
}

void em_exploration_free(em_exploration *x) {
  for (uint32_t i = 0; i < x->file_count; i++) {
    free(x->files[i].bytes);
  }
  for (uint32_t i = 0; i < x->design_count; i++) {
    free(x->designs[i].fit);
  }
  free(x->designs);
  x->designs = NULL;
  x->file_count = x->design_count = 0;
}

/* ---- Variants ---- */

static uint32_t choices(uint32_t count) {
  return count > 0 ? count : 1;
}

uint32_t em_exploration_variants(const em_exploration *x) {
  return x->design_count * choices(x->segment_count) * choices(x->clock_mhz.count) * choices(x->vdd_mv.count) *
         choices(x->macro_min_bits.count);
}

/* Takes the last digit off `index`: the choice among `count`. */
static uint32_t take_choice(uint32_t *index, uint32_t count) {
  uint32_t choice = *index % choices(count);
  *index /= choices(count);
  return choice;
}

static em_status name_line(const em_exploration *x, uint32_t line, em_status status, em_error *error) {
  char place[300];
  snprintf(place, sizeof place, "%.255s:%u", x->path, line);
  if (status != EM_OK) {
    em_error_prefix(error, place);
  }
  return status;
}

static em_status operating_point(const em_exploration *x, uint32_t index, em_variant *variant, em_design *base,
                                 em_error *error) {
  uint32_t macro = take_choice(&index, x->macro_min_bits.count), vdd = take_choice(&index, x->vdd_mv.count);
  uint32_t clock = take_choice(&index, x->clock_mhz.count), segments = take_choice(&index, x->segment_count);
  variant->design = index;
  *base = x->designs[index].design;
  base->macro_min_bits = x->macro_min_bits.count > 0 ? (uint32_t)x->macro_min_bits.values[macro] : base->macro_min_bits;
  base->vdd_mv = x->vdd_mv.count > 0 ? x->vdd_mv.values[vdd] : base->vdd_mv;
  base->clock_mhz = x->clock_mhz.count > 0 ? x->clock_mhz.values[clock] : base->clock_mhz;
  if (x->segment_count > 0) {
    base->silu_segments = x->segments[segments][0];
    base->exp_segments = x->segments[segments][1];
  }
  for (uint32_t i = 0; i < x->fixed_count; i++) {
    const em_exploration_key *key = &x->fixed[i];
    em_status status = em_design_assign(base, key->name, key->text, error);
    if (status != EM_OK) {
      return name_line(x, key->line, status, error);
    }
  }
  const em_design_key *blamed;
  em_status status = em_design_check(base, &blamed, error);
  if (status != EM_OK) {
    em_error_prefix(error, x->designs[index].name);
    em_error_prefix(error, x->path);
  }
  return status;
}

static const em_exploration_key *varied(const em_exploration *x, const em_design_key *key) {
  char name[EM_KEY_CHARS];
  em_design_key_name(key, name);
  for (uint32_t i = 0; i < x->varied_count; i++) {
    if (strcmp(x->varied[i].name, name) == 0) {
      return &x->varied[i];
    }
  }
  return NULL;
}

static bool is_fixed(const em_exploration *x, const em_design_key *key) {
  char name[EM_KEY_CHARS];
  em_design_key_name(key, name);
  for (uint32_t i = 0; i < x->fixed_count; i++) {
    if (strcmp(x->fixed[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

/* One knob of a space: its listed values, all, or the base's. */
static em_status narrow(const em_exploration *x, const em_design_key *key, bool all, em_explore_space *space,
                        em_error *error) {
  const em_exploration_key *listed = varied(x, key);
  if (listed != NULL) {
    return name_line(x, listed->line, em_explore_restrict(space, key, listed->values, listed->count, error), error);
  }
  return all && !is_fixed(x, key) ? EM_OK : em_explore_fix(space, key, error);
}

static em_status narrow_all(const em_exploration *x, em_explore_space *space, em_error *error) {
  em_status status = EM_OK;
  for (uint32_t i = 0; status == EM_OK && i < space->lane_count; i++) {
    status = narrow(x, space->lanes[i].key, x->all_lanes, space, error);
  }
  for (uint32_t i = 0; status == EM_OK && i < space->depth_count; i++) {
    status = narrow(x, space->depths[i].key, x->sufficient_depths, space, error);
  }
  return status;
}

static void lower(double *limit, double value) {
  *limit = value < *limit ? value : *limit;
}

static void set_limits(const em_exploration *x, em_explore_space *space) {
  const em_exploration_limit *l = x->limits;
  double mhz = space->base.clock_mhz, *limits = space->limits;
  if (l[EM_LIMIT_FRAMES_PER_S].given) {
    lower(&limits[EM_EXPLORE_INTERVAL], mhz * 1e6 / l[EM_LIMIT_FRAMES_PER_S].value * (1 + 1e-12));
  }
  const struct {
    em_limit limit;
    em_explore_figure figure;
    double unit;
  } rows[] = {
      {EM_LIMIT_INTERVAL_US, EM_EXPLORE_INTERVAL, mhz}, {EM_LIMIT_INTERVAL_CYCLES, EM_EXPLORE_INTERVAL, 1},
      {EM_LIMIT_LATENCY_US, EM_EXPLORE_LATENCY, mhz},   {EM_LIMIT_LATENCY_CYCLES, EM_EXPLORE_LATENCY, 1},
      {EM_LIMIT_AREA_MM2, EM_EXPLORE_AREA, 1e6},        {EM_LIMIT_POWER_MW, EM_EXPLORE_POWER, 1},
      {EM_LIMIT_ENERGY_NJ, EM_EXPLORE_ENERGY, 1e3},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (l[rows[i].limit].given) {
      lower(&limits[rows[i].figure], l[rows[i].limit].value * rows[i].unit);
    }
  }
}

/* Refuses a clock that no design of the variant reaches; keeps what is to be said of a doubtful one. */
static em_status check_clock(const em_exploration *x, const em_design *base, em_variant *variant, em_error *error) {
  const em_exploration_design *d = &x->designs[variant->design];
  em_graph *graph = malloc(sizeof *graph);
  em_clock_limit limit;
  if (graph == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for a variant of the space");
  }
  em_graph_build(graph, base);
  em_clock_limit_find(&d->technology, d->fit, base->vdd_mv, graph, &limit);
  if (!em_clock_is_doubtful(graph, &limit, base->clock_mhz, variant->doubt)) {
    variant->doubt[0] = '\0';
  }
  free(graph);
  return base->clock_mhz > limit.mhz.high
             ? em_fail(error, EM_BAD_INPUT, "%s: %s: at %g mV %s", x->path, d->name, base->vdd_mv, variant->doubt)
             : EM_OK;
}

em_status em_exploration_variant(const em_exploration *x, uint32_t index, em_variant *variant, em_error *error) {
  em_design base;
  em_status status = operating_point(x, index, variant, &base, error);
  if (status != EM_OK) {
    return status;
  }
  status = check_clock(x, &base, variant, error);
  if (status != EM_OK) {
    return status;
  }
  const em_exploration_design *d = &x->designs[variant->design];
  em_price_ranges(&d->technology, d->fit, 0, variant->ranges);
  em_explore_rates rates = {&d->fit->coefficients, em_prices_nominal(variant->ranges),
                            em_technology_value(&d->technology, "clock_gate_min_flops")};
  em_explore_space_of(&base, &rates, &variant->space);
  variant->space.objectives = x->objectives & ((1u << EM_EXPLORE_FIGURES) - 1);
  set_limits(x, &variant->space);
  return narrow_all(x, &variant->space, error);
}
