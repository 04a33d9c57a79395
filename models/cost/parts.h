/*
 * What a design's cost is the sum of: its parts, and the kinds of parts that cost alike.
 *
 * Parts are every engine without its memories, then the control of every token buffer, then every memory, then the APB
 * slave with what joins the units at the top: everything that the RTL has, once.
 */
#ifndef EM_PARTS_H
#define EM_PARTS_H

#include <stdint.h>

#include "models/graph/graph.h"

typedef enum {
  EM_PART_ENGINE, /* without its memories */
  EM_PART_BUFFER, /* a token buffer's control, without its memory */
  EM_PART_MEMORY, /* one SRAM wrapper */
  EM_PART_APB,    /* the APB slave and what joins the units at the top */
} em_part_kind;

typedef struct {
  em_part_kind kind;
  uint32_t index; /* of graph->engines, ->buffers or ->memories; 0 for the APB slave */
} em_part;

uint32_t em_part_count(const em_graph *graph);
em_part em_part_at(const em_graph *graph, uint32_t part);

/* The engine's or memory's name; a buffer's with ".control"; "apb". */
void em_part_name(const em_graph *graph, uint32_t part, char name[EM_NAME_CHARS]);

/* Parts that have the same features. */
typedef enum {
  EM_COST_AXIS_IN,
  EM_COST_LINEAR,
  EM_COST_NORM,
  EM_COST_CONV,
  EM_COST_SSM,
  EM_COST_POOL,
  EM_COST_AXIS_OUT,
  EM_COST_BUFFER,
  EM_COST_MEMORY, /* of flip-flops; a macro has no gates */
  EM_COST_APB,
  EM_COST_KINDS,
} em_cost_kind;

const char *em_cost_kind_name(em_cost_kind kind); /* "linear" */
em_cost_kind em_part_cost_kind(const em_graph *graph, em_part part);

#endif
