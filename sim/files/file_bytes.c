/* For madvise, which POSIX does not have. */
#define _DEFAULT_SOURCE

#include "sim/files/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HUGE_PAGE = 1 << 21 };

/* Room for `size` bytes. Large files get huge pages where the system has them: thousands of page faults less. */
static uint8_t *room_for(size_t size) {
  size_t alignment = size >= HUGE_PAGE ? HUGE_PAGE : 64;
  size_t rounded = (size + alignment - 1) / alignment * alignment;
  uint8_t *bytes = rounded >= size ? aligned_alloc(alignment, rounded) : NULL;
  if (bytes != NULL && alignment == HUGE_PAGE) {
    madvise(bytes, rounded, MADV_HUGEPAGE);
  }
  return bytes;
}

static em_status read_all(int descriptor, size_t most, em_file_bytes *file, em_error *error) {
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
  if ((uint64_t)info.st_size > most) {
    return em_fail(error, EM_BAD_INPUT, "%lld bytes; at most %zu are allowed", (long long)info.st_size, most);
  }
  uint8_t *bytes = room_for((size_t)info.st_size);
  if (bytes == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for %lld bytes", (long long)info.st_size);
  }
  *file = (em_file_bytes){bytes, (size_t)info.st_size};
  size_t done = 0;
  while (done < file->size) {
    ssize_t got = read(descriptor, bytes + done, file->size - done);
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

em_status em_file_bytes_open_most(const char *path, size_t most, em_file_bytes *file, em_error *error) {
  *file = (em_file_bytes){0};
  /* Not blocking, so that a named pipe is refused instead of waited for. */
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return em_fail(error, EM_BAD_INPUT, "cannot open: %s", strerror(errno));
  }
  em_status status = read_all(descriptor, most, file, error);
  close(descriptor);
  return status;
}

em_status em_file_bytes_open(const char *path, em_file_bytes *file, em_error *error) {
  return em_file_bytes_open_most(path, SIZE_MAX, file, error);
}

void em_file_bytes_close(em_file_bytes *file) {
  free((void *)file->bytes);
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
