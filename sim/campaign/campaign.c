#include "sim/campaign/campaign.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/nearest.h"
#include "models/time/stimulus.h"
#include "sim/files/yaml_file.h"

typedef struct {
  em_campaign *c;
  em_yaml *yaml;
  em_error *error;
} reader;

enum { NAME_BYTES = 1024 };

em_status em_campaign_path(const em_campaign *c, const char *name, char path[EM_PATH_BYTES], em_error *error) {
  bool whole = name[0] == '/' || c->folder[0] == '\0';
  int length = snprintf(path, EM_PATH_BYTES, "%s%s%s", whole ? "" : c->folder, whole ? "" : "/", name);
  return length < EM_PATH_BYTES ? EM_OK : em_fail(error, EM_BAD_INPUT, "%.255s: the path is too long", name);
}

void em_campaign_stalls(const em_campaign *c, uint64_t seed, double *in, double *out) {
  *in = c->spread ? (double)(seed % 10 * 7 % 10) / 10 : c->stall_in;
  *out = c->spread ? (double)(seed % 10 * 3 % 10) / 10 : c->stall_out;
}

/* ---- Runs ---- */

static em_status add_run(reader *r, int32_t node, const char *design, const char *network, const char *frames) {
  em_campaign *c = r->c;
  if (c->run_count == EM_CAMPAIGN_RUNS) {
    return em_yaml_fail(r->yaml, node, r->error, "at most %d runs", EM_CAMPAIGN_RUNS);
  }
  if ((c->run_count & (c->run_count - 1)) == 0) { /* room doubles */
    void *runs = realloc(c->runs, (c->run_count > 0 ? 2 * (size_t)c->run_count : 1) * sizeof *c->runs);
    if (runs == NULL) {
      return em_fail(r->error, EM_FAILED, "out of memory for the runs");
    }
    c->runs = runs;
  }
  em_campaign_run *run = &c->runs[c->run_count++];
  *run = (em_campaign_run){strdup(design), strdup(network), strdup(frames)};
  return run->design != NULL && run->network != NULL && run->frames != NULL
             ? EM_OK
             : em_fail(r->error, EM_FAILED, "out of memory for the runs");
}

/* Names that a pattern stands for, sorted, from the list's folder. */
typedef struct {
  size_t count;
  char **names; /* owned */
} name_list;

static void free_names(name_list *names) {
  for (size_t i = 0; i < names->count; i++) {
    free(names->names[i]);
  }
  free(names->names);
  *names = (name_list){0, NULL};
}

static em_status add_name(reader *r, name_list *names, const char *name) {
  char **grown = realloc(names->names, (names->count + 1) * sizeof *grown);
  char *copy = strdup(name);
  if (grown != NULL) {
    names->names = grown;
  }
  if (grown == NULL || copy == NULL) {
    free(copy);
    return em_fail(r->error, EM_FAILED, "out of memory for the runs");
  }
  names->names[names->count++] = copy;
  return EM_OK;
}

static em_status add_pattern(reader *r, int32_t node, name_list *names) {
  char pattern[NAME_BYTES], path[EM_PATH_BYTES];
  glob_t found = {0};
  em_status status = em_yaml_string(r->yaml, node, pattern, sizeof pattern, r->error);
  if (status == EM_OK && strpbrk(pattern, "*?[") == NULL) {
    return add_name(r, names, pattern);
  }
  if (status == EM_OK) {
    status = em_campaign_path(r->c, pattern, path, r->error);
  }
  if (status != EM_OK) {
    return status;
  }
  size_t prefix = strlen(path) - strlen(pattern);
  if (glob(path, 0, NULL, &found) != 0) {
    status = em_yaml_fail(r->yaml, node, r->error, "no file is named so");
  }
  for (size_t i = 0; status == EM_OK && i < found.gl_pathc; i++) {
    status = add_name(r, names, found.gl_pathv[i] + prefix);
  }
  globfree(&found);
  return status;
}

/* A name or a pattern, or a list of them. */
static em_status read_names(reader *r, int32_t run, const char *key, name_list *names) {
  int32_t node = em_yaml_take(r->yaml, run, key), item = EM_YAML_NO_NODE;
  if (node == EM_YAML_NO_NODE) {
    return em_yaml_fail(r->yaml, run, r->error,
                        "must be {design: FILE, network: FILE, frames: FILE} or {folders: "
                        "PATTERN}");
  }
  if (!r->yaml->nodes[node].list) {
    return add_pattern(r, node, names);
  }
  em_status status = EM_OK;
  while (status == EM_OK && (item = em_yaml_next(r->yaml, node, item)) != EM_YAML_NO_NODE) {
    status = add_pattern(r, item, names);
  }
  return status;
}

