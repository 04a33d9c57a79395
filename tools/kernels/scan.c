// The selective scan and its gradients, for training: one thread, sixteen channels at a time, a
// group's states in the cache. tools/emamba_tools/kernels.py builds and calls it.
//
//   h[t] = exp(delta[t] A) h[t-1] + delta[t] B[t] x[t];  y[t] = C[t] h[t] + D x[t]
//
// With `rounds` it computes the integer contract, bit for bit, as values: every sum in float stays
// below 2^24 codes or saturates anyway; the sum over the states, and so y, is double. Gradients pass
// straight through roundings, stop at saturations, and take a table's slope.

#include "lanes.h"

typedef double wide __attribute__((vector_size(8 * W)));

typedef struct {
  float exp_in, B_bar, current;  // the value of one code of each
  float drive;                   // 1: B_bar x is finer than the state and is rounded; 0: not
  const float *table, *slopes;   // of A_bar, by code of exp_in + 128
} rounds;

typedef struct {
  int frames, L, ED, N;
  const float *x, *delta;  // [frames][L][ED]
  const float *B, *C;      // [frames][L][N]
  const float *A, *D;      // [N][ED], [ED]
  const rounds *rounds;    // null: floating point
} inputs;

typedef struct {  // those of A and D start at 0
  float *x, *delta, *B, *C, *A, *D;
} gradients;

ALWAYS vec only(ivec where, vec v) {
  return (vec)(where & (ivec)v);
}

// An INT8 code of `step`, as a value; *inside: it did not saturate.
ALWAYS vec rounded(vec v, float step, ivec *inside) {
  const vec code = nearest(clamp(v * (1 / step), -1000, 1000));
  *inside = (code >= -128) & (code <= 127);
  return clamp(code, -128, 127) * step;
}

ALWAYS vec look_up(const float *table, vec code) {
  const ivec index = __builtin_convertvector(code + 128, ivec);
  vec v;
  for (int lane = 0; lane < W; lane++)
    v[lane] = table[index[lane]];
  return v;
}

typedef struct {
  vec a, slope;  // A_bar and its derivative by delta A
  vec b;         // B_bar
  ivec b_inside, state_inside;
  vec computed, stored;
} step;

// One state of sixteen channels, one token on; `before` is what the last token stored.
ALWAYS step advance(const rounds *r, vec delta, vec A, float B, vec x, vec before) {
  step s;
  if (!r) {
    s.slope = s.a = exponential(delta * A);
    s.b = delta * B;
    s.computed = s.stored = s.a * before + s.b * x;
    s.b_inside = s.state_inside = (ivec){} - 1;
    return s;
  }
  ivec inside;
  const vec code = rounded(delta * A, r->exp_in, &inside) * (1 / r->exp_in);
  s.a = look_up(r->table, code);
  s.slope = only(inside, look_up(r->slopes, code));
  s.b = rounded(delta * B, r->B_bar, &s.b_inside);
  vec drive = s.b * x * (1 / r->current);
  if (r->drive != 0)
    drive = nearest(drive);
  const vec codes = drive + s.a * (before * (1 / r->current));
  const vec kept = clamp(codes, -8388608, 8388607);
  s.state_inside = kept == codes;
  s.computed = kept * r->current;
  const vec part = kept * (1.0F / 128), near = nearest(part);
  s.stored = (near - only(near > part, SPLAT(1))) * (128 * r->current);
  return s;
}

ALWAYS void forward(const inputs *in, const rounds *r, int N, void *y) {
  for (int f = 0; f < in->frames; f++)
    for (int c = 0; c < in->ED; c += W) {
      const int lanes = in->ED - c < W ? in->ED - c : W;
      vec h[N];
      memset(h, 0, sizeof h);
      const vec D = load(in->D + c, lanes);
      for (int t = 0; t < in->L; t++) {
        const long token = (long)f * in->L + t, at = token * in->ED + c;
        const vec x = load(in->x + at, lanes), delta = load(in->delta + at, lanes);
        const float *B = in->B + token * N, *C = in->C + token * N;
        vec sum = {};
        wide exact = {};
        for (int n = 0; n < N; n++) {
          const step s = advance(r, delta, load(in->A + n * in->ED + c, lanes), B[n], x, h[n]);
          h[n] = s.stored;
          if (r)
            exact += (double)C[n] * __builtin_convertvector(s.computed, wide);
          else
            sum += C[n] * s.computed;
        }
        if (r) {
          exact += __builtin_convertvector(D * x, wide);
          memcpy((double *)y + at, &exact, 8 * (unsigned)lanes);
        } else
          store((float *)y + at, sum + D * x, lanes);
      }
    }
}

