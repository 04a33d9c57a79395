/* Keys of a campaign's pieces: SHA-256, half of it, of the program, the RTL and all that makes the run. */
#ifndef EM_CAMPAIGN_KEYS_H
#define EM_CAMPAIGN_KEYS_H

#include "sim/campaign/campaign.h"
#include "sim/explore/store.h"

typedef struct {
  char rtl[33];         /* digest of the sources */
  char (*contents)[33]; /* [run_count]: of design, network and frames */
  uint64_t *designs;    /* [run_count]: their hashes */
} em_campaign_digests;

/* Checks every run, that design, network and frames fit, on the way. Texts name the run. Free in any case. */
em_status em_campaign_digest(const em_campaign *campaign, const char *rtl, const char *build,
                             em_campaign_digests *digests, em_error *error);
void em_campaign_digests_free(em_campaign_digests *digests);

void em_campaign_key(const em_campaign *campaign, const em_campaign_digests *digests, uint32_t run, uint64_t seed,
                     char key[EM_STORE_KEY_CHARS]);

#endif
