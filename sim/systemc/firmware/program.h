/*
 * The program of the platform's processor: loads the network with the driver and has the DMA carry all frames.
 *
 * C99 without a C library: compiled for the host, and for RISC-V as firmware.
 */
#ifndef EM_FIRMWARE_PROGRAM_H
#define EM_FIRMWARE_PROGRAM_H

#include "sim/driver/emamba.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The platform's address map: memory, the DMA's registers, the accelerator's register map. */
#define EM_MAP_MEMORY UINT64_C(0)
#define EM_MAP_DMA (UINT64_C(1) << 32)
#define EM_MAP_DMA_BYTES UINT64_C(0x1000)
#define EM_MAP_ACCELERATOR (UINT64_C(2) << 32)
#define EM_MAP_ACCELERATOR_BYTES (UINT64_C(1) << 32)

/* Registers of the DMA, 32 bits, byte offsets. It raises its interrupt when all results are in memory. */
enum {
  EM_DMA_SOURCE = 0x00,      /* byte address of the frames in memory */
  EM_DMA_DESTINATION = 0x04, /* byte address of the results */
  EM_DMA_FRAMES = 0x08,      /* how many */
  EM_DMA_CONTROL = 0x0c,     /* bit 0: start */
  EM_DMA_STATUS = 0x10,      /* bit 0: busy, bit 1: done since the start; read only */
  EM_DMA_RESULTS = 0x14      /* results so far; read only */
};

/* What there is to do. */
typedef struct {
  const uint32_t *image; /* [image_words], as `emamba map --image` writes it */
  uint32_t image_words;
  uint32_t frames, source, destination; /* a number, and two byte addresses in the platform's memory */
} em_work;

/* How the processor reaches the rest; statuses are the driver's. `context` is the board's. */
typedef struct {
  emamba_board board; /* of the accelerator; send and receive are not used */
  int (*write_dma)(void *context, uint32_t offset, uint32_t data);
  void (*wait_for_dma)(void *context); /* until its interrupt */
} em_processor;

/* EMAMBA_OK: all results are in memory, and *state is the accelerator's after the last. */
int em_program(const em_processor *processor, const em_work *work, emamba_state *state);

#ifdef __cplusplus
}
#endif

#endif
