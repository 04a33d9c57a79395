/* emamba: the simulator of the eMamba accelerator. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "models/base/version.h"
#include "sim/commands/commands.h"
#include "sim/files/output_file.h"
#include "sim/files/temporaries.h"
#include "sim/run/interrupt.h"
#include "sim/run/outputs.h"

static bool is_help(const char *word) {
  return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static em_status fail_no_command(const char *name, em_error *error) {
  char commands[80];
  em_help_commands(EM_ALL_COMMANDS, commands, sizeof commands);
  const char *nearest = em_command_nearest(name);
  if (name[0] == '\0') {
    return em_fail(error, EM_BAD_INPUT, "no command; %s; see emamba help", commands);
  }
  return em_fail(error, EM_BAD_INPUT, "unknown command \"%.80s\"; %s%s; see emamba help", name,
                 nearest != NULL ? "did you mean " : commands, nearest != NULL ? nearest : "");
}

static em_status run_command(em_command command, int argc, char **argv, em_error *error) {
  static em_status (*const commands[EM_COMMANDS])(const em_options *options, em_error *error) = {
      [EM_COMMAND_RUN] = em_cmd_run,           [EM_COMMAND_COSIM] = em_cmd_cosim,
      [EM_COMMAND_REPORT] = em_cmd_report,     [EM_COMMAND_COMPARE] = em_cmd_compare,
      [EM_COMMAND_CHECK] = em_cmd_check,       [EM_COMMAND_INFO] = em_cmd_info,
      [EM_COMMAND_MAP] = em_cmd_map,           [EM_COMMAND_EXPLORE] = em_cmd_explore,
      [EM_COMMAND_CAMPAIGN] = em_cmd_campaign, [EM_COMMAND_BENCH] = em_cmd_bench,
  };
  em_options options;
  em_status status = em_options_parse(argc, argv, command, &options, error);
  if (status == EM_OK && options.help) {
    em_help_print_command(command, stdout);
    return EM_OK;
  }
  if (status == EM_OK) {
    status = em_outputs_check(&options, error);
  }
  return status == EM_OK ? commands[command](&options, error) : status;
}

static em_status run(int argc, char **argv, em_error *error) {
  const char *name = argc > 1 ? argv[1] : "";
  if (strcmp(name, "--version") == 0) {
    printf("emamba %s\n", em_version());
    return EM_OK;
  }
  if (is_help(name) && argc < 3) {
    em_help_print(stdout);
    return EM_OK;
  }
  em_command command = em_command_find(is_help(name) ? argv[2] : name);
  if (command == EM_COMMANDS) {
    return fail_no_command(is_help(name) ? argv[2] : name, error);
  }
  if (is_help(name)) {
    em_help_print_command(command, stdout);
    return EM_OK;
  }
  return run_command(command, argc - 1, argv + 1, error);
}

/* A standard stream that the caller has closed would be the next file that is opened: it gets what fails instead. */
static void open_standard_streams(void) {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
    if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != descriptor) {
      _exit(EM_FAILED);
    }
  }
}

/* What was printed has to have arrived: a full disk behind `> log` is a failure. */
static em_status close_standard_output(em_status status, em_error *error) {
  int lost = em_output_stream_error(stdout);
  return status != EM_OK || lost == 0 ? status
                                      : em_fail(error, EM_FAILED, "standard output: cannot write: %s", strerror(lost));
}

int main(int argc, char **argv) {
  open_standard_streams();
  setlocale(LC_CTYPE, ""); /* which characters a terminal shows; numbers stay as they are */
  em_temporaries_guard();
  em_error error = {""};
  em_status status = close_standard_output(run(argc, argv, &error), &error);
  if (status != EM_OK) {
    fprintf(stderr, "emamba: %s\n", error.text);
  }
  if (em_interrupted() != 0) {
    em_temporaries_die(em_interrupted());
  }
  return (int)status;
}
