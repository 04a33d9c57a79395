#include "models/network/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NET(field) offsetof(em_network, field)
#define BLOCK(field) offsetof(em_block, field)

static uint32_t head_input_width(const em_shape *s) {
  return s->head == EM_HEAD_FLATTEN ? s->l * s->d : s->d;
}

size_t em_network_tensors(const em_shape *s, em_tensor_entry entries[EM_MAX_TENSORS]) {
  size_t count = 0;
  entries[count++] = (em_tensor_entry){"embed.weight", NET(embed_weight), {s->d, s->p * s->p * s->c}};
  entries[count++] = (em_tensor_entry){"embed.bias", NET(embed_bias), {s->d, 0}};
  if (s->head != EM_HEAD_NONE) {
    uint32_t rows = s->head_hidden > 0 ? s->head_hidden : s->outputs;
    entries[count++] = (em_tensor_entry){"head.0.weight", NET(head_0_weight), {rows, head_input_width(s)}};
    entries[count++] = (em_tensor_entry){"head.0.bias", NET(head_0_bias), {rows, 0}};
  }
  if (s->head_hidden > 0) {
    entries[count++] = (em_tensor_entry){"head.1.weight", NET(head_1_weight), {s->outputs, s->head_hidden}};
    entries[count++] = (em_tensor_entry){"head.1.bias", NET(head_1_bias), {s->outputs, 0}};
  }
  return count;
}

size_t em_block_tensors(const em_shape *s, em_tensor_entry entries[EM_MAX_TENSORS]) {
  const em_tensor_entry all[] = {
      {"norm.gamma", BLOCK(norm_gamma), {s->d, 0}},
      {"norm.beta", BLOCK(norm_beta), {s->d, 0}},
      {"in_proj.weight", BLOCK(in_proj_weight), {2 * s->ed, s->d}},
      {"conv.weight", BLOCK(conv_weight), {s->ed, s->k}},
      {"conv.bias", BLOCK(conv_bias), {s->ed, 0}},
      {"param_proj.weight", BLOCK(param_proj_weight), {s->r + 2 * s->n, s->ed}},
      {"delta_proj.weight", BLOCK(delta_proj_weight), {s->ed, s->r}},
      {"delta_proj.bias", BLOCK(delta_proj_bias), {s->ed, 0}},
      {"A", BLOCK(a), {s->ed, s->n}},
      {"D", BLOCK(d), {s->ed, 0}},
      {"output_proj.weight", BLOCK(output_proj_weight), {s->d, s->ed}},
  };
  memcpy(entries, all, sizeof all);
  return sizeof all / sizeof all[0];
}

size_t em_network_nodes(const em_shape *s, em_node_entry entries[EM_MAX_NODES]) {
  size_t count = 0;
  entries[count++] = (em_node_entry){"input", NET(input)};
  entries[count++] = (em_node_entry){"patches", NET(patches)};
  entries[count++] = (em_node_entry){"embed", NET(embed)};
  if (s->head != EM_HEAD_NONE) {
    entries[count++] = (em_node_entry){"head.in", NET(head_in)};
  }
  if (s->head_hidden > 0) {
    entries[count++] = (em_node_entry){"head.hidden", NET(head_hidden)};
    entries[count++] = (em_node_entry){"head.act", NET(head_act)};
  }
  entries[count++] = (em_node_entry){"output", NET(output)};
  return count;
}

size_t em_block_nodes(const em_shape *s, em_node_entry entries[EM_MAX_NODES]) {
  (void)s;
  const em_node_entry all[] = {
      {"norm", BLOCK(norm)},
      {"in_proj", BLOCK(in_proj)},
      {"conv.in", BLOCK(conv_in)},
      {"gate.in", BLOCK(gate_in)},
      {"conv", BLOCK(conv)},
      {"x", BLOCK(x)},
      {"gate", BLOCK(gate)},
      {"params", BLOCK(params)},
      {"delta_in", BLOCK(delta_in)},
      {"B", BLOCK(b)},
      {"C", BLOCK(c)},
      {"delta_proj", BLOCK(delta_proj)},
      {"delta", BLOCK(delta)},
      {"exp_in", BLOCK(exp_in)},
      {"A_bar", BLOCK(a_bar)},
      {"B_bar", BLOCK(b_bar)},
      {"state", BLOCK(state)},
      {"y", BLOCK(y)},
      {"gated", BLOCK(gated)},
      {"output_proj", BLOCK(output_proj)},
      {"output", BLOCK(output)},
  };
  memcpy(entries, all, sizeof all);
  return sizeof all / sizeof all[0];
}

