#include "sim/run/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static em_status parse_count(const char *name, const char *text, uint64_t max, uint64_t *value, em_error *error) {
  char *end;
  errno = 0;
  unsigned long long parsed = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || parsed > max) {
    return em_fail(error, EM_BAD_INPUT, "--%s: \"%.40s\" is not a whole number from 0 to %llu", name, text,
                   (unsigned long long)max);
  }
  *value = parsed;
  return EM_OK;
}

static em_status parse_probability(const char *name, const char *text, double *value, em_error *error) {
  char *end;
  double parsed = strtod(text, &end);
  if (end == text || *end != '\0' || !(parsed >= 0 && parsed <= 1)) {
    return em_fail(error, EM_BAD_INPUT, "--%s: \"%.40s\" is not a probability from 0 to 1", name, text);
  }
  *value = parsed;
  return EM_OK;
}

em_status em_options_parse(int argc, char **argv, bool cosim, em_options *o, em_error *error) {
  static const struct option all[] = {
      {"network", required_argument, NULL, 'n'},
      {"input", required_argument, NULL, 'i'},
      {"output", required_argument, NULL, 'o'},
      {"report", required_argument, NULL, 'r'},
      {"timeline", required_argument, NULL, 't'},
      {"frames", required_argument, NULL, 'f'},
      {"quiet", no_argument, NULL, 'q'},
      {"seed", required_argument, NULL, 's'},
      {"stall-in", required_argument, NULL, 'I'},
      {"stall-out", required_argument, NULL, 'O'},
      {"bundle", required_argument, NULL, 'b'},
      {"rtl", required_argument, NULL, 'R'},
      {"wave", required_argument, NULL, 'w'},
      {"watchdog", required_argument, NULL, 'W'},
      {"no-bundle", no_argument, NULL, 'B'},
      {"toggles", no_argument, NULL, 'T'},
      {"power", required_argument, NULL, 'p'},
      {"power-window", required_argument, NULL, 'P'},
      {NULL, 0, NULL, 0},
  };
  memset(o, 0, sizeof *o);
  optind = 1;
  opterr = 0;
  em_status status = EM_OK;
  int code;
  while (status == EM_OK && (code = getopt_long(argc, argv, "n:i:o:q", all, NULL)) != -1) {
    if (!cosim && strchr("bBRwW", code) != NULL) {
      return em_fail(error, EM_BAD_INPUT, "run: %s is an option of cosim", argv[optind - 1]);
    }
    switch (code) {
      case 'n': o->network = optarg; break;
      case 'i': o->frames = optarg; break;
      case 'o': o->out = optarg; break;
      case 'r': o->report = optarg; break;
      case 't': o->timeline = optarg; break;
      case 'q': o->quiet = true; break;
      case 'T': o->toggles = true; break;
      case 'p': o->power = optarg; break;
      case 'P': status = parse_count("power-window", optarg, UINT64_C(1) << 40, &o->power_window_cycles, error); break;
      case 'b': o->bundle = optarg; break;
      case 'B': o->no_bundle = true; break;
      case 'R': o->rtl = optarg; break;
      case 'w': o->wave = optarg; break;
      case 'f': status = parse_count("frames", optarg, UINT64_C(1) << 40, &o->frame_limit, error); break;
      case 's': status = parse_count("seed", optarg, UINT64_C(1) << 53, &o->seed, error); break;
      case 'W': status = parse_count("watchdog", optarg, UINT64_C(1) << 40, &o->watchdog_cycles, error); break;
      case 'I': status = parse_probability("stall-in", optarg, &o->stall_in, error); break;
      case 'O': status = parse_probability("stall-out", optarg, &o->stall_out, error); break;
      default:
        return em_fail(error, EM_BAD_INPUT, "%s: unknown option or missing value: %s; see emamba help", argv[0],
                       argv[optind - 1]);
    }
  }
  if (status != EM_OK) {
    return status;
  }
  if (argc - optind != 1) {
    return em_fail(error, EM_BAD_INPUT, "%s: needs exactly one design file, has %d; see emamba help", argv[0],
                   argc - optind);
  }
  o->design = argv[optind];
  if (o->network == NULL || o->frames == NULL) {
    return em_fail(error, EM_BAD_INPUT, "%s: needs a network (-n) and frames (-i); see emamba help", argv[0]);
  }
  return EM_OK;
}
