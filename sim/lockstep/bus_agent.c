#include "sim/lockstep/bus_agent.h"

#include "models/network/apb.h"

/* ---- Which address ---- */

static uint32_t random_engine(em_bus_agent *agent) {
  const int64_t engine = em_dice_range(&agent->dice, -1, agent->graph->engine_count - 1);
  return engine < 0 ? EM_NONE : (uint32_t)engine;
}

/* A word of an entry of the map, now and then its first, its last or the one past it. */
static uint32_t mapped_address(em_bus_agent *agent) {
  em_map_entry entries[EM_MAP_MAX_ENTRIES];
  const uint32_t count = em_map_entries(agent->graph, random_engine(agent), entries);
  const em_map_entry *entry = &entries[em_dice_range(&agent->dice, 0, count - 1)];
  const int64_t words[] = {0, entry->count - 1, entry->count, em_dice_range(&agent->dice, 0, entry->count)};
  const uint32_t word = (uint32_t)words[em_dice_range(&agent->dice, 0, 3)];
  return entry->address + word * entry->stride + 4 * (uint32_t)em_dice_range(&agent->dice, 0, (entry->stride - 1) / 4);
}

/* The counters of an engine, and what lies around them. */
static uint32_t counter_address(em_bus_agent *agent) {
  const int64_t engine = em_dice_range(&agent->dice, 0, agent->graph->engine_count - 1);
  const int64_t byte = em_dice_range(&agent->dice, EM_APB_BUSY / 4 - 1, EM_APB_TOKENS / 4 + 1);
  return em_apb_address(agent->graph->engines[engine].unit, 0, 4 * (uint32_t)byte);
}

static uint32_t global_address(em_bus_agent *agent) {
  return 4 * (uint32_t)em_dice_range(&agent->dice, 0, 8);
}

/* A unit at or past the end of the map, or any. */
static uint32_t odd_unit_address(em_bus_agent *agent) {
  const int64_t last = em_map_last_unit(agent->graph);
  const int64_t units[] = {last, last + 1, 255, em_dice_range(&agent->dice, 0, 255)};
  return em_apb_address((uint32_t)units[em_dice_range(&agent->dice, 0, 3)], (uint32_t)em_dice_range(&agent->dice, 0, 7),
                        4 * (uint32_t)em_dice_range(&agent->dice, 0, 0x7ffff));
}

static uint32_t random_address(em_bus_agent *agent) {
  const uint32_t aliases = em_dice_chance(&agent->dice, 0.1) ? (uint32_t)em_dice_bits(&agent->dice) & 3 : 0;
  switch (em_dice_range(&agent->dice, 0, 9)) {
    case 0:
    case 1: return global_address(agent) | aliases;
    case 2:
    case 3: return counter_address(agent) | aliases;
    case 4: return odd_unit_address(agent) | aliases;
    case 5: return (uint32_t)em_dice_bits(&agent->dice);
    case 6: return mapped_address(agent) ^ UINT32_C(1) << em_dice_range(&agent->dice, 2, 31); /* a bit beside */
    default: return mapped_address(agent) | aliases;
  }
}

/* ---- Which data ---- */

/* A value that the register defines, its ends more often than others; the bits that it does not have are anything. */
static uint32_t defined_data(em_bus_agent *agent, const em_map_row *row) {
  const int64_t inside = em_dice_range(&agent->dice, row->low, row->high);
  const int64_t values[] = {row->low, row->high, row->low <= 0 ? 0 : row->low, inside, inside, inside};
  const uint32_t value = (uint32_t)values[em_dice_range(&agent->dice, 0, 5)];
  const uint32_t mask = UINT32_MAX >> (32 - row->bits);
  return (value & mask) | ((uint32_t)em_dice_bits(&agent->dice) & ~mask);
}

static const em_map_row *row_at(const em_graph *graph, uint32_t address) {
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    if (graph->engines[e].unit == address >> 24) {
      return (address >> 21 & 7) == 0 ? em_map_find(graph, e, address & 0x1ffffc) : NULL;
    }
  }
  return NULL;
}

static uint32_t random_data(em_bus_agent *agent, uint32_t address, uint8_t strobe, bool running) {
  const uint32_t data = (uint32_t)em_dice_bits(&agent->dice);
  if ((address & ~UINT32_C(3)) == EM_APB_CTRL && (strobe & 1) != 0) {
    return (data & ~UINT32_C(1)) | running; /* what it is already */
  }
  const em_map_row *row = row_at(agent->graph, address);
  return row == NULL || row->low == row->high ? data : defined_data(agent, row);
}

static em_bus_transfer random_transfer(em_bus_agent *agent, bool running) {
  em_bus_transfer t = {.address = random_address(agent), .write = em_dice_chance(&agent->dice, 0.4)};
  if (t.write) {
    t.strobe = em_dice_chance(&agent->dice, 0.5) ? 0xf : (uint8_t)(em_dice_bits(&agent->dice) & 0xf);
    t.data = random_data(agent, t.address, t.strobe, running);
  }
  return t;
}

/* ---- The bus ---- */

void em_bus_agent_ask(em_bus_agent *agent, uint32_t address, uint32_t data, uint8_t strobe) {
  agent->wanted = (em_bus_transfer){address, data, strobe, true};
  agent->wants = true;
}

bool em_bus_agent_idle(const em_bus_agent *agent) {
  return agent->phase != EM_BUS_SETUP && !agent->wants;
}

void em_bus_agent_drive(em_bus_agent *agent, bool running, em_device_inputs *pins) {
  if (agent->phase == EM_BUS_SETUP) {
    agent->phase = EM_BUS_ACCESS;
  } else if (agent->wants || em_dice_chance(&agent->dice, agent->rate)) {
    agent->now = agent->wants ? agent->wanted : random_transfer(agent, running);
    agent->wants = false;
    agent->phase = EM_BUS_SETUP;
    agent->reads += !agent->now.write;
    agent->writes += agent->now.write;
  } else {
    agent->phase = EM_BUS_IDLE;
  }
  pins->psel = agent->phase != EM_BUS_IDLE;
  pins->penable = agent->phase == EM_BUS_ACCESS;
  pins->pwrite = agent->now.write;
  pins->paddr = agent->now.address;
  pins->pwdata = agent->now.data;
  pins->pstrb = agent->now.strobe;
}
