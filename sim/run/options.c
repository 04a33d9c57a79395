#include "sim/run/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/nearest.h"
#include "sim/run/details.h"

em_command em_command_find(const char *name) {
  em_command command = 0;
  while (command < EM_COMMANDS && strcmp(em_command_table[command].name, name) != 0) {
    command++;
  }
  return command;
}

const char *em_command_nearest(const char *name) {
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    if (em_is_near(name, em_command_table[c].name)) {
      return em_command_table[c].name;
    }
  }
  return NULL;
}

/* One command line that is being read. */
typedef struct {
  char **words;
  int count, next; /* the word to read next */
  em_options *options;
  uint64_t given; /* bit of every option so far */
  em_error *error;
} reader;

static const char *command_name(const reader *r) {
  return em_command_table[r->options->command].name;
}

static bool takes(em_command command, const em_option *option) {
  return (option->commands >> command & 1) != 0;
}

/* ---- Values ---- */

static em_status read_count(const em_option *option, const char *text, uint64_t *value, em_error *error) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < option->min || number > option->max) {
    return em_fail(error, EM_BAD_INPUT, "--%s: \"%.40s\" is not a whole number from %" PRIu64 " to %" PRIu64,
                   option->name, text, option->min, option->max);
  }
  *value = number;
  return EM_OK;
}

/* Of cosim 1 is legal too: its watchdog ends the run, and says who waits. */
static em_status read_probability(em_command command, const em_option *option, const char *text, double *value,
                                  em_error *error) {
  char *end = NULL;
  /* The character set keeps out what strtod also takes: inf, nan, hexadecimal, blanks. */
  bool digits = text[0] != '\0' && strspn(text, "0123456789+-.eE") == strlen(text);
  double number = digits ? strtod(text, &end) : 0;
  if (!digits || *end != '\0' || !(number >= 0 && number <= 1)) {
    return em_fail(error, EM_BAD_INPUT, "--%s: \"%.40s\" is not a probability from 0 to %g", option->name, text,
                   EM_STALL_MAX);
  }
  if (number > EM_STALL_MAX && !(command == EM_COMMAND_COSIM && number >= 1)) {
    return em_fail(error, EM_BAD_INPUT, "--%s: with %.40s the run would never end; 0 to %g are allowed", option->name,
                   text, EM_STALL_MAX);
  }
  *value = number;
  return EM_OK;
}

/* The argument is "area|power": `text` must be one of its words. */
static em_status choose(const em_option *option, const char *text, const char **value, em_error *error) {
  size_t length = strlen(text);
  for (const char *word = option->argument; length > 0 && word != NULL; word = strchr(word, '|')) {
    word += word != option->argument;
    if (strcspn(word, "|") == length && strncmp(word, text, length) == 0) {
      *value = text;
      return EM_OK;
    }
  }
  return em_fail(error, EM_BAD_INPUT, "--%s: \"%.40s\" is none of %s", option->name, text, option->argument);
}

static em_status append(reader *r, const em_option *option, const char *text, em_option_list *list) {
  if (list->count == EM_MAX_TEXTS) {
    return em_fail(r->error, EM_BAD_INPUT, "%s: --%s is given more than %d times", command_name(r), option->name,
                   EM_MAX_TEXTS);
  }
  list->texts[list->count++] = text;
  return EM_OK;
}

static em_status store(reader *r, const em_option *option, const char *text) {
  void *member = (char *)r->options + option->offset;
  switch (option->kind) {
    case EM_OPTION_FLAG: *(bool *)member = true; return EM_OK;
    case EM_OPTION_COUNT: return read_count(option, text, member, r->error);
    case EM_OPTION_PROBABILITY: return read_probability(r->options->command, option, text, member, r->error);
    case EM_OPTION_LIST: return append(r, option, text, member);
    case EM_OPTION_CHOICE: return choose(option, text, member, r->error);
    case EM_OPTION_DETAILS: return em_details_parse(text, member, r->error);
    case EM_OPTION_TEXT: *(const char **)member = text; return EM_OK;
    case EM_OPTION_INPUT:
    case EM_OPTION_INPUT_FOLDER:
    case EM_OPTION_TEXT_OUTPUT:
    case EM_OPTION_BINARY_OUTPUT:
    case EM_OPTION_OUTPUT_FOLDER: *(const char **)member = text; break;
  }
  return text[0] != '\0' ? EM_OK
                         : em_fail(r->error, EM_BAD_INPUT, "%s: --%s: the name of the %s is empty", command_name(r),
                                   option->name, option->kind == EM_OPTION_OUTPUT_FOLDER ? "folder" : "file");
}

/* ---- Options ---- */

static const em_option *find_name(const char *name, size_t length) {
  for (size_t i = 0; i < em_option_count; i++) {
    if (strlen(em_option_table[i].name) == length && strncmp(em_option_table[i].name, name, length) == 0) {
      return &em_option_table[i];
    }
  }
  return NULL;
}

static const em_option *find_letter(char letter) {
  for (size_t i = 0; i < em_option_count; i++) {
    if (letter != '\0' && em_option_table[i].letter == letter) {
      return &em_option_table[i];
    }
  }
  return NULL;
}

/* The option that a word stands for, with or without its value in the same word; NULL when it is none. */
static const em_option *find_word(const char *word) {
  if (strncmp(word, "--", 2) == 0) {
    return find_name(word + 2, strcspn(word + 2, "="));
  }
  return word[0] == '-' ? find_letter(word[1]) : NULL;
}

