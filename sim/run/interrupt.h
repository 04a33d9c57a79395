/*
 * SIGINT and SIGTERM end a run in order: loops look at em_interrupted() and return, so that what is open gets closed
 * and temporaries are discarded. Commands that do not ask for this end at once, as sim/files/temporaries.h says.
 */
#ifndef EM_INTERRUPT_H
#define EM_INTERRUPT_H

#include "models/base/status.h"

/*
 * From now on the first SIGINT, SIGTERM or SIGHUP is remembered, and a second one ends the program at once; one that is
 * ignored stays ignored. For commands whose loops look at em_interrupted().
 */
void em_interrupt_catch(void);

/* The signal that came, or 0. The program ends by it when the command has returned (main). */
int em_interrupted(void);

/* EM_FAILED with "interrupted (SIGINT)" as text. */
em_status em_interrupt_fail(em_error *error);

#endif
