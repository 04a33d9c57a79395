#include "models/network/network_hash.h"

#include "models/base/bytes_hash.h"

/* The exponents of `base`, an em_network or em_block: of its tensors and of its nodes. */
static uint64_t add_exponents(uint64_t hash, const void *base, const em_tensor_entry *tensors, size_t tensor_count,
                              const em_node_entry *nodes, size_t node_count) {
  for (size_t i = 0; i < tensor_count; i++) {
    em_tensor tensor;
    memcpy(&tensor, (const char *)base + tensors[i].offset, sizeof tensor);
    hash = em_hash_number(hash, (uint32_t)tensor.exponent);
  }
  for (size_t i = 0; i < node_count; i++) {
    int32_t exponent;
    memcpy(&exponent, (const char *)base + nodes[i].offset, sizeof exponent);
    hash = em_hash_number(hash, (uint32_t)exponent);
  }
  return hash;
}

static uint64_t add_pwl(uint64_t hash, const em_pwl *pwl) {
  uint32_t n = pwl->segments;
  hash = em_hash_number(em_hash_number(hash, n), pwl->shift);
  hash = em_bytes_hash(hash, pwl->thresholds, (n + 1) * sizeof pwl->thresholds[0]);
  hash = em_bytes_hash(hash, pwl->slopes, (n + 2) * sizeof pwl->slopes[0]);
  return em_bytes_hash(hash, pwl->intercepts, (n + 2) * sizeof pwl->intercepts[0]);
}

uint64_t em_network_hash(const em_network *network) {
  const em_shape *s = &network->shape;
  em_tensor_entry tensors[EM_MAX_TENSORS];
  em_node_entry nodes[EM_MAX_NODES];
  uint64_t hash = em_bytes_hash(EM_BYTES_HASH_START, s, sizeof *s);
  hash = em_bytes_hash(hash, network->codes, em_network_code_count(s));
  size_t tensor_count = em_network_tensors(s, tensors), node_count = em_network_nodes(s, nodes);
  hash = add_exponents(hash, network, tensors, tensor_count, nodes, node_count);
  tensor_count = em_block_tensors(s, tensors);
  node_count = em_block_nodes(s, nodes);
  for (uint32_t b = 0; b < s->m; b++) {
    const em_block *block = &network->blocks[b];
    hash = add_exponents(hash, block, tensors, tensor_count, nodes, node_count);
    hash = s->conv_silu ? add_pwl(hash, &block->pwl_x) : hash;
    hash = add_pwl(add_pwl(hash, &block->pwl_gate), &block->pwl_a_bar);
  }
  return hash;
}
