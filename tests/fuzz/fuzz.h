/*
 * What the fuzz targets share. Each target is one parse function under libFuzzer with AddressSanitizer and
 * UndefinedBehaviorSanitizer; beyond crashes and leaks it checks what the function promises about its result.
 *
 * Inputs of the safetensors targets are the header's text, a NUL, and the data: the target puts the header's length
 * before them, so that a mutation that changes the length of the header does not make the rest worthless. An input that
 * does not begin with '{' goes to the parser as it is.
 */
#ifndef EM_FUZZ_H
#define EM_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file on the heap, exactly as large as it is, so that the sanitizer sees every byte that is read past its end. */
static inline uint8_t *fuzz_safetensors(const uint8_t *data, size_t size, size_t *file_size) {
  bool wrapped = size > 0 && data[0] == '{';
  const uint8_t *end = wrapped ? memchr(data, 0, size) : NULL;
  uint64_t header = end != NULL ? (uint64_t)(end - data) : size;
  *file_size = size + (wrapped ? 8 : 0) - (end != NULL ? 1 : 0);
  uint8_t *file = malloc(*file_size > 0 ? *file_size : 1);
  if (file == NULL) {
    abort();
  }
  if (!wrapped) {
    memcpy(file, data, size);
    return file;
  }
  memcpy(file, &header, sizeof header);
  memcpy(file + 8, data, header);
  if (end != NULL) {
    memcpy(file + 8 + header, end + 1, size - header - 1);
  }
  return file;
}

/* A refusal says why, in one line of text. */
static inline void fuzz_check_message(em_status status, const em_error *error) {
  if (status != EM_BAD_INPUT || error->text[0] == '\0' || strpbrk(error->text, "\n\r\t\033") != NULL) {
    abort();
  }
}

#endif
