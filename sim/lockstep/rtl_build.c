#include "sim/lockstep/rtl_build.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/files/places.h"
#include "sim/lockstep/rtl_stages.h"
#include "sim/lockstep/rtl_tools.h"

enum { PATH = 2 * EM_PATH_BYTES, LOCK_DESCRIPTOR = 9 };

/* $1 the private folder, then the words of its build.sh: no text of a path is part of the script. */
static char script[] = "cd -- \"$1\" && shift && exec sh ./build.sh \"$@\"";

em_status em_rtl_build_begin(em_rtl_building *building, const char *folder, em_error *error) {
  char path[PATH];
  snprintf(building->folder, sizeof building->folder, "%s", folder);
  snprintf(building->private_folder, sizeof building->private_folder, "%s.part", folder);
  snprintf(path, sizeof path, "%s.lock", folder);
  building->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (building->lock < 0) {
    return em_fail(error, EM_BAD_INPUT,
                   "%.300s: %s: cannot build there; --build FOLDER or EMAMBA_BUILD names another folder to build in",
                   path, strerror(errno));
  }
  int taken = flock(building->lock, LOCK_EX | LOCK_NB);
  if (taken != 0 && errno == EWOULDBLOCK) {
    fprintf(stderr, "emamba: waiting for another program's build of the same RTL (%s)\n", folder);
    while ((taken = flock(building->lock, LOCK_EX)) != 0 && errno == EINTR) {
    }
  }
  if (taken != 0) {
    em_status status = em_fail(error, EM_FAILED, "%.300s: %s", path, strerror(errno));
    em_rtl_build_end(building);
    return status;
  }
  return EM_OK;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where) {
  (void)info, (void)kind, (void)where;
  return remove(path);
}

static void remove_tree(const char *folder) {
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static em_status write_files(const char *folder, const em_rtl_recipe *recipe, em_error *error) {
  em_status status = em_make_folders(folder, error);
  for (uint32_t i = 0; i < recipe->file_count && status == EM_OK; i++) {
    char path[PATH];
    snprintf(path, sizeof path, "%s/%s", folder, recipe->files[i].name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    status = em_make_folders(path, error);
    *slash = '/';
    FILE *file = status == EM_OK ? fopen(path, "wxe") : NULL;
    bool whole =
        file != NULL && fwrite(recipe->files[i].bytes, 1, recipe->files[i].size, file) == recipe->files[i].size;
    whole = (file == NULL || fclose(file) == 0) && whole;
    if (status == EM_OK && !whole) {
      status = em_fail(error, EM_FAILED, "%.300s: %s", path, strerror(errno));
    }
  }
  return status;
}

static void build_folder_of(const char *library_folder, char folder[EM_PATH_BYTES]) {
  snprintf(folder, EM_PATH_BYTES, "%s", library_folder);
  for (int level = 0; level < 3; level++) { /* BUILD/rtl/HASH/DIGEST */
    *strrchr(folder, '/') = '\0';
  }
}

/* The child's status; meanwhile its stages are told. */
static int wait_for(pid_t child, em_rtl_stages *stages) {
  const struct timespec pause = {0, 50000000};
  int result = 0;
  for (pid_t ended; (ended = waitpid(child, &result, WNOHANG)) != child;) {
    if (ended < 0 && errno != EINTR) {
      return -1;
    }
    em_rtl_stages_look(stages);
    nanosleep(&pause, NULL);
  }
  return result;
}

/* Runs the script; the lock goes with it, so that it is held as long as any process of the build lives. */
static em_status run_verilator(em_rtl_building *building, const em_rtl_recipe *recipe, bool quiet, em_error *error) {
  static em_rtl_environment environment;
  char folder[EM_PATH_BYTES], log[PATH], jobs[24], *words[EM_RTL_MAX_WORDS + 8];
  build_folder_of(building->folder, folder);
  em_status status = em_rtl_environment_make(folder, building->private_folder, &environment, error);
  if (status != EM_OK) {
    return status;
  }
  snprintf(log, sizeof log, "%s/build.log", building->private_folder);
  snprintf(jobs, sizeof jobs, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
  char *const first[] = {(char[]){"sh"},           (char[]){"-c"}, script, (char[]){"sh"},
                         building->private_folder, (char[]){"-j"}, jobs};
  size_t count = sizeof first / sizeof first[0];
  memcpy(words, first, sizeof first);
  memcpy(words + count, recipe->words, recipe->word_count * sizeof words[0]);
  words[count + recipe->word_count] = NULL;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, building->lock, LOCK_DESCRIPTOR);
  pid_t child;
  int failed = posix_spawn(&child, "/bin/sh", &actions, NULL, words, environment.words);
  posix_spawn_file_actions_destroy(&actions);
  em_rtl_stages stages;
  em_rtl_stages_begin(&stages, building->private_folder, folder, quiet);
  int result = failed == 0 ? wait_for(child, &stages) : failed;
  em_rtl_stages_end(&stages, result == 0);
  return result == 0 ? EM_OK : em_fail(error, EM_FAILED, "the RTL does not build; see %.400s", log);
}

em_status em_rtl_build_run(em_rtl_building *building, const em_rtl_recipe *recipe, bool quiet, em_error *error) {
  remove_tree(building->private_folder); /* of a build that was killed, or that failed */
  em_status status = write_files(building->private_folder, recipe, error);
  return status == EM_OK ? run_verilator(building, recipe, quiet, error) : status;
}

static bool to_disk(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  bool done = descriptor >= 0 && fsync(descriptor) == 0;
  if (descriptor >= 0) {
    close(descriptor);
  }
  return done;
}

em_status em_rtl_build_publish(em_rtl_building *building, em_error *error) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/obj", building->private_folder);
  remove_tree(path);
  snprintf(path, sizeof path, "%s/libem_rtl.so", building->private_folder);
  if (!to_disk(path) || !to_disk(building->private_folder) || rename(building->private_folder, building->folder) != 0) {
    return em_fail(error, EM_FAILED, "%.300s: %s", building->folder, strerror(errno));
  }
  return EM_OK;
}

void em_rtl_build_end(em_rtl_building *building) {
  close(building->lock); /* the lock file stays: another may wait for it */
  building->lock = -1;
}
