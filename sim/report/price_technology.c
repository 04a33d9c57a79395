/* Which constants a price was made with: names, files, and a hash of the values, which says whether two are the same.
 */
#include <inttypes.h>
#include <stdio.h>

#include "models/base/text_hash.h"
#include "sim/report/price_report.h"

static uint64_t technology_hash(const em_technology *technology) {
  uint64_t hash = EM_TEXT_HASH_START;
  char line[160];
  for (size_t i = 0; i < technology->count; i++) {
    const em_constant *c = &technology->constants[i];
    snprintf(line, sizeof line, "%s=%.17g %.17g %.17g\n", c->name, c->low, c->value, c->high);
    hash = em_text_hash(hash, line);
  }
  return hash;
}

static uint64_t fit_hash(const em_fit_data *fit) {
  uint64_t hash = EM_TEXT_HASH_START;
  char line[128];
  for (uint32_t q = 0; q < EM_COST_QUANTITIES; q++) {
    snprintf(line, sizeof line, "residual %s=%.17g\n", em_cost_quantity_name((em_cost_quantity)q), fit->residual[q]);
    hash = em_text_hash(hash, line);
    for (uint32_t kind = 0; kind < EM_COST_KINDS; kind++) {
      const char *name;
      for (uint32_t i = 0; (name = em_cost_feature_name((em_cost_kind)kind, (em_cost_quantity)q, i)) != NULL; i++) {
        snprintf(line, sizeof line, "%s %s=%.17g\n", em_cost_kind_name((em_cost_kind)kind), name,
                 fit->coefficients.coefficients[kind][q][i]);
        hash = em_text_hash(hash, line);
      }
    }
  }
  return hash;
}

static void put_hash(cJSON *object, const char *key, uint64_t hash) {
  char text[20];
  snprintf(text, sizeof text, "%016" PRIx64, hash);
  cJSON_AddStringToObject(object, key, text);
}

cJSON *em_price_technology(const em_pricing *pricing) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "name", pricing->technology->name);
  cJSON_AddNumberToObject(object, "node_nm", pricing->technology->node_nm);
  cJSON_AddStringToObject(object, "file", pricing->technology->file);
  put_hash(object, "hash", technology_hash(pricing->technology));
  cJSON_AddStringToObject(object, "calibration_file", pricing->fit->file);
  put_hash(object, "calibration_hash", fit_hash(pricing->fit));
  return object;
}
