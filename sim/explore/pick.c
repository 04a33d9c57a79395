#include "sim/explore/pick.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/atomic_file.h"
#include "sim/files/design_file.h"
#include "sim/files/file_bytes.h"

static const em_exploration_design *design_of(const em_found *found, const em_found_point *point) {
  return &found->x.designs[found->variants[point->variant].design];
}

/* ---- The technology ---- */

static em_status write_technology(const em_technology *t, uint32_t macro_min_bits, const char *path, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  fprintf(file.stream, "# %s with the macro threshold of the design beside it.\nname: %s\nnode_nm: %.17g\nconstants:\n",
          t->name, t->name, t->node_nm);
  for (size_t i = 0; i < t->count; i++) {
    em_constant c = t->constants[i];
    if (strcmp(c.name, "sram_macro_min_bits") == 0) {
      c.value = macro_min_bits;
      c.low = c.low < c.value ? c.low : c.value;
      c.high = c.high > c.value ? c.high : c.value;
    }
    fprintf(file.stream, "  %s: {value: %.17g, low: %.17g, high: %.17g, unit: \"%s\", kind: %s,\n    source: \"",
            c.name, c.value, c.low, c.high, c.unit, em_constant_kind_name(c.kind));
    for (const char *s = c.source; *s != '\0'; s++) {
      fprintf(file.stream, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
    }
    fputs("\"}\n", file.stream);
  }
  return em_atomic_file_commit(&file, error);
}

/* Whether the file on the disk is that of the store. */
static bool is_still_there(em_exploration *x, const char *name, const char *path) {
  const em_exploration_file *kept;
  em_file_bytes now;
  em_error ignored;
  if (em_exploration_file_of(x, name, &kept, &ignored) != EM_OK ||
      em_file_bytes_open_most(path, 1 << 20, &now, &ignored) != EM_OK) {
    return false;
  }
  bool same = now.size == kept->size && memcmp(now.bytes, kept->bytes, now.size) == 0;
  em_file_bytes_close(&now);
  return same;
}

/* `to` as seen from the folder `from`, both absolute: "../technology/gf22.yaml". */
static void relative(const char *from, const char *to, char path[EM_PATH_BYTES]) {
  size_t common = 0, used = 0;
  for (size_t i = 0; from[i] == to[i] || (from[i] == '\0' && to[i] == '/'); i++) {
    if (from[i] == '/' || from[i] == '\0') {
      common = i + 1;
    }
    if (from[i] == '\0') {
      break;
    }
  }
  path[0] = '\0';
  const char *rest = common > strlen(from) ? "" : from + common;
  for (const char *s = rest; *rest != '\0' && s != NULL; s = strchr(s, '/') != NULL ? strchr(s, '/') + 1 : NULL) {
    used += (size_t)snprintf(path + used, EM_PATH_BYTES - used, "../");
  }
  snprintf(path + used, EM_PATH_BYTES - used, "%s", to + common);
}

static em_status place_technology(const em_found *found, const em_found_point *point, const char *path,
                                  em_design *design, char technology[EM_PATH_BYTES], em_error *error) {
  const em_exploration_design *d = design_of(found, point);
  const char *name = d->technology.file, *slash = strrchr(path, '/');
  char original[2 * EM_PATH_BYTES], seen[EM_PATH_BYTES] = "", parent[EM_PATH_BYTES];
  snprintf(original, sizeof original, "%s%s%s", name[0] == '/' ? "" : found->x.folder, name[0] == '/' ? "" : "/", name);
  snprintf(parent, sizeof parent, "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1, slash == NULL ? "." : path);
  technology[0] = '\0';
  if (design->macro_min_bits == (uint32_t)em_technology_value(&d->technology, "sram_macro_min_bits") &&
      is_still_there((em_exploration *)&found->x, name, original)) {
    char *from = realpath(parent, NULL), *to = realpath(original, NULL);
    if (from != NULL && to != NULL) {
      relative(from, to, seen);
    }
    free(from);
    free(to);
  }
  if (seen[0] == '\0' || strlen(seen) >= sizeof design->technology) {
    const char *file = slash == NULL ? path : slash + 1, *dot = strrchr(file, '.');
    snprintf(seen, sizeof seen, "%.*s.technology.yaml", dot == NULL ? (int)strlen(file) : (int)(dot - file), file);
    snprintf(technology, EM_PATH_BYTES, "%.*s%.2000s", slash == NULL ? 0 : (int)(slash - path) + 1, path, seen);
    em_status status = write_technology(&d->technology, design->macro_min_bits, technology, error);
    if (status != EM_OK) {
      return status;
    }
  }
  snprintf(design->technology, sizeof design->technology, "%.255s", seen);
  return EM_OK;
}

/* ---- The design ---- */

static void write_comment(FILE *file, const em_found *found, uint32_t number, const em_found_point *point,
                          const em_found_range *range, const char *limit) {
  const double *f = point->figures.values;
  fprintf(file, "# Point %u of %u of the front of %s (method %s; %s),\n# found by %s.\n", number, found->count,
          design_of(found, point)->name, em_method_name(found->x.method), found->x.path, found->program);
  fprintf(file, "# interval %.10g cycles (%.6g us, %.6g frames/s), latency %.10g cycles\n", f[EM_EXPLORE_INTERVAL],
          em_found_us(point, EM_EXPLORE_INTERVAL), em_found_frames_per_s(point), f[EM_EXPLORE_LATENCY]);
  fprintf(file, "# area %.4f mm2 (%.4f..%.4f), energy %.4g nJ a frame (%.4g..%.4g), %.4g mW\n",
          f[EM_EXPLORE_AREA] * 1e-6, range->area_um2.low * 1e-6, range->area_um2.high * 1e-6,
          f[EM_EXPLORE_ENERGY] * 1e-3, range->energy_pj.low * 1e-3, range->energy_pj.high * 1e-3, f[EM_EXPLORE_POWER]);
  fprintf(file, "# What limits it: %s.\n", limit);
}

em_status em_pick_save(const em_found *found, uint32_t number, const char *path, char technology[EM_PATH_BYTES],
                       em_error *error) {
  technology[0] = '\0';
  if (number < 1 || number > found->count) {
    return em_fail(error, EM_BAD_INPUT, "--pick: %u; the front has the points 1 to %u", number, found->count);
  }
  const em_found_point *point = &found->points[number - 1];
  em_design design = point->design;
  char limit[EM_LIMIT_CHARS];
  em_found_range range;
  em_status status = em_found_limit(point, limit, error);
  if (status == EM_OK) {
    status = em_found_range_of(found, point, &range, error);
  }
  if (status == EM_OK) {
    status = place_technology(found, point, path, &design, technology, error);
  }
  em_atomic_file file;
  if (status == EM_OK) {
    status = em_atomic_file_open(&file, path, error);
  }
  if (status != EM_OK) {
    return status;
  }
  snprintf(design.name, sizeof design.name, "%.50s-%u", point->design.name, number);
  write_comment(file.stream, found, number, point, &range, limit);
  em_design_write(file.stream, &design);
  return em_atomic_file_commit(&file, error);
}
