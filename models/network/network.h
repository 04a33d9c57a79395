/*
 * A network: INT8 tensors, power-of-two exponents and piecewise-linear tables, as the integer contract names them.
 *
 * The file format is read by sim/files/network_file.c. Tensors are row-major. The shape decides which optional parts
 * exist: blocks[].pwl_x only with conv_silu, head_0 not with head none, head_1 only with a hidden layer; absent tensors
 * are NULL.
 */
#ifndef EM_NETWORK_H
#define EM_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "models/design/design.h"

enum {
  EM_PWL_MAX_SEGMENTS = 32,
  EM_EXPONENT_MIN = -64,
  EM_EXPONENT_MAX = 63,
};

/* y = sat(round((slopes[r]*x + intercepts[r]) / 2^shift), 8), r = number of thresholds <= x (integer contract, pwl). */
typedef struct {
  uint32_t segments;                           /* thresholds: segments + 1, regions: segments + 2 */
  int16_t thresholds[EM_PWL_MAX_SEGMENTS + 1]; /* [-256, 255], not decreasing */
  int16_t slopes[EM_PWL_MAX_SEGMENTS + 2];
  int32_t intercepts[EM_PWL_MAX_SEGMENTS + 2];
  uint32_t shift; /* 0..31 */
} em_pwl;

/* One INT8 tensor and its exponent: value = code * 2^exponent. */
typedef struct {
  const int8_t *codes;
  int32_t exponent;
} em_tensor;

typedef struct {
  em_tensor norm_gamma, norm_beta;              /* [D] */
  em_tensor in_proj_weight;                     /* [2ED, D] */
  em_tensor conv_weight, conv_bias;             /* [ED, K], [ED] */
  em_tensor param_proj_weight;                  /* [R+2N, ED] */
  em_tensor delta_proj_weight, delta_proj_bias; /* [ED, R], [ED] */
  em_tensor a, d;                               /* [ED, N], [ED] */
  em_tensor output_proj_weight;                 /* [D, ED] */
  /* Exponents of the activation nodes. A_bar is fixed at -7. */
  int32_t norm, in_proj, conv_in, gate_in, conv, x, gate, params, delta_in, b, c, delta_proj, delta, exp_in, a_bar,
      b_bar, state, y, gated, output_proj, output;
  em_pwl pwl_x, pwl_gate, pwl_a_bar;
} em_block;

typedef struct {
  em_shape shape;
  em_tensor embed_weight, embed_bias;                                    /* [D, P*P*C], [D] */
  em_tensor head_0_weight, head_0_bias;                                  /* [head_hidden or outputs, L*D or D] */
  em_tensor head_1_weight, head_1_bias;                                  /* [outputs, head_hidden] */
  int32_t input, patches, embed, head_in, head_hidden, head_act, output; /* exponents */
  em_block *blocks;                                                      /* [M], owned */
  int8_t *codes;                                                         /* all tensors' data, owned */
  char *origin; /* free text, owned; "" when the file has none */
} em_network;

/* One tensor the contract names: where it is in the structs and its shape in a network of `shape`. */
typedef struct {
  const char *name; /* "embed.weight"; in a block without its "blocks.B." */
  size_t offset;    /* of the em_tensor in em_network or em_block */
  uint32_t dims[2]; /* filled by em_network_tensors; dims[1] = 0 for a vector */
} em_tensor_entry;

/* One activation exponent the contract names. */
typedef struct {
  const char *name;
  size_t offset; /* of the int32_t */
} em_node_entry;

enum { EM_MAX_TENSORS = 16, EM_MAX_NODES = 24 };

/* The tensors and nodes that a network of this shape has, outside and inside a block. Return their number. */
size_t em_network_tensors(const em_shape *shape, em_tensor_entry entries[EM_MAX_TENSORS]);
size_t em_block_tensors(const em_shape *shape, em_tensor_entry entries[EM_MAX_TENSORS]);
size_t em_network_nodes(const em_shape *shape, em_node_entry entries[EM_MAX_NODES]);
size_t em_block_nodes(const em_shape *shape, em_node_entry entries[EM_MAX_NODES]);

/*
 * Allocates blocks and codes for `shape` (checked before) and points every tensor at its place in codes, zeroed, in
 * the order of the entry tables. Returns EM_FAILED when memory is short. `free` also takes a zeroed struct.
 */
em_status em_network_init(em_network *network, const em_shape *shape, em_error *error);
void em_network_free(em_network *network);

/* Number of INT8 codes of all tensors. */
uint64_t em_network_code_count(const em_shape *shape);

/*
 * Checks everything beyond single ranges: exponents whose differences the hardware's shifts can align, PWL tables
 * ordered, A_bar at -7. Texts start with the tensor's or node's full name and say what is allowed.
 */
em_status em_network_check(const em_network *network, em_error *error);

#endif
