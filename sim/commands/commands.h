/* The program's commands. Options are those of the command; the status is the program's exit status. */
#ifndef EM_COMMANDS_H
#define EM_COMMANDS_H

#include "models/base/status.h"
#include "sim/run/options.h"

em_status em_cmd_run(const em_options *options, em_error *error);
em_status em_cmd_cosim(const em_options *options, em_error *error);
em_status em_cmd_cosim_upset(const em_options *options, em_error *error); /* with --upset or --bus */
em_status em_cmd_report(const em_options *options, em_error *error);
em_status em_cmd_compare(const em_options *options, em_error *error);
em_status em_cmd_info(const em_options *options, em_error *error);
em_status em_cmd_map(const em_options *options, em_error *error);
em_status em_cmd_check(const em_options *options, em_error *error);
em_status em_cmd_explore(const em_options *options, em_error *error);
em_status em_cmd_campaign(const em_options *options, em_error *error);
em_status em_cmd_bench(const em_options *options, em_error *error);

#endif
