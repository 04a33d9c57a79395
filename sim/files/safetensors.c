#include "sim/files/safetensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/foreign.h"

#define MAX_INTEGER (INT64_C(1) << 53) /* JSON numbers are doubles here */

static const struct {
  const char *name;
  uint32_t bytes;
} dtypes[] = {
    [EM_DTYPE_BOOL] = {"BOOL", 1}, [EM_DTYPE_U8] = {"U8", 1},   [EM_DTYPE_I8] = {"I8", 1},
    [EM_DTYPE_I16] = {"I16", 2},   [EM_DTYPE_U16] = {"U16", 2}, [EM_DTYPE_F16] = {"F16", 2},
    [EM_DTYPE_BF16] = {"BF16", 2}, [EM_DTYPE_I32] = {"I32", 4}, [EM_DTYPE_U32] = {"U32", 4},
    [EM_DTYPE_F32] = {"F32", 4},   [EM_DTYPE_I64] = {"I64", 8}, [EM_DTYPE_U64] = {"U64", 8},
    [EM_DTYPE_F64] = {"F64", 8},
};

const char *em_dtype_name(em_dtype dtype) {
  return dtypes[dtype].name;
}

uint32_t em_dtype_bytes(em_dtype dtype) {
  return dtypes[dtype].bytes;
}

const char *em_safetensor_shape(const em_safetensor *tensor, char text[192]) {
  size_t used = (size_t)snprintf(text, 192, "[");
  for (uint32_t i = 0; i < tensor->rank; i++) {
    used += (size_t)snprintf(text + used, 192 - used, "%s%" PRIu64, i > 0 ? ", " : "", tensor->dims[i]);
  }
  snprintf(text + used, 192 - used, "]");
  return text;
}

static em_status read_dtype(const cJSON *item, em_safetensor *tensor, em_error *error) {
  const char *name = cJSON_GetStringValue(item);
  for (size_t i = 0; name != NULL && i < sizeof dtypes / sizeof dtypes[0]; i++) {
    if (strcmp(name, dtypes[i].name) == 0) {
      tensor->dtype = (em_dtype)i;
      return EM_OK;
    }
  }
  return em_fail(error, EM_BAD_INPUT, "dtype \"%.20s\" is not one of BOOL, [IU]{8,16,32,64}, F{16,32,64}, BF16",
                 name != NULL ? name : "");
}

/* Reads up to `capacity` non-negative integers; false for anything else. */
static bool read_integers(const cJSON *item, uint64_t *values, uint32_t capacity, uint32_t *count) {
  *count = 0;
  if (!cJSON_IsArray(item)) {
    return false;
  }
  for (const cJSON *element = item->child; element != NULL; element = element->next) {
    int64_t value;
    if (*count == capacity || !em_json_integer(element, 0, MAX_INTEGER, &value)) {
      return false;
    }
    values[(*count)++] = (uint64_t)value;
  }
  return true;
}

/* The bytes that dtype and shape ask for; false when that is above 2^63. */
static bool wanted_bytes(const em_safetensor *tensor, uint64_t *bytes) {
  *bytes = em_dtype_bytes(tensor->dtype);
  for (uint32_t i = 0; i < tensor->rank; i++) {
    if (tensor->dims[i] != 0 && *bytes > (UINT64_C(1) << 63) / tensor->dims[i]) {
      return false;
    }
    *bytes *= tensor->dims[i];
  }
  return true;
}

