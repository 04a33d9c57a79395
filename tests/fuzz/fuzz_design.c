/* em_design_parse: what it accepts, em_design_check accepts, with every key in its range. */
#include "sim/files/design_file.h"
#include "tests/fuzz/fuzz.h"

static void check_accepted(const em_design *design) {
  const em_design_key *blamed;
  em_error error;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    uint32_t value = em_design_get(design, key);
    if (em_design_key_applies(key, &design->shape) ? value < key->min || value > key->max : value != 1) {
      abort();
    }
  }
  if (em_design_check(design, &blamed, &error) != EM_OK || design->name[0] == '\0' || !(design->clock_mhz > 0)) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  em_design design;
  em_error error = {""};
  em_status status = em_design_parse("design", data, size, &design, &error);
  if (status == EM_OK) {
    check_accepted(&design);
  } else {
    fuzz_check_message(status, &error);
  }
  return 0;
}
