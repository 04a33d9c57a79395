#include "sim/systemc/firmware/board.h"

#include "sim/systemc/firmware/bridge.h"

static int since(uint32_t errors) {
  return board_bus_errors == errors ? EMAMBA_OK : EMAMBA_BUS_ERROR;
}

static int write_at(uint64_t address, uint32_t data) {
  const uint32_t errors = board_bus_errors;
  *(volatile uint32_t *)address = data;
  return since(errors);
}

static int read_word(void *context, uint32_t address, uint32_t *data) {
  (void)context;
  const uint32_t errors = board_bus_errors;
  *data = *(volatile uint32_t *)(EM_MAP_ACCELERATOR + address);
  return since(errors);
}

static int write_word(void *context, uint32_t address, uint32_t data) {
  (void)context;
  return write_at(EM_MAP_ACCELERATOR + address, data);
}

static int write_dma(void *context, uint32_t offset, uint32_t data) {
  (void)context;
  return write_at(EM_MAP_DMA + offset, data);
}

static void wait_for_dma(void *context) {
  (void)context;
  __asm__ volatile("wfi");
}

em_processor board_processor(void) {
  const em_processor processor = {{0, read_word, write_word, 0, 0}, write_dma, wait_for_dma};
  return processor;
}

em_work board_work(void) {
  const uint32_t *words = (const uint32_t *)EM_BRIDGE_WORK;
  const em_work work = {words + EM_BRIDGE_WORK_WORDS, words[0], words[1], words[2], words[3]};
  return work;
}

void board_end(int status, const emamba_state *state) {
  register uint64_t a0 __asm__("a0") = (uint32_t)status;
  register uint64_t a1 __asm__("a1") = state->running;
  register uint64_t a2 __asm__("a2") = state->cycles;
  register uint64_t a3 __asm__("a3") = state->tlast_error;
  __asm__ volatile("ecall" : : "r"(a0), "r"(a1), "r"(a2), "r"(a3) : "memory");
}
