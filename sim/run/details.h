/* What of a report is printed beside its summary. */
#ifndef EM_DETAILS_H
#define EM_DETAILS_H

#include <stdint.h>

#include "models/base/status.h"

typedef enum {
  EM_DETAIL_ENGINES,  /* tokens, cycles, operations */
  EM_DETAIL_MEMORIES, /* sizes, accesses */
  EM_DETAIL_NODES,    /* saturations, inputs outside tables; accuracy by output */
  EM_DETAIL_PRICE,    /* modules, what the ranges are made of, published figures */
  EM_DETAILS,
} em_detail;

#define EM_ALL_DETAILS ((1U << EM_DETAILS) - 1)

/* "engines", "memories", "nodes", "price". */
extern const char *const em_detail_names[EM_DETAILS];

/* Bits of "engines,price" or of "all"; EM_BAD_INPUT says what is allowed. */
em_status em_details_parse(const char *text, uint32_t *details, em_error *error);

#endif
