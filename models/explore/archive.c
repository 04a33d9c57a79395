#include "models/explore/archive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double rounding = 1e-12; /* of sums in another order */

void em_archive_start(em_archive *a, const em_pace *pace, const double least[EM_COSTS]) {
  a->count = 0;
  memcpy(a->most, pace->most, sizeof a->most);
  a->weight_count = pace->cost_count == 1 ? 1 : EM_WEIGHTS;
  for (uint32_t w = 0; w < a->weight_count; w++) {
    double share = w < 2 ? w : (double)(w - 1) / (EM_WEIGHTS - 1);
    a->weights[w][0] = (1 - share) / (least[0] > 0 ? least[0] : 1);
    a->weights[w][1] = share / (least[1] > 0 ? least[1] : 1);
  }
}

void em_archive_free(em_archive *a) {
  free(a->found);
  *a = (em_archive){0};
}

double em_weighted(const em_archive *a, uint32_t weight, const double c[EM_COSTS]) {
  return a->weights[weight][0] * c[0] + a->weights[weight][1] * c[1];
}

/* The first of a larger first cost. */
static uint32_t beyond(const em_archive *a, double cost) {
  uint32_t low = 0, high = a->count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (a->found[middle].c[0] <= cost) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Costs that differ by rounding alone are equal, so that no design stays that another is better than but for that. */
static double above(double cost) {
  return cost + fabs(cost) * rounding;
}

bool em_archive_wants(const em_archive *a, const double c[EM_COSTS]) {
  uint32_t at = beyond(a, above(c[0]));
  return c[0] <= a->most[0] && c[1] <= a->most[1] && (at == 0 || a->found[at - 1].c[1] > above(c[1]));
}

void em_archive_add(em_archive *a, const em_found *found) {
  uint32_t at = beyond(a, found->c[0]), end;
  if (a->count == a->room) {
    uint32_t room = 2 * a->room + 64;
    em_found *larger = realloc(a->found, room * sizeof *larger);
    if (larger == NULL) {
      a->failed = true;
      return;
    }
    a->found = larger;
    a->room = room;
  }
  while (at > 0 && above(a->found[at - 1].c[0]) >= found->c[0] && above(a->found[at - 1].c[1]) >= found->c[1]) {
    at--;
  }
  for (end = at; end < a->count && above(a->found[end].c[1]) >= found->c[1];) {
    end++;
  }
  memmove(&a->found[at + 1], &a->found[end], (a->count - end) * sizeof *a->found);
  a->found[at] = *found;
  a->count = a->count - end + at + 1;
}

/* Whether a design below the corner (x, y) is above all lines. */
static bool corner_hopes(const em_archive *a, double x, double y, const double *lines) {
  for (uint32_t w = 0; w < a->weight_count; w++) {
    if (a->weights[w][0] * x + a->weights[w][1] * y <= lines[w] * (1 - rounding)) {
      return false;
    }
  }
  return true;
}

static double limited(double value, double most) {
  return value < most ? value : most < INFINITY ? most * (1 + rounding) : 1e300;
}

bool em_archive_hopes(const em_archive *a, const double c[EM_COSTS], const double *rest) {
  double lines[EM_WEIGHTS];
  for (uint32_t w = 0; w < a->weight_count; w++) {
    lines[w] = em_weighted(a, w, c) + rest[w];
  }
  double least = a->weight_count > 1 ? lines[1] / a->weights[1][1] : 0;
  for (uint32_t i = beyond(a, lines[0] / a->weights[0][0] * (1 - rounding)); i <= a->count; i++) {
    double x = i < a->count ? a->found[i].c[0] : INFINITY, y = i > 0 ? a->found[i - 1].c[1] : INFINITY;
    if (y <= least * (1 - rounding)) {
      return false;
    }
    if (corner_hopes(a, limited(x, a->most[0]), limited(y, a->most[1]), lines)) {
      return true;
    }
  }
  return false;
}
