/*
 * Drives an RTL instance: reset, loading a network over APB, and APB reads.
 *
 * Source: docs/microarchitecture.md, "APB map".
 */
#ifndef EM_RTL_DRIVER_H
#define EM_RTL_DRIVER_H

#include <stdint.h>

#include "models/base/status.h"
#include "models/graph/graph.h"
#include "models/network/apb.h"
#include "models/network/network.h"
#include "sim/lockstep/rtl_library.h"

typedef struct {
  const em_rtl_library *library;
  em_rtl *rtl;
  em_rtl_inputs in;
  em_rtl_outputs out;
  uint64_t cycles; /* rising edges so far */
} em_rtl_driver;

/* Opens an instance and holds reset for a few cycles. */
em_status em_rtl_driver_open(em_rtl_driver *driver, const em_rtl_library *library, em_error *error);
/* The same; what no reset clears starts with random contents by `seed` (of the other: by 0). */
em_status em_rtl_driver_open_seeded(em_rtl_driver *driver, const em_rtl_library *library, uint64_t seed,
                                    em_error *error);
void em_rtl_driver_close(em_rtl_driver *driver);

/* The two halves of a cycle: the inputs settle into `out`, and the rising edge. */
void em_rtl_driver_settle(em_rtl_driver *driver);
void em_rtl_driver_clock(em_rtl_driver *driver);

/* One whole cycle with the present inputs; afterwards `out` is that of the cycle. */
void em_rtl_driver_cycle(em_rtl_driver *driver);

/* Whole APB transfers with the streams idle. A slave error or a slave that never answers is EM_FAILED. */
em_status em_apb_write(em_rtl_driver *driver, uint32_t address, uint32_t data, em_error *error);
em_status em_apb_read(em_rtl_driver *driver, uint32_t address, uint32_t *data, em_error *error);

/*
 * Refuses an RTL that was built from another design (id and hash registers), then writes every register, table and
 * memory. The core is still held afterwards; em_rtl_release lets it run: the next cycle is cycle 0.
 */
em_status em_rtl_load(em_rtl_driver *driver, const em_graph *graph, const em_network *network, em_error *error);
em_status em_rtl_release(em_rtl_driver *driver, em_error *error);

#endif
