#include "sim/files/network_parts.h"

#include <assert.h>
#include <stdio.h>

uint32_t em_network_part_count(const em_shape *shape) {
  return shape->m + 1;
}

void em_network_part_describe(const em_shape *shape, uint32_t index, em_network_part *part) {
  assert(index <= shape->m);
  part->prefix[0] = '\0';
  part->pwl_count = 0;
  if (index == 0) {
    part->tensor_count = em_network_tensors(shape, part->tensors);
    part->node_count = em_network_nodes(shape, part->nodes);
    return;
  }
  snprintf(part->prefix, sizeof part->prefix, "blocks.%u.", index - 1);
  part->tensor_count = em_block_tensors(shape, part->tensors);
  part->node_count = em_block_nodes(shape, part->nodes);
  if (shape->conv_silu) {
    part->pwls[part->pwl_count++] = (em_pwl_entry){"x", offsetof(em_block, pwl_x)};
  }
  part->pwls[part->pwl_count++] = (em_pwl_entry){"gate", offsetof(em_block, pwl_gate)};
  part->pwls[part->pwl_count++] = (em_pwl_entry){"A_bar", offsetof(em_block, pwl_a_bar)};
}

void *em_network_part_base(const em_network *network, uint32_t index) {
  return index == 0 ? (void *)network : (void *)&network->blocks[index - 1];
}

const char *em_network_part_name(const em_network_part *part, const char *rest, char name[EM_NAME_BYTES]) {
  snprintf(name, EM_NAME_BYTES, "%s%s", part->prefix, rest);
  return name;
}
