/*
 * What firmware of the platform has: the accelerator and the DMA in its address space, the driver's board over them,
 * and the work it is given.
 */
#ifndef EM_FIRMWARE_BOARD_H
#define EM_FIRMWARE_BOARD_H

#include "sim/systemc/firmware/program.h"

/* Slave errors so far; a bus fault's handler counts them. */
extern volatile uint32_t board_bus_errors;

em_processor board_processor(void);
em_work board_work(void);

/* Tells the platform how it went and ends there. */
void board_end(int status, const emamba_state *state);

/* Who starts: sees the work to its end. */
void firmware(void);

#endif
