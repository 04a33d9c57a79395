/*
 * Where an output goes, and whether it can: the file that a path leads to, found before anything runs.
 *
 * Symbolic links are followed to their end, which need not exist. Names of open descriptors ("-", "/dev/stdout",
 * "/dev/fd/N", also through links) stand for the descriptor.
 */
#ifndef EM_OUTPUT_FILE_H
#define EM_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "models/base/status.h"

enum { EM_PATH_BYTES = 4096 }; /* longest path, with its NUL */

typedef struct {
  char path[EM_PATH_BYTES]; /* of the file, links followed; "" for a descriptor */
  int descriptor;           /* -1 for a file */
  bool exists;
  struct stat info; /* of the file when it exists, or of the descriptor */
} em_output_file;

/* Errors (EM_BAD_INPUT, without the path): too long, a loop of links, no such folder. */
em_status em_output_file_find(const char *path, em_output_file *file, em_error *error);

/*
 * Whether a found output can be written: a file is regular, has a write bit (also for root, who may do without), and
 * a temporary can be made beside it; a descriptor is open for writing. Errors: EM_BAD_INPUT, without the path.
 */
em_status em_output_file_check(const em_output_file *file, em_error *error);

/* Whether both are one file: two names of one, links of either sort included. Two files that do not exist too. */
bool em_output_file_same(const em_output_file *a, const em_output_file *b);

/* Writes the name of the `attempt`-th temporary beside the file; false when it is too long. */
bool em_output_file_temporary(const em_output_file *file, int attempt, char temporary[EM_PATH_BYTES]);

/* Flushes a stream. 0, or the errno of what was lost before: found out by another attempt, since streams do not keep
 * it. */
int em_output_stream_error(FILE *stream);

#endif
