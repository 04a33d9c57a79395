// The causal depthwise convolution and its gradients, for training.
//   y[t] = bias + sum over k of weight[k] x[t - K + 1 + k]; tokens before the first are 0

#include "lanes.h"

typedef struct {
  int frames, L, ED, K;
  const float *x;              // [frames][L][ED]
  const float *weight, *bias;  // [K][ED], [ED]
} inputs;

void conv_forward(const inputs *in, float *y) {
  const int ED = in->ED, K = in->K;
  for (int f = 0; f < in->frames; f++)
    for (int c = 0; c < ED; c += W) {
      const int lanes = ED - c < W ? ED - c : W;
      const long frame = (long)f * in->L * ED + c;
      for (int t = 0; t < in->L; t++) {
        vec sum = load(in->bias + c, lanes);
        for (int k = t < K - 1 ? K - 1 - t : 0; k < K; k++)
          sum += load(in->weight + k * ED + c, lanes) * load(in->x + frame + (long)(t - K + 1 + k) * ED, lanes);
        store(y + frame + (long)t * ED, sum, lanes);
      }
    }
}

// Those of weight and bias are added up.
void conv_backward(const inputs *in, const float *to_y, float *to_x, float *to_weight, float *to_bias) {
  const int L = in->L, ED = in->ED, K = in->K;
  for (int f = 0; f < in->frames; f++)
    for (int c = 0; c < ED; c += W) {
      const int lanes = ED - c < W ? ED - c : W;
      const long frame = (long)f * L * ED + c;
      vec bias = load(to_bias + c, lanes);
      for (int t = 0; t < L; t++) {
        vec sum = {};
        for (int k = L - 1 - t < K - 1 ? K - L + t : 0; k < K; k++)  // x[t] is read by y[t + K - 1 - k]
          sum += load(in->weight + k * ED + c, lanes) * load(to_y + frame + (long)(t + K - 1 - k) * ED, lanes);
        store(to_x + frame + (long)t * ED, sum, lanes);
        bias += load(to_y + frame + (long)t * ED, lanes);
      }
      store(to_bias + c, bias, lanes);
      for (int k = 0; k < K; k++) {
        vec sum = load(to_weight + k * ED + c, lanes);
        for (int t = K - 1 - k; t < L; t++)
          sum += load(to_y + frame + (long)t * ED, lanes) * load(in->x + frame + (long)(t - K + 1 + k) * ED, lanes);
        store(to_weight + k * ED + c, sum, lanes);
      }
    }
}
