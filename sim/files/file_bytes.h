/*
 * The bytes of a whole file, read into memory: what another process does to the file afterwards changes nothing.
 *
 * A large network is not held twice: what has been copied out of the bytes is dropped (em_file_bytes_drop).
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

/* Reads `path`, a regular file. EM_BAD_INPUT with a text that does not name the path: callers prefix it. */
em_status em_file_bytes_open(const char *path, em_file_bytes *file, em_error *error);

/* The same; a file of more than `most` bytes is refused before any of it is read. */
em_status em_file_bytes_open_most(const char *path, size_t most, em_file_bytes *file, em_error *error);

/* Gives back the memory of bytes that are not looked at again. Does nothing for a zeroed struct. */
void em_file_bytes_drop(em_file_bytes *file, const uint8_t *begin, size_t size);

/* Frees. Also takes a zeroed or closed struct. */
void em_file_bytes_close(em_file_bytes *file);

#endif
