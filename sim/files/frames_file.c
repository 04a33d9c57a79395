#include "sim/files/frames_file.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/bytes_hash.h"
#include "models/network/network.h"

uint64_t em_result_width(const em_shape *shape) {
  return (uint64_t)em_results_per_frame(shape) * shape->outputs;
}

/* The optional metadata `exponent`. */
static em_status read_exponent(const em_safetensors *file, bool *present, int32_t *exponent, em_error *error) {
  const char *text = em_safetensors_metadata(file, "exponent");
  *present = text != NULL;
  *exponent = 0;
  if (text == NULL) {
    return EM_OK;
  }
  cJSON *root;
  int64_t value = 0;
  em_error ignored;
  bool good = em_json_parse(text, strlen(text), &root, &ignored) == EM_OK &&
              em_json_integer(root, EM_EXPONENT_MIN, EM_EXPONENT_MAX, &value);
  cJSON_Delete(root);
  *exponent = (int32_t)value;
  return good ? EM_OK
              : em_fail(error, EM_BAD_INPUT, "__metadata__.exponent must be an integer in %d..%d", EM_EXPONENT_MIN,
                        EM_EXPONENT_MAX);
}

static em_status check_size(const em_frames *frames, const em_shape *shape, em_error *error) {
  if (shape != NULL && (frames->h != shape->h || frames->w != shape->w || frames->c != shape->c)) {
    return em_fail(error, EM_BAD_INPUT,
                   "tensor frames is I8 [%" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64
                   "], but the shape needs I8 [n, %u, %u, %u]",
                   frames->count, frames->h, frames->w, frames->c, shape->h, shape->w, shape->c);
  }
  return EM_OK;
}

static em_status read_frames(const em_safetensor *tensor, const em_shape *shape, em_frames *frames, em_error *error) {
  char text[192];
  if (tensor == NULL) {
    return em_fail(error, EM_BAD_INPUT, "tensor frames is missing");
  }
  if (tensor->dtype != EM_DTYPE_I8 || tensor->rank != 4 || tensor->size_bytes == 0) {
    return em_fail(error, EM_BAD_INPUT, "tensor frames is %s %s, must be I8 [n, H, W, C] with at least one frame",
                   em_dtype_name(tensor->dtype), em_safetensor_shape(tensor, text));
  }
  frames->count = tensor->dims[0];
  frames->h = tensor->dims[1];
  frames->w = tensor->dims[2];
  frames->c = tensor->dims[3];
  frames->codes = (const int8_t *)tensor->data;
  return check_size(frames, shape, error);
}

/* `is`: the type and size of labels that do not fit. */
static em_status wrong_labels(const em_frames *frames, const em_shape *shape, const char *is, em_error *error) {
  char width[24] = "outputs";
  if (shape != NULL) {
    snprintf(width, sizeof width, "%" PRIu64, em_result_width(shape));
  }
  return em_fail(error, EM_BAD_INPUT, "tensor labels is %s, must be I64 [%" PRIu64 "] or F32 [%" PRIu64 ", %s]", is,
                 frames->count, frames->count, width);
}

/* Every class is an output, every value a number, one an output. */
static em_status check_labels(const em_frames *frames, const em_shape *shape, em_error *error) {
  if (frames->label_kind == EM_LABELS_NONE) {
    return EM_OK;
  }
  if (frames->label_kind == EM_LABELS_VALUES && shape != NULL && frames->label_width != em_result_width(shape)) {
    char is[64];
    snprintf(is, sizeof is, "F32 [%" PRIu64 ", %" PRIu64 "]", frames->count, frames->label_width);
    return wrong_labels(frames, shape, is, error);
  }
  for (uint64_t i = 0; i < frames->count; i++) {
    if (frames->label_kind == EM_LABELS_CLASSES) {
      int64_t label = em_frames_class(frames, i);
      if (label < 0 || (shape != NULL && (uint64_t)label >= em_result_width(shape))) {
        uint64_t last = shape != NULL ? em_result_width(shape) - 1 : INT64_MAX;
        return em_fail(error, EM_BAD_INPUT, "label of frame %" PRIu64 " is %" PRId64 ", outside 0..%" PRIu64, i, label,
                       last);
      }
      continue;
    }
    for (uint64_t column = 0; column < frames->label_width; column++) {
      if (!isfinite(em_frames_value(frames, i, column))) {
        return em_fail(error, EM_BAD_INPUT, "label %" PRIu64 " of frame %" PRIu64 " is not a finite number", column, i);
      }
    }
  }
  return EM_OK;
}

