#include "sim/files/atomic_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ATTEMPTS = 100 }; /* temporaries of this process and target that may be left over */

/* Composes "FOLDER/.NAME.PID.ATTEMPT.tmp". Returns false when that is too long. */
static bool name_temporary(em_atomic_file *file, int attempt) {
  const char *slash = strrchr(file->path, '/');
  int folder = slash == NULL ? 0 : (int)(slash - file->path) + 1;
  int length = snprintf(file->temporary, sizeof file->temporary, "%.*s.%s.%ld.%d.tmp", folder, file->path,
                        file->path + folder, (long)getpid(), attempt);
  return length > 0 && (size_t)length < sizeof file->temporary;
}

em_status em_atomic_file_open(em_atomic_file *file, const char *path, em_error *error) {
  file->stream = NULL;
  if (strlen(path) >= sizeof file->path) {
    return em_fail(error, EM_FAILED, "%.200s...: the path is longer than %d bytes", path, EM_PATH_BYTES - 1);
  }
  strcpy(file->path, path);
  struct stat info;
  if (lstat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) {
    return em_fail(error, EM_FAILED, "%s: cannot write: not a regular file", path);
  }
  int descriptor = -1;
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (!name_temporary(file, attempt)) {
      return em_fail(error, EM_FAILED, "%.200s...: the path is too long", path);
    }
    descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) {
      break;
    }
  }
  if (descriptor < 0) {
    return em_fail(error, EM_FAILED, "%s: cannot write: %s", path, strerror(errno));
  }
  file->stream = fdopen(descriptor, "wb");
  if (file->stream == NULL) {
    em_status status = em_fail(error, EM_FAILED, "%s: cannot write: %s", path, strerror(errno));
    close(descriptor);
    unlink(file->temporary);
    return status;
  }
  return EM_OK;
}

em_status em_atomic_file_commit(em_atomic_file *file, em_error *error) {
  assert(file->stream != NULL);
  errno = 0;
  bool lost = ferror(file->stream) != 0;
  lost = fclose(file->stream) != 0 || lost; /* close in any case; errno is that of the last failure */
  file->stream = NULL;
  if (lost || rename(file->temporary, file->path) != 0) {
    const char *cause = errno != 0 ? strerror(errno) : "a write failed";
    em_status status = em_fail(error, EM_FAILED, "%s: cannot write: %s", file->path, cause);
    unlink(file->temporary);
    return status;
  }
  return EM_OK;
}

void em_atomic_file_discard(em_atomic_file *file) {
  if (file->stream != NULL) {
    fclose(file->stream);
    file->stream = NULL;
    unlink(file->temporary);
  }
}
