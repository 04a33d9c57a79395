#include "sim/files/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static em_status map(int descriptor, em_file_bytes *file, em_error *error) {
  struct stat info;
  if (fstat(descriptor, &info) != 0) {
    return em_fail(error, EM_BAD_INPUT, "cannot read: %s", strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) {
    return em_fail(error, EM_BAD_INPUT, "not a regular file");
  }
  if (info.st_size == 0) {
    return EM_OK;
  }
  void *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (bytes == MAP_FAILED) {
    return em_fail(error, EM_BAD_INPUT, "cannot map: %s", strerror(errno));
  }
  file->bytes = bytes;
  file->size = (size_t)info.st_size;
  return EM_OK;
}

em_status em_file_bytes_open(const char *path, em_file_bytes *file, em_error *error) {
  *file = (em_file_bytes){0};
  /* Not blocking, so that a named pipe is refused instead of waited for. */
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return em_fail(error, EM_BAD_INPUT, "cannot open: %s", strerror(errno));
  }
  em_status status = map(descriptor, file, error);
  close(descriptor);
  return status;
}

void em_file_bytes_close(em_file_bytes *file) {
  if (file->bytes != NULL) {
    munmap((void *)file->bytes, file->size);
  }
  *file = (em_file_bytes){0};
}
