#include "sim/files/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/files/temporaries.h"

enum { MOST_LINKS = 40 }; /* as in the kernel */

/* The descriptor that a name stands for; -1 when it stands for none. */
static int descriptor_of(const char *path) {
  static const char *const standard[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
  for (int i = 0; i < 3; i++) {
    if (strcmp(path, standard[i]) == 0) {
      return i;
    }
  }
  char own[48];
  snprintf(own, sizeof own, "/proc/%ld/fd/", (long)getpid());
  const char *const folders[] = {"/dev/fd/", "/proc/self/fd/", own};
  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
    size_t length = strlen(folders[i]);
    const char *number = path + length;
    if (strncmp(path, folders[i], length) == 0 && number[0] != '\0' && strlen(number) < 8 &&
        strspn(number, "0123456789") == strlen(number)) {
      return atoi(number);
    }
  }
  return strcmp(path, "-") == 0 ? STDOUT_FILENO : -1;
}

static int folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? 0 : (int)(slash - path) + 1;
}

/* Replaces file->path, a symbolic link, by what it points to. */
static em_status follow(em_output_file *file, em_error *error) {
  char target[EM_PATH_BYTES], path[2 * EM_PATH_BYTES];
  ssize_t length = readlink(file->path, target, sizeof target - 1);
  if (length < 0) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: %s", strerror(errno));
  }
  target[length] = '\0';
  int folder = target[0] == '/' ? 0 : folder_length(file->path);
  int size = snprintf(path, sizeof path, "%.*s%s", folder, file->path, target);
  if (size >= EM_PATH_BYTES) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: the path is longer than %d bytes", EM_PATH_BYTES - 1);
  }
  memcpy(file->path, path, (size_t)size + 1);
  return EM_OK;
}

em_status em_output_file_find(const char *path, em_output_file *file, em_error *error) {
  *file = (em_output_file){.descriptor = -1};
  if (strlen(path) >= sizeof file->path) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: the path is longer than %d bytes", EM_PATH_BYTES - 1);
  }
  strcpy(file->path, path);
  for (int links = 0; links <= MOST_LINKS; links++) {
    file->descriptor = descriptor_of(file->path);
    if (file->descriptor >= 0) {
      file->path[0] = '\0';
      file->exists = fstat(file->descriptor, &file->info) == 0;
      return file->exists ? EM_OK : em_fail(error, EM_BAD_INPUT, "cannot write: %s", strerror(errno));
    }
    if (lstat(file->path, &file->info) != 0) {
      return errno == ENOENT ? EM_OK : em_fail(error, EM_BAD_INPUT, "cannot write: %s", strerror(errno));
    }
    if (!S_ISLNK(file->info.st_mode)) {
      file->exists = true;
      return EM_OK;
    }
    em_status status = follow(file, error);
    if (status != EM_OK) {
      return status;
    }
  }
  return em_fail(error, EM_BAD_INPUT, "cannot write: %s", strerror(ELOOP));
}

static em_status check_descriptor(const em_output_file *file, em_error *error) {
  int flags = fcntl(file->descriptor, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: the descriptor is not open for writing");
  }
  return EM_OK;
}

bool em_output_file_temporary(const em_output_file *file, int attempt, char temporary[EM_PATH_BYTES]) {
  int length = snprintf(temporary, EM_PATH_BYTES, "%.*s.emamba.%ld.%d.tmp", folder_length(file->path), file->path,
                        (long)getpid(), attempt);
  return length > 0 && length < EM_PATH_BYTES;
}

/* Only an attempt shows what a folder, its file system, and a quota allow. */
static em_status try_folder(const em_output_file *file, em_error *error) {
  char temporary[EM_PATH_BYTES];
  int descriptor = -1;
  errno = ENAMETOOLONG;
  for (int attempt = 0; descriptor < 0 && attempt < 100; attempt++) {
    if (!em_output_file_temporary(file, attempt, temporary)) {
      break;
    }
    descriptor = em_temporary_create(temporary);
    if (descriptor < 0 && errno != EEXIST) {
      break;
    }
  }
  if (descriptor < 0) {
    int cause = errno;
    if (cause == ENOENT || cause == ENOTDIR) {
      int length = folder_length(file->path);
      return em_fail(error, EM_BAD_INPUT, "cannot write: there is no folder %.*s", length > 300 ? 300 : length,
                     file->path);
    }
    return em_fail(error, EM_BAD_INPUT, "cannot write into its folder: %s", strerror(cause));
  }
  close(descriptor);
  em_temporary_remove(temporary);
  return EM_OK;
}

em_status em_output_file_check(const em_output_file *file, em_error *error) {
  if (file->descriptor >= 0) {
    return check_descriptor(file, error);
  }
  size_t length = strlen(file->path);
  if (length == 0 || file->path[length - 1] == '/' || (file->exists && S_ISDIR(file->info.st_mode))) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: it is a folder");
  }
  if (file->exists && !S_ISREG(file->info.st_mode)) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: not a regular file");
  }
  if (file->exists && ((file->info.st_mode & 0222) == 0 || access(file->path, W_OK) != 0)) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: the file is write-protected");
  }
  const char *name = file->path + folder_length(file->path);
  if (strlen(name) > 255) {
    return em_fail(error, EM_BAD_INPUT, "cannot write: %s", strerror(ENAMETOOLONG));
  }
  return try_folder(file, error);
}

bool em_output_file_same(const em_output_file *a, const em_output_file *b) {
  if (a->exists && b->exists) {
    return a->info.st_dev == b->info.st_dev && a->info.st_ino == b->info.st_ino;
  }
  if (a->exists != b->exists) {
    return false;
  }
  struct stat folders[2];
  const em_output_file *files[] = {a, b};
  for (int i = 0; i < 2; i++) {
    char folder[EM_PATH_BYTES + 2];
    snprintf(folder, sizeof folder, "%.*s.", folder_length(files[i]->path), files[i]->path);
    if (stat(folder, &folders[i]) != 0) {
      return false;
    }
  }
  return folders[0].st_dev == folders[1].st_dev && folders[0].st_ino == folders[1].st_ino &&
         strcmp(a->path + folder_length(a->path), b->path + folder_length(b->path)) == 0;
}

int em_output_stream_error(FILE *stream) {
  bool before = ferror(stream) != 0;
  if (fflush(stream) != 0) {
    return errno;
  }
  if (!before) {
    return 0;
  }
  return write(fileno(stream), "\n", 1) < 0 ? errno : EIO;
}
