/* The command line: what the table says is what is taken, and every text names what is allowed. */
#include <stdlib.h>
#include <string.h>

#include "models/base/nearest.h"
#include "sim/run/options.h"
#include "tests/support/check.h"

/* Splits a line at blanks; "_" stands for an empty word. */
static em_status parse(em_command command, const char *line, em_options *options, em_error *error) {
  static char words[512];
  char *argv[32];
  int argc = 0;
  snprintf(words, sizeof words, "%s %s", em_command_table[command].name, line);
  for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
    argv[argc++] = strcmp(word, "_") == 0 ? word + 1 : word;
  }
  return em_options_parse(argc, argv, command, options, error);
}

static void options_of_every_kind_and_spelling_are_read(void **state) {
  (void)state;
  em_options o;
  em_error error = {""};
  em_status status = parse(EM_COMMAND_COSIM,
                           "-n net d.yaml --input=frames -qoout --frames 3 --stall-in .5 --stall-out=1e-3 "
                           "--seed 9007199254740992 --report - --wave w.fst --no-bundle --rtl x=y",
                           &o, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, EM_OK);
  assert_string_equal(o.design, "d.yaml");
  assert_string_equal(o.network, "net");
  assert_string_equal(o.frames, "frames");
  assert_string_equal(o.out, "out");
  assert_string_equal(o.report, "-");
  assert_string_equal(o.wave, "w.fst");
  assert_string_equal(o.rtl, "x=y");
  assert_true(o.quiet && o.no_bundle && !o.toggles && !o.help);
  assert_int_equal(o.frame_limit, 3);
  assert_int_equal(o.seed, INT64_C(1) << 53);
  assert_float_equal(o.stall_in, 0.5, 0);
  assert_float_equal(o.stall_out, 1e-3, 0);
  assert_null(o.timeline);
}

static void options_arguments_may_begin_with_a_dash_after_two(void **state) {
  (void)state;
  em_options o;
  em_error error;
  assert_int_equal(parse(EM_COMMAND_COMPARE, "a --html page -- -b --html", &o, &error), EM_OK);
  assert_int_equal(o.argument_count, 3);
  assert_string_equal(o.arguments[1], "-b");
  assert_string_equal(o.arguments[2], "--html");
  assert_string_equal(o.html, "page");
}

static void options_that_ask_for_help_need_nothing_else(void **state) {
  (void)state;
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    em_options o;
    em_error error;
    assert_int_equal(parse(c, "--help", &o, &error), EM_OK);
    assert_true(o.help);
    assert_int_equal(parse(c, "-h --whatever", &o, &error), EM_OK);
    assert_true(o.help);
  }
}

