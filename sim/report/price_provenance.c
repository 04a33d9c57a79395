/* Where every constant of a price comes from. */
#include "sim/report/price_report.h"

static void add_constant(cJSON *list, const char *name, em_range range, const char *unit, const char *kind,
                         const char *source) {
  cJSON *constant = cJSON_CreateObject();
  cJSON_AddStringToObject(constant, "name", name);
  cJSON_AddNumberToObject(constant, "value", range.value);
  cJSON_AddNumberToObject(constant, "low", range.low);
  cJSON_AddNumberToObject(constant, "high", range.high);
  cJSON_AddStringToObject(constant, "unit", unit);
  cJSON_AddStringToObject(constant, "kind", kind);
  cJSON_AddStringToObject(constant, "source", source);
  cJSON_AddItemToArray(list, constant);
}

static em_range fixed(double value) {
  return (em_range){value, value, value};
}

cJSON *em_price_provenance(const em_pricing *pricing) {
  const em_price_point *p = &pricing->point;
  cJSON *list = cJSON_CreateArray();
  static const char design[] = "the design file";
  add_constant(list, "clock_mhz", fixed(p->clock_mhz), "MHz", "assumed", design);
  add_constant(list, "vdd_mv", fixed(p->vdd_mv), "mV", "assumed", design);
  add_constant(list, "temperature_c", fixed(p->temperature_c), "C", "assumed", design);
  const em_constant *macro = em_technology_find(pricing->technology, "sram_macro_min_bits");
  uint32_t built = pricing->graph->design.macro_min_bits;
  bool same = (uint32_t)macro->value == built;
  add_constant(list, macro->name, fixed(built), macro->unit,
               em_constant_kind_name(same ? macro->kind : EM_KIND_ASSUMED),
               same ? macro->source : "as the design was built");
  for (uint32_t c = 0; c < EM_PRICE_TECHNOLOGY_CONSTANTS; c++) {
    const em_constant *k = em_technology_find(pricing->technology, em_price_constant_name((em_price_constant)c));
    add_constant(list, k->name, pricing->ranges[c], k->unit, em_constant_kind_name(k->kind), k->source);
  }
  for (uint32_t c = EM_PRICE_TECHNOLOGY_CONSTANTS; c < EM_PRICE_CONSTANTS; c++) {
    add_constant(list, em_price_constant_name((em_price_constant)c), pricing->ranges[c], "1",
                 em_constant_kind_name(EM_KIND_CALIBRATED), pricing->fit->source);
  }
  return list;
}
