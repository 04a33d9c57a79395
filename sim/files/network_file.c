#include "sim/files/network_file.h"

#include <stdlib.h>
#include <string.h>

#include "sim/files/network_metadata.h"
#include "sim/files/network_parts.h"

static em_status check_format(const em_safetensors *file, em_error *error) {
  const char *value = em_safetensors_metadata(file, "format");
  if (value == NULL) {
    return em_fail(error, EM_BAD_INPUT, "__metadata__.format is missing; must be \"" EM_NETWORK_FORMAT "\"");
  }
  char *format = em_json_unquoted(value);
  if (format == NULL) {
    return em_fail(error, EM_FAILED, "out of memory");
  }
  em_status status = EM_OK;
  if (strcmp(format, EM_NETWORK_FORMAT) != 0) {
    status = em_fail(error, EM_BAD_INPUT, "format is \"%.40s\", must be \"" EM_NETWORK_FORMAT "\"", format);
  }
  free(format);
  return status;
}

static em_status check_tensor(const em_safetensor *tensor, const char *name, const em_tensor_entry *entry,
                              em_error *error) {
  if (tensor == NULL) {
    return em_fail(error, EM_BAD_INPUT, "tensor %s is missing", name);
  }
  em_safetensor wanted = {.dtype = EM_DTYPE_I8, .rank = entry->dims[1] > 0 ? 2 : 1};
  wanted.dims[0] = entry->dims[0];
  wanted.dims[1] = entry->dims[1];
  bool same = tensor->dtype == wanted.dtype && tensor->rank == wanted.rank && tensor->dims[0] == wanted.dims[0] &&
              (wanted.rank == 1 || tensor->dims[1] == wanted.dims[1]);
  if (!same) {
    char is[192], must[192];
    return em_fail(error, EM_BAD_INPUT, "tensor %s is %s %s, but the shape needs I8 %s", name,
                   em_dtype_name(tensor->dtype), em_safetensor_shape(tensor, is), em_safetensor_shape(&wanted, must));
  }
  return EM_OK;
}

/* The tensor that is in the file and not in the shape. Only called when there is one, so it may be slow. */
static em_status name_unknown_tensor(const em_safetensors *file, const em_shape *shape, em_error *error) {
  for (size_t i = 0; i < file->tensor_count; i++) {
    bool known = false;
    for (uint32_t p = 0; !known && p < em_network_part_count(shape); p++) {
      em_network_part part;
      em_network_part_describe(shape, p, &part);
      for (size_t t = 0; !known && t < part.tensor_count; t++) {
        char name[EM_NAME_BYTES];
        known = strcmp(file->tensors[i].name, em_network_part_name(&part, part.tensors[t].name, name)) == 0;
      }
    }
    if (!known) {
      return em_fail(error, EM_BAD_INPUT, "tensor %.80s is unknown: a network of this shape has none of that name",
                     file->tensors[i].name);
    }
  }
  return EM_OK;
}

/* The file has exactly the tensors of the shape. So a small file cannot ask for much memory later. */
static em_status check_tensors(const em_safetensors *file, const em_shape *shape, em_error *error) {
  size_t total = 0;
  for (uint32_t p = 0; p < em_network_part_count(shape); p++) {
    em_network_part part;
    em_network_part_describe(shape, p, &part);
    for (size_t t = 0; t < part.tensor_count; t++) {
      char name[EM_NAME_BYTES];
      em_network_part_name(&part, part.tensors[t].name, name);
      em_status status = check_tensor(em_safetensors_find(file, name), name, &part.tensors[t], error);
      if (status != EM_OK) {
        return status;
      }
    }
    total += part.tensor_count;
  }
  return file->tensor_count == total ? EM_OK : name_unknown_tensor(file, shape, error);
}

static void copy_codes(em_safetensors *file, em_network *network) {
  for (uint32_t p = 0; p < em_network_part_count(&network->shape); p++) {
    em_network_part part;
    em_network_part_describe(&network->shape, p, &part);
    char *base = em_network_part_base(network, p);
    for (size_t t = 0; t < part.tensor_count; t++) {
      char name[EM_NAME_BYTES];
      const em_safetensor *source = em_safetensors_find(file, em_network_part_name(&part, part.tensors[t].name, name));
      const em_tensor *tensor = (const em_tensor *)(const void *)(base + part.tensors[t].offset);
      memcpy(network->codes + (tensor->codes - network->codes), source->data, source->size_bytes);
      em_file_bytes_drop(&file->file, source->data, source->size_bytes);
    }
  }
}