static void options_that_are_wrong_are_refused_with_what_is_allowed(void **state) {
  (void)state;
  static const struct {
    em_command command;
    const char *line, *text;
  } cases[] = {
      {EM_COMMAND_RUN, "", "run: needs exactly one design file, has 0; see emamba run --help"},
      {EM_COMMAND_RUN, "a b -n n -i i", "needs exactly one design file, has 2"},
      {EM_COMMAND_RUN, "d -i i", "run: needs the network"},
      {EM_COMMAND_RUN, "d -n n", "run: needs the frames"},
      {EM_COMMAND_COMPARE, "a", "compare: needs at least two reports"},
      {EM_COMMAND_RUN, "d -n n -i i --reprot r", "unknown option --reprot; did you mean --report?"},
      {EM_COMMAND_RUN, "d --spede=3", "unknown option --spede; see emamba run --help"},
      {EM_COMMAND_RUN, "d -n n -i i -x", "unknown option -x"},
      {EM_COMMAND_RUN, "d -n n -i i --wave w", "run: --wave is an option of cosim"},
      {EM_COMMAND_CHECK, "d --quiet",
       "check: --quiet is an option of run, cosim, report, map, explore, campaign and bench"},
      {EM_COMMAND_CHECK, "d --package", "check: --package needs a value: --package FILE"},
      {EM_COMMAND_RUN, "d -n n -i i --report --toggles", "--report needs a value"},
      {EM_COMMAND_RUN, "d -n n -i i -o -q", "--output needs a value"},
      {EM_COMMAND_RUN, "d -n n -i i --toggles=yes", "--toggles takes no value"},
      {EM_COMMAND_RUN, "d -n n -i i --report a --report b", "--report is given twice"},
      {EM_COMMAND_RUN, "d -n n -i i -o _", "--output: the name of the file is empty"},
      {EM_COMMAND_RUN, "_ -n n -i i", "the name of a file is empty"},
      {EM_COMMAND_RUN, "d --frames 0", "--frames: \"0\" is not a whole number from 1 to 1099511627776"},
      {EM_COMMAND_RUN, "d --frames 99999999999999999999", "is not a whole number"},
      {EM_COMMAND_RUN, "d --frames -1", "--frames: \"-1\" is not a whole number"},
      {EM_COMMAND_RUN, "d --power-window few", "--power-window: \"few\" is not a whole number from 1"},
      {EM_COMMAND_COSIM, "d --watchdog 0", "--watchdog: \"0\" is not a whole number from 1"},
      {EM_COMMAND_RUN, "d --seed 9007199254740993", "--seed"},
      {EM_COMMAND_RUN, "d --stall-in 1", "--stall-in: with 1 the run would never end; 0 to 0.999999 are allowed"},
      {EM_COMMAND_RUN, "d --stall-out 0.9999999", "--stall-out: with 0.9999999 the run would never end"},
      {EM_COMMAND_RUN, "d --stall-in 1.5", "--stall-in: \"1.5\" is not a probability from 0 to 0.999999"},
      {EM_COMMAND_RUN, "d --stall-in nan", "is not a probability"},
      {EM_COMMAND_RUN, "d --stall-in 0x1p-1", "is not a probability"},
      {EM_COMMAND_RUN, "d --stall-in _", "is not a probability"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    em_options o;
    em_error error = {""};
    assert_int_equal(parse(cases[i].command, cases[i].line, &o, &error), EM_BAD_INPUT);
    if (strstr(error.text, cases[i].text) == NULL) {
      fail_msg("\"%s\": %s", cases[i].line, error.text);
    }
  }
}

/* What the help texts and generators rely on. */
static void option_table_is_consistent(void **state) {
  (void)state;
  assert_true(em_option_count <= 64); /* a bit for each */
  for (size_t i = 0; i < em_option_count; i++) {
    const em_option *o = &em_option_table[i];
    assert_true((o->kind == EM_OPTION_FLAG) == (o->argument == NULL));
    assert_int_equal(o->needed_by & ~o->commands, 0);
    assert_true(o->needed_by == 0 || o->letter != 0);
    assert_true(o->kind != EM_OPTION_COUNT || o->min < o->max);
    for (size_t j = 0; j < i; j++) {
      assert_string_not_equal(o->name, em_option_table[j].name);
      assert_true(o->letter == 0 || o->letter != em_option_table[j].letter);
      assert_int_not_equal(o->offset, em_option_table[j].offset);
    }
  }
}

static void help_of_a_command_has_its_options_only(void **state) {
  (void)state;
  for (em_command c = 0; c < EM_COMMANDS; c++) {
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    em_help_print_command(c, memory);
    fclose(memory);
    for (size_t i = 0; i < em_option_count; i++) {
      char name[32];
      snprintf(name, sizeof name, "--%s ", em_option_table[i].name);
      assert_int_equal(strstr(text, name) != NULL, em_option_table[i].commands >> c & 1);
    }
    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1) {
      assert_true(strcspn(line, "\n") <= 120);
    }
    free(text);
  }
}

static void nearest_name_is_a_slip_away(void **state) {
  (void)state;
  assert_int_equal(em_edit_distance("", "abc"), 3);
  assert_int_equal(em_edit_distance("kitten", "sitting"), 3); /* Levenshtein's textbook pair */
  assert_int_equal(em_edit_distance("reprot", "report"), 1);
  assert_true(em_is_near("uints", "units"));
  assert_false(em_is_near("depth", "lanes"));
  assert_string_equal(em_command_nearest("chekc"), "check");
  assert_null(em_command_nearest("simulate"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(options_of_every_kind_and_spelling_are_read),
      cmocka_unit_test(options_arguments_may_begin_with_a_dash_after_two),
      cmocka_unit_test(options_that_ask_for_help_need_nothing_else),
      cmocka_unit_test(options_that_are_wrong_are_refused_with_what_is_allowed),
      cmocka_unit_test(option_table_is_consistent),
      cmocka_unit_test(help_of_a_command_has_its_options_only),
      cmocka_unit_test(nearest_name_is_a_slip_away),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
