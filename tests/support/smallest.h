/* The smallest shape: one of everything, in one token. */
#ifndef SMALLEST_H
#define SMALLEST_H

#include "models/design/design.h"

static inline em_shape smallest_shape(em_head head) {
  return (em_shape){.h = 1,
                    .w = 1,
                    .c = 1,
                    .p = 1,
                    .l = 1,
                    .d = 1,
                    .ed = 1,
                    .n = 1,
                    .r = 1,
                    .k = 2,
                    .m = 1,
                    .head = head,
                    .outputs = 1};
}

#endif
