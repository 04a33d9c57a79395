/* The program's commands. argv[0] is the command's name; the status is the program's exit status. */
#ifndef EM_COMMANDS_H
#define EM_COMMANDS_H

#include "models/base/status.h"

em_status em_cmd_run(int argc, char **argv, em_error *error);
em_status em_cmd_cosim(int argc, char **argv, em_error *error);
em_status em_cmd_report(int argc, char **argv, em_error *error);
em_status em_cmd_compare(int argc, char **argv, em_error *error);
em_status em_cmd_info(int argc, char **argv, em_error *error);
em_status em_cmd_check(int argc, char **argv, em_error *error);
em_status em_cmd_bench(int argc, char **argv, em_error *error);

#endif