static em_status read_labels(const em_safetensor *tensor, const em_shape *shape, em_frames *frames, em_error *error) {
  if (tensor == NULL) {
    return EM_OK;
  }
  bool classes = tensor->dtype == EM_DTYPE_I64 && tensor->rank == 1;
  bool values = tensor->dtype == EM_DTYPE_F32 && tensor->rank == 2 && tensor->dims[1] > 0;
  if (!(classes || values) || tensor->dims[0] != frames->count) {
    char dims[192], is[224];
    snprintf(is, sizeof is, "%s %s", em_dtype_name(tensor->dtype), em_safetensor_shape(tensor, dims));
    return wrong_labels(frames, shape, is, error);
  }
  frames->label_kind = classes ? EM_LABELS_CLASSES : EM_LABELS_VALUES;
  frames->label_width = classes ? 1 : tensor->dims[1];
  frames->label_bytes = tensor->data;
  return check_labels(frames, shape, error);
}

em_status em_frames_check(const em_frames *frames, const em_shape *shape, em_error *error) {
  em_status status = check_size(frames, shape, error);
  return status == EM_OK ? check_labels(frames, shape, error) : status;
}

static em_status reject_others(const em_safetensors *file, const char *first, const char *second, em_error *error) {
  for (size_t i = 0; i < file->tensor_count; i++) {
    const char *name = file->tensors[i].name;
    if (strcmp(name, first) != 0 && strcmp(name, second) != 0) {
      return em_fail(error, EM_BAD_INPUT, "tensor %.80s is unknown; allowed: %s%s%s", name, first,
                     first != second ? ", " : "", first != second ? second : "");
    }
  }
  return EM_OK;
}

static em_status read_file(const em_shape *shape, em_frames *frames, em_error *error) {
  const em_safetensors *file = &frames->file;
  em_status status = read_frames(em_safetensors_find(file, "frames"), shape, frames, error);
  if (status == EM_OK) {
    status = read_labels(em_safetensors_find(file, "labels"), shape, frames, error);
  }
  if (status == EM_OK) {
    status = reject_others(file, "frames", "labels", error);
  }
  if (status == EM_OK) {
    status = read_exponent(file, &frames->has_exponent, &frames->exponent, error);
  }
  if (status == EM_OK) {
    const char *unit = em_safetensors_metadata(file, "label_unit");
    frames->label_unit = em_json_unquoted(unit != NULL ? unit : "");
    status = frames->label_unit != NULL ? EM_OK : em_fail(error, EM_FAILED, "out of memory");
  }
  if (status != EM_OK) {
    em_frames_free(frames);
  }
  return status;
}

em_status em_frames_parse(const uint8_t *bytes, size_t size, const em_shape *shape, em_frames *frames,
                          em_error *error) {
  *frames = (em_frames){0};
  em_status status = em_safetensors_parse(bytes, size, &frames->file, error);
  return status == EM_OK ? read_file(shape, frames, error) : status;
}

em_status em_frames_load(const char *path, const em_shape *shape, em_frames *frames, em_error *error) {
  *frames = (em_frames){0};
  em_status status = em_safetensors_load(path, &frames->file, error);
  if (status == EM_OK) {
    status = read_file(shape, frames, error);
    if (status != EM_OK) {
      em_error_prefix(error, path);
    }
  }
  return status;
}

void em_frames_free(em_frames *frames) {
  free(frames->label_unit);
  em_safetensors_free(&frames->file);
  *frames = (em_frames){0};
}

const int8_t *em_frames_frame(const em_frames *frames, uint64_t index) {
  assert(index < frames->count);
  return frames->codes + index * frames->h * frames->w * frames->c;
}

uint64_t em_frames_hash(const em_frames *frames, uint64_t count) {
  static const size_t label_bytes[] = {[EM_LABELS_NONE] = 0, [EM_LABELS_CLASSES] = 8, [EM_LABELS_VALUES] = 4};
  uint64_t hash = em_bytes_hash(EM_BYTES_HASH_START, frames->codes, count * frames->h * frames->w * frames->c);
  return em_bytes_hash(hash, frames->label_bytes, count * frames->label_width * label_bytes[frames->label_kind]);
}

