#include "sim/explore/sufficient.h"

#include <stdlib.h>

#include "models/explore/closed.h"
#include "models/time/timing.h"

typedef struct {
  em_graph *graph;
  uint64_t *workspace;
  size_t words;
} trial;

/* Cycles a frame, by closed form where there is one; 0 when memory is short or there is no steady state. */
static double interval_of(trial *t, const em_design *design) {
  em_steady steady;
  em_closed closed;
  em_graph_build(t->graph, design);
  em_closed_of(t->graph, &closed);
  if (closed.covered && !closed.bound) {
    return (double)closed.cycles / (double)closed.frames;
  }
  size_t words = em_timing_workspace_words(t->graph);
  if (words > t->words) {
    free(t->workspace);
    t->workspace = malloc(words * sizeof *t->workspace);
    t->words = t->workspace != NULL ? words : 0;
  }
  if (t->workspace == NULL) {
    return 0;
  }
  em_timing_steady(t->graph, EM_TIMING_STEPS, t->workspace, &steady);
  return steady.exact ? (double)steady.period_cycles / (double)steady.period_frames : 0;
}

static void lower_depth(trial *t, const em_explore_depths *d, double interval, em_design *design) {
  uint32_t low = 0, high = (d->most - d->least) / d->step;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    em_design_set(design, d->key, d->least + middle * d->step);
    double now = interval_of(t, design);
    if (now > interval || now == 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  em_design_set(design, d->key, d->least + high * d->step);
}

em_status em_sufficient_depths(const em_explore_space *space, em_design *design, em_error *error) {
  trial t = {malloc(sizeof *t.graph), NULL, 0};
  double interval = 0;
  if (t.graph != NULL) {
    for (uint32_t i = 0; i < space->depth_count; i++) {
      em_design_set(design, space->depths[i].key, space->depths[i].most);
    }
    interval = interval_of(&t, design);
    for (uint32_t i = space->depth_count; interval > 0 && i-- > 0;) {
      lower_depth(&t, &space->depths[i], interval, design);
    }
  }
  free(t.workspace);
  free(t.graph);
  return interval > 0 ? EM_OK : em_fail(error, EM_FAILED, "no steady state of a design, or out of memory");
}