static uint64_t entry_codes(const em_tensor_entry *entry) {
  return (uint64_t)entry->dims[0] * (entry->dims[1] > 0 ? entry->dims[1] : 1);
}

uint64_t em_network_code_count(const em_shape *shape) {
  em_tensor_entry entries[EM_MAX_TENSORS];
  uint64_t outside = 0, inside = 0;
  size_t count = em_network_tensors(shape, entries);
  for (size_t i = 0; i < count; i++) {
    outside += entry_codes(&entries[i]);
  }
  count = em_block_tensors(shape, entries);
  for (size_t i = 0; i < count; i++) {
    inside += entry_codes(&entries[i]);
  }
  return outside + shape->m * inside;
}

/* Points the tensors of one struct at consecutive codes; returns the place after them. */
static int8_t *place_tensors(void *base, const em_tensor_entry *entries, size_t count, int8_t *codes) {
  for (size_t i = 0; i < count; i++) {
    em_tensor *tensor = (em_tensor *)(void *)((char *)base + entries[i].offset);
    tensor->codes = codes;
    codes += entry_codes(&entries[i]);
  }
  return codes;
}

em_status em_network_init(em_network *network, const em_shape *shape, em_error *error) {
  memset(network, 0, sizeof *network);
  network->shape = *shape;
  network->blocks = calloc(shape->m, sizeof *network->blocks);
  network->codes = calloc(em_network_code_count(shape), 1);
  network->origin = calloc(1, 1);
  if (network->blocks == NULL || network->codes == NULL || network->origin == NULL) {
    em_network_free(network);
    return em_fail(error, EM_FAILED, "out of memory for a network of %" PRIu64 " codes", em_network_code_count(shape));
  }
  em_tensor_entry entries[EM_MAX_TENSORS];
  int8_t *codes = place_tensors(network, entries, em_network_tensors(shape, entries), network->codes);
  size_t count = em_block_tensors(shape, entries);
  for (uint32_t b = 0; b < shape->m; b++) {
    codes = place_tensors(&network->blocks[b], entries, count, codes);
    network->blocks[b].a_bar = -7;
  }
  return EM_OK;
}

void em_network_free(em_network *network) {
  free(network->blocks);
  free(network->codes);
  free(network->origin);
  memset(network, 0, sizeof *network);
}

static em_status check_pwl(const em_pwl *pwl, const char *name, em_error *error) {
  for (uint32_t i = 0; i < pwl->segments; i++) {
    if (pwl->thresholds[i + 1] < pwl->thresholds[i]) {
      return em_fail(error, EM_BAD_INPUT,
                     "pwl %s: threshold %u is %d, below the one before it (%d); they must not decrease", name, i + 1,
                     pwl->thresholds[i + 1], pwl->thresholds[i]);
    }
  }
  return EM_OK;
}

/* An exponent difference that the hardware aligns with a shift of limited range. */
typedef struct {
  const char *place; /* what the message blames */
  const char *rule;  /* the difference in words */
  int32_t difference, min, max;
} shift_rule;

static em_status check_rules(const char *prefix, const shift_rule *rules, size_t count, em_error *error) {
  for (size_t i = 0; i < count; i++) {
    if (rules[i].difference < rules[i].min || rules[i].difference > rules[i].max) {
      return em_fail(error, EM_BAD_INPUT, "exponent of %s%s: %s is %d, outside %d..%d", prefix, rules[i].place,
                     rules[i].rule, rules[i].difference, rules[i].min, rules[i].max);
    }
  }
  return EM_OK;
}

