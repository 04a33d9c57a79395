/*
 * Threads that share a design, a network and frames, and open their own besides: every one sees the same outputs. Built
 * and run under ThreadSanitizer by tests/suites/library.sh.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "include/emamba.h"

enum { THREADS = 4, ROUNDS = 3 };

typedef struct {
  const emamba_design *design;
  const emamba_network *network;
  const emamba_frames *frames;
  const int8_t *expected;
  uint64_t codes;
  char path[64]; /* of its own, to save to */
  emamba_error error;
  int good;
} worker;

/* One run that must give the expected outputs, with a design of the thread's own for time and price. */
static int run_once(worker *w) {
  emamba_design *own;
  emamba_result *result;
  emamba_timing timing;
  emamba_price_totals price;
  uint64_t count, width;
  if (emamba_design_open("configs/designs/mars.yaml", &own, &w->error) != EMAMBA_OK) {
    return 0;
  }
  int good = emamba_design_set(own, "clock_mhz", 150, &w->error) == EMAMBA_OK &&
             emamba_time(own, &timing, &w->error) == EMAMBA_OK && emamba_price(own, &price, &w->error) == EMAMBA_OK;
  emamba_design_close(own);
  if (!good || emamba_run(w->design, w->network, w->frames, NULL, &result, &w->error) != EMAMBA_OK) {
    return 0;
  }
  const int8_t *codes = emamba_result_outputs(result, &count, &width);
  good = count * width == w->codes && memcmp(codes, w->expected, w->codes) == 0 &&
         emamba_result_save(result, w->path, &w->error) == EMAMBA_OK;
  emamba_result_close(result);
  return good;
}

static void *work(void *context) {
  worker *w = context;
  w->good = 1;
  for (int round = 0; round < ROUNDS; round++) {
    w->good = run_once(w) && w->good;
  }
  return NULL;
}

int main(void) {
  emamba_design *design;
  emamba_network *network;
  emamba_frames *frames;
  emamba_result *result;
  uint64_t count, width;
  if (emamba_design_open("configs/designs/mars.yaml", &design, NULL) != EMAMBA_OK ||
      emamba_network_open("configs/networks/mars-random.safetensors", &network, NULL) != EMAMBA_OK ||
      emamba_frames_open("traces/mars-random.safetensors", &frames, NULL) != EMAMBA_OK ||
      emamba_run(design, network, frames, NULL, &result, NULL) != EMAMBA_OK) {
    return 2;
  }
  const int8_t *expected = emamba_result_outputs(result, &count, &width);
  worker workers[THREADS];
  pthread_t threads[THREADS];
  int good = 1;
  for (int t = 0; t < THREADS; t++) {
    workers[t] = (worker){.design = design, .network = network, .frames = frames, .expected = expected};
    workers[t].codes = count * width;
    snprintf(workers[t].path, sizeof workers[t].path, "build/threaded/results-%d.safetensors", t);
    if (pthread_create(&threads[t], NULL, work, &workers[t]) != 0) {
      return 2;
    }
  }
  for (int t = 0; t < THREADS; t++) {
    pthread_join(threads[t], NULL);
    if (!workers[t].good) {
      fprintf(stderr, "thread %d: %s\n", t, workers[t].error.text[0] != '\0' ? workers[t].error.text : "other outputs");
      good = 0;
    }
  }
  emamba_result_close(result);
  emamba_frames_close(frames);
  emamba_network_close(network);
  emamba_design_close(design);
  return good ? 0 : 1;
}
