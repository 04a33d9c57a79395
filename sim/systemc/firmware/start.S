/* Boot, and the way into the monitor: machine mode keeps the bridge, the program runs in supervisor mode. */
#include "sim/systemc/firmware/bridge.h"

  .equ mpp_supervisor, 1 << 11
  .equ wfi_traps, 1 << 21   /* mstatus.TW */
  .equ frame, 32 * 8        /* x0 .. x31 */

  .section .text.start
  .globl _start
_start:
  csrr t0, mhartid
  bnez t0, park
  la sp, monitor_stack
  csrw mscratch, sp
  la t0, trap
  csrw mtvec, t0
  li t0, -1                 /* all of memory, for the supervisor */
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, mpp_supervisor | wfi_traps
  csrw mstatus, t0
  la t0, supervisor
  csrw mepc, t0
  call monitor_open
  mret
supervisor:
  la sp, program_stack
  call firmware
park:
  wfi
  j park

  .align 4
trap:
  csrrw sp, mscratch, sp
  addi sp, sp, -frame
  .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  sd x\n, \n * 8(sp)
  .endr
  csrr t0, mscratch
  sd t0, 2 * 8(sp)
  sd zero, 0(sp)
  mv a0, sp
  call monitor
  .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  ld x\n, \n * 8(sp)
  .endr
  addi sp, sp, frame
  csrrw sp, mscratch, sp
  mret
