#include "sim/lockstep/rtl_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/files/atomic_file.h"

enum { PATH_BYTES = EM_PATH_BYTES, COMMAND_BYTES = 5 * EM_PATH_BYTES };

em_status em_project_root(char *root, size_t bytes, em_error *error) {
  ssize_t length = readlink("/proc/self/exe", root, bytes - 1);
  if (length < 0) {
    return em_fail(error, EM_FAILED, "/proc/self/exe: %s", strerror(errno));
  }
  root[length] = '\0';
  char *slash;
  while ((slash = strrchr(root, '/')) != NULL) {
    char marker[PATH_BYTES + 32];
    *slash = '\0';
    snprintf(marker, sizeof marker, "%s/rtl/em_pkg.sv", root);
    if (access(marker, R_OK) == 0) {
      return EM_OK;
    }
  }
  return em_fail(error, EM_FAILED, "the program does not stand in the project: no folder above it has rtl/em_pkg.sv");
}

/* build/rtl/<hash>[-<folder name>] below the root; made if missing. */
static em_status library_folder(const char *root, const em_design *design, const char *rtl_folder, char *folder,
                                em_error *error) {
  char parent[PATH_BYTES];
  snprintf(parent, sizeof parent, "%.2000s/build/rtl", root);
  const char *base = rtl_folder == NULL                 ? ""
                     : strrchr(rtl_folder, '/') != NULL ? strrchr(rtl_folder, '/') + 1
                                                        : rtl_folder;
  snprintf(folder, PATH_BYTES, "%.2040s/%016" PRIx64 "%s%.200s", parent, em_design_hash(design),
           rtl_folder == NULL ? "" : "-", base);
  if ((mkdir(parent, 0777) != 0 && errno != EEXIST) || (mkdir(folder, 0777) != 0 && errno != EEXIST)) {
    return em_fail(error, EM_FAILED, "%.200s: %s", folder, strerror(errno));
  }
  return EM_OK;
}

static em_status write_package(const char *folder, const em_design *design, em_error *error) {
  char path[PATH_BYTES + 32];
  snprintf(path, sizeof path, "%s/em_design_pkg.sv", folder);
  if (access(path, R_OK) == 0) {
    return EM_OK; /* the folder's name is the hash of its contents */
  }
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  em_design_write_package(design, file.stream);
  return em_atomic_file_commit(&file, error);
}

enum { INLINE_LANES = 400 };

/*
 * Verilator copies small modules into their users, which makes narrow designs fast but would copy the lanes of wide
 * ones hundreds of times: those keep their modules apart. RTL_VERILATE in the environment decides otherwise.
 */
static const char *verilate_option(const em_design *d) {
  uint64_t lanes = d->ssm_lanes + (uint64_t)d->conv_lanes + d->norm_units;
  const em_lanes linears[] = {d->patch_embed, d->in_proj, d->param_proj, d->delta_proj,
                              d->out_proj,    d->head_0,  d->head_1};
  for (size_t i = 0; i < sizeof linears / sizeof linears[0]; i++) {
    lanes += (uint64_t)linears[i].in * linears[i].out;
  }
  return lanes > INLINE_LANES && getenv("RTL_VERILATE") == NULL ? "RTL_VERILATE='-O3 -fno-inline'" : "";
}

/* Runs make for the library, one program at a time in a folder. */
static em_status build(const char *root, const char *folder, const char *rtl_folder, const char *library,
                       const em_design *design, bool quiet, em_error *error) {
  char path[PATH_BYTES + 32], command[COMMAND_BYTES];
  snprintf(path, sizeof path, "%s/lock", folder);
  int lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (lock < 0 || flock(lock, LOCK_EX) != 0) {
    em_status status = em_fail(error, EM_FAILED, "%.200s: %s", path, strerror(errno));
    if (lock >= 0) {
      close(lock);
    }
    return status;
  }
  const char *relative = folder + strlen(root) + 1;
  snprintf(command, sizeof command,
           "env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C '%s' %s %s%s%s '%s/%s' > '%s/build.log' 2>&1", root,
           verilate_option(design), rtl_folder == NULL ? "" : "RTL='", rtl_folder == NULL ? "" : rtl_folder,
           rtl_folder == NULL ? "" : "'", relative, library, folder);
  if (!quiet) {
    fprintf(stderr, "emamba: building the RTL of this design with Verilator if needed (%s)\n", relative);
  }
  int result = system(command);
  close(lock);
  return result == 0 ? EM_OK : em_fail(error, EM_FAILED, "the RTL does not build; see %.400s/build.log", folder);
}

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

em_status em_rtl_library_open(em_rtl_library *library, const em_design *design, const char *rtl_folder,
                              em_rtl_build kind, bool quiet, em_error *error) {
  char root[PATH_BYTES], folder[PATH_BYTES], path[PATH_BYTES + 32];
  char rtl_path[PATH_BYTES];
  static const char *const names[] = {"libem_rtl.so", "libem_rtl_wave.so", "libem_rtl_bare.so"};
  const char *name = names[kind];
  memset(library, 0, sizeof *library);
  if (rtl_folder != NULL && realpath(rtl_folder, rtl_path) == NULL) {
    return em_fail(error, EM_BAD_INPUT, "%.300s: %s", rtl_folder, strerror(errno));
  }
  em_status status = em_project_root(root, sizeof root, error);
  if (status == EM_OK) {
    status = library_folder(root, design, rtl_folder == NULL ? NULL : rtl_path, folder, error);
  }
  if (status == EM_OK) {
    status = write_package(folder, design, error);
  }
  if (status == EM_OK) {
    status = build(root, folder, rtl_folder == NULL ? NULL : rtl_path, name, design, quiet, error);
  }
  if (status != EM_OK) {
    return status;
  }
  snprintf(path, sizeof path, "%s/%s", folder, name);
  library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library->handle == NULL) {
    return em_fail(error, EM_FAILED, "%s", dlerror());
  }
  status = resolve(library, error);
  if (status != EM_OK) {
    em_rtl_library_close(library);
  }
  return status;
}

void em_rtl_library_close(em_rtl_library *library) {
  if (library->handle != NULL) {
    dlclose(library->handle);
    library->handle = NULL;
  }
}
