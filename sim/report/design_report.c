#include "sim/report/design_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "models/design/design_assign.h"

cJSON *em_design_report(const char *path, const em_design *design, const char *technology_name) {
  cJSON *object = cJSON_CreateObject();
  char text[EM_KEY_CHARS];
  cJSON_AddStringToObject(object, "name", design->name);
  cJSON_AddStringToObject(object, "file", path);
  snprintf(text, sizeof text, "%016" PRIx64, em_design_hash(design));
  cJSON_AddStringToObject(object, "hash", text);
  cJSON_AddNumberToObject(object, "clock_mhz", design->clock_mhz);
  cJSON_AddNumberToObject(object, "vdd_mv", design->vdd_mv);
  cJSON_AddNumberToObject(object, "temperature_c", design->temperature_c);
  cJSON_AddBoolToObject(object, "clock_gating", design->clock_gating);
  cJSON_AddStringToObject(object, "technology", technology_name);
  cJSON_AddNumberToObject(object, "macro_min_bits", design->macro_min_bits);
  cJSON *keys = cJSON_AddObjectToObject(object, "keys");
  for (size_t i = 0; i < em_design_key_count; i++) {
    if (em_design_key_applies(&em_design_keys[i], &design->shape)) {
      cJSON_AddNumberToObject(keys, em_design_key_name(&em_design_keys[i], text),
                              em_design_get(design, &em_design_keys[i]));
    }
  }
  return object;
}
