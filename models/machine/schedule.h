/*
 * What every engine does in each cycle of a token: trace records and memory accesses.
 *
 * The record formats are those of the RTL probes (docs/microarchitecture.md, "Trace records"), so that lock-step can
 * compare them bit for bit. Values are those the core computed when the token started.
 */
#ifndef EM_SCHEDULE_H
#define EM_SCHEDULE_H

#include <stdint.h>

#include "models/machine/core.h"

/*
 * A memory write of this cycle: lanes first_lane .. first_lane + lanes - 1 of the word get codes[] or values[]. The
 * convolution history holds `taps` codes a channel, tap by tap `stride` apart: lane i is codes[i % taps * stride + i /
 * taps].
 */
typedef struct {
  uint32_t first_lane, lanes;
  const int8_t *codes;   /* 8-bit lanes; NULL where `values` holds wider ones */
  const int32_t *values; /* lane_bits of the memory */
  uint32_t taps, stride; /* 0 where lanes are consecutive codes */
} em_write;

/* What lane `lane` of the write gets. */
static inline int32_t em_write_value(const em_write *write, uint32_t lane) {
  if (write->codes == NULL) {
    return write->values[lane];
  }
  return write->codes[write->taps == 0 ? lane : lane % write->taps * write->stride + lane / write->taps];
}

/* One cycle of everything, indexed as in the graph. A write is valid where its memory's record has EM_RECORD_WRITE. */
typedef struct {
  uint64_t engines[EM_MAX_ENGINES];
  uint64_t buffers[EM_MAX_BUFFERS];
  uint64_t memories[EM_MAX_MEMORIES];
  em_write writes[EM_MAX_MEMORIES];
} em_records;

enum {
  EM_RECORD_LAST_BIT = 2,
  EM_RECORD_STROBE_BIT = 8,
  EM_STROBES = 8,
  EM_RECORD_ADDRESS_BITS = 20,
  EM_RECORD_WRITE_BIT = 60,
  EM_RECORD_READ_BIT = 61, /* port 0; port 1 is the next */
};

/* Name of an engine kind's strobe ("mac"), NULL for an unused place. */
const char *em_strobe_name(em_kind kind, uint32_t strobe);

/* Fills the records of the settled cycle `state->cycle` under `pins`. */
void em_schedule_record(const em_core *core, const em_state *state, const em_pins *pins, em_records *records);

#endif
