/* A line of progress with an estimate of what is left, on standard error when that is a terminal. */
#ifndef EM_PROGRESS_H
#define EM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool shown;
  uint64_t total;
  double start_seconds, next_seconds;
  const char *what; /* "frames" */
} em_progress;

/* Monotonic seconds. */
double em_seconds(void);

em_progress em_progress_start(const char *what, uint64_t total, bool quiet);
void em_progress_update(em_progress *progress, uint64_t done);

/* A text of at most 72 columns in place of the line. */
void em_progress_say(em_progress *progress, const char *text);
void em_progress_finish(em_progress *progress);

#endif
