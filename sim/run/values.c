#include "sim/run/values.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "models/machine/batches.h"

/* What one thread does: whole batches one after another. */
typedef struct {
  em_job *job;
  uint64_t first, end; /* frames */
  atomic_uint_fast64_t *done;
  em_progress *progress; /* of the caller's own thread, else NULL */
  em_batches batches;
  pthread_t thread;
  em_status status;
  em_error error;
} stretch;

/* What the ports carry into the stretch is that of the frames before it. */
static em_status lead_in(stretch *s) {
  if (s->first == 0 || s->batches.toggles == NULL) {
    return EM_OK;
  }
  int8_t *outputs = malloc(EM_BATCHES_LEAD * em_result_width(&s->job->design.shape));
  if (outputs == NULL) {
    return em_fail(&s->error, EM_FAILED, "out of memory for results");
  }
  em_batches_compute(&s->batches, em_frames_frame(&s->job->frames, s->first - EM_BATCHES_LEAD), EM_BATCHES_LEAD,
                     outputs);
  em_batches_restart(&s->batches);
  free(outputs);
  return EM_OK;
}

static void *compute(void *argument) {
  stretch *s = argument;
  const size_t width = em_result_width(&s->job->design.shape);
  s->status = em_batches_open(&s->batches, s->job->core, &s->error);
  s->status = s->status == EM_OK ? lead_in(s) : s->status;
  for (uint64_t frame = s->first; frame < s->end && s->status == EM_OK; frame += EM_LANES) {
    const uint32_t count = s->end - frame < EM_LANES ? (uint32_t)(s->end - frame) : EM_LANES;
    em_batches_compute(&s->batches, em_frames_frame(&s->job->frames, frame), count, s->job->outputs + frame * width);
    const uint64_t done = atomic_fetch_add(s->done, count) + count;
    if (s->progress != NULL) {
      em_progress_update(s->progress, done);
    }
  }
  return NULL;
}

/* Stretches of whole batches; the caller's thread takes the first, and any that gets no thread. */
static void compute_all(stretch *stretches, uint64_t count) {
  bool started[EM_MOST_THREADS] = {false};
  for (uint64_t i = 1; i < count; i++) {
    started[i] = pthread_create(&stretches[i].thread, NULL, compute, &stretches[i]) == 0;
  }
  for (uint64_t i = 0; i < count; i++) {
    if (!started[i]) {
      compute(&stretches[i]);
    }
  }
  for (uint64_t i = 1; i < count; i++) {
    if (started[i]) {
      pthread_join(stretches[i].thread, NULL);
    }
  }
}

em_status em_values_compute(em_job *job, uint64_t threads, em_progress *progress, em_error *error) {
  const uint64_t batches = (job->frame_count + EM_LANES - 1) / EM_LANES, most = threads < batches ? threads : batches;
  const uint64_t count = most < EM_MOST_THREADS ? most : EM_MOST_THREADS;
  atomic_uint_fast64_t done = 0;
  stretch *stretches = calloc(count, sizeof *stretches);
  if (stretches == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the threads");
  }
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t end = batches * (i + 1) / count * EM_LANES;
    stretches[i] = (stretch){.job = job,
                             .first = batches * i / count * EM_LANES,
                             .end = end < job->frame_count ? end : job->frame_count,
                             .done = &done,
                             .progress = i == 0 ? progress : NULL};
  }
  compute_all(stretches, count);
  em_status status = EM_OK;
  for (uint64_t i = 0; i < count; i++) {
    if (stretches[i].status != EM_OK) {
      status = stretches[i].status;
      *error = stretches[i].error;
    } else if (status == EM_OK) {
      em_batches_add(&stretches[i].batches, job->state);
    }
    em_batches_close(&stretches[i].batches);
  }
  free(stretches);
  return status;
}
