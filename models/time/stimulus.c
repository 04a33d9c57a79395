#include "models/time/stimulus.h"

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014), to [0, 1). */
static double draw(uint64_t seed, uint64_t port, uint64_t cycle) {
  uint64_t z = seed * UINT64_C(0x9e3779b97f4a7c15) + (2 * cycle + port + 1) * UINT64_C(0xd1342543de82ef95);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (double)((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

bool em_stimulus_offers(const em_stimulus *stimulus, uint64_t cycle) {
  return stimulus->stall_in <= 0 || draw(stimulus->seed, 0, cycle) >= stimulus->stall_in;
}

bool em_stimulus_valid(em_stimulus *stimulus, uint64_t cycle) {
  stimulus->offered = stimulus->offered || em_stimulus_offers(stimulus, cycle);
  return stimulus->offered;
}

void em_stimulus_accepted(em_stimulus *stimulus) {
  stimulus->offered = false;
}

bool em_stimulus_ready(const em_stimulus *stimulus, uint64_t cycle) {
  return stimulus->stall_out <= 0 || draw(stimulus->seed, 1, cycle) >= stimulus->stall_out;
}
