/*
 * What the outside world does to the streams: bubbles before input beats and back-pressure at the output.
 *
 * Every decision is a pure function of (seed, port, cycle), so that model, RTL and a replay see the same. A beat once
 * offered stays offered until it is accepted, as AXI4-Stream demands.
 */
#ifndef EM_STIMULUS_H
#define EM_STIMULUS_H

#include <stdbool.h>
#include <stdint.h>

/* A bubble more likely than this lets a beat pass less than once in a million cycles: no such run ends. */
#define EM_STALL_MAX 0.999999

typedef struct {
  uint64_t seed;
  double stall_in, stall_out; /* probability of a bubble and of tready low, 0..EM_STALL_MAX */
  bool offered;               /* an input beat waits */
} em_stimulus;

/* True when the source offers a new beat in this cycle, if none waits. */
bool em_stimulus_offers(const em_stimulus *stimulus, uint64_t cycle);

/* True when a beat is offered in this cycle; it must be told with em_stimulus_accepted when the beat is taken. */
bool em_stimulus_valid(em_stimulus *stimulus, uint64_t cycle);
void em_stimulus_accepted(em_stimulus *stimulus);

/* True when the sink is ready in this cycle. */
bool em_stimulus_ready(const em_stimulus *stimulus, uint64_t cycle);

#endif
