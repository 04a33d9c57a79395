/*
 * What is known of a design without data, as JSON: cycles, limits, slack, area and power of every module. The report of
 * `check` (docs/formats.md).
 */
#ifndef EM_CHECK_REPORT_H
#define EM_CHECK_REPORT_H

#include <cjson/cJSON.h>

#include "models/time/slack.h"
#include "sim/report/run_price.h"

#define EM_CHECK_FORMAT "emamba-check-1"

typedef struct {
  const char *design_path;
  const em_priced_run *run; /* of the timing model */
  const em_timing *timing;
  const em_slack *slack;
} em_checked;

/* The caller deletes it. Where there is no price "no_price" says why. NULL on an error. */
em_status em_check_report(const em_checked *checked, cJSON **report, em_error *error);

/* "engines.conv.lanes 1 instead of 2, ..."; "none" where there is none. */
enum { EM_SLACK_CHARS = 1200 };
void em_slack_text(const em_slack *slack, char text[EM_SLACK_CHARS]);

#endif
