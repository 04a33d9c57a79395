/*
 * `emamba campaign`: co-simulates what a list names into a store, puts parts together, or looks at a finished store.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/campaign/run.h"
#include "sim/campaign/summary.h"
#include "sim/commands/commands.h"
#include "sim/commands/parts.h"
#include "sim/explore/store.h"
#include "sim/files/json_text.h"
#include "sim/run/interrupt.h"
#include "sim/run/progress.h"

/* ---- Running ---- */

typedef struct {
  em_progress progress;
  bool quiet;
} told;

static void begin(void *context, uint64_t pieces) {
  told *t = context;
  t->progress = em_progress_start("co-simulations", pieces, t->quiet);
}

static void update(void *context, uint64_t done) {
  em_progress_update(&((told *)context)->progress, done);
}

static void tell_failure(void *context, const em_campaign_run *run, uint64_t seed, const char *text) {
  told *t = context;
  if (!t->quiet) {
    em_progress_finish(&t->progress);
    printf("%s with %s, seed %" PRIu64 ": %s\n", run->design, run->network, seed, text);
    fflush(stdout);
  }
}

static em_status solve(const em_options *o, char path[EM_PATH_BYTES], em_error *error) {
  em_campaign campaign;
  em_campaign_job job = {.rtl = o->rtl, .build = o->build, .resume = o->resume};
  told t = {.quiet = o->quiet};
  em_campaign_done done;
  em_status status = em_part_read(o->part, &job.part, &job.parts, error);
  if (status == EM_OK) {
    status = em_campaign_load(o->arguments[0], &campaign, error);
  }
  if (status != EM_OK) {
    return status;
  }
  em_part_store(o, job.part, job.parts, path);
  job.path = path;
  job.jobs = o->jobs > 0 ? (uint32_t)o->jobs : 1;
  job.context = &t;
  job.begin = begin;
  job.progress = update;
  job.failed = tell_failure;
  em_interrupt_catch();
  status = em_campaign_run_all(&campaign, &job, &done, error);
  em_progress_finish(&t.progress);
  if (status == EM_OK && !o->quiet) {
    printf("%s: part %" PRIu32 " of %" PRIu32 ", %" PRIu64 " of %" PRIu64 " co-simulations, %" PRIu64
           " of them found there\n",
           path, job.part, job.parts, done.pieces, done.of, done.reused);
  }
  em_campaign_free(&campaign);
  return status;
}

/* ---- Showing ---- */

static double total(const cJSON *campaign, const char *key) {
  return cJSON_GetNumberValue(cJSON_GetObjectItem(cJSON_GetObjectItem(campaign, "totals"), key));
}

static const char *text_of(const cJSON *object, const char *key) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, key));
  return text != NULL ? text : "";
}

static void print_failures(const cJSON *campaign) {
  const cJSON *run, *piece;
  cJSON_ArrayForEach(run, cJSON_GetObjectItem(campaign, "runs")) {
    cJSON_ArrayForEach(piece, cJSON_GetObjectItem(run, "pieces")) {
      if (cJSON_HasObjectItem(piece, "text")) {
        const char *bundle = text_of(piece, "bundle");
        printf("  %s with %s, seed %.0f: %s\n", text_of(run, "design"), text_of(run, "network"),
               cJSON_GetNumberValue(cJSON_GetObjectItem(piece, "seed")), text_of(piece, "text"));
        printf(bundle[0] != '\0' ? "    bundle: %s\n" : "    no bundle%s\n", bundle);
      }
    }
  }
}

static em_status show(const em_options *o, const char *path, em_error *error) {
  cJSON *campaign;
  em_status status = em_campaign_read(path, &campaign, error);
  if (status != EM_OK) {
    return status;
  }
  if (!o->quiet) {
    printf("%s: %.0f of %.0f co-simulations matched, %.0f cycles, %.0f transactions\n", path,
           total(campaign, "matched"), total(campaign, "pieces"), total(campaign, "cycles"),
           total(campaign, "transactions"));
    print_failures(campaign);
  }
  if (o->json != NULL) {
    status = em_json_save(o->json, campaign, error);
  }
  if (status == EM_OK && o->html != NULL) {
    status = em_campaign_page_save(campaign, o->html, error);
  }
  if (status == EM_OK && total(campaign, "failed") > 0) {
    status = em_fail(error, EM_FAILED, "%.255s: %.0f of %.0f co-simulations failed", path, total(campaign, "failed"),
                     total(campaign, "pieces"));
  }
  cJSON_Delete(campaign);
  return status;
}

/* ---- The command ---- */

static em_status check_options(const em_options *o, bool store, em_error *error) {
  if (o->merge == NULL && o->argument_count > 1) {
    return em_fail(error, EM_BAD_INPUT, "campaign: one list or store; several are parts, for --merge OUT");
  }
  if ((o->merge != NULL || store) &&
      (o->out != NULL || o->part != NULL || o->resume || o->jobs != 0 || o->rtl != NULL || o->build != NULL)) {
    return em_fail(error, EM_BAD_INPUT,
                   "campaign: %.255s is a store; --output, --part, --resume, --jobs, --rtl and --build are for a list",
                   o->arguments[0]);
  }
  return o->part != NULL && (o->html != NULL || o->json != NULL)
             ? em_fail(error, EM_BAD_INPUT, "campaign: a part alone is no campaign; merge the parts, then look")
             : EM_OK;
}

em_status em_cmd_campaign(const em_options *options, em_error *error) {
  bool store = em_store_is(options->arguments[0]);
  char path[EM_PATH_BYTES];
  snprintf(path, sizeof path, "%s", options->merge != NULL ? options->merge : options->arguments[0]);
  em_status status = check_options(options, store, error);
  if (status == EM_OK && options->merge != NULL) {
    status = em_campaign_merge(options->merge, options->arguments, options->argument_count, error);
  } else if (status == EM_OK && !store) {
    status = solve(options, path, error);
  }
  return status == EM_OK && options->part == NULL ? show(options, path, error) : status;
}
