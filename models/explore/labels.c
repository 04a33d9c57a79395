#include "models/explore/labels.h"

#include <stdlib.h>
#include <string.h>

void em_labels_add(em_labels *labels, const em_label *label) {
  if (labels->count == labels->room) {
    uint32_t room = labels->room == 0 ? 256 : 2 * labels->room;
    em_label *larger = realloc(labels->items, (size_t)room * sizeof *larger);
    if (larger == NULL) {
      labels->failed = true;
      return;
    }
    labels->items = larger;
    labels->room = room;
  }
  labels->items[labels->count++] = *label;
}

void em_labels_free(em_labels *labels) {
  free(labels->items);
  *labels = (em_labels){0};
}

static int by_costs(const void *left, const void *right) {
  const em_label *a = left, *b = right;
  for (uint32_t i = 0; i < EM_COSTS; i++) {
    if (a->c[i] != b->c[i]) {
      return a->c[i] < b->c[i] ? -1 : 1;
    }
  }
  if (a->busy != b->busy) {
    return a->busy < b->busy ? -1 : 1;
  }
  if (a->left != b->left) {
    return a->left < b->left ? -1 : 1;
  }
  return a->right != b->right ? (a->right < b->right ? -1 : 1) : memcmp(a->v, b->v, sizeof a->v);
}

/* The least second cost for so many busy cycles at most: kept labels of no larger first cost. */
typedef struct {
  uint32_t busy;
  double cost;
} stair;

typedef struct {
  stair *stairs;
  uint32_t count;
} staircase;

/* The first stair of more busy cycles. */
static uint32_t above(const staircase *s, uint32_t busy) {
  uint32_t low = 0, high = s->count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (s->stairs[middle].busy <= busy) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* False when a stair is as good. */
static bool step_on(staircase *s, uint32_t busy, double cost) {
  uint32_t at = above(s, busy), end = at;
  if (at > 0 && s->stairs[at - 1].cost <= cost) {
    return false;
  }
  at -= at > 0 && s->stairs[at - 1].busy == busy;
  while (end < s->count && s->stairs[end].cost >= cost) {
    end++;
  }
  memmove(&s->stairs[at + 1], &s->stairs[end], (s->count - end) * sizeof *s->stairs);
  s->stairs[at] = (stair){busy, cost};
  s->count = s->count - end + at + 1;
  return true;
}

em_span em_labels_prune(em_labels *labels, uint32_t first) {
  uint32_t count = labels->count - first, kept = first;
  if (count > 1) {
    staircase s = {malloc((count + 1) * sizeof(stair)), 0};
    qsort(&labels->items[first], count, sizeof *labels->items, by_costs);
    for (uint32_t i = first; i < labels->count && s.stairs != NULL; i++) {
      if (step_on(&s, labels->items[i].busy, labels->items[i].c[1])) {
        labels->items[kept++] = labels->items[i];
      }
    }
    labels->failed = labels->failed || s.stairs == NULL;
    labels->count = kept;
    free(s.stairs);
  }
  return (em_span){first, labels->count - first};
}
