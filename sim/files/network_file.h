/*
 * Network files: the network of models/network/network.h as a safetensors file.
 *
 * INT8 tensors under the names of the integer contract; `__metadata__` has `format` = "emamba-network-1", `shape`,
 * `exponents`, `pwl` (each JSON text) and, optionally, `origin`. Other metadata keys are ignored; everything else that
 * is unknown, missing or out of range is an error. What the loader accepts, em_network_check accepts, so that no
 * accumulator or shift of the hardware can overflow. Source: "Network" in the file formats (docs/formats.md).
 */
#ifndef EM_NETWORK_FILE_H
#define EM_NETWORK_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "models/network/network.h"
#include "sim/files/safetensors.h"

#define EM_NETWORK_FORMAT "emamba-network-1"

/* Loads `path` into `network`, which the caller frees. On an error there is nothing to free; texts name the path. */
em_status em_network_load(const char *path, em_network *network, em_error *error);

/* The same from bytes[size], and from a file already parsed; texts do not name a path. Nothing is kept of the input. */
em_status em_network_parse(const uint8_t *bytes, size_t size, em_network *network, em_error *error);
em_status em_network_read(em_safetensors *file, em_network *network, em_error *error);

/* Writes `network`, atomically. Loading the file gives an equal network. EM_FAILED names the path. */
em_status em_network_save(const char *path, const em_network *network, em_error *error);

#endif
