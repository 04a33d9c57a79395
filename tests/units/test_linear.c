/*
 * The linear engine's arithmetic against the contract's linear, relu, requant and residual, with every count exact.
 * Shapes are not multiples of the vector width; operands are random or at INT8's ends.
 */
#include <stdlib.h>
#include <string.h>

#include "models/units/linear.h"
#include "tests/oracle/reference.h"
#include "tests/support/check.h"
#include "tests/support/one_frame.h"
#include "tests/support/random.h"

enum { NODES = EM_LINEAR_NODE_RESIDUAL + 1 };

/* One linear map with its operands. */
typedef struct {
  em_linear_geometry geometry;
  int32_t registers[EM_MAX_REGISTERS];
  int8_t *weight, *bias, *x, *residual; /* [out, in] [out] [in] [out] */
} linear_case;

static void free_case(linear_case *c) {
  free(c->weight);
  free(c->bias);
  free(c->x);
  free(c->residual);
}

static linear_case make_case(const em_linear_geometry *geometry) {
  linear_case c = {.geometry = *geometry};
  c.weight = calloc((size_t)geometry->out * geometry->in, 1);
  c.bias = calloc(geometry->out, 1);
  c.x = calloc(geometry->in, 1);
  c.residual = calloc(geometry->out, 1);
  return c;
}

/* What the contract says; counts as the unit's nodes. Exponents: the accumulator's is acc_shift, the bias's bias_shift.
 */
static void reference(const linear_case *c, int8_t *y, ref_count counts[NODES]) {
  const em_linear_geometry *g = &c->geometry;
  const int32_t *r = c->registers;
  int8_t *x = malloc(g->in);
  for (uint32_t i = 0; i < g->in; i++) {
    x[i] = g->in_requant ? ref_requant(c->x[i], 0, r[EM_LINEAR_X_SHIFT], &counts[EM_LINEAR_NODE_IN]) : c->x[i];
  }
  em_tensor weight = {c->weight, r[EM_LINEAR_ACC_SHIFT]}, bias = {c->bias, r[EM_LINEAR_BIAS_SHIFT]};
  ref_linear(&weight, g->bias ? &bias : NULL, g->in, g->out, x, 0, y, r[EM_LINEAR_OUT_SHIFT],
             &counts[EM_LINEAR_NODE_OUT]);
  for (uint32_t o = 0, group = 0; o < g->out; o++) {
    y[o] = g->relu && y[o] < 0 ? 0 : y[o];
    group += group + 1 < g->groups && o >= g->bound[group];
    if (g->groups > 0) {
      y[o] = ref_requant(y[o], 0, r[EM_LINEAR_POST_SHIFT + group], &counts[EM_LINEAR_NODE_POST + group]);
    }
    if (g->residual) {
      y[o] = ref_map(y[o], r[EM_LINEAR_RES_OUT_SHIFT], c->residual[o], r[EM_LINEAR_RES_TOK_SHIFT],
                     r[EM_LINEAR_RES_SHIFT], &counts[EM_LINEAR_NODE_RESIDUAL]);
    }
  }
  free(x);
}

static void check_case(const linear_case *c) {
  const em_linear_geometry *g = &c->geometry;
  int8_t *y = malloc(g->out), *expected = malloc(g->out);
  em_linear_unit unit = {g, c->registers, c->weight, g->bias ? c->bias : NULL, g->in, NULL};
  em_node_count nodes[NODES] = {{0}};
  ref_count counts[NODES] = {{0}};
  em_linear_one(&unit, c->x, g->residual ? c->residual : NULL, y, nodes);
  reference(c, expected, counts);
  assert_memory_equal(y, expected, g->out);
  for (uint32_t i = 0; i < NODES; i++) {
    assert_int_equal(nodes[i].saturations, counts[i].saturations);
  }
  free(y);
  free(expected);
}

static void random_operands(em_random *random, linear_case *c) {
  const em_linear_geometry *g = &c->geometry;
  em_random_codes(random, (em_code_style)(em_random_next(random) % EM_CODES_STYLES), c->weight,
                  (uint64_t)g->out * g->in);
  em_random_codes(random, (em_code_style)(em_random_next(random) % EM_CODES_STYLES), c->x, g->in);
  em_random_codes(random, EM_CODES_UNIFORM, c->bias, g->out);
  em_random_codes(random, EM_CODES_EXTREME, c->residual, g->out);
}

/* A requant shift: near `natural` mostly, else any. */
static int32_t any_shift(em_random *random, int32_t natural) {
  return (int32_t)(em_random_chance(random, 20) ? em_random_range(random, EM_REQUANT_MIN, EM_REQUANT_MAX)
                                                : natural + em_random_range(random, -3, 2));
}

