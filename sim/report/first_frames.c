#include "sim/report/first_frames.h"

#include <stdlib.h>

#include "models/time/recurrence.h"

enum { MOST_FRAMES = 64, MOST_SPANS = 128, MOST_STEPS = 2000000 };

typedef struct {
  const em_graph *graph;
  uint32_t tokens_per_span;
  cJSON *engines[EM_MAX_ENGINES];
} spans;

/* Tokens that share a span make it longer; a stream's beats count from its first to its last. */
static void add_token(void *context, const em_token_time *t) {
  const spans *s = context;
  if (t->token >= s->graph->engines[t->engine].tokens_per_frame) {
    return;
  }
  cJSON *row = s->engines[t->engine];
  if (t->token % s->tokens_per_span == 0) {
    cJSON_AddItemToArray(row, cJSON_CreateNumber((double)t->start));
    cJSON_AddItemToArray(row, cJSON_CreateNumber((double)t->finish));
  } else {
    cJSON_SetNumberValue(row->child->prev, (double)t->finish); /* prev of the first is the last */
  }
}

static void walk(em_recurrence *r, uint64_t frames, cJSON *finish) {
  do {
    em_recurrence_frame(r);
    cJSON_AddItemToArray(finish, cJSON_CreateNumber((double)r->cycles));
  } while (r->frames < frames && r->frames < MOST_FRAMES && r->steps < MOST_STEPS);
}

cJSON *em_first_frames(const em_graph *graph, const em_run_time *time) {
  uint64_t *workspace = time->frames > 0 ? malloc(em_recurrence_words(graph) * sizeof *workspace) : NULL;
  if (workspace == NULL) {
    return NULL;
  }
  spans s = {graph, (graph->design.shape.l + MOST_SPANS - 1) / MOST_SPANS, {NULL}};
  cJSON *object = cJSON_CreateObject(), *finish = cJSON_AddArrayToObject(object, "finish_cycles");
  cJSON_AddNumberToObject(object, "tokens_per_span", s.tokens_per_span);
  cJSON *engines = cJSON_AddArrayToObject(object, "engines");
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    cJSON_AddItemToArray(engines, s.engines[e] = cJSON_CreateArray());
  }
  em_recurrence r;
  em_recurrence_start(&r, graph, &time->stalls, workspace, add_token, &s);
  walk(&r, time->frames, finish);
  free(workspace);
  return object;
}