static em_status add_product(reader *r, int32_t node, const name_list lists[3]) {
  em_status status = EM_OK;
  for (size_t d = 0; d < lists[0].count; d++) {
    for (size_t n = 0; n < lists[1].count; n++) {
      for (size_t f = 0; status == EM_OK && f < lists[2].count; f++) {
        status = add_run(r, node, lists[0].names[d], lists[1].names[n], lists[2].names[f]);
      }
    }
  }
  return status;
}

static em_status add_folders(reader *r, int32_t node, const name_list *folders) {
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < folders->count; i++) {
    char design[NAME_BYTES + 32], network[NAME_BYTES + 32], frames[NAME_BYTES + 32];
    snprintf(design, sizeof design, "%.1023s/design.yaml", folders->names[i]);
    snprintf(network, sizeof network, "%.1023s/network.safetensors", folders->names[i]);
    snprintf(frames, sizeof frames, "%.1023s/frames.safetensors", folders->names[i]);
    status = add_run(r, node, design, network, frames);
  }
  return status;
}

static em_status read_run(reader *r, int32_t node) {
  static const char *const keys[] = {"design", "network", "frames"};
  name_list lists[3] = {{0, NULL}, {0, NULL}, {0, NULL}};
  int32_t folders = em_yaml_take(r->yaml, node, "folders");
  em_status status = EM_OK;
  if (folders != EM_YAML_NO_NODE) {
    status = read_names(r, node, "folders", &lists[0]);
    status = status == EM_OK ? add_folders(r, folders, &lists[0]) : status;
  } else {
    for (size_t k = 0; status == EM_OK && k < 3; k++) {
      status = read_names(r, node, keys[k], &lists[k]);
    }
    status = status == EM_OK ? add_product(r, node, lists) : status;
  }
  for (size_t k = 0; k < 3; k++) {
    free_names(&lists[k]);
  }
  return status;
}

static em_status read_runs(reader *r) {
  int32_t list = em_yaml_take(r->yaml, 0, "runs"), node = EM_YAML_NO_NODE;
  if (list == EM_YAML_NO_NODE || !r->yaml->nodes[list].list || r->yaml->nodes[list].child == EM_YAML_NO_NODE) {
    return em_yaml_fail(r->yaml, list == EM_YAML_NO_NODE ? 0 : list, r->error,
                        "runs must be a list of {design: FILE, network: FILE, frames: FILE} or {folders: PATTERN}");
  }
  em_status status = EM_OK;
  while (status == EM_OK && (node = em_yaml_next(r->yaml, list, node)) != EM_YAML_NO_NODE) {
    status = read_run(r, node);
  }
  return status;
}

/* ---- Seeds and stalls ---- */

static em_status add_seeds(reader *r, int32_t node, uint64_t first, uint64_t last) {
  em_campaign *c = r->c;
  if (last < first || last - first >= EM_CAMPAIGN_SEEDS - c->seed_count) {
    return em_yaml_fail(r->yaml, node, r->error, "at most %d seeds, the first before the last", EM_CAMPAIGN_SEEDS);
  }
  void *seeds = realloc(c->seeds, (c->seed_count + (last - first) + 1) * sizeof *c->seeds);
  if (seeds == NULL) {
    return em_fail(r->error, EM_FAILED, "out of memory for the seeds");
  }
  c->seeds = seeds;
  for (uint64_t seed = first; seed <= last; seed++) {
    for (uint32_t i = 0; i < c->seed_count; i++) {
      if (c->seeds[i] == seed) {
        return em_yaml_fail(r->yaml, node, r->error, "%llu is there twice", (unsigned long long)seed);
      }
    }
    c->seeds[c->seed_count++] = seed;
  }
  return EM_OK;
}

static em_status read_seeds(reader *r) {
  int32_t node = em_yaml_take(r->yaml, 0, "seeds"), item = EM_YAML_NO_NODE;
  if (node == EM_YAML_NO_NODE) {
    return add_seeds(r, 0, 0, 0);
  }
  const char *text = r->yaml->nodes[node].text;
  unsigned first, last;
  int used = 0;
  if (text != NULL && sscanf(text, "%9u..%9u%n", &first, &last, &used) == 2 && text[used] == '\0') {
    return add_seeds(r, node, first, last);
  }
  if (!r->yaml->nodes[node].list || r->yaml->nodes[node].child == EM_YAML_NO_NODE) {
    return em_yaml_fail(r->yaml, node, r->error, "must be FIRST..LAST or a list of numbers");
  }
  em_status status = EM_OK;
  while (status == EM_OK && (item = em_yaml_next(r->yaml, node, item)) != EM_YAML_NO_NODE) {
    uint32_t seed;
    status = em_yaml_integer(r->yaml, item, 0, UINT32_MAX, &seed, r->error);
    status = status == EM_OK ? add_seeds(r, item, seed, seed) : status;
  }
  return status;
}

