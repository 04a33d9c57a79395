/*
 * Finding, building and opening the Verilated library of a design.
 *
 * A library lives in BUILD/rtl/<design hash>/<digest>/, where the digest is over the contents of everything that makes
 * it (rtl_recipe.h). It appears there when it is whole and loads, and is never changed. Two programs may ask for the
 * same one at once: the build holds a lock, not the program that asked for it.
 */
#ifndef EM_RTL_LIBRARY_H
#define EM_RTL_LIBRARY_H

#include <stdbool.h>

#include "models/base/status.h"
#include "models/design/design.h"
#include "sim/lockstep/rtl_port.h"
#include "sim/lockstep/rtl_recipe.h"

/* The functions of rtl_port.h, resolved. */
typedef struct {
  void *handle;
  em_rtl *(*open)(uint32_t seed);
  void (*close)(em_rtl *rtl);
  void (*settle)(em_rtl *rtl, const em_rtl_inputs *inputs, em_rtl_outputs *outputs);
  void (*clock)(em_rtl *rtl);
  const void *(*probe)(em_rtl *rtl, const char *scope, const char *name);
  int (*wave)(em_rtl *rtl, const char *path);
  int (*wave_close)(em_rtl *rtl);
  void (*wave_signals)(const char *path, void (*each)(void *context, const char *name, unsigned bits), void *context);
} em_rtl_library;

/*
 * Opens the library, built before if it is not there. `rtl_folder`: another copy of the RTL sources, NULL for the
 * project's; `build_folder`: as em_build_folder's. Unless `quiet`, says on standard error that a build goes on; a wait
 * for another's build is always said. EM_FAILED when the build fails: the text names its build.log.
 */
em_status em_rtl_library_open(em_rtl_library *library, const em_design *design, const char *rtl_folder,
                              const char *build_folder, em_rtl_build kind, bool quiet, em_error *error);
void em_rtl_library_close(em_rtl_library *library);

#endif
