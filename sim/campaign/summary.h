/* What a campaign found: read from its store, told, written as JSON and as a page. */
#ifndef EM_CAMPAIGN_SUMMARY_H
#define EM_CAMPAIGN_SUMMARY_H

#include <cjson/cJSON.h>

#include "sim/campaign/campaign.h"

/*
 * {"format": "emamba-campaign-1", "program", "campaign", "runs": [{"design", "network", "frames", "pieces": [{"seed",
 * "stall_in", "stall_out", "outcome", "cycles", "transactions", "frames"} or {.., "text", "bundle", "report"}]}],
 * "totals": {"pieces", "matched", "failed", "cycles", "transactions"}}. EM_BAD_INPUT for a store of another command.
 */
em_status em_campaign_read(const char *path, cJSON **campaign, em_error *error);

em_status em_campaign_page_save(const cJSON *campaign, const char *path, em_error *error);

#endif
