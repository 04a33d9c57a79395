/*
 * Labels: partial designs with what they cost so far, and lists of those that none other is as good as.
 *
 * What is left to choose adds to the costs and can only get dearer with more busy cycles of the block (deeper buffers),
 * so that a label that another is as good as in all three can be dropped.
 */
#ifndef EM_LABELS_H
#define EM_LABELS_H

#include "models/explore/tariff.h"

enum { EM_LABEL_VALUES = 12 };

typedef struct {
  double c[EM_COSTS];
  uint32_t busy;              /* cycles of the block's engines so far */
  uint32_t left, right;       /* the labels that it was made of, in their lists */
  uint8_t v[EM_LABEL_VALUES]; /* choices and depths (places) that were made with it */
} em_label;

/* Zeroed before its first use. `failed`: memory was short, the list lacks labels. */
typedef struct {
  em_label *items;
  uint32_t count, room;
  bool failed;
} em_labels;

/* A stretch of a list. */
typedef struct {
  uint32_t first, count;
} em_span;

void em_labels_add(em_labels *labels, const em_label *label);
void em_labels_free(em_labels *labels);

/* Keeps the best of those from `first` on; sorts them by cost. */
em_span em_labels_prune(em_labels *labels, uint32_t first);

#endif
