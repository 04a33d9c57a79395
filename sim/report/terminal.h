/*
 * Where tables and lines are printed: how wide it is, and whether it shows more than ASCII.
 *
 * The width is $COLUMNS, else the terminal's, else 100. Characters are those of the locale.
 */
#ifndef EM_TERMINAL_H
#define EM_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
  FILE *file;
  uint32_t width; /* columns, at least 40 */
  bool utf8;
} em_terminal;

/* For text that ends on `shown`, wherever `file` keeps it until then. */
em_terminal em_terminal_of(FILE *file, FILE *shown);

/* "mm2" or "mm²": an ASCII unit as the terminal shows it best. The text lasts. */
const char *em_terminal_unit(const em_terminal *terminal, const char *unit);

/*
 * Prints a label, padded to nine columns, and a text, folded at blanks to the width; lines after the first stand under
 * the text. A word wider than that stands alone.
 */
void em_terminal_line(const em_terminal *terminal, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Columns that a UTF-8 text takes: its characters, none of which is wide here. */
uint32_t em_text_columns(const char *text);

enum { EM_FIGURE_CHARS = 32 };

/* Three significant digits without an exponent: "0.0123", "12.3", "1230"; "0". */
void em_figure_text(double value, char text[EM_FIGURE_CHARS]);

#endif
