/*
 * One build of a library: under a lock that the build's own processes hold too, in a private folder beside the final
 * one, which is renamed to its name when all is well.
 */
#ifndef EM_RTL_BUILD_H
#define EM_RTL_BUILD_H

#include "models/base/status.h"
#include "sim/files/output_file.h"
#include "sim/lockstep/rtl_recipe.h"

typedef struct {
  char folder[EM_PATH_BYTES];              /* the library's */
  char private_folder[EM_PATH_BYTES + 16]; /* FOLDER.part */
  int lock;
} em_rtl_building;

/* Takes FOLDER.lock; says on standard error when it waits. End what has begun. */
em_status em_rtl_build_begin(em_rtl_building *building, const char *folder, em_error *error);

/* Writes the recipe's files into the private folder, empty before, and runs Verilator there: libem_rtl.so. Tells
 * the stages unless `quiet`. */
em_status em_rtl_build_run(em_rtl_building *building, const em_rtl_recipe *recipe, bool quiet, em_error *error);

/* To the disk, and renamed. */
em_status em_rtl_build_publish(em_rtl_building *building, em_error *error);

void em_rtl_build_end(em_rtl_building *building);

#endif
