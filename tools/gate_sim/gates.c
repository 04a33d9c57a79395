#include "tools/gate_sim/gates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads `count` items into a new array; `good` becomes false when there are fewer. */
static void *read_array(FILE *file, size_t count, size_t size, bool *good) {
  void *array = calloc(count + 1, size);
  *good = *good && array != NULL && fread(array, size, count, file) == count;
  return array;
}

static void make_due(em_gates *g, uint32_t gate) {
  uint64_t *word = &g->due[gate / 64], bit = UINT64_C(1) << (gate % 64);
  if (g->events != NULL && (*word & bit) == 0) {
    g->due_list[g->due_count++] = gate;
  }
  *word |= bit;
}

/* Gates by the nets that they read, and every gate due. */
static bool index_readers(em_gates *g) {
  g->readers = calloc((size_t)g->net_count + 2, sizeof *g->readers);
  g->reader_lists = calloc((size_t)g->gate_count * EM_GATE_INPUTS + 1, sizeof *g->reader_lists);
  g->due = calloc(g->gate_count / 64 + 1, sizeof *g->due);
  g->due_list = calloc((size_t)g->gate_count + 1, sizeof *g->due_list);
  if (g->readers == NULL || g->reader_lists == NULL || g->due == NULL || g->due_list == NULL) {
    return false;
  }
  uint32_t *next = g->readers + 1; /* while it is filled, next[n] is where net n's list goes on */
  for (uint32_t i = 0; i < g->gate_count * EM_GATE_INPUTS; i++) {
    next[g->gates[i / EM_GATE_INPUTS].inputs[i % EM_GATE_INPUTS] + 1]++;
  }
  for (uint32_t n = 0; n < g->net_count; n++) {
    next[n + 1] += next[n];
  }
  for (uint32_t i = 0; i < g->gate_count * EM_GATE_INPUTS; i++) {
    g->reader_lists[next[g->gates[i / EM_GATE_INPUTS].inputs[i % EM_GATE_INPUTS]]++] = i / EM_GATE_INPUTS;
  }
  for (uint32_t i = 0; i < g->gate_count; i++) {
    make_due(g, i);
  }
  return true;
}

static bool read_all(em_gates *g, bool delays, FILE *file) {
  uint32_t header[7];
  bool good = fread(header, sizeof header[0], 7, file) == 7 && header[0] == EM_GATES_MAGIC;
  if (!good) {
    return false;
  }
  g->net_count = header[1];
  g->gate_count = header[2];
  g->flop_count = header[3];
  g->macro_count = header[4];
  g->port_count = header[5];
  g->list_count = header[6];
  g->gates = read_array(file, g->gate_count, sizeof *g->gates, &good);
  g->flops = read_array(file, g->flop_count, sizeof *g->flops, &good);
  g->macros = read_array(file, g->macro_count, sizeof *g->macros, &good);
  g->ports = read_array(file, g->port_count, sizeof *g->ports, &good);
  g->lists = read_array(file, g->list_count, sizeof *g->lists, &good);
  g->values = calloc(g->net_count, 1);
  g->toggles = calloc(g->net_count, sizeof *g->toggles);
  g->next = calloc(g->flop_count + 1, 1);
  g->pending = calloc(g->list_count + 1, 1);
  g->contents = calloc(g->macro_count + 1, sizeof *g->contents);
  good =
      good && g->values != NULL && g->toggles != NULL && g->next != NULL && g->pending != NULL && g->contents != NULL;
  for (uint32_t m = 0; good && m < g->macro_count; m++) {
    g->contents[m] = calloc((size_t)g->macros[m].words * g->macros[m].width, 1);
    good = g->contents[m] != NULL;
  }
  if (good && delays) {
    g->events = em_gate_events_new(g->gate_count + g->flop_count);
    good = g->events != NULL;
  }
  if (good) {
    g->values[1] = 1;
  }
  return good && index_readers(g);
}

em_status em_gates_load(em_gates *gates, const char *path, bool delays, em_error *error) {
  memset(gates, 0, sizeof *gates);
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    return em_fail(error, EM_BAD_INPUT, "%s: %s", path, strerror(errno));
  }
  bool good = read_all(gates, delays, file);
  fclose(file);
  if (!good) {
    em_gates_free(gates);
    return em_fail(error, EM_BAD_INPUT, "%s: is no gate-level netlist, or memory is short", path);
  }
  return EM_OK;
}

void em_gates_free(em_gates *gates) {
  for (uint32_t m = 0; gates->contents != NULL && m < gates->macro_count; m++) {
    free(gates->contents[m]);
  }
  free(gates->contents);
  free(gates->gates);
  free(gates->flops);
  free(gates->macros);
  free(gates->ports);
  free(gates->lists);
  free(gates->values);
  free(gates->toggles);
  free(gates->next);
  free(gates->pending);
  free(gates->readers);
  free(gates->reader_lists);
  free(gates->due);
  free(gates->due_list);
  em_gate_events_free(gates->events);
  memset(gates, 0, sizeof *gates);
}

const em_gate_port *em_gates_port(const em_gates *gates, const char *name) {
  for (uint32_t i = 0; i < gates->port_count; i++) {
    if (strcmp(gates->ports[i].name, name) == 0) {
      return &gates->ports[i];
    }
  }
  return NULL;
}

static void drive(em_gates *g, uint32_t net, uint8_t value) {
  if (g->values[net] == value) {
    return;
  }
  g->values[net] = value;
  g->toggles[net]++;
  for (uint32_t i = g->readers[net], end = g->readers[net + 1]; i < end; i++) {
    make_due(g, g->reader_lists[i]);
  }
}

