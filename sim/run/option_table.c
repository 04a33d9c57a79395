#include "sim/run/options.h"

/* clang-format off */
const em_command_row em_command_table[EM_COMMANDS] = {
  [EM_COMMAND_RUN] = {"run", "DESIGN", 1, 1, "exactly one design file", "run the C model alone"},
  [EM_COMMAND_COSIM] = {"cosim", "DESIGN", 1, 1, "exactly one design file", "run the C model in lock-step with the Verilated RTL"},
  [EM_COMMAND_REPORT] = {"report", "REPORT", 1, 1, "exactly one report file", "print a stored report, make a page of it, price it again"},
  [EM_COMMAND_COMPARE] = {"compare", "REPORT REPORT...", 2, 64, "at least two reports and at most 64", "show cycles, area, power and energy of reports side by side"},
  [EM_COMMAND_CHECK] = {"check", "DESIGN", 1, 1, "exactly one design file", "say whether a design is legal, and its cycles by the timing model"},
  [EM_COMMAND_INFO] = {"info", "FILE", 1, 1, "exactly one file", "say what a file of the project holds"},
  [EM_COMMAND_MAP] = {"map", "DESIGN", 1, 1, "exactly one design file", "print the register map of a design; write it, and a network, for driver and platform"},
  [EM_COMMAND_EXPLORE] = {"explore", "FILE...", 1, EM_MAX_ARGUMENTS, "a space file, a store, or the parts to merge", "find the Pareto front of all designs of a space, or look at one"},
  [EM_COMMAND_CAMPAIGN] = {"campaign", "FILE...", 1, EM_MAX_ARGUMENTS, "a list, a store, or the parts to merge", "co-simulate many designs, networks and stall seeds, or look at what came out"},
  [EM_COMMAND_BENCH] = {"bench", "DESIGN", 1, 1, "exactly one design file", "measure the speed of model, RTL and lock-step, side by side"},
};

enum {
  RUN = 1 << EM_COMMAND_RUN, COSIM = 1 << EM_COMMAND_COSIM, REPORT = 1 << EM_COMMAND_REPORT, COMPARE = 1 << EM_COMMAND_COMPARE,
  CHECK = 1 << EM_COMMAND_CHECK, MAP = 1 << EM_COMMAND_MAP, EXPLORE = 1 << EM_COMMAND_EXPLORE, CAMPAIGN = 1 << EM_COMMAND_CAMPAIGN, BENCH = 1 << EM_COMMAND_BENCH,
  RUNS = RUN | COSIM, SWEEPS = EXPLORE | CAMPAIGN,
};

#define AT(member) offsetof(em_options, member)
#define MANY (UINT64_C(1) << 40)
#define SEEDS (UINT64_C(1) << 53) /* a seed stands in reports, whose numbers are doubles */