static em_status read_tensor(const cJSON *entry, const uint8_t *data, uint64_t data_bytes, em_safetensor *tensor,
                             em_error *error) {
  em_json_index index;
  em_status status = em_json_index_build(entry, &index, error);
  if (status != EM_OK) {
    return status;
  }
  const cJSON *dtype = em_json_index_take(&index, "dtype");
  const cJSON *shape = em_json_index_take(&index, "shape");
  const cJSON *offsets = em_json_index_take(&index, "data_offsets");
  const char *unused = em_json_index_unused(&index);
  em_json_index_free(&index);
  if (dtype == NULL || shape == NULL || offsets == NULL || unused != NULL) {
    return em_fail(error, EM_BAD_INPUT, "must have exactly dtype, shape and data_offsets");
  }
  status = read_dtype(dtype, tensor, error);
  if (status != EM_OK) {
    return status;
  }
  if (!read_integers(shape, tensor->dims, EM_SAFETENSORS_MAX_RANK, &tensor->rank)) {
    return em_fail(error, EM_BAD_INPUT, "shape must be a list of at most %d integers in 0..2^53",
                   EM_SAFETENSORS_MAX_RANK);
  }
  uint64_t range[2], bytes;
  uint32_t ends;
  if (!read_integers(offsets, range, 2, &ends) || ends != 2 || range[0] > range[1] || range[1] > data_bytes) {
    return em_fail(error, EM_BAD_INPUT, "data_offsets must be two rising integers in 0..%" PRIu64, data_bytes);
  }
  tensor->data = data + range[0];
  tensor->size_bytes = range[1] - range[0];
  char text[192];
  if (!wanted_bytes(tensor, &bytes) || bytes != tensor->size_bytes) {
    return em_fail(error, EM_BAD_INPUT, "data_offsets span %" PRIu64 " bytes, which is not %s %s", tensor->size_bytes,
                   em_dtype_name(tensor->dtype), em_safetensor_shape(tensor, text));
  }
  return EM_OK;
}

static int compare_places(const void *a, const void *b) {
  const em_safetensor *first = *(const em_safetensor *const *)a, *second = *(const em_safetensor *const *)b;
  if (first->data != second->data) {
    return first->data < second->data ? -1 : 1;
  }
  return (first->size_bytes > second->size_bytes) - (first->size_bytes < second->size_bytes);
}

/* Every byte of the data belongs to exactly one tensor. */
static em_status check_coverage(const em_safetensors *tensors, const uint8_t *data, uint64_t data_bytes,
                                em_error *error) {
  size_t count = tensors->tensor_count;
  const em_safetensor **order = malloc((count > 0 ? count : 1) * sizeof *order);
  if (order == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for %zu tensors", count);
  }
  for (size_t i = 0; i < count; i++) {
    order[i] = &tensors->tensors[i];
  }
  qsort(order, count, sizeof *order, compare_places);
  uint64_t end = 0;
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < count; i++) {
    uint64_t begin = (uint64_t)(order[i]->data - data);
    if (begin != end) {
      status = em_fail(error, EM_BAD_INPUT,
                       "tensor %.80s: begins at data byte %" PRIu64 ", but the one before it %s %" PRIu64,
                       order[i]->name, begin, begin < end ? "overlaps it, up to" : "ends at", end);
    }
    end = begin + order[i]->size_bytes;
  }
  free(order);
  if (status == EM_OK && end != data_bytes) {
    status = em_fail(error, EM_BAD_INPUT, "%" PRIu64 " bytes of data, of which tensors use %" PRIu64, data_bytes, end);
  }
  return status;
}

static em_status read_metadata(const cJSON *item, em_safetensors *tensors, em_error *error) {
  em_json_index index;
  em_status status = em_json_index_build(item, &index, error);
  if (status == EM_OK) {
    tensors->metadata = calloc(index.count + 1, sizeof *tensors->metadata);
    if (tensors->metadata == NULL) {
      status = em_fail(error, EM_FAILED, "out of memory");
    }
  }
  for (size_t i = 0; status == EM_OK && i < index.count; i++) {
    if (!cJSON_IsString(index.members[i].item)) {
      status = em_fail(error, EM_BAD_INPUT, "\"%.80s\" must be a string", index.members[i].name);
      break;
    }
    tensors->metadata[tensors->metadata_count++] =
        (em_safetensors_text){index.members[i].name, index.members[i].item->valuestring};
  }
  em_json_index_free(&index);
  if (status != EM_OK) {
    em_error_prefix(error, "__metadata__");
  }
  return status;
}

