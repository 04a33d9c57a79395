/*
 * The integer contract once more, naively: exponents instead of shifts, 128-bit integers, one loop an operator.
 *
 * Written from docs/contract.md alone and sharing no code with models/, so that the two can be held against each
 * other. Every function counts what the units count: results that did not fit INT8 (or INT24), and inputs of
 * piecewise-linear functions outside the table.
 */
#ifndef EM_REFERENCE_H
#define EM_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/network.h"

__extension__ typedef __int128 ref_int;

/* Saturations, below, above: as in em_node_count, but not that type. */
typedef struct {
  uint64_t saturations, below, above;
} ref_count;

/* The integer next to num / den, den > 0; of two equally near ones the even. */
ref_int ref_round(ref_int num, ref_int den);

/* 2^power, 0 <= power <= 120. */
ref_int ref_pow2(int power);

/* sat(x, bits), counted. */
ref_int ref_saturate(ref_int code, int bits, ref_count *count);

/* requant(c, from, to) of the contract; |c| < 2^60. */
int8_t ref_requant(ref_int code, int from, int to, ref_count *count);

int8_t ref_pwl(const em_pwl *pwl, int8_t x, ref_count *count);

/* One accumulator at exponent `acc_exponent`, with its bias (0 and any exponent without). */
int8_t ref_map(ref_int acc, int acc_exponent, int8_t bias, int bias_exponent, int out_exponent, ref_count *count);

/* y [out] = linear(x [in], weight [out, in], bias [out] or codes NULL). */
void ref_linear(const em_tensor *weight, const em_tensor *bias, uint32_t in, uint32_t out, const int8_t *x,
                int x_exponent, int8_t *y, int y_exponent, ref_count *count);

/* y [d] = range_norm(x [d]). */
void ref_norm(const em_tensor *gamma, const em_tensor *beta, uint32_t d, const int8_t *x, int8_t *y, int y_exponent,
              ref_count *count);

/* y [ed] = conv1d at token t of s [tokens, ed], rounded to the node `conv`. weight [ed, k]. */
void ref_conv(const em_tensor *weight, const em_tensor *bias, uint32_t ed, uint32_t k, const int8_t *s, uint32_t t,
              int s_exponent, int8_t *y, int y_exponent, ref_count *count);

/* What a token of the ssm counts. */
typedef struct {
  ref_count exp_in, a_bar, b_bar, state, store, y, gated;
} ref_ssm_count;

/*
 * One token: x, delta, g [ed], b, c [n] -> q [ed]; h [ed, n] is the stored state before and after. Exponents come from
 * `block`.
 */
void ref_ssm(const em_block *block, uint32_t ed, uint32_t n, const int8_t *x, const int8_t *delta, const int8_t *b,
             const int8_t *c, const int8_t *g, int64_t *h, int8_t *q, ref_ssm_count *count);

/* y [d] = mean over tokens of x [l, d]. */
void ref_mean(const int8_t *x, uint32_t l, uint32_t d, int x_exponent, int8_t *y, int y_exponent, ref_count *count);

/* frame [H, W, C] -> output [outputs], or [L, outputs] with head none: the contract's "One network". */
void ref_network(const em_network *network, const int8_t *frame, int8_t *output);

#endif
