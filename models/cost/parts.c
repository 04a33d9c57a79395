#include "models/cost/parts.h"

#include <string.h>

uint32_t em_part_count(const em_graph *graph) {
  return graph->engine_count + graph->buffer_count + graph->memory_count + 1;
}

em_part em_part_at(const em_graph *graph, uint32_t part) {
  const uint32_t counts[] = {graph->engine_count, graph->buffer_count, graph->memory_count};
  for (uint32_t kind = 0; kind < sizeof counts / sizeof counts[0]; kind++) {
    if (part < counts[kind]) {
      return (em_part){(em_part_kind)kind, part};
    }
    part -= counts[kind];
  }
  return (em_part){EM_PART_APB, 0};
}

void em_part_name(const em_graph *graph, uint32_t part, char name[EM_NAME_CHARS]) {
  em_part p = em_part_at(graph, part);
  switch (p.kind) {
    case EM_PART_ENGINE: em_engine_name(graph, p.index, name); break;
    case EM_PART_BUFFER:
      em_buffer_name(graph, p.index, name);
      strcat(name, ".control");
      break;
    case EM_PART_MEMORY: em_memory_name(graph, p.index, name); break;
    case EM_PART_APB: strcpy(name, "apb"); break;
  }
}

const char *em_cost_kind_name(em_cost_kind kind) {
  static const char *const names[] = {"axis_in", "linear",   "norm",   "conv",   "ssm",
                                      "pool",    "axis_out", "buffer", "memory", "apb"};
  return names[kind];
}

em_cost_kind em_part_cost_kind(const em_graph *graph, em_part part) {
  static const em_cost_kind of_engine[] = {
      [EM_AXIS_IN] = EM_COST_AXIS_IN,  [EM_LINEAR] = EM_COST_LINEAR, [EM_NORM] = EM_COST_NORM,
      [EM_CONV] = EM_COST_CONV,        [EM_SSM] = EM_COST_SSM,       [EM_POOL] = EM_COST_POOL,
      [EM_AXIS_OUT] = EM_COST_AXIS_OUT};
  switch (part.kind) {
    case EM_PART_ENGINE: return of_engine[graph->engines[part.index].kind];
    case EM_PART_BUFFER: return EM_COST_BUFFER;
    case EM_PART_MEMORY: return EM_COST_MEMORY;
    case EM_PART_APB: break;
  }
  return EM_COST_APB;
}
