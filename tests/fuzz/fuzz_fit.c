/* em_fit_parse: what it accepts has coefficients that are no nonsense, and none where no feature is. */
#include "sim/files/fit_file.h"
#include "tests/fuzz/fuzz.h"

static void check_accepted(const em_fit_data *data) {
  for (uint32_t kind = 0; kind < EM_COST_KINDS; kind++) {
    for (uint32_t q = 0; q < EM_COST_QUANTITIES; q++) {
      for (uint32_t i = 0; i < EM_COST_FEATURES; i++) {
        double value = data->coefficients.coefficients[kind][q][i];
        bool named = em_cost_feature_name((em_cost_kind)kind, (em_cost_quantity)q, i) != NULL;
        if (!(value >= 0 && value <= 1e9) || (!named && value > 0)) {
          abort();
        }
      }
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static em_fit_data fit; /* large */
  em_error error = {""};
  em_status status = em_fit_parse("fit", data, size, &fit, &error);
  if (status == EM_OK) {
    check_accepted(&fit);
  } else {
    fuzz_check_message(status, &error);
  }
  return 0;
}
