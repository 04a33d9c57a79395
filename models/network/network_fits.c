#include "models/network/network_fits.h"

static em_status check_segments(const em_network *network, const em_design *design, em_error *error) {
  for (uint32_t i = 0; i < network->shape.m; i++) {
    const em_block *b = &network->blocks[i];
    const struct {
      const char *name;
      uint32_t segments, expected;
      bool used;
    } tables[] = {{"x", b->pwl_x.segments, design->silu_segments, network->shape.conv_silu != 0},
                  {"gate", b->pwl_gate.segments, design->silu_segments, true},
                  {"A_bar", b->pwl_a_bar.segments, design->exp_segments, true}};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
      if (tables[t].used && tables[t].segments != tables[t].expected) {
        return em_fail(error, EM_BAD_INPUT, "pwl blocks.%u.%s has %u segments, the design's units have %u", i,
                       tables[t].name, tables[t].segments, tables[t].expected);
      }
    }
  }
  return EM_OK;
}

em_status em_network_fits(const em_network *network, const em_design *design, em_error *error) {
  const em_design of_network = {.shape = network->shape};
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    uint32_t is = em_design_get(&of_network, key), needed = em_design_get(design, key);
    if (key->offset < offsetof(em_design, shape) + sizeof(em_shape) && is != needed) {
      return em_fail(error, EM_BAD_INPUT, "shape.%s is %u in the network and %u in design %s", key->key, is, needed,
                     design->name);
    }
  }
  return check_segments(network, design, error);
}
