/* The shift registers: the contract's arrows as differences of exponents, clamped without changing any value. */
#include <stdlib.h>
#include <string.h>

#include "models/network/registers.h"
#include "models/units/arith.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

/*
 * Why clamping is harmless: a left shift by 8 saturates every code but 0, as any larger one does; a right shift by 63
 * gives 0 for every code below 2^54, as any larger one does.
 */
static void registers_clamped_requants_give_the_values_of_unclamped_ones(void **state) {
  (void)state;
  for (int code = -(1 << 17); code < 1 << 17; code += EM_STRIDE(7)) {
    ref_count clamped_count = {0}, count = {0};
    int8_t clamped = em_requant(code, EM_REQUANT_MIN);
    assert_int_equal(clamped, ref_requant(code, 8, 0, &clamped_count));
    for (int shift = 9; shift <= 60; shift += 17) {
      assert_int_equal(clamped, ref_requant(code, shift, 0, &count));
    }
    assert_int_equal(count.saturations, 4 * clamped_count.saturations); /* counted alike, too */
    assert_int_equal(clamped, code > 0 ? 127 : code < 0 ? -128 : 0);
  }
  for (int shift = EM_REQUANT_MAX; shift <= 100; shift++) {
    for (int bit = 0; bit <= 54; bit++) {
      int64_t code = (INT64_C(1) << bit) - 1;
      ref_count count = {0};
      assert_int_equal(ref_requant(code, 0, shift, &count), 0);
      assert_int_equal(ref_requant(-code, 0, shift, &count), 0);
      assert_int_equal(em_requant(code, EM_REQUANT_MAX), 0);
      assert_int_equal(em_requant(-code, EM_REQUANT_MAX), 0);
    }
  }
}

static int32_t requant(int32_t from, int32_t to) {
  int32_t shift = to - from;
  return shift > 63 ? 63 : shift < -8 ? -8 : shift;
}

static int32_t least(int32_t a, int32_t b) {
  return a < b ? a : b;
}

/* What the contract asks of each engine, written once more; in the order of the documented registers. */
static void expect(const em_graph *graph, const em_network *net, uint32_t index, int32_t *r) {
  const em_engine *e = &graph->engines[index];
  const em_shape *s = &net->shape;
  const em_block *b = e->block == EM_NONE ? &net->blocks[0] : &net->blocks[e->block];
  const int32_t u = e->block == EM_NONE || e->block == 0 ? net->embed : net->blocks[e->block - 1].output;
  const int32_t last = net->blocks[s->m - 1].output, current = b->state - 7;
  bool hidden = s->head_hidden > 0;
  int32_t acc = 0, bias = 0, low;
  memset(r, 0, EM_MAX_REGISTERS * sizeof *r);
  switch (e->id) {
    case EM_ENGINE_AXIS_IN: return;
    case EM_ENGINE_PATCH_EMBED:
      r[0] = requant(net->input, net->patches);
      acc = net->embed_weight.exponent + net->patches, bias = net->embed_bias.exponent;
      r[3] = requant(least(acc, bias), net->embed);
      break;
    case EM_ENGINE_NORM:
      low = least(least(b->norm_gamma.exponent, b->norm_beta.exponent), b->norm);
      r[0] = b->norm_gamma.exponent - low, r[1] = b->norm_beta.exponent - low, r[2] = b->norm - low;
      return;
    case EM_ENGINE_IN_PROJ:
      r[3] = requant(b->in_proj_weight.exponent + b->norm, b->in_proj);
      r[4] = requant(b->in_proj, b->conv_in), r[5] = requant(b->in_proj, b->gate_in);
      return;
    case EM_ENGINE_CONV:
      acc = b->conv_weight.exponent + b->conv_in, bias = b->conv_bias.exponent, low = least(acc, bias);
      r[0] = acc - low, r[1] = bias - low, r[2] = requant(low, b->conv);
      r[3] = s->conv_silu ? 0 : requant(b->conv, b->x);
      return;
    case EM_ENGINE_PARAM_PROJ:
      r[3] = requant(b->param_proj_weight.exponent + b->x, b->params);
      r[4] = requant(b->params, b->delta_in), r[5] = requant(b->params, b->b), r[6] = requant(b->params, b->c);
      return;
    case EM_ENGINE_DELTA_PROJ:
      acc = b->delta_proj_weight.exponent + b->delta_in, bias = b->delta_proj_bias.exponent;
      r[3] = requant(least(acc, bias), b->delta_proj), r[4] = requant(b->delta_proj, b->delta);
      break;
    case EM_ENGINE_SSM:
      r[0] = requant(b->delta + b->a.exponent, b->exp_in), r[1] = requant(b->delta + b->b, b->b_bar);
      r[2] = current - (b->b_bar + b->x);
      low = least(b->c + current, b->d.exponent + b->x);
      r[3] = b->c + current - low, r[4] = b->d.exponent + b->x - low;
      r[5] = requant(low, b->y), r[6] = requant(b->y + b->gate, b->gated);
      return;
    case EM_ENGINE_OUT_PROJ:
      low = least(u, b->output_proj);
      r[3] = requant(b->output_proj_weight.exponent + b->gated, b->output_proj);
      r[7] = u - low, r[8] = b->output_proj - low, r[9] = requant(low, b->output);
      return;
    case EM_ENGINE_POOL:
      low = least(last, net->head_in);
      r[0] = last - low, r[1] = net->head_in - low;
      return;
    case EM_ENGINE_HEAD_0:
      r[0] = s->head != EM_HEAD_MEAN ? requant(last, net->head_in) : 0; /* the pool has done it for the mean */
      acc = net->head_0_weight.exponent + net->head_in, bias = net->head_0_bias.exponent;
      r[3] = requant(least(acc, bias), hidden ? net->head_hidden : net->output);
      r[4] = hidden ? requant(net->head_hidden, net->head_act) : 0;
      break;
    case EM_ENGINE_HEAD_1:
      acc = net->head_1_weight.exponent + net->head_act, bias = net->head_1_bias.exponent;
      r[3] = requant(least(acc, bias), net->output);
      break;
    case EM_ENGINE_AXIS_OUT: r[0] = s->head == EM_HEAD_NONE ? requant(last, net->output) : 0; return;
  }
  r[1] = acc - least(acc, bias); /* linear engines with a bias */
  r[2] = bias - least(acc, bias);
}

