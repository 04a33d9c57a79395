/*
 * The program's command line. One table of commands and one of options: the parser, the help texts, the check of files
 * (outputs.h) and whatever describes the program elsewhere read them, and nothing else knows an option.
 *
 * A new option is a row in option_table.c and a member of em_options.
 */
#ifndef EM_OPTIONS_H
#define EM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "models/base/status.h"
#include "models/time/stimulus.h"

typedef enum {
  EM_COMMAND_RUN,
  EM_COMMAND_COSIM,
  EM_COMMAND_REPORT,
  EM_COMMAND_COMPARE,
  EM_COMMAND_CHECK,
  EM_COMMAND_INFO,
  EM_COMMAND_MAP,
  EM_COMMAND_EXPLORE,
  EM_COMMAND_CAMPAIGN,
  EM_COMMAND_BENCH,
  EM_COMMANDS,
} em_command;

#define EM_ALL_COMMANDS ((1U << EM_COMMANDS) - 1)

typedef struct {
  const char *name;                      /* "run" */
  const char *arguments;                 /* "DESIGN"; what stands without an option's name */
  uint32_t min_arguments, max_arguments; /* all of them are files that are read */
  const char *needs;                     /* "exactly one design file": what is said about another number of them */
  const char *summary;                   /* one line, in the imperative */
} em_command_row;

extern const em_command_row em_command_table[EM_COMMANDS];

/* The command of that name; EM_COMMANDS when there is none. */
em_command em_command_find(const char *name);

/* The name of the command that was probably meant; NULL when none is near. */
const char *em_command_nearest(const char *name);

/* What an option takes. Every kind has one type of member in em_options. */
typedef enum {
  EM_OPTION_FLAG,          /* nothing: bool */
  EM_OPTION_COUNT,         /* a whole number in min..max: uint64_t */
  EM_OPTION_PROBABILITY,   /* 0..EM_STALL_MAX, of cosim also 1: double */
  EM_OPTION_TEXT,          /* a text: const char * */
  EM_OPTION_LIST,          /* a text each time it is given: em_option_list */
  EM_OPTION_CHOICE,        /* one word of those in its argument, "area|power": const char * */
  EM_OPTION_DETAILS,       /* names of details with commas: uint32_t, bits of em_detail */
  EM_OPTION_INPUT,         /* a file that is read: const char *, as all that follow */
  EM_OPTION_INPUT_FOLDER,  /* a folder that is read */
  EM_OPTION_TEXT_OUTPUT,   /* a file that is written; "-" is standard output */
  EM_OPTION_BINARY_OUTPUT, /* a file that is written; never standard output */
  EM_OPTION_OUTPUT_FOLDER, /* a folder that is written to, made when it is missing */
} em_option_kind;

typedef struct {
  const char *name;     /* "network", without dashes */
  char letter;          /* 'n', or 0 */
  const char *argument; /* "FILE"; NULL for a flag */
  em_option_kind kind;
  uint64_t min, max;   /* of a count */
  uint32_t commands;   /* that take it: bit EM_COMMAND_... */
  uint32_t needed_by;  /* of these, those that cannot do without */
  size_t offset;       /* of its member in em_options */
  const char *meaning; /* one line of help */
} em_option;

extern const em_option em_option_table[];
extern const size_t em_option_count;

enum { EM_MAX_ARGUMENTS = 4096, EM_MAX_TEXTS = 64 };

typedef struct {
  size_t count;
  const char *texts[EM_MAX_TEXTS];
} em_option_list;

/* Every option of every command: NULL, 0 or false where it was not given. */
typedef struct {
  em_command command;
  bool help;                               /* then nothing else was looked at */
  const char *arguments[EM_MAX_ARGUMENTS]; /* files without an option's name */
  size_t argument_count;                   /*   as many as the command takes */
  const char *design, *network, *frames;   /* design: the first argument */
  const char *out, *report, *timeline;     /* files to write */
  const char *power, *html, *package;      /* likewise */
  const char *features, *technology;       /* a file to write; a file to price with */
  const char *json;                        /* a file to write */
  em_option_list sets;                     /* "KEY=VALUE" for the design */
  const char *ip_xact, *header, *image;    /* files to write */
  const char *merge, *csv, *against;       /* files to write; a design to compare with */
  const char *latex, *accelergy;           /* files to write */
  const char *order;                       /* the figure by which reports are ordered; NULL: as given */
  const char *part;                        /* "I/N" */
  uint64_t jobs, pick, frames_per_s;       /* 0: not given */
  bool resume, knee;
  const char *bundle, *rtl, *build, *wave; /* failure folder, other RTL sources, build folder, wave of the whole run */
  uint64_t wave_from, wave_to;             /* its first and last cycle; 0: from reset, to the end */
  uint64_t frame_limit, power_window_cycles; /* 0: all; chosen from the run's length */
  uint64_t timeline_slices;                  /* 0: EM_TIMELINE_SLICES */
  uint64_t seed, watchdog_cycles;            /* watchdog 0: chosen from the design */
  uint64_t upset;                            /* sessions that are upset */
  double stall_in, stall_out;                /* 0..EM_STALL_MAX, of cosim also 1 */
  double bus;                                /* likewise */
  uint32_t details;                          /* bits of em_detail */
  bool toggles, no_bundle, quiet;
  char *const *words;      /* the command line behind the program's name, */
  int word_count;          /*   so many */
  char own_descriptor[24]; /* what an output is called that goes to standard output (outputs.h) */
} em_options;

/* Parses argv[1..argc-1] for `command`; texts begin with the command's name. The options point into argv. */
em_status em_options_parse(int argc, char **argv, em_command command, em_options *options, em_error *error);

/* Help: of the program, of one command. */
void em_help_print(FILE *file);
void em_help_print_command(em_command command, FILE *file);
extern const char em_help_status[]; /* what the exit status means, a line */

/* Writes "run, cosim and bench" for a set of commands (bits as in em_option). */
void em_help_commands(uint32_t commands, char *text, size_t bytes);

#endif
