/*
 * The safetensors format: an 8-byte little-endian header length, a JSON header, and the tensors' raw little-endian,
 * row-major data, back to back. The header maps names to {dtype, shape, data_offsets}; `__metadata__` maps strings to
 * strings. Source: the format's description at https://github.com/huggingface/safetensors.
 *
 * The reader is strict: what it accepts has every byte of data in exactly one tensor of the size that its dtype and
 * shape give. Time and memory are in proportion to the header, but for sorting; data are never copied.
 */
#ifndef EM_SAFETENSORS_H
#define EM_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "sim/files/file_bytes.h"
#include "sim/files/json_text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensor data are used in the byte order of the file");

enum {
  EM_SAFETENSORS_MAX_HEADER = 100000000, /* bytes, the format's own limit */
  EM_SAFETENSORS_MAX_RANK = 8,
};

typedef enum {
  EM_DTYPE_BOOL,
  EM_DTYPE_U8,
  EM_DTYPE_I8,
  EM_DTYPE_I16,
  EM_DTYPE_U16,
  EM_DTYPE_F16,
  EM_DTYPE_BF16,
  EM_DTYPE_I32,
  EM_DTYPE_U32,
  EM_DTYPE_F32,
  EM_DTYPE_I64,
  EM_DTYPE_U64,
  EM_DTYPE_F64,
} em_dtype;

/* The name in files ("I8") and the size in bytes. */
const char *em_dtype_name(em_dtype dtype);
uint32_t em_dtype_bytes(em_dtype dtype);

typedef struct {
  const char *name;
  em_dtype dtype;
  uint32_t rank; /* 0..8; 0 is a scalar */
  uint64_t dims[EM_SAFETENSORS_MAX_RANK];
  const uint8_t *data; /* [size_bytes], not aligned */
  uint64_t size_bytes;
} em_safetensor;

typedef struct {
  const char *key, *value;
} em_safetensors_text;

typedef struct {
  em_safetensor *tensors; /* [tensor_count], sorted by name, owned */
  size_t tensor_count;
  em_safetensors_text *metadata; /* [metadata_count], sorted by key, owned */
  size_t metadata_count;
  cJSON *header;      /* owns the strings */
  em_file_bytes file; /* zero when parsed from memory */
} em_safetensors;

/*
 * Parses bytes[size], which must outlive `tensors`. EM_BAD_INPUT says which tensor and what is wrong, without a path;
 * then, or when memory is short (EM_FAILED), nothing is left to free.
 */
em_status em_safetensors_parse(const uint8_t *bytes, size_t size, em_safetensors *tensors, em_error *error);

/* The same for a file, which stays mapped until free. Texts name the path. */
em_status em_safetensors_load(const char *path, em_safetensors *tensors, em_error *error);

/* Also takes a zeroed struct. */
void em_safetensors_free(em_safetensors *tensors);

/* NULL when there is no such tensor or metadata key. */
const em_safetensor *em_safetensors_find(const em_safetensors *tensors, const char *name);
const char *em_safetensors_metadata(const em_safetensors *tensors, const char *key);

/* Writes "[2, 3]" and returns `text`. */
const char *em_safetensor_shape(const em_safetensor *tensor, char text[192]);

/*
 * Writes a file, atomically, with `tensors` in the order given and back to back; their size_bytes must agree with
 * dtype and dims (asserted). EM_FAILED names the path.
 */
em_status em_safetensors_save(const char *path, const em_safetensor *tensors, size_t tensor_count,
                              const em_safetensors_text *metadata, size_t metadata_count, em_error *error);

#endif
