#include <string.h>

#include "sim/run/options.h"
#include "tools/manual/manual.h"

/* Is a file's or a folder's name the argument? */
static bool takes_file(const em_option *option) {
  switch (option->kind) {
    case EM_OPTION_INPUT:
    case EM_OPTION_TEXT_OUTPUT:
    case EM_OPTION_BINARY_OUTPUT: return true;
    case EM_OPTION_FLAG:
    case EM_OPTION_COUNT:
    case EM_OPTION_PROBABILITY:
    case EM_OPTION_LIST:
    case EM_OPTION_CHOICE:
    case EM_OPTION_DETAILS:
    case EM_OPTION_TEXT:
    case EM_OPTION_INPUT_FOLDER:
    case EM_OPTION_OUTPUT_FOLDER: return false;
  }
  return false;
}

static bool takes_folder(const em_option *option) {
  return option->kind == EM_OPTION_INPUT_FOLDER || option->kind == EM_OPTION_OUTPUT_FOLDER;
}

static bool takes_value(const em_option *option) {
  return option->argument != NULL && !takes_file(option) && !takes_folder(option);
}

/* "-n|--network|..." of all options of a kind: a pattern of case. */
static void bash_pattern(bool (*chosen)(const em_option *option), FILE *file) {
  const char *before = "";
  for (size_t i = 0; i < em_option_count; i++) {
    const em_option *option = &em_option_table[i];
    if (chosen(option)) {
      if (option->letter != '\0') {
        fprintf(file, "%s-%c", before, option->letter);
        before = "|";
      }
      fprintf(file, "%s--%s", before, option->name);
      before = "|";
    }
  }
}

void em_manual_bash(FILE *file) {
  fputs(
      "# bash completion of emamba; made from its option table.\n_emamba() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options=\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"",
      file);
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    fprintf(file, "%s ", em_command_table[c].name);
  }
  fputs("help --version\" -- \"$word\"))\n    return\n  fi\n  case $before in\n    ", file);
  bash_pattern(takes_file, file);
  fputs(") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n    ", file);
  bash_pattern(takes_folder, file);
  fputs(") COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n    ", file);
  bash_pattern(takes_value, file);
  fputs(") return ;;\n  esac\n  case ${COMP_WORDS[1]} in\n", file);
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    fprintf(file, "    %s) options=\"", em_command_table[c].name);
    for (size_t i = 0; i < em_option_count; i++) {
      if ((em_option_table[i].commands >> c & 1) != 0) {
        fprintf(file, "--%s ", em_option_table[i].name);
      }
    }
    fputs("\" ;;\n", file);
  }
  fputs(
      "  esac\n"
      "  case $word in\n"
      "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
      "  esac\n}\n"
      "complete -o filenames -F _emamba emamba\n",
      file);
}

/* Text within single quotes and within the brackets of _arguments. */
static void put_zsh(const char *text, FILE *file) {
  for (; *text != '\0'; text++) {
    if (*text == '\'') {
      fputs("'\\''", file);
    } else {
      if (strchr("[]:\\", *text) != NULL) {
        fputc('\\', file);
      }
      fputc(*text, file);
    }
  }
}

static void zsh_option(const em_option *option, FILE *file) {
  fputs("        ", file);
  if (option->letter != '\0') {
    fprintf(file, "'(-%c --%s)'{-%c,--%s}'[", option->letter, option->name, option->letter, option->name);
  } else {
    fprintf(file, "'--%s[", option->name);
  }
  put_zsh(option->meaning, file);
  fputc(']', file);
  if (option->argument != NULL) {
    fprintf(file, ":%s:%s", option->argument, takes_file(option) ? "_files" : takes_folder(option) ? "_files -/" : "");
  }
  fputs("' \\\n", file);
}

void em_manual_zsh(FILE *file) {
  fputs(
      "#compdef emamba\n# zsh completion of emamba; made from its option table.\n_emamba() {\n"
      "  if (( CURRENT == 2 )); then\n    local -a commands=(\n",
      file);
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    fprintf(file, "      '%s:", em_command_table[c].name);
    put_zsh(em_command_table[c].summary, file);
    fputs("'\n", file);
  }
  fputs(
      "      'help:all options'\n    )\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n",
      file);
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    fprintf(file, "    %s)\n      _arguments \\\n", em_command_table[c].name);
    for (size_t i = 0; i < em_option_count; i++) {
      if ((em_option_table[i].commands >> c & 1) != 0) {
        zsh_option(&em_option_table[i], file);
      }
    }
    fputs("        '*:file:_files' ;;\n", file);
  }
  fputs("  esac\n}\n_emamba \"$@\"\n", file);
}
