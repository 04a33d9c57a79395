/*
 * Planned changes by time: a wheel of lists. An item has at most one; planning it again leaves the earlier one.
 *
 * Times are steps from now, 1 to EM_GATE_EVENTS_FAR; later ones are taken as that.
 */
#ifndef EM_GATE_EVENTS_H
#define EM_GATE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

enum { EM_GATE_EVENTS_FAR = 4095 };

typedef struct em_gate_events em_gate_events;

/* NULL when memory is short. */
em_gate_events *em_gate_events_new(uint32_t item_count);
void em_gate_events_free(em_gate_events *events);

void em_gate_events_plan(em_gate_events *events, uint32_t item, uint32_t steps);
void em_gate_events_drop(em_gate_events *events, uint32_t item);

/* To the time of the next change; false when none is planned. */
bool em_gate_events_advance(em_gate_events *events);

/* One of the changes of this time; false when all were taken. */
bool em_gate_events_take(em_gate_events *events, uint32_t *item);

#endif
