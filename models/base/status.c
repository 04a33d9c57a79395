#include "models/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names in messages come from files: whatever they hold, the text stays one line. */
static void keep_one_line(char *text) {
  for (; *text != '\0'; text++) {
    unsigned char byte = (unsigned char)*text;
    if (byte < ' ' || byte == 0x7f) {
      *text = '?';
    }
  }
}

em_status em_fail(em_error *error, em_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  keep_one_line(error->text);
  return status;
}

void em_error_prefix(em_error *error, const char *prefix) {
  char text[sizeof error->text];
  int used = snprintf(text, sizeof text, "%.255s: ", prefix);
  snprintf(text + used, sizeof text - (size_t)used, "%.*s", (int)(sizeof text - 1) - used, error->text);
  keep_one_line(text);
  memcpy(error->text, text, sizeof text);
}
