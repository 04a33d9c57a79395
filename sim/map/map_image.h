/*
 * A network as the image that the driver loads: the words of em_load_words, in runs of consecutive addresses.
 *
 * Source: sim/driver/emamba.h ("An image").
 */
#ifndef EM_MAP_IMAGE_H
#define EM_MAP_IMAGE_H

#include <stddef.h>

#include "models/base/status.h"
#include "models/graph/graph.h"
#include "models/network/network.h"

typedef struct {
  uint32_t *words; /* in this machine's byte order */
  size_t count, room;
} em_map_image;

/* `network` has the graph's shape. EM_FAILED when memory is short; free it in any case. */
em_status em_map_image_make(const em_graph *graph, const em_network *network, em_map_image *image, em_error *error);
void em_map_image_free(em_map_image *image);

/* Writes the image, little-endian. */
em_status em_map_image_save(const em_map_image *image, const char *path, em_error *error);

#endif
