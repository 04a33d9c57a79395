/*
 * What a running build of the RTL is at: Verilator translates, the compiler works, the linker does. On a terminal a
 * line that is overwritten, with an estimate from the last build in the same build folder; elsewhere a line a stage.
 */
#ifndef EM_RTL_STAGES_H
#define EM_RTL_STAGES_H

#include "sim/run/progress.h"

typedef enum { EM_RTL_TRANSLATES, EM_RTL_COMPILES, EM_RTL_LINKS, EM_RTL_STAGES } em_rtl_stage;

typedef struct {
  const char *private_folder, *build_folder;
  bool quiet;
  em_progress line;
  em_rtl_stage stage;
  double begin[EM_RTL_STAGES + 1];                /* seconds, of every stage so far */
  double bytes;                                   /* of C++ that Verilator wrote */
  double last_seconds[EM_RTL_STAGES], last_bytes; /* of the last build; 0 where there was none */
} em_rtl_stages;

/* The folders' texts must outlive it. */
void em_rtl_stages_begin(em_rtl_stages *stages, const char *private_folder, const char *build_folder, bool quiet);

/* Looks into the folder, and tells. */
void em_rtl_stages_look(em_rtl_stages *stages);

/* Notes the times for the next build when this one was well. */
void em_rtl_stages_end(em_rtl_stages *stages, bool well);

#endif
