/*
 * How firmware in QEMU reaches the platform: QEMU has no accelerator, so that an access to it is a fault, which the
 * monitor sends over the serial port and the platform answers.
 *
 * A message is a kind and its operands, little-endian:
 *
 *     read   address 8                 answered by: status 1 (a driver's), data 4
 *     write  address 8, data 4         answered by: status 1
 *     wait                             for the DMA's interrupt; answered by: status 1
 *     end    status 4, emamba_state    not answered
 *     fault  cause 8, address 8, program counter 8; the firmware did what the platform cannot do; not answered
 *
 * At EM_BRIDGE_WORK in the processor's own memory stand four words of em_work (image_words, frames, source,
 * destination), then the image.
 */
#ifndef EM_FIRMWARE_BRIDGE_H
#define EM_FIRMWARE_BRIDGE_H

#define EM_BRIDGE_READ 'r'
#define EM_BRIDGE_WRITE 'w'
#define EM_BRIDGE_WAIT 'i'
#define EM_BRIDGE_END 'e'
#define EM_BRIDGE_FAULT 'f'

#define EM_BRIDGE_RAM 0x80000000
#define EM_BRIDGE_WORK 0x80100000 /* 1 MiB of code and stacks before it */
#define EM_BRIDGE_WORK_WORDS 4

#endif
