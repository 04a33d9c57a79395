/* What a device holds, for those who compare it with the RTL inside too. */
#ifndef EM_DEVICE_CORE_H
#define EM_DEVICE_CORE_H

#include "models/machine/core.h"
#include "models/machine/device.h"
#include "models/machine/load.h"

struct em_device {
  em_graph graph;
  em_load load;
  em_core core;    /* of what was loaded when it last started */
  em_state *state; /* of the present run, or of the last one's end */
  em_state *ahead; /* a copy that looks ahead */
  uint64_t clock_cycle;
  uint64_t next_result; /* clock cycle; 0: not known */
  bool running;
  bool stopped; /* the core ran in the previous cycle: its output register is seen once more */
  bool tlast_error;
  bool stale;         /* the contents are others than the core's */
  bool imaged;        /* somebody may write images unseen */
  bool in_reset;      /* rst_n is low in the present cycle */
  bool was_in_reset;  /* ... and was in the previous one: counters return to 0 */
  bool starts, stops; /* CTRL.run changes at the end of the present cycle */
  struct {            /* what em_apb.sv registers in a setup cycle */
    uint32_t address, data;
    uint8_t strobe;
    bool write;
  } apb;
};

#endif
