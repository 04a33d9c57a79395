#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands/commands.h"
#include "sim/files/design_file.h"
#include "sim/files/file_bytes.h"
#include "sim/files/fit_file.h"
#include "sim/files/frames_file.h"
#include "sim/files/json_text.h"
#include "sim/files/network_file.h"
#include "sim/files/technology_file.h"
#include "sim/files/yaml_file.h"

typedef enum {
  FILE_UNKNOWN,
  FILE_NETWORK,
  FILE_FRAMES,
  FILE_RESULTS,
  FILE_DESIGN,
  FILE_TECHNOLOGY,
  FILE_FIT,
  FILE_JSON
} file_kind;

/* A header length of 8 bytes has a 0 among them, which no text has. */
static bool looks_like_safetensors(const em_file_bytes *file) {
  return file->size > 8 && memchr(file->bytes, 0, 8) != NULL;
}

static file_kind kind_of_tensors(const em_safetensors *file) {
  if (em_safetensors_metadata(file, "format") != NULL || em_safetensors_find(file, "embed.weight") != NULL) {
    return FILE_NETWORK;
  }
  if (em_safetensors_find(file, "frames") != NULL) {
    return FILE_FRAMES;
  }
  return em_safetensors_find(file, "outputs") != NULL ? FILE_RESULTS : FILE_UNKNOWN;
}

static file_kind kind_of_yaml(em_yaml *yaml) {
  if (em_yaml_take(yaml, 0, "constants") != EM_YAML_NO_NODE) {
    return FILE_TECHNOLOGY;
  }
  if (em_yaml_take(yaml, 0, "kinds") != EM_YAML_NO_NODE) {
    return FILE_FIT;
  }
  return em_yaml_take(yaml, 0, "shape") != EM_YAML_NO_NODE ? FILE_DESIGN : FILE_UNKNOWN;
}

static em_status recognise(const char *path, file_kind *kind, em_error *error) {
  em_file_bytes file;
  em_status status = em_file_bytes_open(path, &file, error);
  if (status != EM_OK) {
    em_error_prefix(error, path);
    return status;
  }
  if (looks_like_safetensors(&file)) {
    em_safetensors tensors;
    status = em_safetensors_parse(file.bytes, file.size, &tensors, error);
    if (status == EM_OK) {
      *kind = kind_of_tensors(&tensors);
      em_safetensors_free(&tensors);
    } else {
      em_error_prefix(error, path);
    }
  } else if (file.size > 0 && file.bytes[0] == '{') {
    *kind = FILE_JSON;
  } else {
    em_yaml yaml;
    status = em_yaml_parse(path, file.bytes, file.size, &yaml, error);
    if (status == EM_OK) {
      *kind = kind_of_yaml(&yaml);
      em_yaml_free(&yaml);
    }
  }
  em_file_bytes_close(&file);
  return status;
}

static void print_shape(const em_shape *s) {
  printf("  frame    %u x %u x %u, patches of side %u, %u tokens\n", s->h, s->w, s->c, s->p, s->l);
  printf("  model    D %u, ED %u, N %u, R %u, K %u, %u block%s, SiLU after the convolution: %s\n", s->d, s->ed, s->n,
         s->r, s->k, s->m, s->m == 1 ? "" : "s", s->conv_silu ? "yes" : "no");
  printf("  head     %s", em_head_name((em_head)s->head));
  if (s->head_hidden > 0) {
    printf(", hidden layer of %u", s->head_hidden);
  }
  printf(", %" PRIu64 " codes a frame\n", em_result_width(s));
}

