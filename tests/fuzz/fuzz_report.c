/*
 * em_report_parse, em_report_restore and the tables: a report is refused with one line or priced without a crash.
 *
 * An input is either the text of a report, or (first byte odd) edits of the valid report that EMAMBA_FUZZ_REPORT names,
 * four bytes each: which value, and what becomes of it. The price of what is accepted is finite and sums up.
 */
#include <math.h>
#include <stdio.h>

#include "sim/report/pricing.h"
#include "sim/report/report.h"
#include "sim/report/report_restore.h"
#include "sim/report/run_price.h"
#include "sim/run/details.h"
#include "tests/fuzz/fuzz.h"

static em_technology technology;
static em_fit_data fit;
static cJSON *valid;

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  em_error error;
  const char *path = getenv("EMAMBA_FUZZ_REPORT");
  if (em_technology_load("configs/technology/gf22.yaml", &technology, &error) != EM_OK ||
      (path != NULL && em_report_load(path, &valid, &error) != EM_OK)) {
    fprintf(stderr, "%s\n", error.text);
    abort();
  }
  /* The long list that no one reads back: without it an input takes a third of the time. */
  cJSON_DeleteItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(valid, "price"), "parts");
  for (uint32_t i = 0; i < sizeof fit.coefficients / sizeof(double); i++) {
    ((double *)fit.coefficients.coefficients)[i] = 1;
  }
  return 0;
}

/* The value number `index` in the order of the text, counted down to it. */
static cJSON *value_at(cJSON *item, uint32_t *index) {
  for (; item != NULL; item = item->next) {
    if ((*index)-- == 0) {
      return item;
    }
    cJSON *found = item->child != NULL ? value_at(item->child, index) : NULL;
    if (found != NULL) {
      return found;
    }
  }
  return NULL;
}

static void edit(cJSON *report, const uint8_t bytes[4]) {
  static const double numbers[] = {0, 1, -1, 0.5, 1e18, 4294967296.0, 9007199254740992.0, 1e308};
  uint32_t index = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
  cJSON *item = value_at(report->child, &index);
  if (item == NULL) {
    return;
  }
  switch (bytes[2] % 6) {
    case 0: cJSON_SetNumberHelper(item, numbers[bytes[3] % 8]); break;
    case 1: cJSON_SetNumberHelper(item, item->valuedouble + bytes[3] - 128); break;
    case 2: item->type = bytes[3] % 2 == 0 ? cJSON_NULL : cJSON_True; break;
    case 3:
    case 4:
      if (item->child != NULL) { /* the first child goes, or the last */
        cJSON_Delete(cJSON_DetachItemViaPointer(item, bytes[2] % 6 == 3 ? item->child : item->child->prev));
      }
      break;
    default:
      if (item->string != NULL && item->string[0] != '\0') {
        item->string[0] = (char)('a' + bytes[3] % 26);
      }
  }
}

static void check_price(const em_restored *run) {
  em_pricing pricing;
  em_error error;
  if (em_pricing_make(run->graph, run->activity, &technology, &fit, EM_PRICING_BOUNDS, &pricing, &error) != EM_OK) {
    return;
  }
  em_range energy = pricing.bounds.totals[EM_PRICE_ENERGY];
  if (!(isfinite(energy.high) && 0 <= energy.low && energy.low <= energy.value && energy.value <= energy.high)) {
    abort();
  }
  em_pricing_free(&pricing);
  if (run->time.stalls.stall_in > 0.9 || run->time.stalls.stall_out > 0.9) {
    return; /* finding the peak passes through every cycle of the run again, of which such stalls make millions */
  }
  cJSON *price;
  em_priced_run priced = {run->graph, run->activity, &run->time, &technology, &fit, &run->windows, false};
  if (em_run_price(&priced, &price, NULL, &error) == EM_OK) {
    cJSON_Delete(price);
  }
}

static void use(cJSON *report) {
  em_error error = {""};
  em_restored run;
  em_status status = em_report_restore(report, &run, &error);
  if (status == EM_OK) {
    check_price(&run);
    em_restored_free(&run);
  } else {
    fuzz_check_message(status, &error);
  }
  FILE *null = fopen("/dev/null", "w");
  error.text[0] = '\0';
  status = em_report_print(report, EM_ALL_DETAILS, null, &error);
  if (status != EM_OK) {
    fuzz_check_message(status, &error);
  }
  fclose(null);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cJSON *report = NULL;
  em_error error = {""};
  if (size > 0 && data[0] % 2 == 1 && valid != NULL) {
    report = cJSON_Duplicate(valid, 1);
    for (size_t i = 1; i + 4 <= size && i < 33; i += 4) {
      edit(report, data + i);
    }
  } else {
    em_status status = em_report_parse(data, size, &report, &error);
    if (status != EM_OK) {
      fuzz_check_message(status, &error);
      return 0;
    }
  }
  use(report);
  cJSON_Delete(report);
  return 0;
}
