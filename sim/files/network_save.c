#include <stdlib.h>
#include <string.h>

#include "sim/files/network_file.h"
#include "sim/files/network_parts.h"

static void add_shape(cJSON *object, const em_shape *shape) {
  em_design design = {.shape = *shape};
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (strcmp(key->section, "shape") != 0) {
      continue;
    }
    if (key->offset == offsetof(em_design, shape.head)) {
      cJSON_AddStringToObject(object, key->key, em_head_name((em_head)shape->head));
    } else if (key->offset == offsetof(em_design, shape.conv_silu)) {
      cJSON_AddBoolToObject(object, key->key, shape->conv_silu != 0);
    } else {
      cJSON_AddNumberToObject(object, key->key, em_design_get(&design, key));
    }
  }
}

static void add_pwl(cJSON *object, const em_pwl *pwl) {
  cJSON *thresholds = cJSON_AddArrayToObject(object, "thresholds");
  cJSON *slopes = cJSON_AddArrayToObject(object, "slopes");
  cJSON *intercepts = cJSON_AddArrayToObject(object, "intercepts");
  for (uint32_t i = 0; i < pwl->segments + 2; i++) {
    if (i < pwl->segments + 1) {
      cJSON_AddItemToArray(thresholds, cJSON_CreateNumber(pwl->thresholds[i]));
    }
    cJSON_AddItemToArray(slopes, cJSON_CreateNumber(pwl->slopes[i]));
    cJSON_AddItemToArray(intercepts, cJSON_CreateNumber(pwl->intercepts[i]));
  }
  cJSON_AddNumberToObject(object, "shift", pwl->shift);
}

static void add_part(const em_network *network, uint32_t index, cJSON *exponents, cJSON *pwls) {
  em_network_part part;
  em_network_part_describe(&network->shape, index, &part);
  const char *base = em_network_part_base(network, index);
  char name[EM_NAME_BYTES];
  for (size_t i = 0; i < part.tensor_count; i++) {
    const em_tensor *tensor = (const em_tensor *)(const void *)(base + part.tensors[i].offset);
    cJSON_AddNumberToObject(exponents, em_network_part_name(&part, part.tensors[i].name, name), tensor->exponent);
  }
  for (size_t i = 0; i < part.node_count; i++) {
    const int32_t *node = (const int32_t *)(const void *)(base + part.nodes[i].offset);
    cJSON_AddNumberToObject(exponents, em_network_part_name(&part, part.nodes[i].name, name), *node);
  }
  for (size_t i = 0; i < part.pwl_count; i++) {
    cJSON *table = cJSON_AddObjectToObject(pwls, em_network_part_name(&part, part.pwls[i].name, name));
    add_pwl(table, (const em_pwl *)(const void *)(base + part.pwls[i].offset));
  }
}

/* Describes every tensor; names live in `names`, one a tensor. */
static size_t list_tensors(const em_network *network, em_safetensor *tensors, char (*names)[EM_NAME_BYTES]) {
  size_t count = 0;
  for (uint32_t p = 0; p < em_network_part_count(&network->shape); p++) {
    em_network_part part;
    em_network_part_describe(&network->shape, p, &part);
    const char *base = em_network_part_base(network, p);
    for (size_t i = 0; i < part.tensor_count; i++) {
      const em_tensor_entry *entry = &part.tensors[i];
      const em_tensor *tensor = (const em_tensor *)(const void *)(base + entry->offset);
      uint64_t columns = entry->dims[1] > 0 ? entry->dims[1] : 1;
      tensors[count] = (em_safetensor){
          .name = em_network_part_name(&part, entry->name, names[count]),
          .dtype = EM_DTYPE_I8,
          .rank = entry->dims[1] > 0 ? 2 : 1,
          .dims = {entry->dims[0], entry->dims[1]},
          .data = (const uint8_t *)tensor->codes,
          .size_bytes = entry->dims[0] * columns,
      };
      count++;
    }
  }
  return count;
}

/* The metadata texts, from cJSON's heap. */
typedef struct {
  char *format, *shape, *exponents, *pwl, *origin;
} metadata_texts;

static void print_texts(const em_network *network, metadata_texts *texts) {
  cJSON *format = cJSON_CreateString(EM_NETWORK_FORMAT);
  cJSON *shape = cJSON_CreateObject();
  cJSON *exponents = cJSON_CreateObject();
  cJSON *pwls = cJSON_CreateObject();
  cJSON *origin = cJSON_CreateString(network->origin);
  add_shape(shape, &network->shape);
  for (uint32_t p = 0; p < em_network_part_count(&network->shape); p++) {
    add_part(network, p, exponents, pwls);
  }
  *texts =
      (metadata_texts){cJSON_PrintUnformatted(format), cJSON_PrintUnformatted(shape), cJSON_PrintUnformatted(exponents),
                       cJSON_PrintUnformatted(pwls), cJSON_PrintUnformatted(origin)};
  cJSON_Delete(format);
  cJSON_Delete(shape);
  cJSON_Delete(exponents);
  cJSON_Delete(pwls);
  cJSON_Delete(origin);
}

em_status em_network_save(const char *path, const em_network *network, em_error *error) {
  size_t capacity = (size_t)em_network_part_count(&network->shape) * EM_MAX_TENSORS;
  em_safetensor *tensors = calloc(capacity, sizeof *tensors);
  char(*names)[EM_NAME_BYTES] = calloc(capacity, sizeof *names);
  metadata_texts texts = {0};
  em_status status = EM_OK;
  if (tensors != NULL && names != NULL) {
    print_texts(network, &texts);
  }
  if (!texts.format || !texts.shape || !texts.exponents || !texts.pwl || !texts.origin) {
    status = em_fail(error, EM_FAILED, "%s: out of memory", path);
  } else {
    const em_safetensors_text metadata[] = {{"format", texts.format},
                                            {"shape", texts.shape},
                                            {"exponents", texts.exponents},
                                            {"pwl", texts.pwl},
                                            {"origin", texts.origin}};
    size_t count = list_tensors(network, tensors, names);
    status = em_safetensors_save(path, tensors, count, metadata, sizeof metadata / sizeof metadata[0], error);
  }
  cJSON_free(texts.format);
  cJSON_free(texts.shape);
  cJSON_free(texts.exponents);
  cJSON_free(texts.pwl);
  cJSON_free(texts.origin);
  free(tensors);
  free(names);
  return status;
}
