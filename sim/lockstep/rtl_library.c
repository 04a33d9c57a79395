#include "sim/lockstep/rtl_library.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/files/atomic_file.h"
#include "sim/files/places.h"
#include "sim/lockstep/rtl_build.h"

static em_status resolve(em_rtl_library *library, em_error *error) {
  const struct {
    const char *name;
    void *target;
  } symbols[] = {
      {"em_rtl_open", &library->open},
      {"em_rtl_close", &library->close},
      {"em_rtl_settle", &library->settle},
      {"em_rtl_clock", &library->clock},
      {"em_rtl_probe", &library->probe},
      {"em_rtl_wave", &library->wave},
      {"em_rtl_wave_close", &library->wave_close},
      {"em_rtl_wave_signals", &library->wave_signals},
  };
  for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    void *symbol = dlsym(library->handle, symbols[i].name);
    if (symbol == NULL) {
      return em_fail(error, EM_FAILED, "%s", dlerror());
    }
    memcpy(symbols[i].target, &symbol, sizeof symbol); /* POSIX: a data pointer from dlsym holds a function's address */
  }
  return EM_OK;
}

static em_status load(em_rtl_library *library, const char *folder, em_error *error) {
  char path[EM_PATH_BYTES + 32];
  snprintf(path, sizeof path, "%s/libem_rtl.so", folder);
  library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library->handle == NULL) {
    return em_fail(error, EM_FAILED, "%s", dlerror());
  }
  em_status status = resolve(library, error);
  if (status != EM_OK) {
    em_rtl_library_close(library);
  }
  return status;
}

/* Beside the libraries, for the reader: the design's package as this program writes it. */
static void show_package(const char *design_folder, const em_rtl_recipe *recipe) {
  char path[EM_PATH_BYTES + 32], same[4096];
  snprintf(path, sizeof path, "%s/em_design_pkg.sv", design_folder);
  const em_rtl_file *package = recipe->files;
  while (strcmp(package->name, "em_design_pkg.sv") != 0) { /* every recipe has it */
    package++;
  }
  FILE *old = fopen(path, "re");
  size_t at = 0, got;
  if (old != NULL) {
    while ((got = fread(same, 1, sizeof same, old)) > 0 && got <= package->size - at &&
           memcmp(same, package->bytes + at, got) == 0) {
      at += got;
    }
    fclose(old);
    if (got == 0 && at == package->size) {
      return;
    }
  }
  em_atomic_file file;
  em_error ignored; /* nothing reads it */
  if (em_atomic_file_open(&file, path, &ignored) == EM_OK) {
    fwrite(package->bytes, 1, package->size, file.stream);
    em_atomic_file_commit(&file, &ignored);
  }
}

/* The library is there, or becomes built. */
static em_status provide(em_rtl_library *library, const em_rtl_recipe *recipe, const char *design_folder, bool quiet,
                         em_error *error) {
  char folder[EM_PATH_BYTES];
  em_rtl_building building;
  if (snprintf(folder, sizeof folder, "%s/%s", design_folder, recipe->digest) >= EM_PATH_BYTES - 32) {
    return em_fail(error, EM_BAD_INPUT, "%.200s...: the build folder's path is too long", design_folder);
  }
  if (access(folder, F_OK) == 0) {
    return load(library, folder, error);
  }
  em_status status = em_make_folders(design_folder, error);
  status = status == EM_OK ? em_rtl_build_begin(&building, folder, error) : status;
  if (status != EM_OK) {
    return status;
  }
  if (access(folder, F_OK) == 0) { /* another built it meanwhile */
    status = load(library, folder, error);
  } else {
    if (!quiet) {
      fprintf(stderr, "emamba: building the RTL of this design with Verilator (%s)\n", folder);
    }
    status = em_rtl_build_run(&building, recipe, quiet, error);
    status = status == EM_OK ? load(library, building.private_folder, error) : status;
    if (status == EM_OK && (status = em_rtl_build_publish(&building, error)) != EM_OK) {
      em_rtl_library_close(library);
    }
  }
  em_rtl_build_end(&building);
  return status;
}

em_status em_rtl_library_open(em_rtl_library *library, const em_design *design, const char *rtl_folder,
                              const char *build_folder, em_rtl_build kind, bool quiet, em_error *error) {
  char build[EM_PATH_BYTES], folder[EM_PATH_BYTES];
  memset(library, 0, sizeof *library);
  em_status status = em_build_folder(build_folder, build, error);
  if (status != EM_OK) {
    return status;
  }
  em_rtl_recipe *recipe = malloc(sizeof *recipe);
  if (recipe == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the RTL");
  }
  status = em_rtl_recipe_open(recipe, design, rtl_folder, kind, build, error);
  if (status == EM_OK) {
    snprintf(folder, sizeof folder, "%.4000s/rtl/%016" PRIx64, build, em_design_hash(design));
    status = provide(library, recipe, folder, quiet, error);
  }
  if (status == EM_OK) {
    show_package(folder, recipe);
  }
  em_rtl_recipe_close(recipe);
  free(recipe);
  return status;
}

void em_rtl_library_close(em_rtl_library *library) {
  if (library->handle != NULL) {
    dlclose(library->handle);
    library->handle = NULL;
  }
}
