#include "sim/run/details.h"

#include <string.h>

const char *const em_detail_names[EM_DETAILS] = {"engines", "memories", "nodes", "price"};

static uint32_t bits_of(const char *word, size_t length) {
  for (uint32_t i = 0; i < EM_DETAILS; i++) {
    if (strlen(em_detail_names[i]) == length && strncmp(em_detail_names[i], word, length) == 0) {
      return 1U << i;
    }
  }
  return length == 3 && strncmp(word, "all", 3) == 0 ? EM_ALL_DETAILS : 0;
}

em_status em_details_parse(const char *text, uint32_t *details, em_error *error) {
  *details = 0;
  for (const char *word = text;; word++) {
    size_t length = strcspn(word, ",");
    uint32_t bits = bits_of(word, length);
    if (bits == 0) {
      return em_fail(error, EM_BAD_INPUT,
                     "--details: \"%.40s\" is none of engines, memories, nodes, price and all, nor several with commas",
                     text);
    }
    *details |= bits;
    word += length;
    if (*word == '\0') {
      return EM_OK;
    }
  }
}
