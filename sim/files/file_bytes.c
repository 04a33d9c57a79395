/* For MAP_ANONYMOUS and madvise, which POSIX does not have. */
#define _DEFAULT_SOURCE

#include "sim/files/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static em_status read_all(int descriptor, em_file_bytes *file, em_error *error) {
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
  file->size = (size_t)info.st_size;
  void *bytes = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED) {
    return em_fail(error, EM_FAILED, "out of memory for %zu bytes", file->size);
  }
  file->bytes = bytes;
  size_t done = 0;
  while (done < file->size) {
    ssize_t got = read(descriptor, (uint8_t *)bytes + done, file->size - done);
    if (got <= 0) {
      em_status status = got == 0 ? em_fail(error, EM_BAD_INPUT, "was made shorter while it was read")
                                  : em_fail(error, EM_BAD_INPUT, "cannot read: %s", strerror(errno));
      em_file_bytes_close(file);
      return status;
    }
    done += (size_t)got;
  }
  return EM_OK;
}

em_status em_file_bytes_open(const char *path, em_file_bytes *file, em_error *error) {
  *file = (em_file_bytes){0};
  /* Not blocking, so that a named pipe is refused instead of waited for. */
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return em_fail(error, EM_BAD_INPUT, "cannot open: %s", strerror(errno));
  }
  em_status status = read_all(descriptor, file, error);
  close(descriptor);
  return status;
}

void em_file_bytes_close(em_file_bytes *file) {
  if (file->bytes != NULL) {
    munmap((void *)file->bytes, file->size);
  }
  *file = (em_file_bytes){0};
}

void em_file_bytes_drop(em_file_bytes *file, const uint8_t *begin, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (file->bytes == NULL) {
    return;
  }
  size_t from = ((size_t)(begin - file->bytes) + page - 1) / page * page;
  size_t to = (size_t)(begin - file->bytes + (ptrdiff_t)size) / page * page;
  if (from < to) {
    madvise((void *)(file->bytes + from), to - from, MADV_DONTNEED);
  }
}
