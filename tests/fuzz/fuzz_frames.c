/* em_frames_parse, with and without a shape: every code and label of what it accepts can be read. */
#include <math.h>

#include "sim/files/frames_file.h"
#include "tests/fuzz/fuzz.h"

static void check_accepted(const em_frames *frames, const em_shape *shape) {
  int64_t sum = 0;
  for (uint64_t i = 0; i < frames->count; i++) {
    const int8_t *codes = em_frames_frame(frames, i);
    for (uint64_t j = 0; j < frames->h * frames->w * frames->c; j++) {
      sum += codes[j];
    }
    if (frames->label_kind == EM_LABELS_CLASSES) {
      int64_t label = em_frames_class(frames, i);
      if (label < 0 || (shape != NULL && label >= (int64_t)shape->outputs)) {
        abort();
      }
    }
    for (uint64_t j = 0; frames->label_kind == EM_LABELS_VALUES && j < frames->label_width; j++) {
      if (!isfinite(em_frames_value(frames, i, j))) {
        abort();
      }
    }
  }
  if (sum > INT32_MAX || frames->count == 0 || (shape != NULL && frames->h != shape->h)) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const em_shape shape = {.h = 1, .w = 2, .c = 2, .p = 1, .l = 2, .d = 4, .head = EM_HEAD_MEAN, .outputs = 3};
  const em_shape *shapes[] = {NULL, &shape};
  size_t file_size;
  uint8_t *file = fuzz_safetensors(data, size, &file_size);
  for (size_t i = 0; i < 2; i++) {
    em_frames frames;
    em_error error = {""};
    em_status status = em_frames_parse(file, file_size, shapes[i], &frames, &error);
    if (status == EM_OK) {
      check_accepted(&frames, shapes[i]);
      em_frames_free(&frames);
    } else {
      fuzz_check_message(status, &error);
    }
  }
  free(file);
  return 0;
}
