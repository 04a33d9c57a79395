/* Lines and tables on a terminal: nothing is wider than it, nothing is lost, figures have three digits. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/table.h"
#include "tests/support/check.h"

/* What `print` leaves in a terminal so wide; to be freed. */
static char *printed(uint32_t width, void (*print)(const em_terminal *terminal)) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  em_terminal terminal = {file, width, false};
  print(&terminal);
  fclose(file);
  return text;
}

static uint32_t widest(const char *text) {
  uint32_t most = 0;
  for (const char *line = text; *line != '\0';) {
    uint32_t length = (uint32_t)strcspn(line, "\n");
    most = length > most ? length : most;
    line += length + (line[length] != '\0');
  }
  return most;
}

static void print_words(const em_terminal *terminal) {
  em_terminal_line(terminal, "label", "%s",
                   "aa bbb cccc ddddd eeeeee fffffff gggggggg hhhhhhhhh i j k l m n o p q r s t u v");
}

static void line_of_any_width_fits_and_keeps_its_words(void **state) {
  (void)state;
  for (uint32_t width = 40; width <= 120; width++) {
    char *text = printed(width, print_words), words[200] = "";
    assert_true(widest(text) <= width);
    assert_true(strncmp(text, "label    aa ", 12) == 0);
    for (char *word = strtok(text + 9, " \n"); word != NULL; word = strtok(NULL, " \n")) {
      strcat(strcat(words, word), " ");
    }
    assert_string_equal(words, "aa bbb cccc ddddd eeeeee fffffff gggggggg hhhhhhhhh i j k l m n o p q r s t u v ");
    free(text);
  }
}

static void print_table(const em_terminal *terminal) {
  static const char *const titles[] = {"name", "first column", "second column", "third column"};
  em_table *table = em_table_new(titles, 4);
  em_error error;
  for (int row = 0; row < 3; row++) {
    em_table_text(table, row == 1 ? "a rather long name" : "short");
    em_table_count(table, 1e6 * row);
    em_table_figure(table, 0.012345 * row);
    em_table_text(table, "t");
  }
  assert_int_equal(em_table_print(table, terminal, &error), EM_OK);
}

static void table_splits_where_it_is_wider_than_the_terminal(void **state) {
  (void)state;
  char *wide = printed(80, print_table), *narrow = printed(40, print_table);
  assert_string_equal(wide,
                      "\nname                first column  second column  third column\n"
                      "short                          0              0             t\n"
                      "a rather long name       1000000         0.0123             t\n"
                      "short                    2000000         0.0247             t\n");
  assert_true(widest(narrow) <= 40);
  assert_non_null(strstr(narrow, "\na rather long name       1000000\n"));
  assert_non_null(strstr(narrow, "\na rather long name         0.0123\n"));
  assert_non_null(strstr(narrow, "\na rather long name             t\n"));
  free(wide);
  free(narrow);
}

static void figures_have_three_digits(void **state) {
  static const struct {
    double value;
    const char *text;
  } figures[] = {{0, "0"},           {1, "1.00"},      {12.345, "12.3"},       {123.45, "123"},
                 {1234.5, "1230"},   {999.9, "1000"},  {-0.012345, "-0.0123"}, {1e6, "1000000"},
                 {543210, "543000"}, {INFINITY, "inf"}};
  (void)state;
  for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
    char text[EM_FIGURE_CHARS];
    em_figure_text(figures[i].value, text);
    assert_string_equal(text, figures[i].text);
  }
  for (double value = 1e-9; value < 1e12; value *= 1.37) {
    char text[EM_FIGURE_CHARS];
    em_figure_text(value, text);
    assert_true(fabs(strtod(text, NULL) - value) <= 0.00501 * value);
  }
}

static void width_is_that_of_the_environment_within_reason(void **state) {
  static const struct {
    const char *columns;
    uint32_t width;
  } cases[] = {{"80", 80}, {"7", 40}, {"100000", 1000}, {"", 100}, {"wide", 100}};
  (void)state;
  FILE *file = fopen("/dev/null", "w");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    setenv("COLUMNS", cases[i].columns, 1);
    assert_int_equal(em_terminal_of(file, file).width, cases[i].width);
  }
  fclose(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(line_of_any_width_fits_and_keeps_its_words),
      cmocka_unit_test(table_splits_where_it_is_wider_than_the_terminal),
      cmocka_unit_test(figures_have_three_digits),
      cmocka_unit_test(width_is_that_of_the_environment_within_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
