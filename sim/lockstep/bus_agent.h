/*
 * A random master on the APB port: what software does right, and all that it may do wrong.
 *
 * Transfers of every kind, by the protocol: every register, table and memory of the map and one word past each, units
 * that are not there, addresses that nothing answers, partial strobes, writes while the core runs. Two things it does
 * not do on its own: start or stop the core, and write a shift that the hardware does not define; both are asked for.
 */
#ifndef EM_BUS_AGENT_H
#define EM_BUS_AGENT_H

#include "models/machine/device.h"
#include "models/map/register_map.h"
#include "sim/lockstep/dice.h"

typedef struct {
  uint32_t address, data;
  uint8_t strobe;
  bool write;
} em_bus_transfer;

typedef struct {
  const em_graph *graph;
  em_dice dice;
  double rate; /* probability that a transfer begins in a cycle in which the bus is idle */
  enum { EM_BUS_IDLE, EM_BUS_SETUP, EM_BUS_ACCESS } phase;
  em_bus_transfer now;    /* on the bus */
  em_bus_transfer wanted; /* to come next, */
  bool wants;             /*   if so */
  uint64_t reads, writes; /* begun */
} em_bus_agent;

/* The next transfer is this write; there must be none already asked for. */
void em_bus_agent_ask(em_bus_agent *agent, uint32_t address, uint32_t data, uint8_t strobe);

/* Nothing on the bus and nothing asked for. */
bool em_bus_agent_idle(const em_bus_agent *agent);

/* Puts the bus's pins of this cycle among `pins`; `running` is what running_o is in it. */
void em_bus_agent_drive(em_bus_agent *agent, bool running, em_device_inputs *pins);

#endif
