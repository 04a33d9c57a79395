/* The command line of `run` and `cosim`. */
#ifndef EM_OPTIONS_H
#define EM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/status.h"

typedef struct {
  const char *design, *network, *frames;       /* required */
  const char *out, *report, *timeline, *power; /* files to write, or NULL */
  const char *bundle, *rtl, *wave; /* cosim: failure folder, other RTL sources, wave of the whole run; or NULL */
  uint64_t frame_limit;            /* 0: all */
  uint64_t power_window_cycles;    /* 0: chosen from the run's length */
  uint64_t seed;
  double stall_in, stall_out; /* 0..1 */
  uint64_t watchdog_cycles;   /* 0: chosen from the design */
  bool toggles;               /* count bit toggles */
  bool no_bundle, quiet;
} em_options;

/* `argv[0]` is the command's name; `cosim` says whether the options of cosim are allowed. */
em_status em_options_parse(int argc, char **argv, bool cosim, em_options *options, em_error *error);

#endif
