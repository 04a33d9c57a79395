#include "models/time/slack.h"

#include <stdlib.h>
#include <string.h>

/* Values are tried on a design and a graph of their own, with an effort that ends. */
typedef struct {
  const em_design *design;
  const em_steady *steady;
  em_graph *graph;
  uint64_t *workspace;
  uint64_t steps; /* left */
} trial;

static bool is_knob(const em_design_key *key) {
  return strncmp(key->section, "engines.", 8) == 0 || strcmp(key->section, "stream") == 0 ||
         strcmp(key->section, "depth_tokens") == 0;
}

/* Whether the interval stays with another value of a key; `known` is false where the effort ended. */
static bool keeps(trial *t, const em_design_key *key, uint32_t value, bool *known) {
  em_design design = *t->design;
  em_steady steady;
  em_design_set(&design, key, value);
  em_graph_build(t->graph, &design);
  free(t->workspace);
  t->workspace = malloc(em_timing_workspace_words(t->graph) * sizeof *t->workspace);
  if (t->workspace == NULL) {
    *known = false;
    return false;
  }
  em_timing_steady(t->graph, t->steps, t->workspace, &steady);
  t->steps -= steady.steps < t->steps ? steady.steps : t->steps;
  *known = steady.exact;
  return steady.exact && (long double)steady.period_cycles * (long double)t->steady->period_frames <=
                             (long double)t->steady->period_cycles * (long double)steady.period_frames;
}

static bool is_legal(const em_design *design, const em_design_key *key, uint32_t value) {
  em_design changed = *design;
  const em_design_key *blamed;
  em_error error;
  em_design_set(&changed, key, value);
  return em_design_check(&changed, &blamed, &error) == EM_OK;
}

/* From the value downwards to the first legal one that loses. */
static uint32_t smallest(trial *t, const em_design_key *key, bool *known) {
  uint32_t value = em_design_get(t->design, key), enough = value;
  *known = true;
  while (value-- > key->min) {
    if (!is_legal(t->design, key, value)) {
      continue;
    }
    if (!keeps(t, key, value, known)) {
      break;
    }
    enough = value;
  }
  return enough;
}

static void try_keys(trial *t, em_slack *slack) {
  slack->complete = true;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (!is_knob(key) || !em_design_key_applies(key, &t->design->shape)) {
      continue;
    }
    bool known;
    uint32_t value = em_design_get(t->design, key), enough = smallest(t, key, &known);
    slack->complete = slack->complete && known;
    if (enough < value && slack->count < EM_SLACK_KEYS) {
      slack->keys[slack->count++] = (em_slack_key){key, value, enough};
    }
  }
}

em_status em_slack_find(const em_graph *graph, const em_steady *steady, em_slack *slack, em_error *error) {
  trial t = {&graph->design, steady, malloc(sizeof *t.graph), NULL, EM_TIMING_STEPS};
  *slack = (em_slack){0};
  if (t.graph == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the timing");
  }
  if (steady->exact) {
    try_keys(&t, slack);
  }
  free(t.workspace);
  free(t.graph);
  return EM_OK;
}
