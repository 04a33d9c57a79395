/*
 * A lock-step run that is disturbed in every way the pins allow.
 *
 * Model and RTL are two devices on the same pins (models/machine/device.h), compared at every pin in every cycle and,
 * while the core runs, in every record and value as ever (lockstep.h). Sessions of random length: the core is held, the
 * bus agent writes contents at random, the core starts, frames come in with random stalls and bursts, now and then with
 * a wrong tlast, while the agent reads and writes on; then a stop, a stop and start back to back, or a reset, in any
 * cycle. After the last of them the network is loaded again and the job's frames must yield what the model computes of
 * them without any time.
 */
#ifndef EM_UPSET_H
#define EM_UPSET_H

#include "sim/lockstep/cosim.h"

typedef struct {
  uint64_t cycles, transactions;  /* as a lock-step's; cycles are those of the clock */
  uint64_t reads, writes, errors; /* transfers, and those that were answered with pslverr */
  uint64_t starts, stops, resets;
  uint64_t wrong_tlasts; /* beats that were accepted so */
  uint64_t results;      /* whole results, of all sessions */
} em_upset_counts;

/*
 * options: upset (sessions before the last), bus (the agent's rate), seed, stall_in, stall_out (0: drawn for each
 * session). On EM_OK `outcome` says whether all matched; close `lockstep` in any case. EM_FAILED: the RTL could not be
 * driven, memory is short, or a signal came.
 */
em_status em_upset_run(const em_job *job, const em_options *options, const em_rtl_library *library,
                       em_lockstep *lockstep, em_upset_counts *counts, em_lockstep_outcome *outcome, em_error *error);

#endif
