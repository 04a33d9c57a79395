/*
 * A file that appears whole or not at all.
 *
 *     em_atomic_file file;
 *     em_status status = em_atomic_file_open(&file, path, error);
 *     if (status != EM_OK) return status;
 *     fprintf(file.stream, ...);
 *     return em_atomic_file_commit(&file, error);
 *
 * It is written under a temporary name (".emamba.PID.N.tmp") in the target's folder and renamed on commit; until then
 * an old file of that name stays as it was. A symbolic link is followed: its target is replaced. The mode of an old
 * file is kept, and its owner where that is allowed; a hard link to it keeps the old contents. A write-protected file
 * and anything but a regular file is refused. A name of an open descriptor (sim/files/output_file.h) is written
 * through, as it comes. Signals that end the program remove the temporary (sim/files/temporaries.h); kill -9 leaves it.
 * What is not promised: survival of a power failure (no fsync).
 */
#ifndef EM_ATOMIC_FILE_H
#define EM_ATOMIC_FILE_H

#include <stdio.h>

#include "models/base/status.h"
#include "sim/files/output_file.h"

typedef struct {
  FILE *stream;                  /* written by the caller; NULL when not open */
  char path[EM_PATH_BYTES];      /* as given */
  em_output_file target;         /* what it leads to */
  char temporary[EM_PATH_BYTES]; /* "" for a descriptor */
} em_atomic_file;

/* Errors (EM_FAILED, texts name the path): those of em_output_file_find and em_output_file_check. */
em_status em_atomic_file_open(em_atomic_file *file, const char *path, em_error *error);

/*
 * Flushes, closes and renames. After an error, a full disk for example, the temporary is gone and the target
 * untouched. The file must be open.
 */
em_status em_atomic_file_commit(em_atomic_file *file, em_error *error);

/* Closes and unlinks the temporary. Does nothing when the file is not open (committed, discarded, or failed open). */
void em_atomic_file_discard(em_atomic_file *file);

#endif
