/*
 * Whether two blocks of bytes are the same: 64 bits, eight bytes a step. Not against forgery, and not a format: a hash
 * says which contents a report was made from.
 */
#ifndef EM_BYTES_HASH_H
#define EM_BYTES_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EM_BYTES_HASH_START UINT64_C(0x9e3779b97f4a7c15)

/* splitmix64's finaliser (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). */
static inline uint64_t em_hash_mix(uint64_t z) {
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* The hash of what `hash` stands for with one number behind it. */
static inline uint64_t em_hash_number(uint64_t hash, uint64_t number) {
  return em_hash_mix(hash * UINT64_C(0x9e3779b97f4a7c15) + number);
}

/* The same with bytes[size] and their size. */
static inline uint64_t em_bytes_hash(uint64_t hash, const void *bytes, size_t size) {
  const unsigned char *next = bytes;
  uint64_t word;
  for (size_t left = size; left > 0;) {
    size_t step = left < sizeof word ? left : sizeof word;
    word = 0;
    memcpy(&word, next, step);
    hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
    hash ^= hash >> 32;
    next += step;
    left -= step;
  }
  return em_hash_number(hash, size);
}

#endif