static int32_t min2(int32_t a, int32_t b) {
  return a < b ? a : b;
}

static const char bias_rule[] = "bias - (weight + input)";

static em_status check_block(const em_network *network, uint32_t index, em_error *error) {
  const em_block *b = &network->blocks[index];
  char prefix[32];
  snprintf(prefix, sizeof prefix, "blocks.%u.", index);
  if (b->a_bar != -7) {
    return em_fail(error, EM_BAD_INPUT, "exponent of %sA_bar: %d, must be -7", prefix, b->a_bar);
  }
  int32_t tok = index == 0 ? network->embed : network->blocks[index - 1].output;
  int32_t low = min2(min2(b->norm_gamma.exponent, b->norm_beta.exponent), b->norm);
  int32_t current = b->state - 7;
  const shift_rule rules[] = {
      {"norm.gamma", "gamma - min(gamma, beta, norm)", b->norm_gamma.exponent - low, 0, 15},
      {"norm.beta", "beta - min(gamma, beta, norm)", b->norm_beta.exponent - low, 0, 15},
      {"norm", "norm - min(gamma, beta, norm)", b->norm - low, 0, 15},
      {"conv.bias", bias_rule, b->conv_bias.exponent - (b->conv_weight.exponent + b->conv_in), -7, 15},
      {"delta_proj.bias", bias_rule, b->delta_proj_bias.exponent - (b->delta_proj_weight.exponent + b->delta_in), -7,
       15},
      {"state", "(B_bar + x) - (state - 7)", b->b_bar + b->x - current, -16, 15},
      {"y", "(D + x) - (C + state - 7)", b->d.exponent + b->x - (b->c + current), -7, 31},
      {"output", "block input - output_proj", tok - b->output_proj, -15, 15},
  };
  em_status status = check_rules(prefix, rules, sizeof rules / sizeof rules[0], error);
  if (status != EM_OK) {
    return status;
  }
  const struct {
    const char *name;
    const em_pwl *pwl;
  } tables[] = {{"gate", &b->pwl_gate}, {"A_bar", &b->pwl_a_bar}, {"x", &b->pwl_x}};
  for (size_t i = 0; i < (network->shape.conv_silu ? 3 : 2); i++) {
    char name[48];
    snprintf(name, sizeof name, "%s%s", prefix, tables[i].name);
    status = check_pwl(tables[i].pwl, name, error);
    if (status != EM_OK) {
      return status;
    }
  }
  return EM_OK;
}

em_status em_network_check(const em_network *network, em_error *error) {
  const em_shape *s = &network->shape;
  int32_t last = network->blocks[s->m - 1].output;
  int32_t output_input = s->head_hidden > 0 ? network->head_act : network->head_in;
  const shift_rule rules[] = {
      {"embed.bias", bias_rule, network->embed_bias.exponent - (network->embed_weight.exponent + network->patches), -7,
       15},
      {"head.0.bias", bias_rule, network->head_0_bias.exponent - (network->head_0_weight.exponent + network->head_in),
       -7, 15},
      {"head.1.bias", bias_rule, network->head_1_bias.exponent - (network->head_1_weight.exponent + output_input), -7,
       15},
      {"head.in", "head.in - last block's output", network->head_in - last, -15, 15},
  };
  em_status status = check_rules("", &rules[0], 1, error);
  if (status == EM_OK && s->head != EM_HEAD_NONE) {
    status = check_rules("", &rules[1], 1, error);
  }
  if (status == EM_OK && s->head_hidden > 0) {
    status = check_rules("", &rules[2], 1, error);
  }
  if (status == EM_OK && s->head == EM_HEAD_MEAN) {
    status = check_rules("", &rules[3], 1, error);
  }
  for (uint32_t b = 0; status == EM_OK && b < s->m; b++) {
    status = check_block(network, b, error);
  }
  return status;
}
