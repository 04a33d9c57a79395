/* What is written about the program from its tables of commands and options (sim/run/options.h), for `make install`. */
#ifndef EM_MANUAL_H
#define EM_MANUAL_H

#include <stdio.h>

/* The page emamba(1). */
void em_manual_page(FILE *file);

/* Completion of commands, options and files. */
void em_manual_bash(FILE *file);
void em_manual_zsh(FILE *file);

#endif
