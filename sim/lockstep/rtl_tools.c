#include "sim/lockstep/rtl_tools.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/files/places.h"

static const char *search_path(void) {
  const char *path = getenv("PATH");
  return path != NULL && path[0] != '\0' ? path : "/usr/local/bin:/usr/bin:/bin";
}

/* Where PATH has the program. */
static bool find_program(const char *name, char found[EM_PATH_BYTES]) {
  for (const char *part = search_path(); part != NULL;
       part = strchr(part, ':') != NULL ? strchr(part, ':') + 1 : NULL) {
    int length = (int)strcspn(part, ":");
    int used = snprintf(found, EM_PATH_BYTES, "%.*s/%s", length, part, name);
    struct stat info;
    if (length > 0 && used < EM_PATH_BYTES && stat(found, &info) == 0 && S_ISREG(info.st_mode) &&
        access(found, X_OK) == 0) {
      return true;
    }
  }
  return false;
}

em_status em_rtl_environment_make(const char *build_folder, const char *private_folder, em_rtl_environment *environment,
                                  em_error *error) {
  char ccache[EM_PATH_BYTES];
  const char *libraries = getenv("LD_LIBRARY_PATH");
  const struct {
    const char *name, *value, *rest;
  } variables[] = {
      {"PATH", search_path(), ""},
      {"LD_LIBRARY_PATH", libraries, ""},
      {"LC_ALL", "C", ""},
      {"TMPDIR", private_folder, ""},
      {"OBJCACHE", find_program("ccache", ccache) ? "ccache" : "", ""},
      {"CCACHE_DIR", build_folder, "/ccache"},
      {"CCACHE_COMPILERCHECK", "content", ""},
  };
  size_t used = 0, count = 0;
  for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
    if (variables[i].value == NULL) {
      continue;
    }
    size_t room = sizeof environment->text - used;
    environment->words[count++] = environment->text + used;
    int length =
        snprintf(environment->text + used, room, "%s=%s%s", variables[i].name, variables[i].value, variables[i].rest);
    if (length < 0 || (size_t)length >= room) {
      return em_fail(error, EM_BAD_INPUT, "PATH and LD_LIBRARY_PATH are too long to build RTL with");
    }
    used += (size_t)length + 1;
  }
  environment->words[count] = NULL;
  return EM_OK;
}

/* What `name --version` prints, cut to fit. */
static em_status ask_version(const char *name, char *text, size_t bytes, em_error *error) {
  static em_rtl_environment environment;
  char program[EM_PATH_BYTES], version[] = "--version";
  int ends[2];
  pid_t child;
  em_status status = em_rtl_environment_make("/tmp", "/tmp", &environment, error);
  if (status != EM_OK) {
    return status;
  }
  if (!find_program(name, program)) {
    return em_fail(error, EM_FAILED, "%s is not installed: it builds the RTL; make deps installs it", name);
  }
  if (pipe(ends) != 0) {
    return em_fail(error, EM_FAILED, "pipe: %s", strerror(errno));
  }
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  char *words[] = {program, version, NULL};
  int failed = posix_spawn(&child, program, &actions, NULL, words, environment.words);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  size_t used = 0;
  ssize_t got = 0;
  while (failed == 0 && used < bytes - 1 &&
         ((got = read(ends[0], text + used, bytes - 1 - used)) > 0 || (got < 0 && errno == EINTR))) {
    used += got > 0 ? (size_t)got : 0;
  }
  text[used] = '\0';
  close(ends[0]);
  int result = 0;
  while (failed == 0 && waitpid(child, &result, 0) < 0 && errno == EINTR) {
  }
  return failed == 0 && result == 0 && used > 0 ? EM_OK
                                                : em_fail(error, EM_FAILED, "%s --version does not work", program);
}

static void print_identity(const char *name, FILE *file) {
  char program[EM_PATH_BYTES], resolved[EM_PATH_BYTES];
  struct stat info;
  if (find_program(name, program) && realpath(program, resolved) != NULL && stat(resolved, &info) == 0) {
    fprintf(file, "%s %llu %llu %lld %lld.%09ld %lld.%09ld\n", resolved, (unsigned long long)info.st_dev,
            (unsigned long long)info.st_ino, (long long)info.st_size, (long long)info.st_mtim.tv_sec,
            info.st_mtim.tv_nsec, (long long)info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
  }
}

/* The answer that is kept for the program of this identity; "" when there is none. */
static void kept_answer(const char *path, const char *identity, char *text, size_t bytes) {
  char kept[4 * EM_PATH_BYTES];
  FILE *file = fopen(path, "re");
  size_t length = file != NULL ? fread(kept, 1, sizeof kept - 1, file) : 0;
  kept[length] = '\0';
  if (file != NULL) {
    fclose(file);
  }
  size_t identity_length = strlen(identity);
  bool same = strncmp(kept, identity, identity_length) == 0 && length < sizeof kept - 1;
  snprintf(text, bytes, "%s", same ? kept + identity_length : "");
}

static em_status verilator_version(const char *build_folder, char *text, size_t bytes, em_error *error) {
  char *identity = NULL, path[EM_PATH_BYTES + 32];
  size_t length;
  FILE *stream = open_memstream(&identity, &length);
  if (stream == NULL) {
    return em_fail(error, EM_FAILED, "out of memory");
  }
  print_identity("verilator", stream);
  print_identity("verilator_bin", stream);
  fclose(stream);
  snprintf(path, sizeof path, "%s/rtl/verilator-version", build_folder);
  kept_answer(path, identity, text, bytes);
  em_status status = EM_OK;
  if (text[0] == '\0' || length == 0) {
    status = ask_version("verilator", text, bytes, error);
    em_atomic_file file;
    em_error ignored; /* a build folder that cannot be written: asked again the next time */
    if (status == EM_OK && em_atomic_file_open(&file, path, &ignored) == EM_OK) {
      fprintf(file.stream, "%s%s", identity, text);
      em_atomic_file_commit(&file, &ignored);
    }
  }
  free(identity);
  return status;
}

/* The first processor's kind, as far as compilers choose instructions by it. */
static void print_processor(FILE *file) {
  static const char *const keys[] = {
      "vendor_id",       "cpu family",       "model\t",     "stepping", "flags", "Features",
      "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "isa",   "uarch"};
  char line[16384];
  FILE *info = fopen("/proc/cpuinfo", "re");
  while (info != NULL && fgets(line, sizeof line, info) != NULL && line[0] != '\n') {
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
      if (strncmp(line, keys[i], strlen(keys[i])) == 0) {
        fputs(line, file);
      }
    }
  }
  if (info != NULL) {
    fclose(info);
  }
}

em_status em_rtl_tools_describe(const char *build_folder, FILE *file, em_error *error) {
  char text[4096];
  em_status status = verilator_version(build_folder, text, sizeof text, error);
  if (status == EM_OK) {
    fputs(text, file);
    status = ask_version("g++", text, sizeof text, error);
  }
  if (status == EM_OK) {
    fputs(strchr(text, ' ') != NULL ? strchr(text, ' ') : text, file); /* the first word is the name it was called by */
    if (strstr(EM_ARCH, "native") != NULL) {
      print_processor(file);
    }
  }
  return status;
}
