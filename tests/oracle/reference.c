#include "tests/oracle/reference.h"

#include <stddef.h>

ref_int ref_round(ref_int num, ref_int den) {
  ref_int floor = num / den;
  if (floor * den > num) {
    floor--;
  }
  ref_int twice_rest = 2 * (num - floor * den);
  bool up = twice_rest > den || (twice_rest == den && floor % 2 != 0);
  return up ? floor + 1 : floor;
}

ref_int ref_pow2(int power) {
  ref_int result = 1;
  for (int i = 0; i < power; i++) {
    result *= 2;
  }
  return result;
}

ref_int ref_saturate(ref_int code, int bits, ref_count *count) {
  ref_int high = ref_pow2(bits - 1) - 1, low = -ref_pow2(bits - 1);
  count->saturations += code > high || code < low;
  return code > high ? high : code < low ? low : code;
}

static ref_int align(ref_int code, int from, int to) {
  if (from >= to) {
    return code * ref_pow2(from - to > 60 ? 60 : from - to); /* 2^60 times anything but 0 saturates as well */
  }
  return ref_round(code, ref_pow2(to - from > 100 ? 100 : to - from)); /* 2^-100 times any code rounds to 0 as well */
}

int8_t ref_requant(ref_int code, int from, int to, ref_count *count) {
  return (int8_t)ref_saturate(align(code, from, to), 8, count);
}

int8_t ref_pwl(const em_pwl *pwl, int8_t x, ref_count *count) {
  uint32_t region = 0;
  while (region <= pwl->segments && pwl->thresholds[region] <= x) {
    region++; /* thresholds do not decrease */
  }
  count->below += region == 0;
  count->above += region == pwl->segments + 1;
  ref_count ignored = {0};
  ref_int value = (ref_int)pwl->slopes[region] * x + pwl->intercepts[region];
  return (int8_t)ref_saturate(ref_round(value, ref_pow2((int)pwl->shift)), 8, &ignored);
}

static int smaller(int a, int b) {
  return a < b ? a : b;
}

int8_t ref_map(ref_int acc, int acc_exponent, int8_t bias, int bias_exponent, int out_exponent, ref_count *count) {
  int low = smaller(acc_exponent, bias_exponent);
  ref_int sum = align(acc, acc_exponent, low) + align(bias, bias_exponent, low);
  return ref_requant(sum, low, out_exponent, count);
}

void ref_linear(const em_tensor *weight, const em_tensor *bias, uint32_t in, uint32_t out, const int8_t *x,
                int x_exponent, int8_t *y, int y_exponent, ref_count *count) {
  bool biased = bias != NULL && bias->codes != NULL;
  int exponent = weight->exponent + x_exponent;
  for (uint32_t o = 0; o < out; o++) {
    ref_int acc = 0;
    for (uint32_t i = 0; i < in; i++) {
      acc += (ref_int)weight->codes[(size_t)o * in + i] * x[i];
    }
    y[o] = ref_map(acc, exponent, biased ? bias->codes[o] : 0, biased ? bias->exponent : exponent, y_exponent, count);
  }
}

void ref_norm(const em_tensor *gamma, const em_tensor *beta, uint32_t d, const int8_t *x, int8_t *y, int y_exponent,
              ref_count *count) {
  ref_int sum = 0;
  int highest = -128, lowest = 127;
  for (uint32_t i = 0; i < d; i++) {
    sum += x[i];
    highest = x[i] > highest ? x[i] : highest;
    lowest = x[i] < lowest ? x[i] : lowest;
  }
  ref_int range = highest - lowest > 1 ? highest - lowest : 1;
  int m = smaller(smaller(gamma->exponent, beta->exponent), y_exponent);
  for (uint32_t i = 0; i < d; i++) {
    ref_int num = ((ref_int)d * x[i] - sum) * gamma->codes[i] * ref_pow2(gamma->exponent - m) +
                  (ref_int)d * range * beta->codes[i] * ref_pow2(beta->exponent - m);
    y[i] = (int8_t)ref_saturate(ref_round(num, (ref_int)d * range * ref_pow2(y_exponent - m)), 8, count);
  }
}

void ref_conv(const em_tensor *weight, const em_tensor *bias, uint32_t ed, uint32_t k, const int8_t *s, uint32_t t,
              int s_exponent, int8_t *y, int y_exponent, ref_count *count) {
  for (uint32_t c = 0; c < ed; c++) {
    ref_int acc = 0;
    for (uint32_t tap = 0; tap < k; tap++) {
      int64_t token = (int64_t)t - k + 1 + tap;
      acc += token < 0 ? 0 : (ref_int)weight->codes[(size_t)c * k + tap] * s[(size_t)token * ed + c];
    }
    y[c] = ref_map(acc, weight->exponent + s_exponent, bias->codes[c], bias->exponent, y_exponent, count);
  }
}

void ref_ssm(const em_block *block, uint32_t ed, uint32_t n, const int8_t *x, const int8_t *delta, const int8_t *b,
             const int8_t *c, const int8_t *g, int64_t *h, int8_t *q, ref_ssm_count *count) {
  int current_exponent = block->state - 7;
  for (uint32_t channel = 0; channel < ed; channel++) {
    ref_int sum = 0;
    for (uint32_t state = 0; state < n; state++) {
      int64_t *stored = &h[(size_t)channel * n + state];
      int8_t a_in = ref_requant((ref_int)delta[channel] * block->a.codes[(size_t)channel * n + state],
                                block->delta + block->a.exponent, block->exp_in, &count->exp_in);
      int8_t a_bar = ref_pwl(&block->pwl_a_bar, a_in, &count->a_bar);
      int8_t b_bar =
          ref_requant((ref_int)delta[channel] * b[state], block->delta + block->b, block->b_bar, &count->b_bar);
      ref_int bx = align((ref_int)b_bar * x[channel], block->b_bar + block->x, current_exponent);
      ref_int current = ref_saturate((ref_int)a_bar * *stored + bx, 24, &count->state);
      sum += c[state] * current;
      ref_int floor = current / 128;
      floor -= floor * 128 > current;
      *stored = (int64_t)ref_saturate(floor, 17, &count->store);
    }
    int sum_exponent = block->c + current_exponent, dx_exponent = block->d.exponent + block->x;
    int low = smaller(sum_exponent, dx_exponent);
    ref_int y = align(sum, sum_exponent, low) + align((ref_int)block->d.codes[channel] * x[channel], dx_exponent, low);
    int8_t code = ref_requant(y, low, block->y, &count->y);
    q[channel] = ref_requant((ref_int)code * g[channel], block->y + block->gate, block->gated, &count->gated);
  }
}

void ref_mean(const int8_t *x, uint32_t l, uint32_t d, int x_exponent, int8_t *y, int y_exponent, ref_count *count) {
  int low = smaller(x_exponent, y_exponent);
  for (uint32_t i = 0; i < d; i++) {
    ref_int sum = 0;
    for (uint32_t t = 0; t < l; t++) {
      sum += x[(size_t)t * d + i];
    }
    y[i] = (int8_t)ref_saturate(ref_round(sum * ref_pow2(x_exponent - low), l * ref_pow2(y_exponent - low)), 8, count);
  }
}
