/* Random choices from a seed, alike on every machine (splitmix64, Steele, Lea and Flood 2014). */
#ifndef EM_DICE_H
#define EM_DICE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t state;
} em_dice;

static inline uint64_t em_dice_bits(em_dice *dice) {
  uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* low..high, both possible. */
static inline int64_t em_dice_range(em_dice *dice, int64_t low, int64_t high) {
  return low + (int64_t)(em_dice_bits(dice) % (uint64_t)(high - low + 1));
}

static inline bool em_dice_chance(em_dice *dice, double probability) {
  return (double)(em_dice_bits(dice) >> 11) * 0x1p-53 < probability;
}

#endif
