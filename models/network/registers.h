/*
 * The shift registers of every engine: what a network's exponents become in the hardware.
 *
 * In APB order. Requant shifts are clamped to EM_REQUANT_MIN..EM_REQUANT_MAX, which changes no value (arith.h).
 * Source: docs/microarchitecture.md, "Shift registers" and "APB map".
 */
#ifndef EM_REGISTERS_H
#define EM_REGISTERS_H

#include <stdint.h>

#include "models/graph/graph.h"
#include "models/network/network.h"

enum { EM_REQUANT_MIN = -8, EM_REQUANT_MAX = 63 };

enum {
  EM_LINEAR_X_SHIFT,
  EM_LINEAR_ACC_SHIFT,
  EM_LINEAR_BIAS_SHIFT,
  EM_LINEAR_OUT_SHIFT,
  EM_LINEAR_POST_SHIFT, /* three of them */
  EM_LINEAR_RES_TOK_SHIFT = EM_LINEAR_POST_SHIFT + 3,
  EM_LINEAR_RES_OUT_SHIFT,
  EM_LINEAR_RES_SHIFT,
  EM_MAX_REGISTERS,
};
enum { EM_NORM_GAMMA_SHIFT, EM_NORM_BETA_SHIFT, EM_NORM_OUT_SHIFT };
enum { EM_CONV_ACC_SHIFT, EM_CONV_BIAS_SHIFT, EM_CONV_CONV_SHIFT, EM_CONV_X_SHIFT };
enum {
  EM_SSM_EXP_IN_SHIFT,
  EM_SSM_B_BAR_SHIFT,
  EM_SSM_BX_SHIFT,
  EM_SSM_CUR_SHIFT,
  EM_SSM_DX_SHIFT,
  EM_SSM_Y_SHIFT,
  EM_SSM_GATED_SHIFT,
};
enum { EM_POOL_NUM_SHIFT, EM_POOL_DEN_SHIFT };
enum { EM_AXIS_OUT_SHIFT };

/* `network` has the design's shape and has passed em_network_check. Registers the kind does not have are 0. */
void em_registers_derive(const em_graph *graph, const em_network *network, uint32_t engine,
                         int32_t registers[EM_MAX_REGISTERS]);

#endif
