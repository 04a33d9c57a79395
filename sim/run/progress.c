#include "sim/run/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COLUMNS = 72 }; /* a line is overwritten with blanks: no escape codes */

double em_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

em_progress em_progress_start(const char *what, uint64_t total, bool quiet) {
  double now = em_seconds();
  const char *terminal = getenv("TERM");
  bool dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
  return (em_progress){!quiet && !dumb && isatty(STDERR_FILENO), total, now, now + 0.5, what};
}

void em_progress_update(em_progress *progress, uint64_t done) {
  if (!progress->shown || done == 0) {
    return;
  }
  double now = em_seconds();
  if (now < progress->next_seconds) {
    return;
  }
  double left = (now - progress->start_seconds) * (double)(progress->total - done) / (double)done;
  char text[COLUMNS + 1];
  snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " %s, %.0f s left", done, progress->total, progress->what,
           left);
  fprintf(stderr, "\r%-*s", COLUMNS, text);
  progress->next_seconds = now + 0.2;
}

void em_progress_say(em_progress *progress, const char *text) {
  double now = em_seconds();
  if (progress->shown && now >= progress->next_seconds) {
    fprintf(stderr, "\r%-*.*s", COLUMNS, COLUMNS, text);
    progress->next_seconds = now + 0.2;
  }
}

void em_progress_finish(em_progress *progress) {
  if (progress->shown) {
    fprintf(stderr, "\r%*s\r", COLUMNS, "");
  }
}
