/*
 * The programs that build a library - Verilator and the C++ compiler - and the environment they are given: nothing of
 * the caller's but the paths where programs and their libraries are found.
 */
#ifndef EM_RTL_TOOLS_H
#define EM_RTL_TOOLS_H

#include <stdbool.h>

#include "models/base/status.h"
#include "sim/files/atomic_file.h"

enum { EM_RTL_ENVIRONMENT_WORDS = 10 };

typedef struct {
  char text[4 * EM_PATH_BYTES + 32768];
  char *words[EM_RTL_ENVIRONMENT_WORDS]; /* for exec, into text */
} em_rtl_environment;

/* ccache, where it is installed, keeps its files in `build_folder`; temporary files go to `private_folder`. */
em_status em_rtl_environment_make(const char *build_folder, const char *private_folder, em_rtl_environment *environment,
                                  em_error *error);

/*
 * Writes what decides a library beside sources and options: versions of Verilator and compiler and, when code is
 * compiled for the machine it runs on, this machine's kind of processor. Starting Verilator to ask takes long, so the
 * answer is kept in the build folder for as long as it is the very same program (file, size, time of its last change).
 */
em_status em_rtl_tools_describe(const char *build_folder, FILE *file, em_error *error);

#endif
