#include "models/network/registers.h"

#include <string.h>

/* The requant shift from exponent `from` to exponent `to`. */
static int32_t requant_shift(int32_t from, int32_t to) {
  int32_t shift = to - from;
  return shift < EM_REQUANT_MIN ? EM_REQUANT_MIN : shift > EM_REQUANT_MAX ? EM_REQUANT_MAX : shift;
}

static int32_t min2(int32_t a, int32_t b) {
  return a < b ? a : b;
}

/* Left shifts that bring exponents a and b to the smaller of them; returns that exponent. */
static int32_t align_pair(int32_t a, int32_t b, int32_t *shift_a, int32_t *shift_b) {
  int32_t low = min2(a, b);
  *shift_a = a - low;
  *shift_b = b - low;
  return low;
}

/* acc, bias and out shifts of a linear map or convolution; `bias` may be NULL. Acc and bias registers are adjacent. */
static void derive_map(const em_tensor *weight, int32_t input, const em_tensor *bias, int32_t output,
                       int32_t *acc_shift, int32_t *bias_shift, int32_t *out_shift) {
  int32_t exponent = weight->exponent + input;
  if (bias != NULL) {
    exponent = align_pair(exponent, bias->exponent, acc_shift, bias_shift);
  }
  *out_shift = requant_shift(exponent, output);
}

static void derive_linear_map(const em_tensor *weight, int32_t input, const em_tensor *bias, int32_t output,
                              int32_t *r) {
  derive_map(weight, input, bias, output, &r[EM_LINEAR_ACC_SHIFT], &r[EM_LINEAR_BIAS_SHIFT], &r[EM_LINEAR_OUT_SHIFT]);
}

static void derive_norm(const em_block *b, int32_t *r) {
  int32_t low = min2(min2(b->norm_gamma.exponent, b->norm_beta.exponent), b->norm);
  r[EM_NORM_GAMMA_SHIFT] = b->norm_gamma.exponent - low;
  r[EM_NORM_BETA_SHIFT] = b->norm_beta.exponent - low;
  r[EM_NORM_OUT_SHIFT] = b->norm - low;
}

static void derive_ssm(const em_block *b, int32_t *r) {
  int32_t current = b->state - 7;
  r[EM_SSM_EXP_IN_SHIFT] = requant_shift(b->delta + b->a.exponent, b->exp_in);
  r[EM_SSM_B_BAR_SHIFT] = requant_shift(b->delta + b->b, b->b_bar);
  r[EM_SSM_BX_SHIFT] = current - (b->b_bar + b->x);
  int32_t low = align_pair(b->c + current, b->d.exponent + b->x, &r[EM_SSM_CUR_SHIFT], &r[EM_SSM_DX_SHIFT]);
  r[EM_SSM_Y_SHIFT] = requant_shift(low, b->y);
  r[EM_SSM_GATED_SHIFT] = requant_shift(b->y + b->gate, b->gated);
}

void em_registers_derive(const em_graph *graph, const em_network *network, uint32_t engine,
                         int32_t registers[EM_MAX_REGISTERS]) {
  const em_engine *e = &graph->engines[engine];
  const em_shape *s = &network->shape;
  const em_block *b = e->block == EM_NONE ? NULL : &network->blocks[e->block];
  int32_t last = network->blocks[s->m - 1].output;
  int32_t *r = registers;
  memset(r, 0, EM_MAX_REGISTERS * sizeof *r);
  switch (e->id) {
    case EM_ENGINE_AXIS_IN: break;
    case EM_ENGINE_PATCH_EMBED:
      r[EM_LINEAR_X_SHIFT] = requant_shift(network->input, network->patches);
      derive_linear_map(&network->embed_weight, network->patches, &network->embed_bias, network->embed, r);
      break;
    case EM_ENGINE_NORM: derive_norm(b, r); break;
    case EM_ENGINE_IN_PROJ:
      derive_linear_map(&b->in_proj_weight, b->norm, NULL, b->in_proj, r);
      r[EM_LINEAR_POST_SHIFT] = requant_shift(b->in_proj, b->conv_in);
      r[EM_LINEAR_POST_SHIFT + 1] = requant_shift(b->in_proj, b->gate_in);
      break;
    case EM_ENGINE_CONV:
      derive_map(&b->conv_weight, b->conv_in, &b->conv_bias, b->conv, &r[EM_CONV_ACC_SHIFT], &r[EM_CONV_BIAS_SHIFT],
                 &r[EM_CONV_CONV_SHIFT]);
      r[EM_CONV_X_SHIFT] = s->conv_silu ? 0 : requant_shift(b->conv, b->x);
      break;
    case EM_ENGINE_PARAM_PROJ:
      derive_linear_map(&b->param_proj_weight, b->x, NULL, b->params, r);
      r[EM_LINEAR_POST_SHIFT] = requant_shift(b->params, b->delta_in);
      r[EM_LINEAR_POST_SHIFT + 1] = requant_shift(b->params, b->b);
      r[EM_LINEAR_POST_SHIFT + 2] = requant_shift(b->params, b->c);
      break;
    case EM_ENGINE_DELTA_PROJ:
      derive_linear_map(&b->delta_proj_weight, b->delta_in, &b->delta_proj_bias, b->delta_proj, r);
      r[EM_LINEAR_POST_SHIFT] = requant_shift(b->delta_proj, b->delta);
      break;
    case EM_ENGINE_SSM: derive_ssm(b, r); break;
    case EM_ENGINE_OUT_PROJ: {
      int32_t tok = e->block == 0 ? network->embed : network->blocks[e->block - 1].output;
      derive_linear_map(&b->output_proj_weight, b->gated, NULL, b->output_proj, r);
      int32_t low = align_pair(tok, b->output_proj, &r[EM_LINEAR_RES_TOK_SHIFT], &r[EM_LINEAR_RES_OUT_SHIFT]);
      r[EM_LINEAR_RES_SHIFT] = requant_shift(low, b->output);
      break;
    }
    case EM_ENGINE_POOL: align_pair(last, network->head_in, &r[EM_POOL_NUM_SHIFT], &r[EM_POOL_DEN_SHIFT]); break;
    case EM_ENGINE_HEAD_0:
      r[EM_LINEAR_X_SHIFT] = s->head != EM_HEAD_MEAN ? requant_shift(last, network->head_in) : 0;
      derive_linear_map(&network->head_0_weight, network->head_in, &network->head_0_bias,
                        s->head_hidden > 0 ? network->head_hidden : network->output, r);
      r[EM_LINEAR_POST_SHIFT] = s->head_hidden > 0 ? requant_shift(network->head_hidden, network->head_act) : 0;
      break;
    case EM_ENGINE_HEAD_1:
      derive_linear_map(&network->head_1_weight, network->head_act, &network->head_1_bias, network->output, r);
      break;
    case EM_ENGINE_AXIS_OUT:
      r[EM_AXIS_OUT_SHIFT] = s->head == EM_HEAD_NONE ? requant_shift(last, network->output) : 0;
      break;
  }
}
