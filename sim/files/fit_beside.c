#include "sim/files/fit_beside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/files/places.h"

/* False when there is none. */
static bool find_fit(const char *technology_path, char path[EM_PATH_BYTES]) {
  const char *slash = strrchr(technology_path, '/');
  int folder = slash == NULL ? 0 : (int)(slash - technology_path) + 1;
  int length = snprintf(path, EM_PATH_BYTES, "%.*scalibration.yaml", folder, technology_path);
  if (length > 0 && length < EM_PATH_BYTES && access(path, F_OK) == 0) {
    return true;
  }
  char root[EM_PATH_BYTES];
  em_error ignored;
  if (em_project_root(root, &ignored) != EM_OK) {
    return false;
  }
  length = snprintf(path, EM_PATH_BYTES, "%.4000s/configs/technology/calibration.yaml", root);
  return length > 0 && length < EM_PATH_BYTES && access(path, F_OK) == 0;
}

em_status em_fit_beside(const char *technology_path, em_fit_data **fit, em_error *error) {
  char path[EM_PATH_BYTES];
  *fit = NULL;
  if (!find_fit(technology_path, path)) {
    return EM_OK;
  }
  *fit = malloc(sizeof **fit);
  if (*fit == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the fit");
  }
  em_status status = em_fit_load(path, *fit, error);
  if (status != EM_OK) {
    free(*fit);
    *fit = NULL;
  }
  return status;
}

em_status em_fit_needed(const em_technology *technology, const em_fit_data *fit, em_error *error) {
  return fit != NULL ? EM_OK
                     : em_fail(error, EM_BAD_INPUT, "no calibration.yaml beside %.255s, and none in the project",
                               technology->file);
}
