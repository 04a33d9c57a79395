/*
 * A gate-level netlist that counts the toggles of every net, glitches among them.
 *
 * The file is written by tools/emamba_tools/gate_sim.py from a synthesised design: gates in topological order, each a
 * truth table of up to four inputs; flip-flops with one clock; SRAM macros with a synchronous read. Nets 0 and 1 are
 * constants. Gates and flip-flops have a delay each. A pulse shorter than the delay of the gate that it would pass does
 * not pass (inertial delay); a cycle is as long as its events need. Without delays a gate changes at most once a cycle.
 * Not modelled: unknown values (everything starts at 0), delays that differ by input or direction, short pulses that
 * fade, wires.
 */
#ifndef EM_GATES_H
#define EM_GATES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/status.h"
#include "tools/gate_sim/gate_events.h"

enum { EM_GATE_INPUTS = 4, EM_GATES_MAGIC = 0x4f474d45 }; /* "EMGO" */

typedef struct {
  uint32_t output, inputs[EM_GATE_INPUTS];
  uint32_t table; /* bit i: the output where input k is bit k of i */
  uint32_t delay; /* in steps of time, from any input to the output; at least 1 */
} em_gate;

typedef struct {
  uint32_t d, q;
  uint32_t delay; /* from the edge to q */
} em_gate_flop;

typedef struct {
  uint32_t words, width, mask_bits, address_bits; /* mask_bits: data bits that share a write enable */
  uint32_t nets; /* in lists: write, read, waddr[], raddr[], wmask[], wdata[], rdata[] */
} em_gate_macro;

typedef struct {
  char name[32];
  uint32_t width, nets; /* in lists */
} em_gate_port;

typedef struct {
  uint32_t net_count, gate_count, flop_count, macro_count, port_count, list_count;
  em_gate *gates;
  em_gate_flop *flops;
  em_gate_macro *macros;
  em_gate_port *ports;
  uint32_t *lists;
  uint8_t *values;   /* [net_count] */
  uint32_t *readers; /* gates that read net n: reader_lists[readers[n]] up to readers[n + 1] */
  uint32_t *reader_lists;
  uint64_t *due;                 /* a bit a gate: one of its inputs has changed */
  em_gate_events *events;        /* NULL: no delays */
  uint32_t *due_list, due_count; /* with delays: the gates whose bit is set */
  uint32_t *toggles;             /* [net_count], since they were last set to 0 */
  uint8_t *next;                 /* [flop_count]; what they take at the edge */
  uint8_t *pending;   /* [list_count]; what macros read at the edge, where `lists` has the read data's nets */
  uint8_t **contents; /* [macro_count][words * width], a byte a bit */
} em_gates;

/* EM_BAD_INPUT names the path. `delays`: those of the file act. */
em_status em_gates_load(em_gates *gates, const char *path, bool delays, em_error *error);
void em_gates_free(em_gates *gates);

/* NULL when there is no such port. */
const em_gate_port *em_gates_port(const em_gates *gates, const char *name);
void em_gates_set(em_gates *gates, const em_gate_port *port, const uint8_t *bytes, uint32_t byte_count);
void em_gates_get(const em_gates *gates, const em_gate_port *port, uint8_t *bytes, uint32_t byte_count);

/* The combinational logic, from inputs and flip-flops. */
void em_gates_settle(em_gates *gates);

/* The rising edge. */
void em_gates_clock(em_gates *gates);

#endif
