/*
 * Addresses of the APB map: unit, memory, byte; the global registers and the counters every engine has.
 *
 * Source: docs/microarchitecture.md, "APB map".
 */
#ifndef EM_APB_H
#define EM_APB_H

#include <stdint.h>

/* Global registers (unit 0) and an engine's counters. */
enum {
  EM_APB_ID = 0x00,
  EM_APB_HASH_LOW = 0x04,
  EM_APB_HASH_HIGH = 0x08,
  EM_APB_CTRL = 0x0c,
  EM_APB_CYCLES = 0x10,
  EM_APB_STATUS = 0x14,
  EM_APB_BUSY = 0x40,
  EM_APB_STARVED = 0x44,
  EM_APB_BLOCKED = 0x48,
  EM_APB_TOKENS = 0x4c,
  EM_APB_ID_VALUE = 0x454d414d, /* "EMAM" */
  EM_APB_TABLE = 0x1000,        /* of a piecewise-linear table: base is (table + 1) of these, and within it: */
  EM_APB_SLOPE = 0x100,
  EM_APB_INTERCEPT = 0x200,
  EM_APB_PWL_SHIFT = 0x300,
};

/* memory 0: registers; 1 and up: the engine's memories[memory - 1]. */
static inline uint32_t em_apb_address(uint32_t unit, uint32_t memory, uint32_t byte) {
  return unit << 24 | memory << 21 | byte;
}

/* Bytes from one word of `lanes` bytes to the next: the smallest power of two that is at least 4 and at least lanes. */
static inline uint32_t em_apb_stride(uint32_t lanes) {
  uint32_t stride = 4;
  while (stride < lanes) {
    stride *= 2;
  }
  return stride;
}

#endif
