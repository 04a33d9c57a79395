/* Making a campaign, or a part of it, into a store (sim/explore/store.h). */
#ifndef EM_CAMPAIGN_RUN_H
#define EM_CAMPAIGN_RUN_H

#include "sim/campaign/campaign.h"
#include "sim/campaign/child.h"

typedef struct {
  const char *path;  /* of the store; bundles of failures go to PATH.failures */
  const char *rtl;   /* instead of the list's; or NULL */
  const char *build; /* folder, or NULL */
  bool resume;
  uint32_t jobs;        /* co-simulations side by side */
  uint32_t part, parts; /* 1..parts: of runs where there are so many, else of pieces */
  void *context;
  void (*begin)(void *context, uint64_t pieces);  /* of this part that are not there yet; or NULL */
  void (*progress)(void *context, uint64_t done); /* or NULL */
  void (*failed)(void *context, const em_campaign_run *run, uint64_t seed, const char *text); /* or NULL */
} em_campaign_job;

typedef struct {
  uint64_t pieces, of; /* of this part, of all */
  uint64_t reused;     /* that were there */
  uint64_t undone;     /* that say nothing about the RTL */
} em_campaign_done;

/*
 * All runs are checked before the first begins. EM_FAILED with what was done kept for --resume when a run could not be
 * made: the others are.
 */
em_status em_campaign_run_all(const em_campaign *campaign, const em_campaign_job *job, em_campaign_done *done,
                              em_error *error);

/* Stores of all parts into one, and their bundles beside it. */
em_status em_campaign_merge(const char *path, const char *const *parts, size_t count, em_error *error);

#endif
