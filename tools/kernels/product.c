// A linear layer and its gradients, for training: y = x w + bias, with x [rows][I], w [I][O].

#include "lanes.h"

enum { ROWS = 8, CHUNK = 256 };  // rows in registers; rows that stay in the cache

// `rows` of them, at most ROWS, and two vectors of outputs at most
ALWAYS void tile(int rows, int vectors, int last, int I, int O, const float *x, const float *w, const float *bias,
                 float *y) {
  vec sum[ROWS][2];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++)
      sum[r][v] = bias ? load(bias + v * W, v + 1 == vectors ? last : W) : (vec){};
  for (int i = 0; i < I; i++)
    for (int v = 0; v < vectors; v++) {
      const vec weight = load(w + (long)i * O + v * W, v + 1 == vectors ? last : W);
      for (int r = 0; r < rows; r++)
        sum[r][v] += x[(long)r * I + i] * weight;
    }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++)
      store(y + (long)r * O + v * W, sum[r][v], v + 1 == vectors ? last : W);
}

void product_forward(long rows, int I, int O, const float *x, const float *w, const float *bias, float *y) {
  for (long from = 0; from < rows; from += ROWS)
    for (int o = 0; o < O; o += 2 * W) {
      const int left = O - o, vectors = left > W ? 2 : 1;
      const int last = left >= 2 * W ? W : left > W ? left - W : left;
      const float *at = x + from * I, *b = bias ? bias + o : 0;
      float *to = y + from * O + o;
      if (rows - from < ROWS)
        for (long r = 0; r < rows - from; r++)
          vectors == 2 ? tile(1, 2, last, I, O, at + r * I, w + o, b, to + r * O)
                       : tile(1, 1, last, I, O, at + r * I, w + o, b, to + r * O);
      else if (vectors == 2)
        tile(ROWS, 2, last, I, O, at, w + o, b, to);
      else
        tile(ROWS, 1, last, I, O, at, w + o, b, to);
    }
}

// `inputs` of them, at most ROWS
ALWAYS void outer(long rows, int inputs, int vectors, int last, int I, int O, const float *x, const float *to_y,
                  float *to_w) {
  vec sum[ROWS][2];
  for (int i = 0; i < inputs; i++)
    for (int v = 0; v < vectors; v++)
      sum[i][v] = load(to_w + (long)i * O + v * W, v + 1 == vectors ? last : W);
  for (long r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) {
      const vec up = load(to_y + r * O + v * W, v + 1 == vectors ? last : W);
      for (int i = 0; i < inputs; i++)
        sum[i][v] += x[r * I + i] * up;
    }
  for (int i = 0; i < inputs; i++)
    for (int v = 0; v < vectors; v++)
      store(to_w + (long)i * O + v * W, sum[i][v], v + 1 == vectors ? last : W);
}

// The gradient of w is added to to_w [I][O], that of the bias to to_bias unless null.
void product_backward(long rows, int I, int O, const float *x, const float *to_y, float *to_w, float *to_bias) {
  for (long from = 0; from < rows; from += CHUNK) {
    const long count = rows - from < CHUNK ? rows - from : CHUNK;
    const float *at = x + from * I, *up = to_y + from * O;
    for (int o = 0; o < O; o += 2 * W) {
      const int left = O - o, vectors = left > W ? 2 : 1;
      const int last = left >= 2 * W ? W : left > W ? left - W : left;
      for (int i = 0; i < I; i += I - i < ROWS ? 1 : ROWS) {
        float *to = to_w + (long)i * O + o;
        if (I - i < ROWS)
          vectors == 2 ? outer(count, 1, 2, last, I, O, at + i, up + o, to)
                       : outer(count, 1, 1, last, I, O, at + i, up + o, to);
        else if (vectors == 2)
          outer(count, ROWS, 2, last, I, O, at + i, up + o, to);
        else
          outer(count, ROWS, 1, last, I, O, at + i, up + o, to);
      }
    }
    for (int o = 0; to_bias && o < O; o += W) {
      const int lanes = O - o < W ? O - o : W;
      vec sum = load(to_bias + o, lanes);
      for (long r = 0; r < count; r++)
        sum += load(up + r * O + o, lanes);
      store(to_bias + o, sum, lanes);
    }
  }
}
