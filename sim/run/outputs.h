/*
 * The files of a command line, looked at before anything runs: every output can be written, and is no input and no
 * other output.
 */
#ifndef EM_OUTPUTS_H
#define EM_OUTPUTS_H

#include "sim/run/options.h"

/*
 * Checks all outputs of the options. Where one is standard output, what the program prints goes to standard error from
 * then on, and the option names a descriptor of its own ("/dev/fd/N"). EM_BAD_INPUT names option and file.
 */
em_status em_outputs_check(em_options *options, em_error *error);

/* The same for an input that no option names, the technology of a design: no output may be `path` ("" is none). */
em_status em_outputs_spare(const em_options *options, const char *path, em_error *error);

#endif
