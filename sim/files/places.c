#include "sim/files/places.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

/* "FOLDER/NAME"; false when that is too long. */
static bool join(char path[EM_PATH_BYTES], const char *folder, const char *name) {
  char joined[2 * EM_PATH_BYTES];
  int length = snprintf(joined, sizeof joined, "%s/%s", folder, name);
  if (length < 0 || length >= EM_PATH_BYTES) {
    return false;
  }
  memcpy(path, joined, (size_t)length + 1);
  return true;
}

static bool is_project(const char *folder) {
  char marker[EM_PATH_BYTES];
  return join(marker, folder, "rtl/em_pkg.sv") && access(marker, R_OK) == 0;
}

/* The nearest project above `path`; `installed`: it is PREFIX/share/emamba. */
static bool climb(const char *path, char root[EM_PATH_BYTES], bool *installed) {
  char folder[EM_PATH_BYTES], share[EM_PATH_BYTES], *slash;
  snprintf(folder, sizeof folder, "%s", path);
  while ((slash = strrchr(folder, '/')) != NULL) {
    *slash = '\0';
    if (is_project(folder)) {
      *installed = false;
      return realpath(folder, root) != NULL;
    }
    if (join(share, folder, "share/emamba") && is_project(share)) {
      *installed = true;
      return realpath(share, root) != NULL;
    }
  }
  return false;
}

/* What the link `path` leads to, in its place; false when it is none. */
static bool follow(char path[EM_PATH_BYTES]) {
  char target[EM_PATH_BYTES];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length <= 0) {
    return false;
  }
  target[length] = '\0';
  if (target[0] == '/') {
    memcpy(path, target, (size_t)length + 1);
    return true;
  }
  char *slash = strrchr(path, '/');
  *slash = '\0';
  return join(path, path, target);
}

static bool above_the_name_it_was_called_by(char root[EM_PATH_BYTES], bool *installed) {
  const char *called = (const char *)getauxval(AT_EXECFN); /* NOLINT: the kernel gives an address */
  char path[EM_PATH_BYTES], here[EM_PATH_BYTES];
  if (called == NULL || strlen(called) >= sizeof path) {
    return false;
  }
  if (called[0] == '/') {
    strcpy(path, called);
  } else if (getcwd(here, sizeof here) == NULL || !join(path, here, called)) {
    return false;
  }
  for (int links = 0; links < MAX_LINKS; links++) {
    if (climb(path, root, installed)) {
      return true;
    }
    if (!follow(path)) {
      return false;
    }
  }
  return false;
}

static em_status find(char root[EM_PATH_BYTES], bool *installed, em_error *error) {
  char program[EM_PATH_BYTES];
  if (above_the_name_it_was_called_by(root, installed)) {
    return EM_OK;
  }
  if (realpath("/proc/self/exe", program) == NULL) {
    return em_fail(error, EM_FAILED, "/proc/self/exe: %s", strerror(errno));
  }
  return climb(program, root, installed) ? EM_OK
                                         : em_fail(error, EM_FAILED,
                                                   "the program does not stand in the project: no folder above it has "
                                                   "rtl/em_pkg.sv or share/emamba/rtl/em_pkg.sv");
}

em_status em_project_root(char root[EM_PATH_BYTES], em_error *error) {
  bool installed;
  return find(root, &installed, error);
}

em_status em_make_folders(const char *path, em_error *error) {
  char folder[EM_PATH_BYTES];
  snprintf(folder, sizeof folder, "%s", path);
  for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(folder, 0777); /* what fails shows in the end */
    *slash = '/';
  }
  struct stat info;
  if (mkdir(folder, 0777) == 0 || (errno == EEXIST && stat(folder, &info) == 0 && S_ISDIR(info.st_mode))) {
    return EM_OK;
  }
  return em_fail(error, EM_BAD_INPUT,
                 "%.300s: cannot be made: %s; --build FOLDER or EMAMBA_BUILD names another folder to build in", folder,
                 strerror(errno));
}

/* Where to build when nobody said: build/ of the project, and for an installed program in the user's own cache. */
static em_status default_build_folder(char folder[EM_PATH_BYTES], em_error *error) {
  char root[EM_PATH_BYTES];
  bool installed;
  em_status status = find(root, &installed, error);
  if (status != EM_OK) {
    return status;
  }
  const char *home = getenv("HOME");
  if (installed && (home == NULL || home[0] == '\0')) {
    return em_fail(error, EM_BAD_INPUT, "where to build? HOME is not set; --build FOLDER or EMAMBA_BUILD says it");
  }
  return join(folder, installed ? home : root, installed ? ".cache/emamba" : "build")
             ? EM_OK
             : em_fail(error, EM_FAILED, "%.300s: the path is too long", root);
}

em_status em_build_folder(const char *option, char folder[EM_PATH_BYTES], em_error *error) {
  char named[EM_PATH_BYTES];
  const char *variable = getenv("EMAMBA_BUILD");
  const char *asked = option != NULL ? option : variable != NULL && variable[0] != '\0' ? variable : NULL;
  em_status status = EM_OK;
  if (asked == NULL) {
    status = default_build_folder(named, error);
  } else if (asked[0] == '\0' || strlen(asked) >= sizeof named) {
    status = em_fail(error, EM_BAD_INPUT, "--build: the folder's name is empty or too long");
  } else {
    memcpy(named, asked, strlen(asked) + 1);
  }
  if (status == EM_OK && access(named, F_OK) != 0) {
    status = em_make_folders(named, error);
  }
  if (status == EM_OK && realpath(named, folder) == NULL) {
    status = em_fail(error, EM_BAD_INPUT, "%.300s: %s", named, strerror(errno));
  }
  return status;
}
