/*
 * A co-simulation: a job in lock-step with its RTL from reset to the last result, and what happens when it fails.
 */
#ifndef EM_COSIM_H
#define EM_COSIM_H

#include <stdio.h>

#include "sim/files/atomic_file.h"
#include "sim/lockstep/lockstep.h"
#include "sim/run/options.h"
#include "sim/run/progress.h"
#include "sim/run/tracker.h"

/* What a run is told beyond the job and the options. */
typedef struct {
  const em_rtl_library *library;
  em_tracker *tracker;   /* told every step */
  em_progress *progress; /* or NULL */
  em_wave *wave;         /* prepared, or NULL; to be finished by the caller */
  FILE *records;         /* both sides' records of every cycle from records_from on, or NULL */
  uint64_t records_from; /* cycle */
  uint64_t cycles_after; /* that the RTL alone goes on after a failure */
} em_cosim_setup;

/*
 * Runs the job's frames. On EM_OK `lockstep` holds the counts of a matched run and `outcome` says whether it matched;
 * when it did not, the lock-step still stands at the failure. Close it in any case. EM_FAILED: the RTL could not be
 * driven, nothing was compared, or a signal came.
 */
em_status em_cosim_run(em_job *job, const em_options *options, const em_cosim_setup *setup, em_lockstep *lockstep,
                       em_lockstep_outcome *outcome, em_error *error);

/* Finishes the wave of a run, or of as much of it as there was, and writes its view. Before the lock-step is closed. */
em_status em_cosim_finish_wave(em_lockstep *lockstep, em_lockstep_outcome outcome, em_error *error);

/*
 * Replays a failed run and writes the bundle: report.txt, records.txt (both sides in the last cycles), wave.fst with
 * its view wave.gtkw, and command.txt, which reproduces the failure. Gives the folder's name in `folder`.
 */
em_status em_bundle_write(em_job *job, const em_options *options, const em_lockstep *failed,
                          em_lockstep_outcome outcome, char *folder, size_t folder_bytes, em_error *error);

#endif
