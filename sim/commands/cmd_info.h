/*
 * `emamba info FILE`: what is in a file.
 */
#ifndef EM_CMD_INFO_H
#define EM_CMD_INFO_H

#include "models/base/status.h"

/*
 * Prints a summary of a network, frames, results, design or technology file, told apart by content, to standard
 * output. argv[0] is "info", argv[1] the file. EM_BAD_INPUT when the file is none of these or is not valid.
 */
em_status em_cmd_info(int argc, char **argv, em_error *error);

#endif
