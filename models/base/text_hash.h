/* FNV-1a, 64 bits: whether two designs, or two tables of constants, are the same. Not against forgery. */
#ifndef EM_TEXT_HASH_H
#define EM_TEXT_HASH_H

#include <stdint.h>

#define EM_TEXT_HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash of what `hash` stands for with `text` behind it. */
static inline uint64_t em_text_hash(uint64_t hash, const char *text) {
  for (; *text != '\0'; text++) {
    hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
  }
  return hash;
}

#endif