static em_status read_exponents(em_metadata_object *exponents, em_network *network, em_error *error) {
  em_status status = EM_OK;
  char name[EM_NAME_BYTES];
  for (uint32_t p = 0; p < em_network_part_count(&network->shape); p++) {
    em_network_part part;
    em_network_part_describe(&network->shape, p, &part);
    char *base = em_network_part_base(network, p);
    for (size_t i = 0; status == EM_OK && i < part.tensor_count; i++) {
      em_tensor *tensor = (em_tensor *)(void *)(base + part.tensors[i].offset);
      em_network_part_name(&part, part.tensors[i].name, name);
      status = em_metadata_exponent(exponents, name, &tensor->exponent, error);
    }
    for (size_t i = 0; status == EM_OK && i < part.node_count; i++) {
      int32_t *node = (int32_t *)(void *)(base + part.nodes[i].offset);
      em_network_part_name(&part, part.nodes[i].name, name);
      status = em_metadata_exponent(exponents, name, node, error);
    }
  }
  return status == EM_OK ? em_metadata_check_used(exponents, error) : status;
}

static em_status read_tables(em_metadata_object *tables, em_network *network, em_error *error) {
  em_status status = EM_OK;
  char name[EM_NAME_BYTES];
  for (uint32_t p = 0; p < em_network_part_count(&network->shape); p++) {
    em_network_part part;
    em_network_part_describe(&network->shape, p, &part);
    char *base = em_network_part_base(network, p);
    for (size_t i = 0; status == EM_OK && i < part.pwl_count; i++) {
      em_pwl *pwl = (em_pwl *)(void *)(base + part.pwls[i].offset);
      em_network_part_name(&part, part.pwls[i].name, name);
      status = em_metadata_pwl(tables, name, pwl, error);
    }
  }
  return status == EM_OK ? em_metadata_check_used(tables, error) : status;
}

static em_status read_metadata(const em_safetensors *file, em_network *network, em_error *error) {
  em_metadata_object object;
  em_status status = em_metadata_open(file, "exponents", &object, error);
  if (status == EM_OK) {
    status = read_exponents(&object, network, error);
  }
  em_metadata_close(&object);
  if (status == EM_OK) {
    status = em_metadata_open(file, "pwl", &object, error);
    if (status == EM_OK) {
      status = read_tables(&object, network, error);
    }
    em_metadata_close(&object);
  }
  const char *origin = em_safetensors_metadata(file, "origin");
  if (status == EM_OK && origin != NULL) {
    free(network->origin);
    network->origin = em_json_unquoted(origin);
    if (network->origin == NULL) {
      status = em_fail(error, EM_FAILED, "out of memory");
    }
  }
  return status;
}

em_status em_network_read(em_safetensors *file, em_network *network, em_error *error) {
  *network = (em_network){0};
  em_shape shape;
  em_status status = check_format(file, error);
  if (status == EM_OK) {
    status = em_metadata_shape(file, &shape, error);
  }
  if (status == EM_OK) {
    status = check_tensors(file, &shape, error);
  }
  if (status == EM_OK) {
    status = em_network_init(network, &shape, error);
  }
  if (status != EM_OK) {
    return status;
  }
  copy_codes(file, network);
  status = read_metadata(file, network, error);
  if (status == EM_OK) {
    status = em_network_check(network, error);
  }
  if (status != EM_OK) {
    em_network_free(network);
  }
  return status;
}

em_status em_network_parse(const uint8_t *bytes, size_t size, em_network *network, em_error *error) {
  *network = (em_network){0};
  em_safetensors file;
  em_status status = em_safetensors_parse(bytes, size, &file, error);
  if (status == EM_OK) {
    status = em_network_read(&file, network, error);
    em_safetensors_free(&file);
  }
  return status;
}

em_status em_network_load(const char *path, em_network *network, em_error *error) {
  *network = (em_network){0};
  em_safetensors file;
  em_status status = em_safetensors_load(path, &file, error);
  if (status == EM_OK) {
    status = em_network_read(&file, network, error);
    em_safetensors_free(&file);
    if (status != EM_OK) {
      em_error_prefix(error, path);
    }
  }
  return status;
}
