// Cross entropy over many classes and its gradient at once, for training language models.

#include <math.h>

#include "lanes.h"

// logits [rows][classes], wanted [rows] -> nats [rows], -log of the probability of what was wanted, and by logits their
// gradient [rows][classes]: the probabilities, less 1 at what was wanted.
void surprise(long rows, int classes, const float *logits, const long long *wanted, float *nats, float *gradient) {
  for (long r = 0; r < rows; r++) {
    const float *row = logits + r * classes;
    float *to = gradient + r * classes, most = row[0];
    for (int c = 1; c < classes; c++)
      most = row[c] > most ? row[c] : most;
    float sum = 0;
    for (int c = 0; c < classes; c += W) {
      const int lanes = classes - c < W ? classes - c : W;
      vec v = load(row + c, lanes) - most;
      for (int lane = lanes; lane < W; lane++)
        v[lane] = -1000;
      v = exponential(v);
      sum += sum_of(v);
      store(to + c, v, lanes);
    }
    for (int c = 0; c < classes; c++)
      to[c] *= 1 / sum;
    nats[r] = logf(sum) + most - row[wanted[r]];
    to[wanted[r]] -= 1;
  }
}
