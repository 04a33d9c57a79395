/*
 * The JSON texts in a network file's `__metadata__`: shape, exponents and pwl. Used by network_file.c only.
 */
#ifndef EM_NETWORK_METADATA_H
#define EM_NETWORK_METADATA_H

#include "models/base/status.h"
#include "models/network/network.h"
#include "sim/files/json_text.h"
#include "sim/files/safetensors.h"

/* One metadata value, parsed as a JSON object. */
typedef struct {
  const char *key;
  cJSON *root;
  em_json_index members;
} em_metadata_object;

/* Opens metadata `key`. Close it in any case. */
em_status em_metadata_open(const em_safetensors *file, const char *key, em_metadata_object *object, em_error *error);
void em_metadata_close(em_metadata_object *object);

/* EM_BAD_INPUT when a member was never taken: its name is unknown. */
em_status em_metadata_check_used(const em_metadata_object *object, em_error *error);

/* Reads the shape, all keys, each in the range that em_design_keys gives, and checks it. */
em_status em_metadata_shape(const em_safetensors *file, em_shape *shape, em_error *error);

/* Takes the exponent of tensor or node `name`, in EM_EXPONENT_MIN..EM_EXPONENT_MAX. */
em_status em_metadata_exponent(em_metadata_object *exponents, const char *name, int32_t *exponent, em_error *error);

/* Takes table `name`: T thresholds, T + 1 slopes and intercepts, 2 <= T <= EM_PWL_MAX_SEGMENTS + 1, and the shift. */
em_status em_metadata_pwl(em_metadata_object *tables, const char *name, em_pwl *pwl, em_error *error);

#endif
