/*
 * What a report was made from, as far as two of them may differ in it: whoever compares figures must know.
 */
#ifndef EM_CONDITIONS_H
#define EM_CONDITIONS_H

#include <stdbool.h>

#include "sim/report/report_reader.h"

typedef struct {
  const char *version, *commit, *network, *data; /* network and data: hashes */
  double frames, stall_in, stall_out, seed;
  const cJSON *keys; /* of the design */
  bool priced;       /* else what follows is empty */
  const char *technology, *hash, *fit_hash;
  double clock_mhz, vdd_mv, temperature_c;
  bool gating, toggles;
} em_conditions;

typedef enum {
  EM_CONDITION_SHAPE,
  EM_CONDITION_NETWORK,
  EM_CONDITION_COUNT, /* of frames */
  EM_CONDITION_FRAMES,
  EM_CONDITION_STALLS,
  EM_CONDITION_PROGRAM,
  EM_CONDITION_PRICE, /* one has none */
  EM_CONDITION_TECHNOLOGY,
  EM_CONDITION_FIT,
  EM_CONDITION_TEMPERATURE,
  EM_CONDITION_SUPPLY,
  EM_CONDITION_CLOCK,
  EM_CONDITION_GATING,
  EM_CONDITION_DATA,
  EM_CONDITIONS,
} em_condition;

/* In words: "number of frames". */
const char *em_condition_name(em_condition condition);

/* Points into the report; faults are left in the reader. */
em_conditions em_conditions_read(em_report_reader *r, const cJSON *report);

void em_conditions_differ(const em_conditions *a, const em_conditions *b, bool differ[EM_CONDITIONS]);

#endif
