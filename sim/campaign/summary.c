#include "sim/campaign/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/store.h"
#include "sim/files/atomic_file.h"
#include "sim/files/file_bytes.h"
#include "sim/files/json_text.h"

typedef struct {
  const char *path;
  cJSON *root, *runs;
  bool of_campaign;
  double pieces, matched, cycles, transactions;
} summary;

/* ---- Files of the store: the list, and the names of the runs ---- */

static char *copy_text(const uint8_t *bytes, size_t size) {
  char *text = malloc(size + 1);
  if (text != NULL) {
    memcpy(text, bytes, size);
    text[size] = '\0';
  }
  return text;
}

static void add_runs(summary *s, char *text) {
  static const char *const keys[] = {"design", "network", "frames"};
  char *rest = NULL, *line = strtok_r(text, "\n", &rest);
  while (line != NULL) {
    cJSON *run = cJSON_CreateObject();
    for (size_t k = 0; k < 3 && line != NULL; k++) {
      cJSON_AddStringToObject(run, keys[k], line);
      line = strtok_r(NULL, "\n", &rest);
    }
    cJSON_AddArrayToObject(run, "pieces");
    cJSON_AddItemToArray(s->runs, run);
  }
}

static em_status on_file(void *context, const char *name, const uint8_t *bytes, size_t size, em_error *error) {
  summary *s = context;
  char *text = copy_text(bytes, size);
  if (text == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the campaign");
  }
  if (strcmp(name, "campaign") == 0) {
    s->of_campaign = true;
    cJSON_AddStringToObject(s->root, "campaign", text);
  } else if (strcmp(name, "runs") == 0) {
    add_runs(s, text);
  }
  free(text);
  return EM_OK;
}

/* ---- Pieces ---- */

/* The bundle of a failure and its report's text, where they are. */
static void add_bundle(const summary *s, const em_store_piece *piece, cJSON *note) {
  char bundle[EM_PATH_BYTES + 64], path[EM_PATH_BYTES + 96];
  em_file_bytes report;
  em_error ignored;
  snprintf(bundle, sizeof bundle, "%s.failures/run%06" PRIu32 "-seed%.0f", s->path, piece->variant + 1,
           cJSON_GetNumberValue(cJSON_GetObjectItem(note, "seed")));
  snprintf(path, sizeof path, "%s/report.txt", bundle);
  if (em_file_bytes_open_most(path, 1 << 20, &report, &ignored) == EM_OK) {
    char *text = copy_text(report.bytes, report.size);
    cJSON_AddStringToObject(note, "bundle", bundle);
    if (text != NULL) {
      cJSON_AddStringToObject(note, "report", text);
    }
    free(text);
    em_file_bytes_close(&report);
  }
}

static em_status on_piece(void *context, const em_store_piece *piece, em_error *error) {
  summary *s = context;
  cJSON *run = cJSON_GetArrayItem(s->runs, (int)piece->variant), *note = NULL;
  em_status status = em_json_parse(piece->note, strlen(piece->note), &note, error);
  if (status != EM_OK || run == NULL) {
    cJSON_Delete(note);
    return em_fail(error, EM_BAD_INPUT, "%.255s: a piece that is none of a campaign", s->path);
  }
  const char *outcome = cJSON_GetStringValue(cJSON_GetObjectItem(note, "outcome"));
  const cJSON *cycles = cJSON_GetObjectItem(note, "cycles"), *transactions = cJSON_GetObjectItem(note, "transactions");
  s->pieces++;
  if (outcome != NULL && strcmp(outcome, "matched") == 0) {
    s->matched++;
    s->cycles += cJSON_IsNumber(cycles) ? cycles->valuedouble : 0;
    s->transactions += cJSON_IsNumber(transactions) ? transactions->valuedouble : 0;
  } else {
    add_bundle(s, piece, note);
  }
  cJSON_AddItemToArray(cJSON_GetObjectItem(run, "pieces"), note);
  return EM_OK;
}

/* ---- The whole ---- */

static em_status read_store(em_store *store, summary *s, em_error *error) {
  char program[200];
  em_status status = em_store_about(store, "program", program, sizeof program, error);
  cJSON_AddStringToObject(s->root, "format", "emamba-campaign-1");
  cJSON_AddStringToObject(s->root, "program", program);
  s->runs = cJSON_CreateArray();
  if (status == EM_OK) {
    status = em_store_files(store, on_file, s, error);
  }
  cJSON_AddItemToObject(s->root, "runs", s->runs);
  if (status == EM_OK && !s->of_campaign) {
    status = em_fail(error, EM_BAD_INPUT, "%.255s: a store of emamba explore", s->path);
  }
  if (status == EM_OK) {
    const em_store_reader reader = {s, on_piece, NULL};
    status = em_store_read(store, &reader, error);
  }
  cJSON *totals = cJSON_AddObjectToObject(s->root, "totals");
  cJSON_AddNumberToObject(totals, "pieces", s->pieces);
  cJSON_AddNumberToObject(totals, "matched", s->matched);
  cJSON_AddNumberToObject(totals, "failed", s->pieces - s->matched);
  cJSON_AddNumberToObject(totals, "cycles", s->cycles);
  cJSON_AddNumberToObject(totals, "transactions", s->transactions);
  return status;
}

em_status em_campaign_read(const char *path, cJSON **campaign, em_error *error) {
  em_store *store;
  summary s = {.path = path};
  em_status status = em_store_open(path, &store, error);
  if (status != EM_OK) {
    return status;
  }
  s.root = cJSON_CreateObject();
  status = read_store(store, &s, error);
  em_store_close(store);
  if (status != EM_OK) {
    cJSON_Delete(s.root);
    s.root = NULL;
  }
  *campaign = s.root;
  return status;
}

/* ---- The page ---- */

/* The template, taken in by the assembler; builds run in the project's root. It ends with a NUL. */
__asm__(
    ".section .rodata\n"
    ".global em_campaign_template\n"
    "em_campaign_template:\n"
    ".incbin \"sim/campaign/campaign.html\"\n"
    ".byte 0\n"
    ".previous\n");
extern const char em_campaign_template[];

em_status em_campaign_page_save(const cJSON *campaign, const char *path, em_error *error) {
  static const char mark[] = "@CAMPAIGN@";
  const char *place = strstr(em_campaign_template, mark);
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  char *text = em_json_print(campaign, false);
  if (text == NULL) {
    em_atomic_file_discard(&file);
    return em_fail(error, EM_FAILED, "%.255s: out of memory for the page", path);
  }
  fwrite(em_campaign_template, 1, (size_t)(place - em_campaign_template), file.stream);
  em_json_write_in_page(text, file.stream);
  free(text);
  fputs(place + strlen(mark), file.stream);
  return em_atomic_file_commit(&file, error);
}