void em_gates_set(em_gates *gates, const em_gate_port *port, const uint8_t *bytes, uint32_t byte_count) {
  for (uint32_t i = 0; i < port->width && i < 8 * byte_count; i++) {
    drive(gates, gates->lists[port->nets + i], bytes[i / 8] >> (i % 8) & 1);
  }
}

void em_gates_get(const em_gates *gates, const em_gate_port *port, uint8_t *bytes, uint32_t byte_count) {
  memset(bytes, 0, byte_count);
  for (uint32_t i = 0; i < port->width && i < 8 * byte_count; i++) {
    bytes[i / 8] = (uint8_t)(bytes[i / 8] | gates->values[gates->lists[port->nets + i]] << (i % 8));
  }
}

static uint8_t evaluate(const em_gate *gate, const uint8_t *values) {
  uint32_t row = values[gate->inputs[0]] | (uint32_t)values[gate->inputs[1]] << 1 |
                 (uint32_t)values[gate->inputs[2]] << 2 | (uint32_t)values[gate->inputs[3]] << 3;
  return (uint8_t)(gate->table >> row & 1);
}

/* A gate's readers come after it, so one pass meets every gate that becomes due. */
static void settle_at_once(em_gates *gates) {
  for (uint32_t word = 0; word <= gates->gate_count / 64; word++) {
    while (gates->due[word] != 0) {
      uint32_t bit = (uint32_t)__builtin_ctzll(gates->due[word]);
      const em_gate *gate = &gates->gates[word * 64 + bit];
      gates->due[word] &= gates->due[word] - 1;
      drive(gates, gate->output, evaluate(gate, gates->values));
    }
  }
}

/* What has changed meets the gates that read it: a change is planned, or a planned one that is undone is dropped. */
static void plan_due(em_gates *gates) {
  for (uint32_t i = 0; i < gates->due_count; i++) {
    uint32_t index = gates->due_list[i];
    const em_gate *gate = &gates->gates[index];
    gates->due[index / 64] &= ~(UINT64_C(1) << (index % 64));
    if (evaluate(gate, gates->values) == gates->values[gate->output]) {
      em_gate_events_drop(gates->events, index);
    } else {
      em_gate_events_plan(gates->events, index, gate->delay);
    }
  }
  gates->due_count = 0;
}

static void settle_in_time(em_gates *gates) {
  plan_due(gates);
  while (em_gate_events_advance(gates->events)) {
    uint32_t index;
    while (em_gate_events_take(gates->events, &index)) {
      uint32_t net = index < gates->gate_count ? gates->gates[index].output : gates->flops[index - gates->gate_count].q;
      drive(gates, net, !gates->values[net]);
    }
    plan_due(gates);
  }
}

void em_gates_settle(em_gates *gates) {
  if (gates->events != NULL) {
    settle_in_time(gates);
  } else {
    settle_at_once(gates);
  }
}

static uint32_t number(const em_gates *g, const uint32_t *nets, uint32_t bits) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < bits; i++) {
    value |= (uint32_t)g->values[nets[i]] << i;
  }
  return value;
}

/* Where a macro's port lists begin. */
typedef struct {
  const uint32_t *write, *read, *waddr, *raddr, *wmask, *wdata, *rdata;
} macro_nets;

static macro_nets nets_of(const em_gates *g, const em_gate_macro *m) {
  macro_nets n = {.write = g->lists + m->nets};
  n.read = n.write + 1;
  n.waddr = n.read + 1;
  n.raddr = n.waddr + m->address_bits;
  n.wmask = n.raddr + m->address_bits;
  n.wdata = n.wmask + m->width / m->mask_bits;
  n.rdata = n.wdata + m->width;
  return n;
}

/* Reads the old word into `pending`, then writes; drives nothing yet, because its read data may be another's input. */
static void access_macro(em_gates *g, uint32_t index) {
  const em_gate_macro *m = &g->macros[index];
  macro_nets n = nets_of(g, m);
  uint32_t read = number(g, n.raddr, m->address_bits), write = number(g, n.waddr, m->address_bits);
  bool reads = g->values[*n.read] && read < m->words, writes = g->values[*n.write] && write < m->words;
  uint8_t *contents = g->contents[index], *pending = g->pending + (n.rdata - g->lists);
  for (uint32_t i = 0; i < m->width; i++) {
    pending[i] = reads ? contents[(size_t)read * m->width + i] : g->values[n.rdata[i]];
    if (writes && g->values[n.wmask[i / m->mask_bits]]) {
      contents[(size_t)write * m->width + i] = g->values[n.wdata[i]];
    }
  }
}

static void drive_macro(em_gates *g, uint32_t index) {
  const em_gate_macro *m = &g->macros[index];
  macro_nets n = nets_of(g, m);
  for (uint32_t i = 0; i < m->width; i++) {
    drive(g, n.rdata[i], g->pending[(n.rdata - g->lists) + i]);
  }
}

void em_gates_clock(em_gates *gates) {
  for (uint32_t i = 0; i < gates->flop_count; i++) {
    gates->next[i] = gates->values[gates->flops[i].d];
  }
  for (uint32_t m = 0; m < gates->macro_count; m++) {
    access_macro(gates, m);
  }
  for (uint32_t m = 0; m < gates->macro_count; m++) {
    drive_macro(gates, m);
  }
  for (uint32_t i = 0; i < gates->flop_count; i++) {
    if (gates->events == NULL) {
      drive(gates, gates->flops[i].q, gates->next[i]);
    } else if (gates->next[i] != gates->values[gates->flops[i].q]) {
      em_gate_events_plan(gates->events, gates->gate_count + i, gates->flops[i].delay);
    }
  }
}
