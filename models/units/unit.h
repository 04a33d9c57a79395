/*
 * A unit: one engine's arithmetic with the contents that a network gives it. What, not when: no cycle and no core.
 *
 * A unit computes any number of consecutive tokens of a batch of frames, a frame a lane. Rows are [element][EM_LANES]
 * codes. Whoever knows the order of things - a walk through whole frames (forward.h) - gives it rows and takes rows.
 */
#ifndef EM_UNIT_H
#define EM_UNIT_H

#include "models/graph/graph.h"
#include "models/network/contents.h"
#include "models/network/network.h"
#include "models/network/registers.h"
#include "models/units/conv.h"
#include "models/units/linear.h"
#include "models/units/norm.h"
#include "models/units/pool.h"
#include "models/units/ssm.h"

enum { EM_ENGINE_NODES = 7 };

/* Which member is valid follows from the engine's kind; the streams' engines have none. */
typedef struct {
  const em_engine *engine;
  int32_t registers[EM_MAX_REGISTERS];
  union {
    em_linear_unit linear;
    em_norm_unit norm;
    em_conv_unit conv;
    em_ssm_unit ssm;
    em_pool_unit pool;
  };
} em_unit;

/* What a unit is given for some tokens of a batch. */
typedef struct {
  uint32_t tokens;         /* consecutive ones, of every frame */
  uint32_t place;          /* of the first of them in its frame */
  uint32_t frames;         /* lanes that count */
  const int8_t *inputs[4]; /* [tokens, elements, EM_LANES], in the order of the engine's; of patch_embed the patches */
  int8_t *outputs[2];
  void *memory;             /* of its own, which changes: history, state, sums; em_unit_memory_bytes, any contents */
  void *scratch;            /* em_unit_scratch_bytes */
  em_node_count *nodes;     /* [EM_ENGINE_NODES], added to */
  em_state_observer states; /* told what the ssm stores, or NULL */
  void *context;
} em_unit_io;

/*
 * Binds `network` to the graph: units [engine_count], zeroed by the caller. Both must outlive them, for weights are
 * read where they are. EM_BAD_INPUT when shapes or segment counts differ, EM_FAILED when memory is short; to be freed
 * in any case.
 */
em_status em_units_bind(em_unit *units, const em_graph *graph, const em_network *network, em_error *error);

/* After a change of registers: what was made of them is made anew. False when memory is short. */
bool em_unit_prepare(em_unit *unit, const em_network *network);
void em_units_free(em_unit *units, const em_graph *graph);

size_t em_unit_memory_bytes(const em_graph *graph, uint32_t engine);
size_t em_unit_scratch_bytes(const em_graph *graph, uint32_t engine, uint32_t tokens);

/* Scratch and memory are aligned to EM_LANES. axis_in computes nothing; axis_out requantises a result. */
void em_unit_compute(const em_unit *unit, const em_unit_io *io);

/* Contract name of a node an engine counts ("conv.in"), NULL for an unused place. */
const char *em_engine_node_name(const em_graph *graph, uint32_t engine, uint32_t node);

#endif
