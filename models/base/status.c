#include "models/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void em_text_clean(char *text) {
  for (; *text != '\0'; text++) {
    unsigned char byte = (unsigned char)*text, next = (unsigned char)text[1];
    if (byte < ' ' || byte == 0x7f) {
      *text = '?';
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) { /* U+0080..U+009F: the other control codes */
      text[0] = text[1] = '?';
    }
  }
}

em_status em_fail(em_error *error, em_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  em_text_clean(error->text);
  return status;
}

void em_error_prefix(em_error *error, const char *prefix) {
  char text[sizeof error->text];
  int used = snprintf(text, sizeof text, "%.255s: ", prefix);
  snprintf(text + used, sizeof text - (size_t)used, "%.*s", (int)(sizeof text - 1) - used, error->text);
  em_text_clean(text);
  memcpy(error->text, text, sizeof text);
}
