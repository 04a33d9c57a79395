#include "sim/run/accuracy.h"

#include <math.h>

/* Index of the first largest code. */
static uint32_t argmax(const int8_t *codes, uint32_t count) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < count; i++) {
    best = codes[i] > codes[best] ? i : best;
  }
  return best;
}

static cJSON *classes(const em_job *job) {
  uint64_t right = 0;
  uint32_t outputs = job->design.shape.outputs;
  for (uint64_t f = 0; f < job->frame_count; f++) {
    right += (int64_t)argmax(job->outputs + f * outputs, outputs) == em_frames_class(&job->frames, f);
  }
  cJSON *accuracy = cJSON_CreateObject();
  cJSON_AddNumberToObject(accuracy, "frames", (double)job->frame_count);
  cJSON_AddNumberToObject(accuracy, "right", (double)right);
  cJSON_AddNumberToObject(accuracy, "top1_percent", 100.0 * (double)right / (double)job->frame_count);
  return accuracy;
}

static cJSON *values(const em_job *job) {
  uint32_t outputs = job->design.shape.outputs;
  double frames = (double)job->frame_count, mae_sum = 0, rmse_sum = 0;
  cJSON *accuracy = cJSON_CreateObject(), *mae = cJSON_CreateArray(), *rmse = cJSON_CreateArray();
  for (uint32_t column = 0; column < outputs; column++) {
    double absolute = 0, squared = 0;
    for (uint64_t f = 0; f < job->frame_count; f++) {
      double value = ldexp(job->outputs[f * outputs + column], job->network.output);
      double error = value - (double)em_frames_value(&job->frames, f, column);
      absolute += fabs(error);
      squared += error * error;
    }
    cJSON_AddItemToArray(mae, cJSON_CreateNumber(absolute / frames));
    cJSON_AddItemToArray(rmse, cJSON_CreateNumber(sqrt(squared / frames)));
    mae_sum += absolute / frames;
    rmse_sum += sqrt(squared / frames);
  }
  cJSON_AddNumberToObject(accuracy, "frames", frames);
  cJSON_AddStringToObject(accuracy, "unit", job->frames.label_unit);
  cJSON_AddNumberToObject(accuracy, "mae", mae_sum / outputs);
  cJSON_AddNumberToObject(accuracy, "rmse", rmse_sum / outputs);
  cJSON_AddItemToObject(accuracy, "mae_by_output", mae);
  cJSON_AddItemToObject(accuracy, "rmse_by_output", rmse);
  return accuracy;
}

cJSON *em_accuracy_report(const em_job *job) {
  em_head head = (em_head)job->design.shape.head;
  if (head == EM_HEAD_NONE || head == EM_HEAD_TOKEN || job->frames.label_kind == EM_LABELS_NONE) {
    return NULL;
  }
  return job->frames.label_kind == EM_LABELS_CLASSES ? classes(job) : values(job);
}
