#include "sim/commands/parts.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 1000000 };

em_status em_part_read(const char *text, uint32_t *part, uint32_t *parts, em_error *error) {
  *part = *parts = 1;
  if (text == NULL) {
    return EM_OK;
  }
  char *end = NULL, *last = NULL;
  unsigned long first = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
  unsigned long all = end != NULL && *end == '/' && end[1] >= '0' && end[1] <= '9' ? strtoul(end + 1, &last, 10) : 0;
  if (last == NULL || *last != '\0' || first < 1 || first > all || all > MOST_PARTS) {
    return em_fail(error, EM_BAD_INPUT, "--part: \"%.40s\" is not I/N with I from 1 to N, as 3/16", text);
  }
  *part = (uint32_t)first;
  *parts = (uint32_t)all;
  return EM_OK;
}

void em_part_store(const em_options *o, uint32_t part, uint32_t parts, char path[EM_PATH_BYTES]) {
  const char *input = o->arguments[0], *slash = strrchr(input, '/'), *file = slash != NULL ? slash + 1 : input;
  const char *dot = strrchr(file, '.');
  int stem = dot != NULL && dot > file ? (int)(dot - file) : (int)strlen(file);
  char which[40] = "";
  if (o->out != NULL) {
    snprintf(path, EM_PATH_BYTES, "%s", o->out);
    return;
  }
  if (parts > 1) {
    snprintf(which, sizeof which, ".%u-of-%u", part, parts);
  }
  snprintf(path, EM_PATH_BYTES, "%.*s%s.sqlite", stem < 3000 ? stem : 3000, file, which);
}
