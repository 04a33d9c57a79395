/*
 * The designs found so far that none other is as good as, and the question whether a partial design can still lead to
 * a better one.
 *
 * For some weights w of the costs the least w-cost of all that is left to choose is known. All completions of a label
 * lie above those lines, so that it is worth going on only if a corner between two neighbours of the archive does
 * (Ehrgott, Multicriteria Optimization, 2nd ed. 2005, chapter 10: local nadir points).
 */
#ifndef EM_ARCHIVE_H
#define EM_ARCHIVE_H

#include "models/explore/labels.h"

enum { EM_WEIGHTS = 13 };

typedef struct {
  double c[EM_COSTS];
  uint8_t choices[EM_EXPLORE_LANES], depths[EM_EXPLORE_DEPTHS];
} em_found;

/* Rising in the first cost, falling in the second. Zeroed before its first use. */
typedef struct {
  em_found *found;
  uint32_t count, room;
  bool failed;           /* memory was short */
  double most[EM_COSTS]; /* nothing above is kept */
  uint32_t weight_count;
  double weights[EM_WEIGHTS][EM_COSTS]; /* the first weighs the first cost alone, the second the second */
} em_archive;

/* Empties it. Weights are set between the least values of both costs. */
void em_archive_start(em_archive *archive, const em_pace *pace, const double least[EM_COSTS]);
void em_archive_free(em_archive *archive);

double em_weighted(const em_archive *archive, uint32_t weight, const double c[EM_COSTS]);

/* Whether costs c would be kept. */
bool em_archive_wants(const em_archive *archive, const double c[EM_COSTS]);
void em_archive_add(em_archive *archive, const em_found *found);

/* Whether costs c with what is left, at least rest [weight_count], can lead to something that would be kept. */
bool em_archive_hopes(const em_archive *archive, const double c[EM_COSTS], const double *rest);

#endif
