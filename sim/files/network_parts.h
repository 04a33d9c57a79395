/*
 * A network as a row of parts, for code that walks over every tensor, exponent and table by its full name: part 0 is
 * what lies outside the blocks, part 1 + B is block B.
 */
#ifndef EM_NETWORK_PARTS_H
#define EM_NETWORK_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "models/network/network.h"

enum { EM_NAME_BYTES = 64, EM_MAX_PWLS = 3 };

/* One piecewise-linear table, named after the node that it produces. */
typedef struct {
  const char *name;
  size_t offset; /* of the em_pwl in em_block */
} em_pwl_entry;

typedef struct {
  char prefix[24]; /* "" or "blocks.B." */
  em_tensor_entry tensors[EM_MAX_TENSORS];
  em_node_entry nodes[EM_MAX_NODES];
  em_pwl_entry pwls[EM_MAX_PWLS];
  size_t tensor_count, node_count, pwl_count;
} em_network_part;

/* Number of parts: M + 1. */
uint32_t em_network_part_count(const em_shape *shape);

/* Fills `part` for index 0..M. */
void em_network_part_describe(const em_shape *shape, uint32_t index, em_network_part *part);

/* The struct that the part's offsets count from: the em_network or one of its em_blocks. */
void *em_network_part_base(const em_network *network, uint32_t index);

/* Writes prefix and rest one after the other and returns `name`. */
const char *em_network_part_name(const em_network_part *part, const char *rest, char name[EM_NAME_BYTES]);

#endif
