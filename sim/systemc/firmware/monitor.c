/* Machine mode: turns faults at the platform's addresses into messages, and lets the program go on (bridge.h). */
#include <stdint.h>

#include "sim/driver/emamba.h"
#include "sim/systemc/firmware/board.h"
#include "sim/systemc/firmware/bridge.h"

/* ---- The serial port of QEMU's virt board: a 16550 ---- */

static volatile uint8_t *const uart = (volatile uint8_t *)0x10000000;
enum { UART_DATA = 0, UART_FIFO = 2, UART_LINE = 5, UART_RECEIVED = 0x01, UART_EMPTY = 0x20 };

void monitor_open(void) {
  uart[UART_FIFO] = 1;
}

static void put(uint64_t value, int bytes) {
  for (; bytes > 0; bytes--, value >>= 8) {
    while ((uart[UART_LINE] & UART_EMPTY) == 0) {
    }
    uart[UART_DATA] = (uint8_t)value;
  }
}

static uint32_t get(int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; i++) {
    while ((uart[UART_LINE] & UART_RECEIVED) == 0) {
    }
    value |= (uint32_t)uart[UART_DATA] << 8 * i;
  }
  return value;
}

/* ---- Traps ---- */

#define CSR(name)                                      \
  static uint64_t name(void) {                         \
    uint64_t value;                                    \
    __asm__ volatile("csrr %0, " #name : "=r"(value)); \
    return value;                                      \
  }
CSR(mcause)
CSR(mepc)
CSR(mtval)

/* Causes and instructions: RISC-V Instruction Set Manual, volumes I and II. */
enum { ILLEGAL_INSTRUCTION = 2, LOAD_FAULT = 5, STORE_FAULT = 7, CALL_FROM_SUPERVISOR = 9 };
enum { OPCODE = 0x7f, OPCODE_LOAD = 0x03, OPCODE_STORE = 0x23, WFI = 0x10500073 };
enum { WORD = 2, UNSIGNED_WORD = 6 };

volatile uint32_t board_bus_errors;

void monitor_open(void);
void monitor(uint64_t *registers);

static void load(uint64_t *registers, uint64_t address, uint32_t width, uint32_t destination) {
  put(EM_BRIDGE_READ, 1);
  put(address, 8);
  board_bus_errors += get(1) != EMAMBA_OK;
  const uint32_t data = get(4);
  if (destination != 0) {
    registers[destination] = width == UNSIGNED_WORD ? data : (uint64_t)(int32_t)data;
  }
}

static void store(uint64_t address, uint64_t data) {
  put(EM_BRIDGE_WRITE, 1);
  put(address, 8);
  put(data, 4);
  board_bus_errors += get(1) != EMAMBA_OK;
}

static void wait_for_interrupt(void) {
  put(EM_BRIDGE_WAIT, 1);
  get(1);
}

/* The program's last call: four words in a0 to a3. */
static void end(const uint64_t *registers) {
  put(EM_BRIDGE_END, 1);
  for (int i = 10; i < 14; i++) {
    put(registers[i], 4);
  }
}

static void fault(uint64_t cause, uint64_t pc) {
  put(EM_BRIDGE_FAULT, 1);
  put(cause, 8);
  put(mtval(), 8);
  put(pc, 8);
  for (;;) {
  }
}

/* registers [32], x0 first. */
void monitor(uint64_t *registers) {
  const uint64_t cause = mcause(), pc = mepc();
  const uint32_t instruction = *(const uint32_t *)pc;
  const uint32_t opcode = instruction & OPCODE, width = instruction >> 12 & 7;
  if (cause == LOAD_FAULT && opcode == OPCODE_LOAD && (width == WORD || width == UNSIGNED_WORD)) {
    load(registers, mtval(), width, instruction >> 7 & 31);
  } else if (cause == STORE_FAULT && opcode == OPCODE_STORE && width == WORD) {
    store(mtval(), registers[instruction >> 20 & 31]);
  } else if (cause == ILLEGAL_INSTRUCTION && instruction == WFI) {
    wait_for_interrupt();
  } else if (cause == CALL_FROM_SUPERVISOR) {
    end(registers);
  } else {
    fault(cause, pc);
  }
  __asm__ volatile("csrw mepc, %0" : : "r"(pc + 4));
}
