/* emamba: the simulator of the eMamba accelerator. */
#include <stdio.h>
#include <string.h>

#include "models/base/version.h"
#include "sim/commands/commands.h"

static const char usage[] =
    "emamba %s: cycle-accurate simulator of the eMamba accelerator\n"
    "\n"
    "  emamba run DESIGN -n NETWORK -i FRAMES [options]     the C model alone\n"
    "  emamba cosim DESIGN -n NETWORK -i FRAMES [options]   the C model in lock-step with the Verilated RTL\n"
    "  emamba report REPORT [options]                       print a stored report; --html FILE: as a page; --tech "
    "FILE:\n"
    "                                                       priced again; --power FILE, --report FILE as below\n"
    "  emamba compare REPORT REPORT... [--html FILE]        cycles, area, power and energy side by side\n"
    "  emamba check DESIGN [--package FILE]                 is the design legal; cycles by the timing model; the SV "
    "package;\n"
    "       [--features FILE]                               the features of the cost model\n"
    "  emamba info FILE                                     what a network, frames, results, design or technology file "
    "holds\n"
    "  emamba bench DESIGN -n NETWORK -i FRAMES             speed of the model, the RTL and the lock-step, side by "
    "side\n"
    "\n"
    "options of run and cosim:\n"
    "  -n, --network FILE     the network (*.safetensors)\n"
    "  -i, --input FILE       the frames (*.safetensors)\n"
    "  -o, --output FILE      write the output codes\n"
    "      --report FILE      write the report as JSON\n"
    "      --timeline FILE    write a Chrome trace for Perfetto\n"
    "      --power FILE       write the power of every engine over time as CSV\n"
    "      --power-window W   in windows of W cycles (default: at most 512 windows)\n"
    "      --toggles          count bit toggles of operands, results and memory data\n"
    "      --frames N         only the first N frames\n"
    "      --seed S           seed of the stalls\n"
    "      --stall-in P       probability of a bubble before an input beat, in every cycle\n"
    "      --stall-out P      probability that the output is not ready, in every cycle\n"
    "  -q, --quiet            print neither tables nor progress\n"
    "options of cosim:\n"
    "      --bundle FOLDER    where a failure is documented (default build/failures/...)\n"
    "      --no-bundle        do not document a failure\n"
    "      --wave FILE        write an FST wave of the whole run (slow)\n"
    "      --watchdog N       call it a deadlock after N cycles without progress\n"
    "      --rtl FOLDER       other RTL sources than the project's\n"
    "exit status: 0 done, 1 the run failed, 2 bad usage or bad input\n";

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    em_status (*command)(int argc, char **argv, em_error *error);
  } commands[] = {
      {"run", em_cmd_run},     {"cosim", em_cmd_cosim}, {"report", em_cmd_report},   {"info", em_cmd_info},
      {"check", em_cmd_check}, {"bench", em_cmd_bench}, {"compare", em_cmd_compare},
  };
  const char *name = argc > 1 ? argv[1] : "";
  if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0) {
    printf(usage, em_version());
    return EM_OK;
  }
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp(name, commands[i].name) == 0) {
      em_error error = {""};
      em_status status = commands[i].command(argc - 1, argv + 1, &error);
      if (status != EM_OK) {
        fprintf(stderr, "emamba: %s\n", error.text);
      }
      return (int)status;
    }
  }
  fprintf(stderr, "emamba: unknown command \"%s\"; one of run, cosim, report, compare, check, info, bench, help\n",
          name);
  return EM_BAD_INPUT;
}
