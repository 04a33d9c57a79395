#include "sim/run/timeline.h"

#include <inttypes.h>
#include <string.h>

em_status em_timeline_open(em_timeline *timeline, const char *path, const em_graph *graph, em_error *error) {
  memset(timeline, 0, sizeof *timeline);
  timeline->clock_mhz = graph->design.clock_mhz;
  em_status status = em_atomic_file_open(&timeline->file, path, error);
  if (status != EM_OK) {
    return status;
  }
  FILE *file = timeline->file.stream;
  fprintf(file,
          "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n"
          "{\"ph\": \"M\", \"pid\": 1, \"name\": \"process_name\", \"args\": {\"name\": \"emamba %s, %g MHz\"}}",
          graph->design.name, graph->design.clock_mhz);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    char name[EM_NAME_CHARS];
    em_engine_name(graph, e, name);
    fprintf(file,
            ",\n{\"ph\": \"M\", \"pid\": 1, \"tid\": %u, \"name\": \"thread_name\", \"args\": {\"name\": \"%s\"}}", e,
            name);
    fprintf(
        file,
        ",\n{\"ph\": \"M\", \"pid\": 1, \"tid\": %u, \"name\": \"thread_sort_index\", \"args\": {\"sort_index\": %u}}",
        e, e);
  }
  return EM_OK;
}

static void slice(em_timeline *timeline, uint32_t engine, const char *name, uint64_t start, uint64_t cycles) {
  if (cycles == 0) {
    return;
  }
  fprintf(timeline->file.stream,
          ",\n{\"ph\": \"X\", \"pid\": 1, \"tid\": %u, \"name\": \"%s\", \"ts\": %.3f, \"dur\": %.3f, "
          "\"args\": {\"start_cycle\": %" PRIu64 ", \"cycles\": %" PRIu64 "}}",
          engine, name, (double)start / timeline->clock_mhz, (double)cycles / timeline->clock_mhz, start, cycles);
  timeline->events++;
}

/* An idle engine is starved first and blocked afterwards: inputs that have arrived stay. */
static void add_token(em_timeline *timeline, const em_core *core, const em_state *state, uint32_t engine) {
  em_engine_state es = em_core_counters(core, state, engine);
  uint64_t start = timeline->last[engine].finish, starved = es.starved - timeline->last[engine].starved;
  uint64_t blocked = es.blocked - timeline->last[engine].blocked;
  char name[32];
  snprintf(name, sizeof name, "token %" PRIu64, es.tokens - 1);
  slice(timeline, engine, "starved", start, starved);
  slice(timeline, engine, "blocked", start + starved, blocked);
  slice(timeline, engine, name, start + starved + blocked, state->cycle - start - starved - blocked);
  timeline->last[engine].finish = state->cycle;
  timeline->last[engine].starved = es.starved;
  timeline->last[engine].blocked = es.blocked;
}

void em_timeline_step(em_timeline *timeline, const em_core *core, const em_state *state, const em_step *step) {
  for (uint32_t word = 0; word < EM_ENGINE_WORDS; word++) {
    for (uint64_t set = step->finished[word]; set != 0 && timeline->events < EM_TIMELINE_EVENTS; set &= set - 1) {
      add_token(timeline, core, state, word * 64 + (uint32_t)__builtin_ctzll(set));
    }
  }
}

em_status em_timeline_commit(em_timeline *timeline, em_error *error) {
  fprintf(timeline->file.stream, "\n]}\n");
  return em_atomic_file_commit(&timeline->file, error);
}

void em_timeline_discard(em_timeline *timeline) {
  em_atomic_file_discard(&timeline->file);
}
