#include "sim/files/atomic_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/files/temporaries.h"

enum { ATTEMPTS = 100 }; /* temporaries of this process in that folder */

static em_status fail(em_atomic_file *file, em_error *error) {
  return em_fail(error, EM_FAILED, "%.400s: cannot write: %s", file->path, strerror(errno));
}

static int create_temporary(em_atomic_file *file) {
  int descriptor = -1;
  errno = ENAMETOOLONG;
  for (int attempt = 0; descriptor < 0 && attempt < ATTEMPTS; attempt++) {
    if (!em_output_file_temporary(&file->target, attempt, file->temporary)) {
      return -1;
    }
    descriptor = em_temporary_create(file->temporary);
    if (descriptor < 0 && errno != EEXIST) {
      return -1;
    }
  }
  return descriptor;
}

/* What a new file would lose: owner and group only where that is allowed. */
static bool keep_mode(const struct stat *old, int descriptor) {
  if (fchown(descriptor, old->st_uid, old->st_gid) != 0) {
    (void)!fchown(descriptor, (uid_t)-1, old->st_gid);
  }
  return fchmod(descriptor, old->st_mode & 0777) == 0;
}

em_status em_atomic_file_open(em_atomic_file *file, const char *path, em_error *error) {
  file->stream = NULL;
  file->temporary[0] = '\0';
  em_status status = em_output_file_find(path, &file->target, error);
  if (status == EM_OK) {
    status = em_output_file_check(&file->target, error);
  }
  if (status != EM_OK) {
    em_error_prefix(error, path);
    return EM_FAILED;
  }
  strcpy(file->path, path);
  bool through = file->target.descriptor >= 0;
  int descriptor = through ? fcntl(file->target.descriptor, F_DUPFD_CLOEXEC, 3) : create_temporary(file);
  if (descriptor < 0) {
    return fail(file, error);
  }
  bool good = through || !file->target.exists || keep_mode(&file->target.info, descriptor);
  file->stream = good ? fdopen(descriptor, "wb") : NULL;
  if (file->stream == NULL) {
    status = fail(file, error);
    close(descriptor);
    if (!through) {
      em_temporary_remove(file->temporary);
    }
  }
  return status;
}

em_status em_atomic_file_commit(em_atomic_file *file, em_error *error) {
  assert(file->stream != NULL);
  int earlier = em_output_stream_error(file->stream);
  bool lost = fclose(file->stream) != 0 || earlier != 0; /* close in any case */
  errno = earlier != 0 ? earlier : errno;
  file->stream = NULL;
  bool through = file->temporary[0] == '\0';
  if (lost || (!through && !em_temporary_rename(file->temporary, file->target.path))) {
    em_status status = fail(file, error);
    if (!through) {
      em_temporary_remove(file->temporary);
    }
    return status;
  }
  return EM_OK;
}

void em_atomic_file_discard(em_atomic_file *file) {
  if (file->stream != NULL) {
    fclose(file->stream);
    file->stream = NULL;
    if (file->temporary[0] != '\0') {
      em_temporary_remove(file->temporary);
    }
  }
}
