#include "sim/campaign/keys.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/version.h"
#include "sim/files/places.h"
#include "sim/lockstep/rtl_recipe.h"
#include "sim/run/job.h"

static void print_digest(struct sha256_ctx *hash, size_t bytes, char *text) {
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(hash, sizeof digest, digest);
  for (size_t i = 0; i < bytes; i++) {
    snprintf(text + 2 * i, 3, "%02x", digest[i]);
  }
}

static em_status add_file(struct sha256_ctx *hash, const char *path, em_error *error) {
  em_file_bytes file;
  em_status status = em_file_bytes_open(path, &file, error);
  if (status != EM_OK) {
    em_error_prefix(error, path);
    return status;
  }
  uint64_t size = file.size;
  sha256_update(hash, sizeof size, (const uint8_t *)&size);
  sha256_update(hash, file.size, file.bytes);
  em_file_bytes_close(&file);
  return EM_OK;
}

/* The sources that every design has. */
static em_status digest_rtl(const em_design *design, const char *rtl, const char *build, char digest[33],
                            em_error *error) {
  char folder[EM_PATH_BYTES];
  struct sha256_ctx hash;
  sha256_init(&hash);
  em_rtl_recipe *recipe = calloc(1, sizeof *recipe);
  em_status status =
      recipe == NULL ? em_fail(error, EM_FAILED, "out of memory for the RTL") : em_build_folder(build, folder, error);
  if (status == EM_OK) {
    status = em_rtl_recipe_open(recipe, design, rtl, EM_RTL_PROBED, folder, error);
    for (uint32_t i = 0; status == EM_OK && i < recipe->file_count; i++) {
      const em_rtl_file *file = &recipe->files[i];
      if (strcmp(file->name, "em_design_pkg.sv") != 0 && strcmp(file->name, "tools.txt") != 0) {
        sha256_update(&hash, file->size, (const uint8_t *)file->bytes);
      }
    }
    em_rtl_recipe_close(recipe);
  }
  free(recipe);
  print_digest(&hash, 16, digest);
  return status;
}

static em_status digest_run(const em_campaign *c, uint32_t run, em_design *design, em_campaign_digests *digests,
                            em_error *error) {
  const em_campaign_run *r = &c->runs[run];
  char paths[3][EM_PATH_BYTES];
  const char *const names[3] = {r->design, r->network, r->frames};
  struct sha256_ctx hash;
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < 3; i++) {
    status = em_campaign_path(c, names[i], paths[i], error);
  }
  em_job job;
  if (status == EM_OK) {
    status = em_job_open(&job, paths[0], paths[1], paths[2], c->first_frames, false, error);
  }
  if (status != EM_OK) {
    return status;
  }
  *design = job.design;
  status = em_graph_check_rtl(&job.core->graph, error);
  if (status != EM_OK) {
    em_error_prefix(error, paths[0]);
  }
  uint64_t number = digests->designs[run] = em_design_hash(&job.design);
  em_job_close(&job);
  sha256_init(&hash);
  sha256_update(&hash, sizeof number, (const uint8_t *)&number);
  for (size_t i = 1; status == EM_OK && i < 3; i++) {
    status = add_file(&hash, paths[i], error);
  }
  print_digest(&hash, 16, digests->contents[run]);
  return status;
}

typedef struct {
  const char *digest;
  uint32_t run;
} sorted_run;

static int compare_runs(const void *a, const void *b) {
  const sorted_run *first = a, *second = b;
  int order = strcmp(first->digest, second->digest);
  return order != 0 ? order : (first->run > second->run) - (first->run < second->run);
}

static em_status check_different(const em_campaign *c, const em_campaign_digests *digests, em_error *error) {
  sorted_run *runs = calloc(c->run_count, sizeof *runs);
  if (runs == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the runs");
  }
  for (uint32_t i = 0; i < c->run_count; i++) {
    runs[i] = (sorted_run){digests->contents[i], i};
  }
  qsort(runs, c->run_count, sizeof *runs, compare_runs);
  em_status status = EM_OK;
  for (uint32_t i = 1; status == EM_OK && i < c->run_count; i++) {
    if (strcmp(runs[i - 1].digest, runs[i].digest) == 0) {
      status =
          em_fail(error, EM_BAD_INPUT, "%.255s: %.120s with %.120s is there twice: design, network and frames equal",
                  c->path, c->runs[runs[i].run].design, c->runs[runs[i].run].network);
    }
  }
  free(runs);
  return status;
}

em_status em_campaign_digest(const em_campaign *c, const char *rtl, const char *build, em_campaign_digests *digests,
                             em_error *error) {
  em_design design;
  *digests = (em_campaign_digests){.contents = calloc(c->run_count, sizeof *digests->contents),
                                   .designs = calloc(c->run_count, sizeof *digests->designs)};
  em_status status = digests->contents != NULL && digests->designs != NULL
                         ? EM_OK
                         : em_fail(error, EM_FAILED, "out of memory for the runs");
  for (uint32_t i = 0; status == EM_OK && i < c->run_count; i++) {
    status = digest_run(c, i, &design, digests, error);
  }
  if (status == EM_OK) {
    status = check_different(c, digests, error);
  }
  return status == EM_OK ? digest_rtl(&design, rtl, build, digests->rtl, error) : status;
}

void em_campaign_digests_free(em_campaign_digests *digests) {
  free(digests->contents);
  free(digests->designs);
  *digests = (em_campaign_digests){0};
}

void em_campaign_key(const em_campaign *c, const em_campaign_digests *digests, uint32_t run, uint64_t seed,
                     char key[EM_STORE_KEY_CHARS]) {
  char text[512];
  double in, out;
  struct sha256_ctx hash;
  em_campaign_stalls(c, seed, &in, &out);
  sha256_init(&hash);
  int length =
      snprintf(text, sizeof text, "emamba %s %s store %d campaign %s %s %" PRIu64 " %a %a %u", em_version(),
               em_commit(), EM_STORE_FORMAT, digests->rtl, digests->contents[run], seed, in, out, c->first_frames);
  sha256_update(&hash, (size_t)length, (const uint8_t *)text);
  print_digest(&hash, (EM_STORE_KEY_CHARS - 1) / 2, key);
}