/* "Shift registers": the ranges that the hardware has. */
static void assert_ranges(const em_engine *e, const int32_t *r) {
  static const int32_t linear[][2] = {{-8, 63}, {0, 7},   {0, 15}, {-8, 63}, {-8, 63},
                                      {-8, 63}, {-8, 63}, {0, 15}, {0, 15},  {-8, 63}};
  static const int32_t conv[][2] = {{0, 7}, {0, 15}, {-8, 63}, {-8, 63}};
  static const int32_t ssm[][2] = {{-8, 63}, {-8, 63}, {-15, 16}, {0, 7}, {0, 31}, {-8, 63}, {-8, 63}};
  static const int32_t fifteen[][2] = {{0, 15}, {0, 15}, {0, 15}};
  static const int32_t axis_out[][2] = {{-8, 63}};
  const struct {
    const int32_t (*ranges)[2];
    uint32_t count;
  } kinds[] = {
      [EM_AXIS_IN] = {NULL, 0}, [EM_LINEAR] = {linear, 10}, [EM_NORM] = {fifteen, 3},     [EM_CONV] = {conv, 4},
      [EM_SSM] = {ssm, 7},      [EM_POOL] = {fifteen, 2},   [EM_AXIS_OUT] = {axis_out, 1}};
  for (uint32_t i = 0; i < EM_MAX_REGISTERS; i++) {
    bool there = i < kinds[e->kind].count;
    assert_true(r[i] >= (there ? kinds[e->kind].ranges[i][0] : 0));
    assert_true(r[i] <= (there ? kinds[e->kind].ranges[i][1] : 0));
  }
}

static void registers_of_random_networks_are_the_contracts_arrows(void **state) {
  (void)state;
  em_graph *graph = malloc(sizeof *graph);
  uint32_t at_minimum = 0, far_right = 0;
  for (uint64_t seed = 1; seed <= EM_REPEAT(5000); seed++) {
    em_design design;
    em_network network;
    em_random_design(seed, &design);
    em_graph_build(graph, &design);
    em_random_network(seed, &design.shape, design.silu_segments, design.exp_segments, &network);
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      int32_t registers[EM_MAX_REGISTERS], expected[EM_MAX_REGISTERS];
      memset(registers, 0x55, sizeof registers);
      em_registers_derive(graph, &network, e, registers);
      expect(graph, &network, e, expected);
      assert_memory_equal(registers, expected, sizeof expected);
      assert_ranges(&graph->engines[e], registers);
      for (uint32_t i = 0; i < EM_MAX_REGISTERS; i++) {
        at_minimum += registers[i] == EM_REQUANT_MIN;
        far_right += registers[i] >= 40;
      }
    }
    em_network_free(&network);
  }
  assert_true(at_minimum > 0 && far_right > 0); /* the ends are drawn */
  free(graph);
}

/* The farthest that exponents can be apart: 127 either way. */
static void registers_of_the_farthest_exponents_are_clamped(void **state) {
  (void)state;
  em_graph *graph = malloc(sizeof *graph);
  em_design design;
  em_network network;
  em_random_design(1, &design);
  em_graph_build(graph, &design);
  em_random_network(1, &design.shape, design.silu_segments, design.exp_segments, &network);
  int32_t registers[EM_MAX_REGISTERS];
  network.input = EM_EXPONENT_MIN;
  network.patches = EM_EXPONENT_MAX;
  em_registers_derive(graph, &network, 1, registers);
  assert_int_equal(registers[EM_LINEAR_X_SHIFT], EM_REQUANT_MAX);
  network.input = EM_EXPONENT_MAX;
  network.patches = EM_EXPONENT_MIN;
  em_registers_derive(graph, &network, 1, registers);
  assert_int_equal(registers[EM_LINEAR_X_SHIFT], EM_REQUANT_MIN);
  em_network_free(&network);
  free(graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(registers_clamped_requants_give_the_values_of_unclamped_ones),
      cmocka_unit_test(registers_of_random_networks_are_the_contracts_arrows),
      cmocka_unit_test(registers_of_the_farthest_exponents_are_clamped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