static em_status print_network(const char *path, em_error *error) {
  em_network network;
  em_status status = em_network_load(path, &network, error);
  if (status != EM_OK) {
    return status;
  }
  printf("network %s\n", path);
  print_shape(&network.shape);
  printf("  codes    %" PRIu64 " INT8\n", em_network_code_count(&network.shape));
  printf("  scales   input 2^%d, output 2^%d\n", network.input, network.output);
  const em_block *first = &network.blocks[0];
  printf("  tables   SiLU %u segments, exp %u segments (block 0)\n", first->pwl_gate.segments,
         first->pwl_a_bar.segments);
  if (network.origin[0] != '\0') {
    em_text_clean(network.origin);
    printf("  origin   %s\n", network.origin);
  }
  em_network_free(&network);
  return EM_OK;
}

static void print_code_range(const int8_t *codes, uint64_t count) {
  int8_t min = INT8_MAX, max = INT8_MIN;
  for (uint64_t i = 0; i < count; i++) {
    min = codes[i] < min ? codes[i] : min;
    max = codes[i] > max ? codes[i] : max;
  }
  printf("  codes    %d..%d\n", min, max);
}

static void print_exponent(bool present, int32_t exponent) {
  if (present) {
    printf("  scale    2^%d\n", exponent);
  } else {
    printf("  scale    not given\n");
  }
}

static void print_labels(const em_frames *frames) {
  if (frames->label_kind == EM_LABELS_NONE) {
    printf("  labels   none\n");
  } else if (frames->label_kind == EM_LABELS_VALUES) {
    printf("  labels   %" PRIu64 " values a frame%s%s\n", frames->label_width,
           frames->label_unit[0] != '\0' ? ", in " : "", frames->label_unit);
  } else {
    int64_t last = 0;
    for (uint64_t i = 0; i < frames->count; i++) {
      int64_t label = em_frames_class(frames, i);
      last = label > last ? label : last;
    }
    printf("  labels   classes 0..%" PRId64 "\n", last);
  }
}

static em_status print_frames(const char *path, em_error *error) {
  em_frames frames;
  em_status status = em_frames_load(path, NULL, &frames, error);
  if (status != EM_OK) {
    return status;
  }
  em_text_clean(frames.label_unit);
  printf("frames %s\n", path);
  printf("  frames   %" PRIu64 " of %" PRIu64 " x %" PRIu64 " x %" PRIu64 "\n", frames.count, frames.h, frames.w,
         frames.c);
  print_code_range(frames.codes, frames.count * frames.h * frames.w * frames.c);
  print_exponent(frames.has_exponent, frames.exponent);
  print_labels(&frames);
  em_frames_free(&frames);
  return EM_OK;
}

static em_status print_results(const char *path, em_error *error) {
  em_results results;
  em_status status = em_results_load(path, &results, error);
  if (status != EM_OK) {
    return status;
  }
  printf("results %s\n", path);
  printf("  outputs  %" PRIu64 " frames of %" PRIu64 " codes\n", results.count, results.width);
  print_code_range(results.codes, results.count * results.width);
  print_exponent(results.has_exponent, results.exponent);
  em_results_free(&results);
  return EM_OK;
}

/* The keys of the engines, buffers and streams, a section a line. */
static void print_knobs(const em_design *design) {
  const char *section = "shape";
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (strcmp(key->section, "shape") == 0 || !em_design_key_applies(key, &design->shape)) {
      continue;
    }
    if (strcmp(section, key->section) != 0) {
      section = key->section;
      printf("\n  %-20s", section);
    }
    printf(" %s %u", key->key, em_design_get(design, key));
  }
  printf("\n");
}

static em_status print_design(const char *path, em_error *error) {
  em_design design;
  em_technology technology;
  em_status status = em_design_load(path, &design, &technology, error);
  if (status != EM_OK) {
    return status;
  }
  printf("design %s (%s)\n", design.name, path);
  print_shape(&design.shape);
  printf("  clock    %g MHz, %s, at %g mV, %g C, technology %s\n", design.clock_mhz,
         design.clock_gating ? "gated" : "not gated", design.vdd_mv, design.temperature_c, technology.name);
  printf("  hash     %016" PRIx64, em_design_hash(&design));
  print_knobs(&design);
  return EM_OK;
}

