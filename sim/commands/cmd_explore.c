/*
 * `emamba explore`: solves a space file into a store, puts parts together, or looks at a finished store. What is found
 * is shown the same way after each of them.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/commands/commands.h"
#include "sim/commands/explore_show.h"
#include "sim/commands/parts.h"
#include "sim/explore/run.h"
#include "sim/run/progress.h"

/* ---- Solving ---- */

enum { PROGRESS_STEPS = 100000 };

static void update(void *context, double done) {
  em_progress_update(context, (uint64_t)(done * PROGRESS_STEPS));
}

static em_status solve(const em_options *o, char path[EM_PATH_BYTES], em_error *error) {
  uint32_t part, parts;
  em_status status = em_part_read(o->part, &part, &parts, error);
  if (status != EM_OK) {
    return status;
  }
  em_part_store(o, part, parts, path);
  em_exploration *x = malloc(sizeof *x);
  if (x == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the exploration");
  }
  status = em_exploration_load(o->arguments[0], x, error);
  if (status == EM_OK) {
    em_progress progress = em_progress_start("parts of 100,000", PROGRESS_STEPS, o->quiet);
    em_explore_job job = {path, o->resume, o->jobs > 0 ? (uint32_t)o->jobs : 1, part, parts, &progress, update};
    em_explore_done done;
    status = em_explore_run(x, &job, &done, error);
    em_progress_finish(&progress);
    if (status == EM_OK && !o->quiet) {
      printf("%s: part %u of %u, %u of %u pieces, %u of them found there\n", path, part, parts, done.pieces, done.of,
             done.reused);
    }
    em_exploration_free(x);
  }
  free(x);
  return status;
}

/* ---- The command ---- */

static em_status check_options(const em_options *o, bool store, em_error *error) {
  bool looks = o->csv != NULL || o->html != NULL || o->json != NULL || o->pick != 0 || o->knee ||
               o->frames_per_s != 0 || o->against != NULL;
  int choices = (o->pick != 0) + o->knee + (o->frames_per_s != 0);
  if (o->merge == NULL && o->argument_count > 1) {
    return em_fail(error, EM_BAD_INPUT, "explore: one space file or store; several are parts, for --merge OUT");
  }
  if (choices > 1) {
    return em_fail(error, EM_BAD_INPUT, "explore: only one of --pick, --knee and --frames-per-s");
  }
  if (o->merge != NULL && (o->out != NULL || o->part != NULL || o->resume || choices > 0)) {
    return em_fail(error, EM_BAD_INPUT, "explore: --merge OUT takes the parts and nothing else; then look at OUT");
  }
  if (store && o->merge == NULL && (o->part != NULL || o->resume || o->jobs != 0)) {
    return em_fail(error, EM_BAD_INPUT, "explore: %s is a store; --part, --resume and --jobs are for a space file",
                   o->arguments[0]);
  }
  if (store && o->merge == NULL && o->out != NULL && choices == 0) {
    return em_fail(error, EM_BAD_INPUT, "explore: which point goes to -o? --pick K, --knee or --frames-per-s R");
  }
  if (!store && o->merge == NULL && choices > 0) {
    return em_fail(error, EM_BAD_INPUT, "explore: --pick, --knee and --frames-per-s look at a store, not at a space");
  }
  return !store && o->part != NULL && looks
             ? em_fail(error, EM_BAD_INPUT, "explore: a part alone is no front; merge the parts, then look")
             : EM_OK;
}

em_status em_cmd_explore(const em_options *options, em_error *error) {
  bool store = em_store_is(options->arguments[0]);
  char path[EM_PATH_BYTES];
  snprintf(path, sizeof path, "%s", options->merge != NULL ? options->merge : options->arguments[0]);
  em_status status = check_options(options, store, error);
  if (status == EM_OK && options->merge != NULL) {
    status = em_explore_merge(options->merge, options->arguments, options->argument_count, error);
  } else if (status == EM_OK && !store) {
    status = solve(options, path, error);
  }
  return status == EM_OK && options->part == NULL ? em_explore_show(options, path, error) : status;
}
