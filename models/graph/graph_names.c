/* Names and Verilator scopes of what the graph holds. */
#include <stdio.h>

#include "models/graph/graph.h"

/* What it is called, and the scope it stands in when it is outside the blocks. */
typedef struct {
  const char *name, *parent;
} placed_name;

static const placed_name engine_names[] = {
    {"axis_in", "em_top."},
    {"patch_embed", "em_top."},
    {"norm", ""},
    {"in_proj", ""},
    {"conv", ""},
    {"param_proj", ""},
    {"delta_proj", ""},
    {"ssm", ""},
    {"out_proj", ""},
    {"pool", "em_top.u_head.g_mean."},
    {"head_0", "em_top.u_head.g_linear."},
    {"head_1", "em_top.u_head.g_hidden."},
    {"axis_out", "em_top."},
};

static const placed_name buffer_names[] = {
    {"frame", "em_top."},
    {"tok", ""},
    {"u", ""},
    {"sz", ""},
    {"x", ""},
    {"g", ""},
    {"p", ""},
    {"delta", ""},
    {"q", ""},
    {"store", "em_top.u_head."},
    {"pooled", "em_top.u_head.g_mean."},
    {"hidden", "em_top.u_head.g_hidden."},
    {"out", "em_top.u_head.g_linear."},
};

static const char *const memory_names[] = {"", "weight", "bias", "gamma", "beta", "history", "a", "d", "state", "sum"};

static void instance_name(uint16_t block, const char *name, char text[EM_NAME_CHARS]) {
  if (block == EM_NONE) {
    snprintf(text, EM_NAME_CHARS, "%s", name);
  } else {
    snprintf(text, EM_NAME_CHARS, "blocks.%u.%s", block, name);
  }
}

void em_engine_name(const em_graph *graph, uint32_t engine, char name[EM_NAME_CHARS]) {
  instance_name(graph->engines[engine].block, engine_names[graph->engines[engine].id].name, name);
}

void em_buffer_name(const em_graph *graph, uint32_t buffer, char name[EM_NAME_CHARS]) {
  instance_name(graph->buffers[buffer].block, buffer_names[graph->buffers[buffer].id].name, name);
}

void em_memory_name(const em_graph *graph, uint32_t memory, char name[EM_NAME_CHARS]) {
  const em_memory *m = &graph->memories[memory];
  if (m->role == EM_MEMORY_BUFFER) {
    em_buffer_name(graph, m->owner, name);
    return;
  }
  char engine[EM_NAME_CHARS];
  em_engine_name(graph, m->owner, engine);
  snprintf(name, EM_NAME_CHARS, "%.40s.%s", engine, memory_names[m->role]);
}

static void instance_scope(uint16_t block, const placed_name *name, const char *suffix, char scope[2 * EM_NAME_CHARS]) {
  if (block == EM_NONE) {
    snprintf(scope, 2 * EM_NAME_CHARS, "%su_%s%s", name->parent, name->name, suffix);
  } else {
    snprintf(scope, 2 * EM_NAME_CHARS, "em_top.g_block[%u].u_block.u_%s%s", block, name->name, suffix);
  }
}

void em_engine_scope(const em_graph *graph, uint32_t engine, char scope[2 * EM_NAME_CHARS]) {
  const em_engine *e = &graph->engines[engine];
  instance_scope(e->block, &engine_names[e->id], "", scope);
}

void em_buffer_scope(const em_graph *graph, uint32_t buffer, char scope[2 * EM_NAME_CHARS]) {
  const em_buffer *b = &graph->buffers[buffer];
  instance_scope(b->block, &buffer_names[b->id], "_buf", scope);
}

void em_memory_scope(const em_graph *graph, uint32_t memory, char scope[2 * EM_NAME_CHARS]) {
  const em_memory *m = &graph->memories[memory];
  char owner[2 * EM_NAME_CHARS];
  if (m->role == EM_MEMORY_BUFFER) {
    em_buffer_scope(graph, m->owner, owner);
    snprintf(scope, 2 * EM_NAME_CHARS, "%.100s.u_mem", owner);
    return;
  }
  em_engine_scope(graph, m->owner, owner);
  bool linear_bias = m->role == EM_MEMORY_BIAS && graph->engines[m->owner].kind == EM_LINEAR;
  snprintf(scope, 2 * EM_NAME_CHARS, "%.100s.%su_%s_mem", owner, linear_bias ? "g_bias." : "", memory_names[m->role]);
}
