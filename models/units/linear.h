/*
 * The linear engine's arithmetic: y = W x with bias, relu, row-group requant and residual in the write-back.
 *
 * Serves patch_embed, in_proj, param_proj, delta_proj, out_proj and the heads. When it happens is schedule.c's matter.
 * Source: docs/contract.md, "linear"; docs/microarchitecture.md, "linear".
 */
#ifndef EM_LINEAR_H
#define EM_LINEAR_H

#include <stdint.h>

#include "models/graph/graph.h"
#include "models/network/registers.h"
#include "models/units/arith.h"

enum {
  EM_LINEAR_BLOCK = 16, /* rows computed together; `packed` is padded to it */
  /* Nodes counted, in this order: */
  EM_LINEAR_NODE_IN = 0,
  EM_LINEAR_NODE_OUT,
  EM_LINEAR_NODE_POST, /* three of them */
  EM_LINEAR_NODE_RESIDUAL = EM_LINEAR_NODE_POST + 3,
};

typedef struct {
  const em_linear_geometry *geometry;
  const int32_t *registers; /* [EM_MAX_REGISTERS] */
  const int8_t *packed;     /* [ceil(out/16)][ceil(in/2)][16][2]: em_linear_pack of the weight */
  const int8_t *bias;       /* [out] or NULL */
} em_linear_unit;

/* Bytes of `packed`, and the packing of weight [out, in]. */
size_t em_linear_packed_bytes(const em_linear_geometry *geometry);
void em_linear_pack(const em_linear_geometry *geometry, const int8_t *weight, int8_t *packed);

/* Bytes of scratch that em_linear_forward needs. */
size_t em_linear_scratch_bytes(const em_linear_geometry *geometry);

/* x [in] -> y [out]; residual [out] only where the geometry has one. Counts saturations per node. */
void em_linear_forward(const em_linear_unit *unit, const int8_t *x, const int8_t *residual, int8_t *y, void *scratch,
                       em_node_count *nodes);

#endif