static em_status read_stalls(reader *r) {
  em_yaml *yaml = r->yaml;
  int32_t node = em_yaml_take(yaml, 0, "stalls");
  const char *text = node != EM_YAML_NO_NODE ? yaml->nodes[node].text : "spread";
  r->c->spread = text != NULL && strcmp(text, "spread") == 0;
  if (r->c->spread) {
    return EM_OK;
  }
  int32_t in = em_yaml_take(yaml, node, "in"), out = em_yaml_take(yaml, node, "out");
  if (text != NULL || yaml->nodes[node].list || in == EM_YAML_NO_NODE || out == EM_YAML_NO_NODE) {
    return em_yaml_fail(yaml, node, r->error, "must be spread or {in: P, out: P}");
  }
  em_status status = em_yaml_number(yaml, in, 0, EM_STALL_MAX, &r->c->stall_in, r->error);
  return status == EM_OK ? em_yaml_number(yaml, out, 0, EM_STALL_MAX, &r->c->stall_out, r->error) : status;
}

static em_status read_others(reader *r) {
  em_yaml *yaml = r->yaml;
  int32_t frames = em_yaml_take(yaml, 0, "first_frames"), rtl = em_yaml_take(yaml, 0, "rtl");
  int32_t keep = em_yaml_take(yaml, 0, "keep_builds");
  char name[NAME_BYTES];
  em_status status = EM_OK;
  r->c->keep_builds = true;
  if (frames != EM_YAML_NO_NODE) {
    status = em_yaml_integer(yaml, frames, 1, UINT32_MAX, &r->c->first_frames, r->error);
  }
  if (status == EM_OK && keep != EM_YAML_NO_NODE) {
    status = em_yaml_bool(yaml, keep, &r->c->keep_builds, r->error);
  }
  if (status == EM_OK && rtl != EM_YAML_NO_NODE) {
    status = em_yaml_string(yaml, rtl, name, sizeof name, r->error);
    status = status == EM_OK ? em_campaign_path(r->c, name, r->c->rtl, r->error) : status;
  }
  return status;
}

/* ---- The whole ---- */

static em_status check_unused(reader *r) {
  static const char *const keys[] = {"runs",        "seeds",  "stalls",  "first_frames", "rtl",
                                     "keep_builds", "design", "network", "frames",       "folders"};
  int32_t node = em_yaml_unused(r->yaml);
  if (node == EM_YAML_NO_NODE) {
    return EM_OK;
  }
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    if (em_is_near(r->yaml->nodes[node].key, keys[i])) {
      return em_yaml_fail(r->yaml, node, r->error, "unknown key; did you mean %s?", keys[i]);
    }
  }
  return em_yaml_fail(r->yaml, node, r->error, "unknown key; docs/campaigns.md has them all");
}

static em_status read_all(reader *r) {
  static em_status (*const steps[])(reader *) = {read_seeds, read_stalls, read_others, read_runs, check_unused};
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < sizeof steps / sizeof steps[0]; i++) {
    status = steps[i](r);
  }
  if (status == EM_OK && (uint64_t)r->c->run_count * r->c->seed_count > EM_CAMPAIGN_PIECES) {
    status = em_fail(r->error, EM_BAD_INPUT, "%.255s: at most %d runs in all", r->c->path, EM_CAMPAIGN_PIECES);
  }
  return status;
}

em_status em_campaign_load(const char *path, em_campaign *c, em_error *error) {
  em_file_bytes file;
  em_yaml yaml;
  memset(c, 0, sizeof *c);
  const char *slash = strrchr(path, '/');
  snprintf(c->path, sizeof c->path, "%s", path);
  snprintf(c->folder, sizeof c->folder, "%.*s", slash != NULL ? (int)(slash - path) : 0, path);
  em_status status = em_yaml_read(path, &file, error);
  if (status != EM_OK) {
    return status;
  }
  c->text = malloc(file.size + 1);
  status = c->text != NULL ? em_yaml_parse_lists(c->path, file.bytes, file.size, &yaml, error)
                           : em_fail(error, EM_FAILED, "out of memory for the list");
  if (status == EM_OK) {
    reader r = {c, &yaml, error};
    memcpy(c->text, file.bytes, file.size);
    c->text_size = file.size;
    status = read_all(&r);
    em_yaml_free(&yaml);
  }
  em_file_bytes_close(&file);
  if (status != EM_OK) {
    em_campaign_free(c);
  }
  return status;
}

void em_campaign_free(em_campaign *c) {
  for (uint32_t i = 0; i < c->run_count; i++) {
    free(c->runs[i].design);
    free(c->runs[i].network);
    free(c->runs[i].frames);
  }
  free(c->runs);
  free(c->seeds);
  free(c->text);
  c->runs = NULL;
  c->seeds = NULL;
  c->text = NULL;
  c->run_count = c->seed_count = 0;
}
