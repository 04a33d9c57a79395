/*
 * Temporary files of this process, so that a signal that ends it can remove them first.
 *
 * The one state here that is not a caller's: a signal handler has no argument. The program asks for it with
 * em_temporaries_guard; the library never does, and then nothing is remembered, so that threads share nothing.
 */
#ifndef EM_TEMPORARIES_H
#define EM_TEMPORARIES_H

#include <stdbool.h>

/*
 * From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE and SIGXCPU remove the temporaries and then end the program as
 * they do anyway; one that is ignored stays ignored. A file that grows beyond its limit (SIGXFSZ) becomes a failed
 * write. SIGBUS, which the writer of waves meets when the disk is full, ends the program in a line, status 1.
 */
void em_temporaries_guard(void);

/*
 * Creates `path`, which must not exist, for writing and, under guard, remembers it. Returns a descriptor, or -1 with
 * errno; EMFILE too when there are more than 32 or the path has 4096 bytes.
 */
int em_temporary_create(const char *path);

/* Renames a temporary to `target` and forgets it; false, with errno, when that failed: then it still stands. */
bool em_temporary_rename(const char *path, const char *target);

/* Removes a temporary and forgets it. */
void em_temporary_remove(const char *path);

/* Removes all of them and ends the program by that signal's own action. Safe in a signal handler. */
void em_temporaries_die(int signal_number);

#endif