// Gradients of everything, from that of y. The states of a group are computed again and kept, the
// rest once more on the way back: what stays is in the first cache.
ALWAYS void backward(const inputs *in, const rounds *r, int N, const float *to_y, gradients *to, vec *stored, vec *to_B,
                     vec *to_C) {
  const int L = in->L;
  for (int f = 0; f < in->frames; f++) {
    memset(to_B, 0, sizeof(vec) * (unsigned)(L * N));
    memset(to_C, 0, sizeof(vec) * (unsigned)(L * N));
    for (int c = 0; c < in->ED; c += W) {
      const int lanes = in->ED - c < W ? in->ED - c : W;
      vec carry[N], A[N], to_A[N];
      for (int n = 0; n < N; n++) {
        carry[n] = to_A[n] = (vec){};
        A[n] = load(in->A + n * in->ED + c, lanes);
      }
      const vec D = load(in->D + c, lanes);
      vec to_D = {};
      for (int t = 0; t < L; t++) {
        const long token = (long)f * L + t, at = token * in->ED + c;
        const vec x = load(in->x + at, lanes), delta = load(in->delta + at, lanes);
        for (int n = 0; n < N; n++) {
          const vec before = t ? stored[(t - 1) * N + n] : (vec){};
          stored[t * N + n] = advance(r, delta, A[n], in->B[token * N + n], x, before).stored;
        }
      }
      for (int t = L - 1; t >= 0; t--) {
        const long token = (long)f * L + t, at = token * in->ED + c;
        const vec x = load(in->x + at, lanes), delta = load(in->delta + at, lanes);
        const vec up = load(to_y + at, lanes);
        vec to_x = up * D, to_delta = {};
        to_D += up * x;
        for (int n = 0; n < N; n++) {
          const vec before = t ? stored[(t - 1) * N + n] : (vec){};
          const step s = advance(r, delta, A[n], in->B[token * N + n], x, before);
          to_C[t * N + n] += up * s.computed;
          const vec state = only(s.state_inside, up * in->C[token * N + n] + carry[n]);
          const vec exponent = state * before * s.slope;
          to_A[n] += exponent * delta;
          to_x += state * s.b;
          const vec to_b = only(s.b_inside, state * x);
          to_B[t * N + n] += to_b * delta;
          to_delta += exponent * A[n] + to_b * in->B[token * N + n];
          carry[n] = state * s.a;
        }
        store(to->x + at, to_x, lanes);
        store(to->delta + at, to_delta, lanes);
      }
      for (int n = 0; n < N; n++) {
        float *at = to->A + n * in->ED + c;
        store(at, load(at, lanes) + to_A[n], lanes);
      }
      store(to->D + c, load(to->D + c, lanes) + to_D, lanes);
    }
    for (int n = 0; n < L * N; n++) {
      to->B[(long)f * L * N + n] = sum_of(to_B[n]);
      to->C[(long)f * L * N + n] = sum_of(to_C[n]);
    }
  }
}

// N and the numerics are constants of each copy, so that its states stay in registers.
void scan_forward(const inputs *in, void *y) {
  if (in->rounds)
    in->N == 8    ? forward(in, in->rounds, 8, y)
    : in->N == 16 ? forward(in, in->rounds, 16, y)
                  : forward(in, in->rounds, in->N, y);
  else
    in->N == 8 ? forward(in, 0, 8, y) : in->N == 16 ? forward(in, 0, 16, y) : forward(in, 0, in->N, y);
}

void scan_backward(const inputs *in, const float *to_y, gradients *to, void *scratch) {
  const int states = in->L * in->N;
  vec *stored = scratch, *to_B = stored + states, *to_C = to_B + states;
  if (in->rounds)
    in->N == 8    ? backward(in, in->rounds, 8, to_y, to, stored, to_B, to_C)
    : in->N == 16 ? backward(in, in->rounds, 16, to_y, to, stored, to_B, to_C)
                  : backward(in, in->rounds, in->N, to_y, to, stored, to_B, to_C);
  else
    in->N == 8    ? backward(in, 0, 8, to_y, to, stored, to_B, to_C)
    : in->N == 16 ? backward(in, 0, 16, to_y, to, stored, to_B, to_C)
                  : backward(in, 0, in->N, to_y, to, stored, to_B, to_C);
}

// Bytes of scratch that scan_backward wants, aligned to a vector.
unsigned long scan_scratch(int L, int N) {
  return 3 * sizeof(vec) * (unsigned long)(L * N);
}