/* In the order of the help. */
const em_option em_option_table[] = {
  {"network", 'n', "NETWORK", EM_OPTION_INPUT, 0, 0, RUNS | BENCH | MAP, RUNS | BENCH, AT(network), "the network (*.safetensors)"},
  {"input", 'i', "FRAMES", EM_OPTION_INPUT, 0, 0, RUNS | BENCH, RUNS | BENCH, AT(frames), "the frames (*.safetensors)"},
  {"frames", 0, "N", EM_OPTION_COUNT, 1, MANY, RUNS | BENCH, 0, AT(frame_limit), "only the first N frames, 1 or more (default: all)"},
  {"output", 'o', "FILE", EM_OPTION_BINARY_OUTPUT, 0, 0, RUNS | SWEEPS, 0, AT(out), "write the output codes (*.safetensors); of explore and campaign the store, or a picked design"},
  {"timeline", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, RUNS, 0, AT(timeline), "write a Chrome trace for Perfetto"},
  {"timeline-slices", 0, "N", EM_OPTION_COUNT, 1, MANY, RUNS, 0, AT(timeline_slices), "cut it after N slices (default: 200000), saying so"},
  {"toggles", 0, NULL, EM_OPTION_FLAG, 0, 0, RUNS, 0, AT(toggles), "count bit toggles of operands, results and memory data"},
  {"seed", 0, "S", EM_OPTION_COUNT, 0, SEEDS, RUNS, 0, AT(seed), "seed of the stalls (default: 0)"},
  {"stall-in", 0, "P", EM_OPTION_PROBABILITY, 0, 0, RUNS, 0, AT(stall_in), "probability of a bubble before an input beat, in every cycle"},
  {"stall-out", 0, "P", EM_OPTION_PROBABILITY, 0, 0, RUNS, 0, AT(stall_out), "probability that the output is not ready, in every cycle"},
  {"bus", 0, "P", EM_OPTION_PROBABILITY, 0, 0, COSIM, 0, AT(bus), "probability that a random APB transfer begins, in every cycle (with --upset: 0.3)"},
  {"upset", 0, "N", EM_OPTION_COUNT, 1, MANY, COSIM, 0, AT(upset), "stop, reset and reload it N times on the way, with wrong tlasts and a busy bus"},
  {"bundle", 0, "FOLDER", EM_OPTION_OUTPUT_FOLDER, 0, 0, COSIM, 0, AT(bundle), "where a failure is documented (default: build/failures/...)"},
  {"no-bundle", 0, NULL, EM_OPTION_FLAG, 0, 0, COSIM, 0, AT(no_bundle), "do not document a failure"},
  {"wave", 0, "FILE", EM_OPTION_BINARY_OUTPUT, 0, 0, COSIM, 0, AT(wave), "write an FST wave, of the whole run unless a window is given (slow)"},
  {"wave-from", 0, "C", EM_OPTION_COUNT, 1, MANY, COSIM, 0, AT(wave_from), "first cycle of the wave (default: reset and loading are in it too)"},
  {"wave-to", 0, "C", EM_OPTION_COUNT, 1, MANY, COSIM, 0, AT(wave_to), "last cycle of the wave (default: to the end)"},
  {"watchdog", 0, "N", EM_OPTION_COUNT, 1, MANY, COSIM, 0, AT(watchdog_cycles), "call it a deadlock after N cycles without progress"},
  {"rtl", 0, "FOLDER", EM_OPTION_INPUT_FOLDER, 0, 0, COSIM | CAMPAIGN, 0, AT(rtl), "other RTL sources than the project's"},
  {"build", 0, "FOLDER", EM_OPTION_OUTPUT_FOLDER, 0, 0, COSIM | CAMPAIGN | BENCH, 0, AT(build), "where RTL is built (default: $EMAMBA_BUILD, then build/)"},
  {"tech", 0, "FILE", EM_OPTION_INPUT, 0, 0, REPORT, 0, AT(technology), "price it again, with this technology (*.yaml)"},
  {"report", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, RUNS | REPORT, 0, AT(report), "write the report as JSON"},
  {"power", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, RUNS | REPORT, 0, AT(power), "write the power of every engine over time as CSV"},
  {"power-window", 0, "W", EM_OPTION_COUNT, 1, MANY, RUNS, 0, AT(power_window_cycles), "windows of W cycles in --power (default: at most 512 windows)"},
  {"html", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, REPORT | COMPARE | SWEEPS, 0, AT(html), "write a page with plots"},
  {"package", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, CHECK, 0, AT(package), "write the SystemVerilog package of the design"},
  {"features", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, CHECK, 0, AT(features), "write the features of the cost model as JSON"},
  {"set", 0, "KEY=VALUE", EM_OPTION_LIST, 0, 0, RUNS | CHECK | MAP, 0, AT(sets), "a key of the design, dotted (engines.conv.lanes=2); many times"},
  {"ip-xact", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, MAP, 0, AT(ip_xact), "write the map as IP-XACT (IEEE 1685-2014)"},
  {"header", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, MAP, 0, AT(header), "write the design's units and memories as a C header"},
  {"image", 0, "FILE", EM_OPTION_BINARY_OUTPUT, 0, 0, MAP, 0, AT(image), "write the network as an image that the driver loads"},
  {"details", 0, "WHAT", EM_OPTION_DETAILS, 0, 0, RUNS | REPORT, 0, AT(details), "also tables of engines, memories, nodes, price (with commas) or all"},
  {"json", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, CHECK | COMPARE | SWEEPS, 0, AT(json), "write cycles, area, power and limits as JSON; of explore the front, of campaign every run"},
  {"csv", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, REPORT | COMPARE | EXPLORE, 0, AT(csv), "write every figure as CSV; of explore the front"},
  {"latex", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, REPORT | COMPARE, 0, AT(latex), "write a table for a paper (booktabs, siunitx)"},
  {"accelergy", 0, "FILE", EM_OPTION_TEXT_OUTPUT, 0, 0, REPORT, 0, AT(accelergy), "write areas and energies an action of every module as YAML"},
  {"order", 0, "interval|latency|area|power|energy", EM_OPTION_CHOICE, 0, 0, COMPARE, 0, AT(order), "order the reports by a figure, least first"},
  {"pick", 0, "K", EM_OPTION_COUNT, 1, MANY, EXPLORE, 0, AT(pick), "point K of the front: show it, or with -o write its design"},
  {"knee", 0, NULL, EM_OPTION_FLAG, 0, 0, EXPLORE, 0, AT(knee), "the same with the front's knee"},
  {"frames-per-s", 0, "R", EM_OPTION_COUNT, 1, MANY, EXPLORE, 0, AT(frames_per_s), "the same with the cheapest point that is so fast"},
  {"against", 0, "DESIGN", EM_OPTION_INPUT, 0, 0, EXPLORE, 0, AT(against), "say where a design stands, and what is better"},
  {"resume", 0, NULL, EM_OPTION_FLAG, 0, 0, SWEEPS, 0, AT(resume), "go on with what a run before has left"},
  {"jobs", 'j', "N", EM_OPTION_COUNT, 1, 256, RUN | SWEEPS, 0, AT(jobs), "threads, of campaign co-simulations side by side (default: 1); no result depends on them"},
  {"part", 0, "I/N", EM_OPTION_TEXT, 0, 0, SWEEPS, 0, AT(part), "only the I-th of N parts, into a store of its own"},
  {"merge", 0, "OUT", EM_OPTION_BINARY_OUTPUT, 0, 0, SWEEPS, 0, AT(merge), "put the stores of all parts together"},
  {"quiet", 'q', NULL, EM_OPTION_FLAG, 0, 0, RUNS | REPORT | SWEEPS | BENCH | MAP, 0, AT(quiet), "print neither tables nor progress"},
  {"help", 'h', NULL, EM_OPTION_FLAG, 0, 0, EM_ALL_COMMANDS, 0, AT(help), "this text"},
};
/* clang-format on */

const size_t em_option_count = sizeof em_option_table / sizeof em_option_table[0];
