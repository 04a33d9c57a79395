#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/atomic_file.h"
#include "sim/files/safetensors.h"

static bool add_tensor(cJSON *header, const em_safetensor *tensor, uint64_t begin) {
  cJSON *entry = cJSON_AddObjectToObject(header, tensor->name);
  bool fits = cJSON_AddStringToObject(entry, "dtype", em_dtype_name(tensor->dtype)) != NULL;
  cJSON *shape = cJSON_AddArrayToObject(entry, "shape");
  uint64_t bytes = em_dtype_bytes(tensor->dtype);
  for (uint32_t i = 0; i < tensor->rank; i++) {
    fits = cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)tensor->dims[i])) && fits;
    bytes *= tensor->dims[i];
  }
  assert(bytes == tensor->size_bytes);
  cJSON *offsets = cJSON_AddArrayToObject(entry, "data_offsets");
  fits = cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)begin)) && fits;
  return cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)(begin + bytes))) && fits;
}

/* The header's JSON text, from cJSON's heap; NULL when memory is short. */
static char *print_header(const em_safetensor *tensors, size_t tensor_count, const em_safetensors_text *metadata,
                          size_t metadata_count) {
  cJSON *header = cJSON_CreateObject();
  bool fits = header != NULL;
  if (metadata_count > 0) {
    cJSON *texts = cJSON_AddObjectToObject(header, "__metadata__");
    for (size_t i = 0; i < metadata_count; i++) {
      fits = cJSON_AddStringToObject(texts, metadata[i].key, metadata[i].value) != NULL && fits;
    }
  }
  uint64_t begin = 0;
  for (size_t i = 0; i < tensor_count; i++) {
    fits = add_tensor(header, &tensors[i], begin) && fits;
    begin += tensors[i].size_bytes;
  }
  char *text = fits ? cJSON_PrintUnformatted(header) : NULL;
  cJSON_Delete(header);
  return text;
}

em_status em_safetensors_save(const char *path, const em_safetensor *tensors, size_t tensor_count,
                              const em_safetensors_text *metadata, size_t metadata_count, em_error *error) {
  char *header = print_header(tensors, tensor_count, metadata, metadata_count);
  if (header == NULL) {
    return em_fail(error, EM_FAILED, "%s: out of memory for its header", path);
  }
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status == EM_OK) {
    uint64_t length = strlen(header), padded = (length + 7) / 8 * 8; /* data begin at a multiple of 8 bytes */
    fwrite(&padded, sizeof padded, 1, file.stream);
    fwrite(header, 1, length, file.stream);
    fwrite("       ", 1, padded - length, file.stream);
    for (size_t i = 0; i < tensor_count; i++) {
      fwrite(tensors[i].data, 1, tensors[i].size_bytes, file.stream);
    }
    status = em_atomic_file_commit(&file, error); /* finds any write that failed */
  }
  cJSON_free(header);
  return status;
}
