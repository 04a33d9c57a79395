/* What explore and campaign have in common on the command line: parts, and a store's usual name. */
#ifndef EM_COMMANDS_PARTS_H
#define EM_COMMANDS_PARTS_H

#include "sim/files/output_file.h"
#include "sim/run/options.h"

/* "3/16"; 1 of 1 for NULL. EM_BAD_INPUT for anything else. */
em_status em_part_read(const char *text, uint32_t *part, uint32_t *parts, em_error *error);

/* -o, else "mars.yaml" to "mars.sqlite", or "mars.3-of-16.sqlite", in the folder where the program runs. */
void em_part_store(const em_options *options, uint32_t part, uint32_t parts, char path[EM_PATH_BYTES]);

#endif
