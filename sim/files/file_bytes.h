/*
 * The bytes of a whole file, mapped read-only.
 *
 * Mapping keeps large networks and frame files out of the heap. A file that another process truncates while it is
 * mapped is not guarded against; the project's own writers replace files by renaming, which is safe.
 */
#ifndef EM_FILE_BYTES_H
#define EM_FILE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"

typedef struct {
  const uint8_t *bytes; /* [size]; NULL for an empty file */
  size_t size;
} em_file_bytes;

/* Maps `path`, a regular file. EM_BAD_INPUT with a text that does not name the path: callers prefix it. */
em_status em_file_bytes_open(const char *path, em_file_bytes *file, em_error *error);

/* Unmaps. Also takes a zeroed or closed struct. */
void em_file_bytes_close(em_file_bytes *file);

#endif
