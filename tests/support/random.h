/*
 * A small deterministic random generator (splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014), so that a seed names the same case on every machine.
 */
#ifndef EM_RANDOM_H
#define EM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t state;
} em_random;

static inline uint64_t em_random_next(em_random *random) {
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* The generator of a seed; `purpose` keeps the streams that one seed serves apart. */
static inline em_random em_random_seeded(uint64_t seed, uint64_t purpose) {
  em_random random = {seed * UINT64_C(0x2545f4914f6cdd1d) + purpose};
  em_random_next(&random);
  return random;
}

/* low..high, both included; high - low < 2^63. */
static inline int64_t em_random_range(em_random *random, int64_t low, int64_t high) {
  return low + (int64_t)(em_random_next(random) % (uint64_t)(high - low + 1));
}

static inline uint32_t em_random_count(em_random *random, uint32_t low, uint32_t high) {
  return (uint32_t)em_random_range(random, low, high);
}

/* True in `percent` of 100 cases. */
static inline bool em_random_chance(em_random *random, uint32_t percent) {
  return em_random_next(random) % 100 < percent;
}

/* How a run of codes is drawn. */
typedef enum {
  EM_CODES_UNIFORM,  /* all of INT8 */
  EM_CODES_EXTREME,  /* -128, -127, 126, 127 and now and then 0 */
  EM_CODES_SMALL,    /* -3..3 */
  EM_CODES_NEGATIVE, /* -128..-1 */
  EM_CODES_CONSTANT, /* one code throughout */
  EM_CODES_STYLES,
} em_code_style;

static inline void em_random_codes(em_random *random, em_code_style style, int8_t *codes, uint64_t count) {
  static const int8_t extremes[] = {-128, -128, -127, 0, 126, 127, 127, 127};
  int8_t constant = extremes[em_random_next(random) % 8];
  for (uint64_t i = 0; i < count; i++) {
    switch (style) {
      case EM_CODES_UNIFORM: codes[i] = (int8_t)em_random_range(random, -128, 127); break;
      case EM_CODES_EXTREME: codes[i] = extremes[em_random_next(random) % 8]; break;
      case EM_CODES_SMALL: codes[i] = (int8_t)em_random_range(random, -3, 3); break;
      case EM_CODES_NEGATIVE: codes[i] = (int8_t)em_random_range(random, -128, -1); break;
      case EM_CODES_CONSTANT:
      case EM_CODES_STYLES: codes[i] = constant; break;
    }
  }
}

#endif