static em_status print_technology(const char *path, em_error *error) {
  em_technology technology;
  em_status status = em_technology_load(path, &technology, error);
  if (status != EM_OK) {
    return status;
  }
  printf("technology %s, %g nm (%s)\n", technology.name, technology.node_nm, path);
  printf("  %-24s %9s %9s %9s %-11s %-10s %s\n", "constant", "value", "low", "high", "unit", "kind", "source");
  for (size_t i = 0; i < technology.count; i++) {
    const em_constant *c = &technology.constants[i];
    printf("  %-24s %9g %9g %9g %-11s %-10s %s\n", c->name, c->value, c->low, c->high, c->unit,
           em_constant_kind_name(c->kind), c->source);
  }
  return EM_OK;
}

static em_status print_fit(const char *path, em_error *error) {
  em_fit_data *fit = malloc(sizeof *fit);
  em_status status = fit == NULL ? em_fail(error, EM_FAILED, "out of memory") : em_fit_load(path, fit, error);
  if (status == EM_OK) {
    printf("calibration %s\n  library  %s, %s\n", path, fit->library, fit->yosys);
    printf("  fitted   to %u designs, %u runs; held against %u designs, %u runs\n", fit->designs, fit->runs,
           fit->held_out_designs, fit->held_out_runs);
  }
  free(fit);
  return status;
}

/* Reports, timelines and features of ours. */
static em_status print_json(const char *path, em_error *error) {
  em_file_bytes file;
  cJSON *root = NULL;
  em_status status = em_file_bytes_open(path, &file, error);
  if (status == EM_OK) {
    status = em_json_parse((const char *)file.bytes, file.size, &root, error);
  }
  em_file_bytes_close(&file);
  if (status != EM_OK) {
    em_error_prefix(error, path);
    return status;
  }
  const cJSON *format = cJSON_GetObjectItemCaseSensitive(root, "format");
  const cJSON *design = cJSON_GetObjectItemCaseSensitive(root, "design");
  const cJSON *name = cJSON_IsString(design) ? design : cJSON_GetObjectItemCaseSensitive(design, "name");
  char *text = cJSON_IsString(name) ? name->valuestring : NULL;
  if (text != NULL) {
    em_text_clean(text);
  }
  if (cJSON_IsString(format) && strncmp(format->valuestring, "emamba-report-", 14) == 0) {
    const cJSON *frames = cJSON_GetObjectItemCaseSensitive(root, "frames");
    printf("report %s\n  design   %s, %.0f frames\n  see      emamba report\n", path, text != NULL ? text : "?",
           cJSON_IsNumber(frames) ? frames->valuedouble : 0);
  } else if (cJSON_HasObjectItem(root, "traceEvents")) {
    printf("timeline %s\n  events   %d\n  opens in Perfetto\n", path,
           cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(root, "traceEvents")));
  } else if (cJSON_HasObjectItem(root, "parts") && text != NULL) {
    printf("features of the cost model %s\n  design   %s\n", path, text);
  } else {
    status = em_fail(error, EM_BAD_INPUT, "%s: JSON, but no report, timeline or features of ours", path);
  }
  cJSON_Delete(root);
  return status;
}

em_status em_cmd_info(const em_options *options, em_error *error) {
  const char *path = options->arguments[0];
  file_kind kind = FILE_UNKNOWN;
  em_status status = recognise(path, &kind, error);
  if (status != EM_OK) {
    return status;
  }
  switch (kind) {
    case FILE_NETWORK: return print_network(path, error);
    case FILE_FRAMES: return print_frames(path, error);
    case FILE_RESULTS: return print_results(path, error);
    case FILE_DESIGN: return print_design(path, error);
    case FILE_TECHNOLOGY: return print_technology(path, error);
    case FILE_FIT: return print_fit(path, error);
    case FILE_JSON: return print_json(path, error);
    case FILE_UNKNOWN: break;
  }
  return em_fail(error, EM_BAD_INPUT, "%s: is not a network, frames, results, design or technology file", path);
}
