#include <stdlib.h>
#include <string.h>

#include "sim/explore/front_files.h"
#include "sim/files/atomic_file.h"
#include "sim/files/json_text.h"

/* The template, taken in by the assembler; builds run in the project's root. It ends with a NUL. */
__asm__(
    ".section .rodata\n"
    ".global em_front_template\n"
    "em_front_template:\n"
    ".incbin \"sim/explore/front.html\"\n"
    ".byte 0\n"
    ".previous\n");
extern const char em_front_template[];

em_status em_front_page_save(const cJSON *front, const char *path, em_error *error) {
  static const char mark[] = "@FRONT@";
  const char *place = strstr(em_front_template, mark);
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  char *text = em_json_print(front, false);
  if (text == NULL) {
    em_atomic_file_discard(&file);
    return em_fail(error, EM_FAILED, "%.255s: out of memory for the page", path);
  }
  fwrite(em_front_template, 1, (size_t)(place - em_front_template), file.stream);
  em_json_write_in_page(text, file.stream);
  free(text);
  fputs(place + strlen(mark), file.stream);
  return em_atomic_file_commit(&file, error);
}
