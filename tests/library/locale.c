/*
 * In a program whose numbers have a decimal comma the library reads and writes as ever, and leaves the comma alone.
 * Built and run by tests/suites/library.sh, which makes the locale comma_XX.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "include/emamba.h"

/* The price of mars at 99.5 MHz, as text; NULL when something is refused. */
static char *price(void) {
  emamba_design *design = NULL;
  emamba_error error = {""};
  char *json = NULL;
  if (emamba_design_open("configs/designs/mars.yaml", &design, &error) != EMAMBA_OK ||
      emamba_design_set(design, "clock_mhz", 99.5, &error) != EMAMBA_OK ||
      emamba_price_json(design, &json, &error) != EMAMBA_OK) {
    fprintf(stderr, "%s\n", error.text);
  }
  emamba_design_close(design);
  return json;
}

int main(void) {
  char *with_point = price();
  if (with_point == NULL || setlocale(LC_ALL, "comma_XX") == NULL || localeconv()->decimal_point[0] != ',') {
    fprintf(stderr, "the locale comma_XX is not there\n");
    return 2;
  }
  char *with_comma = price();
  int good = with_comma != NULL && strcmp(with_point, with_comma) == 0 && localeconv()->decimal_point[0] == ',';
  emamba_free(with_point);
  emamba_free(with_comma);
  return good ? 0 : 1;
}
