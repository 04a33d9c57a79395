#include <string.h>

#include "models/base/version.h"
#include "sim/run/options.h"

enum { OPTION_COLUMNS = 24 };

const char em_help_status[] =
    "exit status: 0 done; 1 the run failed; 2 bad usage, bad input, or an output that cannot be written\n";

void em_help_commands(uint32_t commands, char *text, size_t bytes) {
  uint32_t left = commands;
  size_t used = 0;
  text[0] = '\0';
  for (em_command c = 0; c < EM_COMMANDS && used < bytes; c++) {
    if ((left >> c & 1) != 0) {
      left &= ~(1U << c);
      const char *before = used == 0 ? "" : left == 0 ? " and " : ", ";
      used += (size_t)snprintf(text + used, bytes - used, "%s%s", before, em_command_table[c].name);
    }
  }
}

static void print_option(const em_option *option, FILE *file) {
  char text[48], letter[8] = "    ";
  if (option->letter != '\0') {
    snprintf(letter, sizeof letter, "-%c, ", option->letter);
  }
  snprintf(text, sizeof text, "%s--%s %s", letter, option->name, option->argument != NULL ? option->argument : "");
  fprintf(file, "  %-*s %s\n", OPTION_COLUMNS, text, option->meaning);
}

/* "emamba run DESIGN -n FILE -i FILE [options]" */
static void print_usage(em_command command, FILE *file) {
  fprintf(file, "emamba %s %s", em_command_table[command].name, em_command_table[command].arguments);
  for (size_t i = 0; i < em_option_count; i++) {
    const em_option *option = &em_option_table[i];
    if ((option->needed_by >> command & 1) != 0) {
      fprintf(file, " -%c %s", option->letter, option->argument);
    }
  }
}

void em_help_print_command(em_command command, FILE *file) {
  fputs("usage: ", file);
  print_usage(command, file);
  fprintf(file, " [options]\n\n%s\n\n", em_command_table[command].summary);
  bool text_output = false;
  for (size_t i = 0; i < em_option_count; i++) {
    if ((em_option_table[i].commands >> command & 1) != 0) {
      print_option(&em_option_table[i], file);
      text_output = text_output || em_option_table[i].kind == EM_OPTION_TEXT_OUTPUT;
    }
  }
  fputs(
      text_output
          ? "\nAs FILE of a text (JSON, CSV, HTML, package), - is standard output; tables then go to standard error.\n"
          : "\n",
      file);
  fputs(em_help_status, file);
}

void em_help_print(FILE *file) {
  fprintf(file, "emamba %s: cycle-accurate simulator of the eMamba accelerator\n\n", em_version());
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    fputs("  ", file);
    print_usage(c, file);
    fprintf(file, "\n      %s\n", em_command_table[c].summary);
  }
  fputs("  emamba help [COMMAND], emamba COMMAND --help, emamba --version\n", file);
  uint64_t printed = 0;
  for (size_t i = 0; i < em_option_count; i++) { /* every set of commands once, with all its options */
    char commands[80];
    if ((printed >> i & 1) != 0) {
      continue;
    }
    em_help_commands(em_option_table[i].commands, commands, sizeof commands);
    bool all = em_option_table[i].commands == EM_ALL_COMMANDS;
    fprintf(file, "\noptions of %s:\n", all ? "all commands" : commands);
    for (size_t j = i; j < em_option_count; j++) {
      if (em_option_table[j].commands == em_option_table[i].commands) {
        print_option(&em_option_table[j], file);
        printed |= UINT64_C(1) << j;
      }
    }
  }
  fprintf(file, "\n%s", em_help_status);
}
