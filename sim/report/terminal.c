#include "sim/report/terminal.h"

#include <langinfo.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
  LABEL_COLUMNS = 9,
  DEFAULT_COLUMNS = 100,
  LEAST_COLUMNS = 40,
  MOST_COLUMNS = 1000,
  LINE_BYTES = 4096,
  SPELLED_BYTES = 2 * LINE_BYTES
};

static uint32_t columns_of(FILE *shown) {
  const char *text = getenv("COLUMNS");
  struct winsize window;
  long asked = text != NULL ? strtol(text, NULL, 10) : 0;
  if (asked <= 0 && isatty(fileno(shown)) && ioctl(fileno(shown), TIOCGWINSZ, &window) == 0) {
    asked = window.ws_col;
  }
  if (asked <= 0) {
    return DEFAULT_COLUMNS;
  }
  return (uint32_t)(asked < LEAST_COLUMNS ? LEAST_COLUMNS : asked > MOST_COLUMNS ? MOST_COLUMNS : asked);
}

em_terminal em_terminal_of(FILE *file, FILE *shown) {
  return (em_terminal){file, columns_of(shown), strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
}

const char *em_terminal_unit(const em_terminal *terminal, const char *unit) {
  static const char *const spellings[][2] = {
      {"mm2", "mm\u00b2"}, {"um2", "\u00b5m\u00b2"},      {"us", "\u00b5s"},
      {"uW", "\u00b5W"},   {"TOPS/mm2", "TOPS/mm\u00b2"}, {"pJ/cycle/mm2", "pJ/cycle/mm\u00b2"}};
  for (size_t i = 0; terminal->utf8 && i < sizeof spellings / sizeof spellings[0]; i++) {
    if (strcmp(unit, spellings[i][0]) == 0) {
      return spellings[i][1];
    }
  }
  return unit;
}

static bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* A copy of the text, in which the units of area that stand as words are spelled for the terminal. */
static void spell_units(const em_terminal *terminal, const char *text, char spelled[SPELLED_BYTES]) {
  size_t used = 0;
  for (size_t i = 0; text[i] != '\0' && used < SPELLED_BYTES - 8;) {
    bool starts = i == 0 || !in_word(text[i - 1]);
    bool mm2 = starts && strncmp(text + i, "mm2", 3) == 0, um2 = starts && strncmp(text + i, "um2", 3) == 0;
    if ((mm2 || um2) && !in_word(text[i + 3])) {
      used += (size_t)sprintf(spelled + used, "%s", em_terminal_unit(terminal, mm2 ? "mm2" : "um2"));
      i += 3;
    } else {
      spelled[used++] = text[i++];
    }
  }
  spelled[used] = '\0';
}

uint32_t em_text_columns(const char *text) {
  uint32_t columns = 0;
  for (; *text != '\0'; text++) {
    columns += ((unsigned char)*text & 0xc0) != 0x80;
  }
  return columns;
}

/* Where a line of at most `room` columns ends: at its last blank, or with its first word, or with the text. */
static size_t line_end(const char *text, uint32_t room) {
  size_t end = 0;
  uint32_t columns = 0;
  for (size_t i = 0; text[i] != '\0'; i++) {
    if (text[i] == ' ') {
      end = i;
    }
    columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    if (columns > room && end > 0) {
      return end;
    }
  }
  return strlen(text);
}

static void print_folded(const em_terminal *terminal, const char *text) {
  for (;;) {
    size_t end = line_end(text, terminal->width - LABEL_COLUMNS);
    fprintf(terminal->file, "%.*s\n", (int)end, text);
    text += end;
    while (*text == ' ') {
      text++;
    }
    if (*text == '\0') {
      return;
    }
    fprintf(terminal->file, "%*s", LABEL_COLUMNS, "");
  }
}

void em_terminal_line(const em_terminal *terminal, const char *label, const char *format, ...) {
  char text[LINE_BYTES], spelled[SPELLED_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(terminal->file, "%-*s", LABEL_COLUMNS, label);
  spell_units(terminal, text, spelled);
  print_folded(terminal, spelled);
}

void em_figure_text(double value, char text[EM_FIGURE_CHARS]) {
  if (!(fabs(value) > 0) || !isfinite(value)) {
    snprintf(text, EM_FIGURE_CHARS, "%g", value);
    return;
  }
  int decimals = 2 - (int)floor(log10(fabs(value)));
  if (decimals < 0) {
    double step = pow(10, -decimals);
    snprintf(text, EM_FIGURE_CHARS, "%.0f", round(value / step) * step);
  } else {
    snprintf(text, EM_FIGURE_CHARS, "%.*f", decimals > 12 ? 12 : decimals, value);
  }
}
