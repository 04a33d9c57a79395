/*
 * The linear engine's arithmetic: y = W x with bias, relu, row-group requant and residual in the write-back.
 *
 * Serves patch_embed, in_proj, param_proj, delta_proj, out_proj and the heads, for a batch of frames, a frame a lane.
 * When it happens is schedule.c's matter. Source: docs/contract.md, "linear"; docs/microarchitecture.md, "linear".
 */
#ifndef EM_LINEAR_H
#define EM_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "models/graph/graph.h"
#include "models/network/registers.h"
#include "models/units/requant.h"

enum { /* Nodes counted, in this order: */
       EM_LINEAR_NODE_IN = 0,
       EM_LINEAR_NODE_OUT,
       EM_LINEAR_NODE_POST, /* three of them */
       EM_LINEAR_NODE_RESIDUAL = EM_LINEAR_NODE_POST + 3,
};

typedef struct {
  const em_linear_geometry *geometry;
  const int32_t *registers;    /* [EM_MAX_REGISTERS] */
  const int8_t *weight, *bias; /* [out, in]; [out] or NULL */
  uint32_t x_elements;         /* of a token of x; the first `in` of them are taken */
  int32_t *starts;             /* [out] what sums start from, owned: em_linear_prepare */
} em_linear_unit;

/* What does not depend on x. False when memory is short; `free` also takes a zeroed unit. */
bool em_linear_prepare(em_linear_unit *unit);
void em_linear_free(em_linear_unit *unit);

/* Bytes of scratch that em_linear_compute needs. */
size_t em_linear_scratch_bytes(const em_linear_geometry *geometry);

/*
 * x [tokens, x_elements, EM_LANES] -> y [tokens, out, EM_LANES]; residual like y, only where the geometry has one.
 * Counts saturations per node.
 */
void em_linear_compute(const em_linear_unit *unit, uint32_t tokens, const em_valid *valid, const int8_t *x,
                       const int8_t *residual, int8_t *y, void *scratch, em_node_count *nodes);

/* The same of one token of one frame, an output row a lane. */
typedef struct {
  em_words *weights; /* [blocks of EM_LANES rows, groups of EM_DOT elements], owned as the others are */
  em_words *bias;    /* [blocks], aligned */
  em_valid *groups;  /* [blocks, 3]: rows of each post requant */
} em_linear_token;

/* False when memory is short; `free` also takes a zeroed one. */
bool em_linear_token_prepare(em_linear_token *token, const em_linear_unit *unit);
void em_linear_token_free(em_linear_token *token);
size_t em_linear_token_bytes(const em_linear_geometry *geometry);

/* x [x_elements] -> y [out]; residual like y. Scratch as above. */
void em_linear_token_compute(const em_linear_token *token, const em_linear_unit *unit, const int8_t *x,
                             const int8_t *residual, int8_t *y, void *scratch, em_node_count *nodes);

#endif