static void random_registers(em_random *random, linear_case *c) {
  int32_t *r = c->registers;
  r[EM_LINEAR_X_SHIFT] = any_shift(random, 0);
  if (c->geometry.bias) {
    bool weight_low = em_random_chance(random, 70);
    r[EM_LINEAR_ACC_SHIFT] = weight_low ? 0 : (int32_t)em_random_range(random, 0, 7);
    r[EM_LINEAR_BIAS_SHIFT] = weight_low ? (int32_t)em_random_range(random, 0, 15) : 0;
  }
  r[EM_LINEAR_OUT_SHIFT] = any_shift(random, 8 + r[EM_LINEAR_ACC_SHIFT]);
  for (int i = 0; i < 3; i++) {
    r[EM_LINEAR_POST_SHIFT + i] = any_shift(random, 0);
  }
  bool tok_low = em_random_chance(random, 50);
  r[tok_low ? EM_LINEAR_RES_OUT_SHIFT : EM_LINEAR_RES_TOK_SHIFT] = (int32_t)em_random_range(random, 0, 15);
  r[EM_LINEAR_RES_SHIFT] = any_shift(random, 4);
}

/* Whichever write-back one of the engines has. */
static em_linear_geometry random_geometry(em_random *random, uint32_t in, uint32_t out) {
  em_linear_geometry g = {.in = in, .out = out, .in_lanes = 1, .out_lanes = 1};
  g.in_requant = em_random_chance(random, 40);
  g.bias = em_random_chance(random, 60);
  g.groups = em_random_count(random, 0, out < 3 ? 1 : 3);
  g.relu = g.groups == 1 && em_random_chance(random, 70);
  g.residual = g.groups == 0 && em_random_chance(random, 50);
  uint32_t row = 0;
  for (uint32_t i = 0; i < g.groups; i++) {
    row = i + 1 == g.groups ? out : em_random_count(random, row + 1, out - (g.groups - 1 - i));
    g.bound[i] = row;
  }
  return g;
}

static void linear_random_maps_follow_the_contract(void **state) {
  (void)state;
  em_random random = {1};
  for (int i = 0; i < EM_REPEAT(40000); i++) {
    em_linear_geometry geometry =
        random_geometry(&random, em_random_count(&random, 1, 37), em_random_count(&random, 1, 50));
    linear_case c = make_case(&geometry);
    random_operands(&random, &c);
    random_registers(&random, &c);
    check_case(&c);
    free_case(&c);
  }
}

static void linear_every_size_around_the_vector_width_is_exact(void **state) {
  (void)state;
  em_random random = {2};
  for (uint32_t in = 1; in <= 34; in++) {
    for (uint32_t out = 1; out <= 34; out++) {
      em_linear_geometry geometry = {.in = in, .out = out, .in_lanes = 1, .out_lanes = 1, .bias = true};
      linear_case c = make_case(&geometry);
      random_operands(&random, &c);
      c.registers[EM_LINEAR_OUT_SHIFT] = 8;
      check_case(&c);
      free_case(&c);
    }
  }
}

/* Accumulators of 2^30 and beyond 32 bits once aligned: in = 65536 is the widest input a shape may have. */
static void linear_widest_accumulators_do_not_overflow(void **state) {
  (void)state;
  static const int8_t ends[] = {-128, 127};
  em_linear_geometry geometry = {.in = 65536, .out = 3, .in_lanes = 1, .out_lanes = 1, .bias = true};
  linear_case c = make_case(&geometry);
  for (int i = 0; i < 8; i++) {
    memset(c.weight, ends[i & 1], (size_t)geometry.in * geometry.out);
    memset(c.x, ends[i >> 1 & 1], geometry.in);
    memset(c.bias, ends[i >> 2], geometry.out);
    for (int shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift += 3) {
      c.registers[EM_LINEAR_OUT_SHIFT] = shift;
      c.registers[EM_LINEAR_ACC_SHIFT] = shift % 2 == 0 ? 7 : 0;
      c.registers[EM_LINEAR_BIAS_SHIFT] = shift % 2 == 0 ? 0 : 15;
      check_case(&c);
    }
  }
  free_case(&c);
}

