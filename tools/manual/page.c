#include "models/base/version.h"
#include "sim/run/options.h"
#include "tools/manual/manual.h"

/* Text as roff shows it: hyphens that are typed, no line that begins a request. */
static void put(const char *text, FILE *file) {
  if (*text == '.' || *text == '\'') {
    fputs("\\&", file);
  }
  for (; *text != '\0'; text++) {
    if (*text == '-' || *text == '\\') {
      fputs(*text == '-' ? "\\-" : "\\\\", file);
    } else {
      fputc(*text, file);
    }
  }
}

static void put_option(const em_option *option, FILE *file) {
  fputs(".TP\n", file);
  if (option->letter != '\0') {
    fprintf(file, "\\fB\\-%c\\fR, ", option->letter);
  }
  fputs("\\fB\\-\\-", file);
  put(option->name, file);
  fputs("\\fR", file);
  if (option->argument != NULL) {
    fprintf(file, " \\fI%s\\fR", option->argument);
  }
  fputc('\n', file);
  put(option->meaning, file);
  fputc('\n', file);
}

static void put_command(em_command command, FILE *file) {
  const em_command_row *row = &em_command_table[command];
  fprintf(file, ".SS emamba %s ", row->name);
  put(row->arguments, file);
  for (size_t i = 0; i < em_option_count; i++) {
    if ((em_option_table[i].needed_by >> command & 1) != 0) {
      fprintf(file, " \\-%c %s", em_option_table[i].letter, em_option_table[i].argument);
    }
  }
  fputs(" [options]\n", file);
  put(row->summary, file);
  fputs(".\n", file);
  for (size_t i = 0; i < em_option_count; i++) {
    if ((em_option_table[i].commands >> command & 1) != 0) {
      put_option(&em_option_table[i], file);
    }
  }
}

void em_manual_page(FILE *file) {
  fprintf(file,
          ".TH EMAMBA 1 \"\" \"emamba %s\" \"User Commands\"\n"
          ".SH NAME\nemamba \\- cycle-accurate simulator of the eMamba accelerator\n"
          ".SH SYNOPSIS\n.B emamba\n\\fICOMMAND\\fR \\fIFILE\\fR... [\\fIoptions\\fR]\n.br\n"
          ".B emamba\nhelp [\\fICOMMAND\\fR]\n.br\n.B emamba\n\\-\\-version\n"
          ".SH DESCRIPTION\n"
          "Runs networks on a C model of the accelerator, alone or in lock-step with its Verilated RTL, and reports\n"
          "outputs, cycles, activity, area, power and energy. Reports, designs and networks are files.\n"
          ".SH COMMANDS\n",
          em_version());
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    put_command(c, file);
  }
  fputs(".SH EXIT STATUS\n", file);
  put(em_help_status, file);
  fputs(".SH SEE ALSO\nThe C and Python library: the header emamba.h, which documents every function.\n", file);
}
