#include "models/base/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the UTF-8 character at `text` when it controls a terminal or the order of what is shown; else 0. */
static size_t control_bytes(const char *text) {
  const unsigned char first = (unsigned char)text[0];
  if (first < ' ' || first == 0x7f) {
    return 1;
  }
  const unsigned char second = (unsigned char)text[1];
  if ((first == 0xc2 && second >= 0x80 && second < 0xa0) || (first == 0xd8 && second == 0x9c)) {
    return 2; /* U+0080..U+009F, the other control codes; U+061C */
  }
  if (first == 0xe2 && (second == 0x80 || second == 0x81)) {
    const unsigned char third = (unsigned char)text[2];
    /* U+200E, U+200F, U+2028..U+202E; U+2066..U+2069: marks of direction, line and paragraph */
    bool marks = second == 0x80 ? third == 0x8e || third == 0x8f || (third >= 0xa8 && third <= 0xae)
                                : third >= 0xa6 && third <= 0xa9;
    return marks ? 3 : 0;
  }
  return 0;
}

void em_text_clean(char *text) {
  while (*text != '\0') {
    size_t bytes = control_bytes(text);
    memset(text, '?', bytes);
    text += bytes > 0 ? bytes : 1;
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
