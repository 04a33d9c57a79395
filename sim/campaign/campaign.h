/*
 * A campaign: what a list asks for (docs/campaigns.md), designs with networks and frames, each co-simulated under many
 * stall seeds. A run is one design with one network; a piece is a run under one seed.
 */
#ifndef EM_CAMPAIGN_H
#define EM_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "sim/files/output_file.h"

enum {
  EM_CAMPAIGN_RUNS = 100000,
  EM_CAMPAIGN_SEEDS = 100000,
  EM_CAMPAIGN_PIECES = 4000000,
  EM_CAMPAIGN_TEXT = 1 << 20
};

/* Names as in the list, from its folder. Owned. */
typedef struct {
  char *design, *network, *frames;
} em_campaign_run;

typedef struct {
  char path[EM_PATH_BYTES], folder[EM_PATH_BYTES]; /* of the list; of what its names start from */
  char *text;                                      /* of the list; owned */
  size_t text_size;
  uint32_t run_count, seed_count;
  em_campaign_run *runs;
  uint64_t *seeds;
  bool spread; /* rates of stalls by seed, as em_campaign_stalls says; else these: */
  double stall_in, stall_out;
  uint32_t first_frames;   /* of the frames; 0: all */
  char rtl[EM_PATH_BYTES]; /* other RTL sources; "" for the project's */
  bool keep_builds;
} em_campaign;

/* Texts say file, line, key and what is allowed. On an error there is nothing to free. */
em_status em_campaign_load(const char *path, em_campaign *campaign, em_error *error);
void em_campaign_free(em_campaign *campaign);

/* A name's path: from the list's folder. EM_BAD_INPUT when it is too long. */
em_status em_campaign_path(const em_campaign *campaign, const char *name, char path[EM_PATH_BYTES], em_error *error);

/* Rates of a seed. Spread: seed 0 runs freely, the others in tenths, so that ten seeds in a row differ in both. */
void em_campaign_stalls(const em_campaign *campaign, uint64_t seed, double *in, double *out);

#endif