static em_status read_header(em_safetensors *tensors, const uint8_t *data, uint64_t data_bytes, em_error *error) {
  em_json_index index;
  em_status status = em_json_index_build(tensors->header, &index, error);
  if (status != EM_OK) {
    em_error_prefix(error, "header");
    return status;
  }
  const cJSON *metadata = em_json_index_take(&index, "__metadata__");
  if (metadata != NULL) {
    status = read_metadata(metadata, tensors, error);
  }
  tensors->tensors = calloc(index.count + 1, sizeof *tensors->tensors);
  if (status == EM_OK && tensors->tensors == NULL) {
    status = em_fail(error, EM_FAILED, "out of memory for %zu tensors", index.count);
  }
  for (size_t i = 0; status == EM_OK && i < index.count; i++) {
    if (index.members[i].used) {
      continue;
    }
    em_safetensor *tensor = &tensors->tensors[tensors->tensor_count++];
    tensor->name = index.members[i].name;
    status = read_tensor(index.members[i].item, data, data_bytes, tensor, error);
    if (status != EM_OK) {
      char place[100];
      snprintf(place, sizeof place, "tensor %.80s", tensor->name);
      em_error_prefix(error, place);
    }
  }
  em_json_index_free(&index);
  return status == EM_OK ? check_coverage(tensors, data, data_bytes, error) : status;
}

em_status em_safetensors_parse(const uint8_t *bytes, size_t size, em_safetensors *tensors, em_error *error) {
  *tensors = (em_safetensors){0};
  const char *foreign = em_foreign_format(bytes, size);
  if (foreign != NULL) {
    return em_fail(error, EM_BAD_INPUT, "not a safetensors file: it looks like %s", foreign);
  }
  if (size < 8) {
    return em_fail(error, EM_BAD_INPUT, "%zu bytes, but a safetensors file begins with 8 of header length", size);
  }
  uint64_t length;
  memcpy(&length, bytes, sizeof length);
  uint64_t limit = size - 8 < EM_SAFETENSORS_MAX_HEADER ? size - 8 : EM_SAFETENSORS_MAX_HEADER;
  if (length < 2 || length > limit) {
    return em_fail(error, EM_BAD_INPUT, "header length is %" PRIu64 ", outside 2..%" PRIu64, length, limit);
  }
  if (bytes[8] != '{') {
    return em_fail(error, EM_BAD_INPUT, "header begins with byte 0x%02x, must begin with {", bytes[8]);
  }
  em_status status = em_json_parse((const char *)bytes + 8, (size_t)length, &tensors->header, error);
  if (status != EM_OK) {
    em_error_prefix(error, "header");
  } else {
    status = read_header(tensors, bytes + 8 + length, size - 8 - length, error);
  }
  if (status != EM_OK) {
    em_safetensors_free(tensors);
  }
  return status;
}

em_status em_safetensors_load(const char *path, em_safetensors *tensors, em_error *error) {
  em_file_bytes file;
  *tensors = (em_safetensors){0};
  em_status status = em_file_bytes_open(path, &file, error);
  if (status == EM_OK) {
    status = em_safetensors_parse(file.bytes, file.size, tensors, error);
  }
  if (status != EM_OK) {
    em_error_prefix(error, path);
    em_file_bytes_close(&file);
    return status;
  }
  tensors->file = file;
  return EM_OK;
}

void em_safetensors_free(em_safetensors *tensors) {
  free(tensors->tensors);
  free(tensors->metadata);
  cJSON_Delete(tensors->header);
  em_file_bytes_close(&tensors->file);
  *tensors = (em_safetensors){0};
}

static int compare_names(const void *name, const void *tensor) {
  return strcmp(name, ((const em_safetensor *)tensor)->name);
}

const em_safetensor *em_safetensors_find(const em_safetensors *tensors, const char *name) {
  if (tensors->tensor_count == 0) {
    return NULL;
  }
  return bsearch(name, tensors->tensors, tensors->tensor_count, sizeof *tensors->tensors, compare_names);
}

static int compare_keys(const void *key, const void *text) {
  return strcmp(key, ((const em_safetensors_text *)text)->key);
}

const char *em_safetensors_metadata(const em_safetensors *tensors, const char *key) {
  const em_safetensors_text *found = NULL;
  if (tensors->metadata_count > 0) {
    found = bsearch(key, tensors->metadata, tensors->metadata_count, sizeof *found, compare_keys);
  }
  return found != NULL ? found->value : NULL;
}
