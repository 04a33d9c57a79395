/*
 * An FST wave of the RTL, whole or of a window of cycles, and a view file for GTKWave beside it.
 *
 * A wave is written under a temporary name in its folder and renamed when it is closed, so that it appears whole or not
 * at all. Times: a cycle is two, its settled logic and the rising edge that ends it. Cycle c settles at time
 * first_time + 2 c; em_top.u_apb.cycles_q is c there and has been since the edge before.
 */
#ifndef EM_WAVE_H
#define EM_WAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/base/status.h"
#include "sim/files/atomic_file.h"
#include "sim/lockstep/rtl_library.h"

enum { EM_TIMES_PER_CYCLE = 2 };

#define EM_WAVE_FROM_RESET 0 /* as first cycle: reset and the loading of the network are in the wave too */
#define EM_WAVE_TO_END 0     /* as last cycle */

typedef struct {
  em_atomic_file file;
  uint64_t from, to; /* first and last cycle */
  bool opened, closed;
  int lost;            /* errno of a wave that cannot be written, or 0 */
  uint64_t first_time; /* of cycle 0 */
} em_wave;

/*
 * Refuses, before anything runs, a path at which no regular file can be written: EM_BAD_INPUT. Afterwards the wave must
 * be finished or discarded.
 */
em_status em_wave_prepare(em_wave *wave, const char *path, uint64_t from, uint64_t to, em_error *error);

/* Begins to write. What goes wrong is kept in `lost`. */
void em_wave_open(em_wave *wave, const em_rtl_library *library, em_rtl *rtl);

/* To be told every cycle before it settles: opens and closes the window. */
void em_wave_cycle(em_wave *wave, const em_rtl_library *library, em_rtl *rtl, uint64_t cycle);

/*
 * Closes the wave of a run that came as far as `cycles` and renames it. EM_FAILED when some of it could not be written,
 * EM_BAD_INPUT when its window lies behind the end of the run; then there is no file.
 */
em_status em_wave_finish(em_wave *wave, const em_rtl_library *library, em_rtl *rtl, uint64_t cycles, em_error *error);
void em_wave_discard(em_wave *wave);

/*
 * Writes WAVE.gtkw beside a finished WAVE.fst: clock, cycle counter, both streams, and all signals of `scopes`, with
 * the marker at `cycle`. The names are those that the wave holds.
 */
em_status em_wave_view(const em_wave *wave, const em_rtl_library *library, const char *const *scopes, uint32_t count,
                       uint64_t cycle, em_error *error);

#endif
