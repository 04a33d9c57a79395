#include "sim/files/temporaries.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "models/base/status.h"

enum { MOST = 32, PATH_BYTES = 4096 };

/* A place is in use when its path is not empty; it changes only while the signals below wait. */
static char paths[MOST][PATH_BYTES];
static bool guarded;

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU};

static void hold_signals(sigset_t *before) {
  sigset_t held;
  sigemptyset(&held);
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    sigaddset(&held, ends[i]);
  }
  sigprocmask(SIG_BLOCK, &held, before);
}

static void remove_all(void) {
  for (size_t i = 0; i < MOST; i++) {
    if (paths[i][0] != '\0') {
      unlink(paths[i]);
    }
  }
}

/* The writer of waves maps a temporary file of its own, which a full disk or a limit cuts short under it. */
static void mapped_file_lost(int signal_number) {
  static const char text[] = "emamba: cannot write the wave: no room for its temporary files\n";
  remove_all();
  (void)signal_number;
  ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
  (void)written;
  _exit(EM_FAILED);
}

void em_temporaries_die(int signal_number) {
  remove_all();
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal_number);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
  sigprocmask(SIG_UNBLOCK, &only, NULL); /* in a handler it has waited until here */
}

void em_temporaries_guard(void) {
  guarded = true;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    struct sigaction action = {.sa_handler = em_temporaries_die}, before;
    if (sigaction(ends[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
      sigaction(ends[i], &action, NULL);
    }
  }
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGBUS, mapped_file_lost);
}

static char *find(const char *path) {
  for (size_t i = 0; i < MOST; i++) {
    if (strcmp(paths[i], path) == 0) {
      return paths[i];
    }
  }
  return NULL;
}

int em_temporary_create(const char *path) {
  if (!guarded) {
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  char *place = find("");
  if (place == NULL || strlen(path) >= PATH_BYTES) {
    errno = EMFILE;
    return -1;
  }
  sigset_t before;
  hold_signals(&before);
  int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor >= 0) {
    strcpy(place, path);
  }
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return descriptor;
}

static void forget(const char *path) {
  char *place = find(path);
  if (place != NULL) {
    place[0] = '\0';
  }
}

bool em_temporary_rename(const char *path, const char *target) {
  sigset_t before;
  hold_signals(&before);
  bool renamed = rename(path, target) == 0;
  int error = errno;
  if (renamed) {
    forget(path);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return renamed;
}

void em_temporary_remove(const char *path) {
  sigset_t before;
  hold_signals(&before);
  unlink(path);
  forget(path);
  sigprocmask(SIG_SETMASK, &before, NULL);
}
