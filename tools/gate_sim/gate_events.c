#include "tools/gate_sim/gate_events.h"

#include <stdlib.h>

enum { SLOTS = EM_GATE_EVENTS_FAR + 1, NONE = UINT32_MAX };

typedef struct {
  uint32_t next, previous; /* in the slot's list */
  uint32_t slot;           /* NONE: nothing is planned */
} plan;

struct em_gate_events {
  uint32_t now, count;
  uint32_t first[SLOTS];      /* of the slot's list, or NONE */
  uint64_t taken[SLOTS / 64]; /* a bit a slot: its list is not empty */
  plan plans[];
};

em_gate_events *em_gate_events_new(uint32_t item_count) {
  em_gate_events *events = malloc(sizeof *events + item_count * sizeof(plan));
  if (events == NULL) {
    return NULL;
  }
  *events = (em_gate_events){0};
  for (uint32_t slot = 0; slot < SLOTS; slot++) {
    events->first[slot] = NONE;
  }
  for (uint32_t item = 0; item < item_count; item++) {
    events->plans[item].slot = NONE;
  }
  return events;
}

void em_gate_events_free(em_gate_events *events) {
  free(events);
}

void em_gate_events_plan(em_gate_events *events, uint32_t item, uint32_t steps) {
  plan *p = &events->plans[item];
  if (p->slot != NONE) {
    return;
  }
  uint32_t slot = (events->now + (steps < EM_GATE_EVENTS_FAR ? steps : EM_GATE_EVENTS_FAR)) % SLOTS;
  *p = (plan){events->first[slot], NONE, slot};
  if (p->next != NONE) {
    events->plans[p->next].previous = item;
  }
  events->first[slot] = item;
  events->taken[slot / 64] |= UINT64_C(1) << (slot % 64);
  events->count++;
}

void em_gate_events_drop(em_gate_events *events, uint32_t item) {
  plan *p = &events->plans[item];
  if (p->slot == NONE) {
    return;
  }
  if (p->next != NONE) {
    events->plans[p->next].previous = p->previous;
  }
  if (p->previous != NONE) {
    events->plans[p->previous].next = p->next;
  } else {
    events->first[p->slot] = p->next;
    if (p->next == NONE) {
      events->taken[p->slot / 64] &= ~(UINT64_C(1) << (p->slot % 64));
    }
  }
  p->slot = NONE;
  events->count--;
}

bool em_gate_events_advance(em_gate_events *events) {
  if (events->count == 0) {
    return false;
  }
  uint32_t word = events->now / 64;
  uint64_t left = events->taken[word] >> (events->now % 64) << (events->now % 64);
  while (left == 0) {
    word = (word + 1) % (SLOTS / 64);
    left = events->taken[word];
  }
  events->now = word * 64 + (uint32_t)__builtin_ctzll(left);
  return true;
}

bool em_gate_events_take(em_gate_events *events, uint32_t *item) {
  *item = events->first[events->now];
  if (*item == NONE) {
    return false;
  }
  em_gate_events_drop(events, *item);
  return true;
}