int64_t em_frames_class(const em_frames *frames, uint64_t index) {
  assert(frames->label_kind == EM_LABELS_CLASSES && index < frames->count);
  int64_t label;
  memcpy(&label, frames->label_bytes + index * sizeof label, sizeof label);
  return label;
}

float em_frames_value(const em_frames *frames, uint64_t index, uint64_t column) {
  assert(frames->label_kind == EM_LABELS_VALUES && index < frames->count && column < frames->label_width);
  float value;
  memcpy(&value, frames->label_bytes + (index * frames->label_width + column) * sizeof value, sizeof value);
  return value;
}

em_status em_frames_save(const char *path, const em_frames *frames, em_error *error) {
  bool classes = frames->label_kind == EM_LABELS_CLASSES;
  em_safetensor tensors[2] = {
      {.name = "frames",
       .dtype = EM_DTYPE_I8,
       .rank = 4,
       .dims = {frames->count, frames->h, frames->w, frames->c},
       .data = (const uint8_t *)frames->codes,
       .size_bytes = frames->count * frames->h * frames->w * frames->c},
      {.name = "labels",
       .dtype = classes ? EM_DTYPE_I64 : EM_DTYPE_F32,
       .rank = classes ? 1 : 2,
       .dims = {frames->count, frames->label_width},
       .data = frames->label_bytes,
       .size_bytes = frames->count * (classes ? 8 : 4 * frames->label_width)},
  };
  em_safetensors_text metadata[2];
  size_t count = 0;
  char exponent[16];
  if (frames->has_exponent) {
    snprintf(exponent, sizeof exponent, "%d", frames->exponent);
    metadata[count++] = (em_safetensors_text){"exponent", exponent};
  }
  char *unit = em_json_quoted(frames->label_unit != NULL ? frames->label_unit : "");
  if (unit == NULL) {
    return em_fail(error, EM_FAILED, "%s: out of memory", path);
  }
  metadata[count++] = (em_safetensors_text){"label_unit", unit};
  size_t tensor_count = frames->label_kind == EM_LABELS_NONE ? 1 : 2;
  em_status status = em_safetensors_save(path, tensors, tensor_count, metadata, count, error);
  free(unit);
  return status;
}

em_status em_results_load(const char *path, em_results *results, em_error *error) {
  *results = (em_results){0};
  em_status status = em_safetensors_load(path, &results->file, error);
  if (status != EM_OK) {
    return status;
  }
  const em_safetensor *outputs = em_safetensors_find(&results->file, "outputs");
  char text[192];
  if (outputs == NULL) {
    status = em_fail(error, EM_BAD_INPUT, "tensor outputs is missing");
  } else if (outputs->dtype != EM_DTYPE_I8 || outputs->rank != 2 || outputs->size_bytes == 0) {
    status = em_fail(error, EM_BAD_INPUT, "tensor outputs is %s %s, must be I8 [n, outputs] with at least one frame",
                     em_dtype_name(outputs->dtype), em_safetensor_shape(outputs, text));
  } else {
    results->count = outputs->dims[0];
    results->width = outputs->dims[1];
    results->codes = (const int8_t *)outputs->data;
    status = reject_others(&results->file, "outputs", "outputs", error);
  }
  if (status == EM_OK) {
    status = read_exponent(&results->file, &results->has_exponent, &results->exponent, error);
  }
  if (status != EM_OK) {
    em_error_prefix(error, path);
    em_results_free(results);
  }
  return status;
}

void em_results_free(em_results *results) {
  em_safetensors_free(&results->file);
  *results = (em_results){0};
}

em_status em_results_save(const char *path, const int8_t *codes, uint64_t count, uint64_t width, int32_t exponent,
                          em_error *error) {
  const em_safetensor outputs = {.name = "outputs",
                                 .dtype = EM_DTYPE_I8,
                                 .rank = 2,
                                 .dims = {count, width},
                                 .data = (const uint8_t *)codes,
                                 .size_bytes = count * width};
  char text[16];
  snprintf(text, sizeof text, "%d", exponent);
  const em_safetensors_text metadata = {"exponent", text};
  return em_safetensors_save(path, &outputs, 1, &metadata, 1, error);
}