/* The 32-bit write-back ends where (in << 14 + acc_shift) + (128 << bias_shift) = 2^30. */
static void linear_at_the_end_of_the_32_bit_write_back_is_exact(void **state) {
  (void)state;
  for (uint32_t in = 509; in <= 515; in++) {
    for (int32_t bias_shift = 0; bias_shift <= 15; bias_shift += 15) {
      em_linear_geometry geometry = {.in = in, .out = 2, .in_lanes = 1, .out_lanes = 1, .bias = true};
      linear_case c = make_case(&geometry);
      memset(c.weight, -128, (size_t)in * 2);
      memset(c.x, -128, in);
      memset(c.bias, -128, 2);
      c.registers[EM_LINEAR_ACC_SHIFT] = 7;
      c.registers[EM_LINEAR_BIAS_SHIFT] = bias_shift;
      for (int32_t shift = EM_REQUANT_MIN; shift < 32; shift++) {
        c.registers[EM_LINEAR_OUT_SHIFT] = shift;
        check_case(&c);
      }
      free_case(&c);
    }
  }
}

/* An odd input's last pair is half empty; what lies behind x must not be read or multiplied. */
static void linear_odd_input_ignores_what_follows_it(void **state) {
  (void)state;
  em_linear_geometry g = {.in = 5, .out = 1, .in_lanes = 1, .out_lanes = 1};
  int8_t weight[] = {1, 1, 1, 1, 1}, x[] = {1, 2, 3, 4, 5, 100}, y[2] = {0, 77};
  int32_t registers[EM_MAX_REGISTERS] = {0};
  em_linear_unit unit = {&g, registers, weight, NULL, g.in, NULL};
  em_node_count nodes[NODES] = {{0}};
  em_linear_one(&unit, x, NULL, y, nodes);
  assert_int_equal(y[0], 15);
  assert_int_equal(y[1], 77);
}

/* Every code through the input, the write-back, the post requant and the residual at every shift. */
static void linear_every_code_at_every_shift_is_exact(void **state) {
  (void)state;
  static const int places[] = {EM_LINEAR_X_SHIFT, EM_LINEAR_OUT_SHIFT, EM_LINEAR_POST_SHIFT, EM_LINEAR_RES_SHIFT};
  for (int i = 0; i < 4; i++) {
    bool post = places[i] == EM_LINEAR_POST_SHIFT, residual = places[i] == EM_LINEAR_RES_SHIFT;
    em_linear_geometry geometry = {.in = 256, .out = 256, .in_lanes = 1, .out_lanes = 1, .in_requant = true};
    geometry.groups = post ? 1 : 0;
    geometry.bound[0] = 256;
    geometry.residual = residual;
    linear_case c = make_case(&geometry);
    for (int code = 0; code < 256; code++) {
      c.weight[code * 257] = 1; /* the identity */
      c.x[code] = (int8_t)(code - 128);
      c.residual[code] = (int8_t)(code - 128);
    }
    for (int32_t shift = EM_REQUANT_MIN; shift <= EM_REQUANT_MAX; shift++) {
      c.registers[places[i]] = shift;
      check_case(&c);
    }
    free_case(&c);
  }
}

/* By hand: 3*100 - 2*50 = 200, over INT8; relu, then 127 / 4 = 31.75. */
static void linear_by_hand_gives_the_sums(void **state) {
  (void)state;
  em_linear_geometry g = {
      .in = 2, .out = 2, .in_lanes = 1, .out_lanes = 1, .bias = true, .relu = true, .groups = 1, .bound = {2}};
  linear_case c = make_case(&g);
  memcpy(c.weight, (int8_t[]){3, -2, -3, 2}, 4);
  memcpy(c.x, (int8_t[]){100, 50}, 2);
  c.registers[EM_LINEAR_POST_SHIFT] = 2;
  int8_t y[2];
  em_linear_unit unit = {&c.geometry, c.registers, c.weight, c.bias, c.geometry.in, NULL};
  em_node_count nodes[NODES] = {{0}};
  em_linear_one(&unit, c.x, NULL, y, nodes);
  assert_memory_equal(y, ((int8_t[]){32, 0}), 2);
  assert_int_equal(nodes[EM_LINEAR_NODE_OUT].saturations, 2);
  assert_int_equal(nodes[EM_LINEAR_NODE_POST].saturations, 0);
  free_case(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linear_random_maps_follow_the_contract),
      cmocka_unit_test(linear_every_size_around_the_vector_width_is_exact),
      cmocka_unit_test(linear_widest_accumulators_do_not_overflow),
      cmocka_unit_test(linear_at_the_end_of_the_32_bit_write_back_is_exact),
      cmocka_unit_test(linear_odd_input_ignores_what_follows_it),
      cmocka_unit_test(linear_every_code_at_every_shift_is_exact),
      cmocka_unit_test(linear_by_hand_gives_the_sums),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