static em_status fail_unknown(const reader *r, const char *word) {
  char name[72] = "";
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
  const em_option *nearest = NULL;
  for (size_t i = 0; strncmp(name, "--", 2) == 0 && i < em_option_count; i++) {
    const em_option *option = &em_option_table[i];
    bool nearer =
        nearest == NULL || em_edit_distance(name + 2, option->name) < em_edit_distance(name + 2, nearest->name);
    if (takes(r->options->command, option) && em_is_near(name + 2, option->name) && nearer) {
      nearest = option;
    }
  }
  return nearest != NULL ? em_fail(r->error, EM_BAD_INPUT, "%s: unknown option %s; did you mean --%s?", command_name(r),
                                   name, nearest->name)
                         : em_fail(r->error, EM_BAD_INPUT, "%s: unknown option %s; see emamba %s --help",
                                   command_name(r), name, command_name(r));
}

/* The word after an option is its value, unless it is an option itself. */
static em_status take_value(reader *r, const em_option *option, const char **value) {
  const char *word = r->next < r->count ? r->words[r->next] : NULL;
  if (word == NULL || (strcmp(word, "-") != 0 && find_word(word) != NULL)) {
    return em_fail(r->error, EM_BAD_INPUT, "%s: --%s needs a value: --%s %s", command_name(r), option->name,
                   option->name, option->argument);
  }
  *value = word;
  r->next++;
  return EM_OK;
}

static em_status read_option(reader *r, const em_option *option, const char *word, const char *value) {
  em_options *o = r->options;
  if (!takes(o->command, option)) {
    char commands[80];
    em_help_commands(option->commands, commands, sizeof commands);
    return em_fail(r->error, EM_BAD_INPUT, "%s: --%s is an option of %s", command_name(r), option->name, commands);
  }
  if (option->kind == EM_OPTION_FLAG && value != NULL) {
    return em_fail(r->error, EM_BAD_INPUT, "%s: --%s takes no value: %.80s", command_name(r), option->name, word);
  }
  uint64_t bit = UINT64_C(1) << (option - em_option_table);
  if (option->kind != EM_OPTION_FLAG && option->kind != EM_OPTION_LIST && (r->given & bit) != 0) {
    return em_fail(r->error, EM_BAD_INPUT, "%s: --%s is given twice", command_name(r), option->name);
  }
  r->given |= bit;
  em_status status = EM_OK;
  if (option->kind != EM_OPTION_FLAG && value == NULL) {
    status = take_value(r, option, &value);
  }
  return status == EM_OK ? store(r, option, value) : status;
}

/* "--name", "--name=value" or a row of letters, "-q", "-nFILE". */
static em_status read_word(reader *r, const char *word) {
  const em_option *option = find_word(word);
  if (option == NULL) {
    return fail_unknown(r, word);
  }
  if (word[1] == '-') {
    const char *equals = strchr(word, '=');
    return read_option(r, option, word, equals != NULL ? equals + 1 : NULL);
  }
  em_status status = EM_OK;
  for (const char *letter = word + 1; status == EM_OK && *letter != '\0'; letter++) {
    option = find_letter(*letter);
    if (option == NULL) {
      return fail_unknown(r, word);
    }
    if (option->kind != EM_OPTION_FLAG) {
      return read_option(r, option, word, letter[1] != '\0' ? letter + 1 : NULL);
    }
    status = read_option(r, option, word, NULL);
  }
  return status;
}

static em_status read_argument(reader *r, const char *word) {
  em_options *o = r->options;
  if (word[0] == '\0') {
    return em_fail(r->error, EM_BAD_INPUT, "%s: the name of a file is empty", command_name(r));
  }
  if (o->argument_count < EM_MAX_ARGUMENTS) {
    o->arguments[o->argument_count] = word;
  }
  o->argument_count++;
  return EM_OK;
}

static em_status check_needed(const reader *r) {
  const em_options *o = r->options;
  const em_command_row *command = &em_command_table[o->command];
  if (o->argument_count < command->min_arguments || o->argument_count > command->max_arguments) {
    return em_fail(r->error, EM_BAD_INPUT, "%s: needs %s, has %zu; see emamba %s --help", command->name, command->needs,
                   o->argument_count, command->name);
  }
  for (size_t i = 0; i < em_option_count; i++) {
    const em_option *option = &em_option_table[i];
    if ((option->needed_by >> o->command & 1) != 0 && (r->given >> i & 1) == 0) {
      return em_fail(r->error, EM_BAD_INPUT, "%s: needs %s, --%s %s; see emamba %s --help", command->name,
                     option->meaning, option->name, option->argument, command->name);
    }
  }
  return EM_OK;
}

em_status em_options_parse(int argc, char **argv, em_command command, em_options *options, em_error *error) {
  memset(options, 0, sizeof *options);
  options->command = command;
  options->words = argv;
  options->word_count = argc;
  reader r = {argv, argc, 1, options, 0, error};
  em_status status = EM_OK;
  bool only_arguments = false; /* after "--" */
  while (status == EM_OK && !options->help && r.next < argc) {
    const char *word = argv[r.next++];
    if (!only_arguments && strcmp(word, "--") == 0) {
      only_arguments = true;
    } else if (only_arguments || word[0] != '-' || word[1] == '\0') {
      status = read_argument(&r, word);
    } else {
      status = read_word(&r, word);
    }
  }
  if (status == EM_OK && !options->help) {
    status = check_needed(&r);
    options->design = options->arguments[0];
  }
  return status;
}
