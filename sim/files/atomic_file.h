/*
 * A file that appears whole or not at all.
 *
 *     em_atomic_file file;
 *     em_status status = em_atomic_file_open(&file, path, error);
 *     if (status != EM_OK) return status;
 *     fprintf(file.stream, ...);
 *     return em_atomic_file_commit(&file, error);
 *
 * It is written under a temporary name in the target's folder and renamed on commit. Until then an old file of that
 * name stays as it was. A symbolic link is replaced, not followed. A process that is killed between open and commit
 * leaves the temporary (".NAME.PID.N.tmp") behind. What is not promised: survival of a power failure (no fsync).
 */
#ifndef EM_ATOMIC_FILE_H
#define EM_ATOMIC_FILE_H

#include <stdio.h>

#include "models/base/status.h"

enum { EM_PATH_BYTES = 4096 }; /* longest path, with its NUL */

typedef struct {
  FILE *stream; /* written by the caller; NULL when not open */
  char path[EM_PATH_BYTES];
  char temporary[EM_PATH_BYTES];
} em_atomic_file;

/* Errors (all EM_FAILED, texts name the path): no such folder, no permission, the target is not a regular file. */
em_status em_atomic_file_open(em_atomic_file *file, const char *path, em_error *error);

/*
 * Flushes, closes and renames. After an error, a full disk for example, the temporary is gone and the target
 * untouched. The file must be open.
 */
em_status em_atomic_file_commit(em_atomic_file *file, em_error *error);

/* Closes and unlinks the temporary. Does nothing when the file is not open (committed, discarded, or failed open). */
void em_atomic_file_discard(em_atomic_file *file);

#endif
