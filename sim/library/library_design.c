/* Designs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/design/design_assign.h"
#include "sim/files/design_file.h"
#include "sim/files/fit_beside.h"
#include "sim/library/handles.h"

/* Opens `path`, or, with a text, what stands in that. */
static em_status load(const char *path, const char *text, size_t bytes, emamba_design *design, em_error *error) {
  em_status status = EM_OK;
  design->path = em_handle_text(path);
  if (design->path == NULL) {
    status = em_out_of_memory(error);
  } else if (text == NULL) {
    status = em_design_load(path, &design->design, &design->technology, error);
  } else {
    status = em_design_parse(path, (const uint8_t *)text, bytes, &design->design, error);
    if (status == EM_OK) {
      status = em_design_load_technology(path, &design->design, &design->technology, error);
    }
  }
  return status == EM_OK ? em_fit_beside(design->technology.file, &design->fit, error) : status;
}

static emamba_status open_design(const char *path, const char *text, size_t bytes, emamba_design **design,
                                 emamba_error *error) {
  em_call call = em_call_enter();
  emamba_design *made = calloc(1, sizeof *made);
  em_status status = made == NULL ? em_out_of_memory(&call.error) : load(path, text, bytes, made, &call.error);
  if (status == EM_OK) {
    *design = made;
  } else {
    emamba_design_close(made);
  }
  return em_call_leave(&call, status, error);
}

emamba_status emamba_design_open(const char *path, emamba_design **design, emamba_error *error) {
  return open_design(path, NULL, 0, design, error);
}

emamba_status emamba_design_parse(const char *text, size_t bytes, const char *path, emamba_design **design,
                                  emamba_error *error) {
  return open_design(path, text, bytes, design, error);
}

emamba_status emamba_design_copy(const emamba_design *design, emamba_design **copy, emamba_error *error) {
  em_call call = em_call_enter();
  em_status status = EM_OK;
  emamba_design *made = malloc(sizeof *made);
  if (made != NULL) {
    *made = *design;
    made->path = em_handle_text(design->path);
    made->fit = design->fit == NULL ? NULL : malloc(sizeof *made->fit);
  }
  if (made == NULL || made->path == NULL || (made->fit == NULL && design->fit != NULL)) {
    emamba_design_close(made);
    status = em_out_of_memory(&call.error);
  } else {
    if (made->fit != NULL) {
      *made->fit = *design->fit;
    }
    *copy = made;
  }
  return em_call_leave(&call, status, error);
}

void emamba_design_close(emamba_design *design) {
  if (design != NULL) {
    free(design->path);
    free(design->fit);
    free(design);
  }
}

emamba_status emamba_design_set_technology(emamba_design *design, const char *path, emamba_error *error) {
  em_call call = em_call_enter();
  em_technology *technology = malloc(sizeof *technology);
  em_fit_data *fit = NULL;
  em_status status =
      technology == NULL ? em_out_of_memory(&call.error) : em_technology_load(path, technology, &call.error);
  if (status == EM_OK) {
    status = em_fit_beside(technology->file, &fit, &call.error);
  }
  if (status == EM_OK) {
    design->technology = *technology;
    design->design.macro_min_bits = (uint32_t)em_technology_value(technology, "sram_macro_min_bits");
    free(design->fit);
    design->fit = fit;
  }
  free(technology);
  return em_call_leave(&call, status, error);
}

const char *emamba_design_name(const emamba_design *design) {
  return design->design.name;
}

int emamba_design_key(const emamba_design *design, size_t index, char name[EMAMBA_KEY_CHARS]) {
  if (index < EM_DESIGN_NUMBERS) {
    snprintf(name, EMAMBA_KEY_CHARS, "%s", em_design_numbers[index].key);
    return 1;
  }
  index -= EM_DESIGN_NUMBERS;
  for (size_t i = 0; i < em_design_key_count; i++) {
    if (em_design_key_applies(&em_design_keys[i], &design->design.shape) && index-- == 0) {
      em_design_key_name(&em_design_keys[i], name);
      return 1;
    }
  }
  return 0;
}

/* The library's values are numbers: clock_gating is none. */
static em_status find(const char *name, em_design_name *found, em_error *error) {
  em_status status = em_design_find(name, found, error);
  return status == EM_OK && found->clock_gating
             ? em_fail(error, EM_BAD_INPUT, "unknown key %.80s; a design file shows them all", name)
             : status;
}

emamba_status emamba_design_get(const emamba_design *design, const char *key, double *value, emamba_error *error) {
  em_call call = em_call_enter();
  em_design_name found;
  em_status status = find(key, &found, &call.error);
  if (status == EM_OK && found.number != NULL) {
    memcpy(value, (const char *)&design->design + found.number->offset, sizeof *value);
  } else if (status == EM_OK) {
    *value = em_design_get(&design->design, found.integer);
  }
  return em_call_leave(&call, status, error);
}

emamba_status emamba_design_set(emamba_design *design, const char *key, double value, emamba_error *error) {
  em_call call = em_call_enter();
  em_design_name found;
  em_status status = find(key, &found, &call.error);
  if (status == EM_OK) {
    status = em_design_set_value(&design->design, &found, value, &call.error);
  }
  return em_call_leave(&call, status, error);
}

emamba_status emamba_design_save(const emamba_design *design, const char *path, emamba_error *error) {
  em_call call = em_call_enter();
  return em_call_leave(&call, em_design_save(path, &design->design, &call.error), error);
}
