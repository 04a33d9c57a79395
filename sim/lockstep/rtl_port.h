/*
 * The boundary to the Verilated RTL: pins, clock, and the probes bound to it. Nothing else crosses it.
 *
 * Implemented in C++ by sim/lockstep/rtl_shell.cpp, compiled with one design's Verilated model into a shared library
 * that rtl_library.c opens. Order of calls: open, then for every cycle settle (inputs in, outputs and probes valid) and
 * clock (the rising edge); close. The library knows no network, no model and no file but the wave.
 */
#ifndef EM_RTL_PORT_H
#define EM_RTL_PORT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { EM_RTL_MAX_BEAT_BYTES = 64 };

typedef struct {
  uint8_t rst_n;
  uint8_t psel, penable, pwrite, pstrb;
  uint32_t paddr, pwdata;
  uint8_t in_valid, in_last, out_ready;
  uint8_t in_data[EM_RTL_MAX_BEAT_BYTES];
} em_rtl_inputs;

typedef struct {
  uint32_t prdata;
  uint8_t pready, pslverr;
  uint8_t in_ready, out_valid, out_last, running;
  uint8_t out_data[EM_RTL_MAX_BEAT_BYTES];
} em_rtl_outputs;

typedef struct em_rtl em_rtl;

/* A new instance with all inputs 0, or NULL when memory is short. What no reset clears starts with random contents,
 * the same for the same seed, 1 or more. */
em_rtl *em_rtl_open(uint32_t seed);
void em_rtl_close(em_rtl *rtl);

/* Clock low: drives the inputs, lets the logic settle, samples the outputs. */
void em_rtl_settle(em_rtl *rtl, const em_rtl_inputs *inputs, em_rtl_outputs *outputs);

/* Rising edge. */
void em_rtl_clock(em_rtl *rtl);

/*
 * Address of variable `name` in scope `scope` ("em_top.u_axis_in.u_probe"), valid until close; its value is right after
 * settle. Little-endian, least significant bit first. NULL when there is none.
 */
const void *em_rtl_probe(em_rtl *rtl, const char *scope, const char *name);

/* Writes an FST wave from now on. Returns 0, or the errno of a file that cannot be made; once in an instance's life. */
int em_rtl_wave(em_rtl *rtl, const char *path);

/* Ends the wave. Returns 0 when all of it is in its file, else the errno of what could not be written. */
int em_rtl_wave_close(em_rtl *rtl);

/* Tells the signals of a closed wave, as viewers name them: "TOP.em_top.u_apb.cycles_q[31:0]", 32 bits. */
void em_rtl_wave_signals(const char *path, void (*each)(void *context, const char *name, unsigned bits), void *context);

#ifdef __cplusplus
}
#endif

#endif
