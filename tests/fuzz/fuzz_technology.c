/* em_technology_parse: what it accepts has every constant, in order, within its bounds. */
#include "sim/files/technology_file.h"
#include "tests/fuzz/fuzz.h"

static void check_accepted(const em_technology *technology) {
  for (size_t i = 0; i < EM_CONSTANT_COUNT; i++) {
    const em_constant *constant = &technology->constants[i];
    const em_constant_rule *rule = &em_constant_rules[i];
    bool ordered = rule->min <= constant->low && constant->low <= constant->value &&
                   constant->value <= constant->high && constant->high <= rule->max;
    if (!ordered || constant->source[0] == '\0' || em_technology_find(technology, rule->name) != constant) {
      abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  em_technology technology;
  em_error error = {""};
  em_status status = em_technology_parse("technology", data, size, &technology, &error);
  if (status == EM_OK) {
    check_accepted(&technology);
  } else {
    fuzz_check_message(status, &error);
  }
  return 0;
}
