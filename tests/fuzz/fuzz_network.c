/* em_network_parse: what it accepts, em_network_check accepts, and every code can be read. */
#include "sim/files/network_file.h"
#include "tests/fuzz/fuzz.h"

static void check_accepted(const em_network *network) {
  em_error error;
  int64_t sum = 0;
  for (uint64_t i = 0; i < em_network_code_count(&network->shape); i++) {
    sum += network->codes[i];
  }
  if (sum > INT32_MAX || strlen(network->origin) > SIZE_MAX / 2) {
    abort();
  }
  if (em_network_check(network, &error) != EM_OK || em_shape_check(&network->shape, &error) != EM_OK) {
    abort();
  }
  for (uint32_t b = 0; b < network->shape.m; b++) {
    uint32_t segments = network->blocks[b].pwl_gate.segments;
    if (segments < 1 || segments > EM_PWL_MAX_SEGMENTS) {
      abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t file_size;
  uint8_t *file = fuzz_safetensors(data, size, &file_size);
  em_network network;
  em_error error = {""};
  em_status status = em_network_parse(file, file_size, &network, &error);
  free(file); /* nothing of the input may be used later */
  if (status == EM_OK) {
    check_accepted(&network);
    em_network_free(&network);
  } else {
    fuzz_check_message(status, &error);
  }
  return 0;
}
