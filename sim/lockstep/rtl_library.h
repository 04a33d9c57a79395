/*
 * Finding, building and opening the Verilated library of a design.
 *
 * A library lives in build/rtl/<design hash>[-<name of another RTL folder>]/ under the project's root, the
 * nearest folder above the running program that has the RTL. make builds it when a source is newer; two programs may
 * ask for the same one at once.
 */
#ifndef EM_RTL_LIBRARY_H
#define EM_RTL_LIBRARY_H

#include <stdbool.h>

#include "models/base/status.h"
#include "models/design/design.h"
#include "sim/lockstep/rtl_port.h"

/* Three builds of the same RTL: with probes; with probes, assertions and waves; and nothing but the datapath. */
typedef enum { EM_RTL_PROBED, EM_RTL_WAVES, EM_RTL_BARE } em_rtl_build;

/* The functions of rtl_port.h, resolved. */
typedef struct {
  void *handle;
  em_rtl *(*open)(void);
  void (*close)(em_rtl *rtl);
  void (*settle)(em_rtl *rtl, const em_rtl_inputs *inputs, em_rtl_outputs *outputs);
  void (*clock)(em_rtl *rtl);
  const void *(*probe)(em_rtl *rtl, const char *scope, const char *name);
  int (*wave)(em_rtl *rtl, const char *path);
  int (*wave_close)(em_rtl *rtl);
  void (*wave_signals)(const char *path, void (*each)(void *context, const char *name, unsigned bits), void *context);
} em_rtl_library;

/* The project's root folder; root holds at most EM_PATH_BYTES. */
em_status em_project_root(char *root, size_t bytes, em_error *error);

/*
 * Builds (unless it is up to date) and opens the library. `rtl_folder` is another copy of the RTL sources, NULL for the
 * project's. Unless `quiet`, says on standard error that a build goes on. EM_FAILED when the build fails; its output is
 * in build.log beside the library, which the text names.
 */
em_status em_rtl_library_open(em_rtl_library *library, const em_design *design, const char *rtl_folder,
                              em_rtl_build kind, bool quiet, em_error *error);
void em_rtl_library_close(em_rtl_library *library);

#endif
