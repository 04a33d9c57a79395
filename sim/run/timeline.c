#include "sim/run/timeline.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/json_text.h"

static void metadata(FILE *file, uint32_t row, const char *name, const char *argument, const char *json) {
  fprintf(file, ",\n{\"ph\": \"M\", \"pid\": 1, \"tid\": %u, \"name\": \"%s\", \"args\": {\"%s\": %s}}", row, name,
          argument, json);
}

em_status em_timeline_open(em_timeline *timeline, const char *path, const em_graph *graph, uint64_t most_slices,
                           em_error *error) {
  memset(timeline, 0, sizeof *timeline);
  timeline->graph = graph;
  timeline->clock_mhz = graph->design.clock_mhz;
  timeline->most_slices = most_slices > 0 ? most_slices : EM_TIMELINE_SLICES;
  char title[sizeof graph->design.name + 64];
  snprintf(title, sizeof title, "emamba %s, %g MHz", graph->design.name, graph->design.clock_mhz);
  char *quoted = em_json_quoted(title);
  if (quoted == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the timeline");
  }
  em_status status = em_atomic_file_open(&timeline->file, path, error);
  if (status == EM_OK) {
    FILE *file = timeline->file.stream;
    fprintf(file,
            "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n"
            "{\"ph\": \"M\", \"pid\": 1, \"name\": \"process_name\", \"args\": {\"name\": %s}}",
            quoted);
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      char name[EM_NAME_CHARS], row[EM_NAME_CHARS + 2];
      em_engine_name(graph, e, name);
      snprintf(row, sizeof row, "\"%s\"", name);
      metadata(file, e, "thread_name", "name", row);
      snprintf(row, sizeof row, "%u", e);
      metadata(file, e, "thread_sort_index", "sort_index", row);
    }
  }
  free(quoted);
  return status;
}

/* The edge before a cycle in picoseconds: a whole number, exact up to 2^64. */
static long double edge(const em_timeline *timeline, uint64_t cycle) {
  return roundl((long double)cycle * 1e6L / (long double)timeline->clock_mhz);
}

/* Picoseconds as microseconds. */
static void print_time(FILE *file, const char *key, long double picoseconds) {
  uint64_t whole = (uint64_t)(picoseconds / 1e6L);
  fprintf(file, "\"%s\": %" PRIu64 ".%06" PRIu64 ", ", key, whole, (uint64_t)(picoseconds - (long double)whole * 1e6L));
}

static void slice(em_timeline *timeline, uint32_t engine, const char *name, uint64_t start, uint64_t cycles) {
  if (cycles == 0) {
    return;
  }
  FILE *file = timeline->file.stream;
  long double from = edge(timeline, start);
  fprintf(file, ",\n{\"ph\": \"X\", \"pid\": 1, \"tid\": %u, \"name\": \"%s\", ", engine, name);
  print_time(file, "ts", from);
  print_time(file, "dur", edge(timeline, start + cycles) - from);
  fprintf(file, "\"args\": {\"start_cycle\": %" PRIu64 ", \"cycles\": %" PRIu64 "}}", start, cycles);
  timeline->slices++;
}

/* ---- Tracks of buffers, flows of frames ---- */

void em_timeline_counter(em_timeline *timeline, uint64_t cycle, const char *track, const char *unit, double value) {
  FILE *file = timeline->file.stream;
  fprintf(file, ",\n{\"ph\": \"C\", \"pid\": 1, \"name\": \"%s\", ", track);
  print_time(file, "ts", edge(timeline, cycle));
  fprintf(file, "\"args\": {\"%s\": %.9g}}", unit, value);
}

static void count_buffer(em_timeline *timeline, uint32_t index, uint64_t cycle) {
  uint64_t released = timeline->buffers[index].released[0], other = timeline->buffers[index].released[1];
  if (timeline->graph->buffers[index].reader_count > 1 && other < released) {
    released = other;
  }
  char name[EM_NAME_CHARS], track[EM_NAME_CHARS + 8];
  em_buffer_name(timeline->graph, index, name);
  snprintf(track, sizeof track, "buffer %s", name);
  em_timeline_counter(timeline, cycle, track, "tokens", (double)(timeline->buffers[index].written - released));
}

/* What a finished token releases and commits. */
static void count_buffers(em_timeline *timeline, const em_token_time *time) {
  const em_engine *engine = &timeline->graph->engines[time->engine];
  bool ends = (time->token + 1) % engine->tokens_per_release == 0;
  for (uint32_t i = 0; i < engine->input_count && (ends || engine->holds_output); i++) {
    const em_port *port = &engine->inputs[i];
    timeline->buffers[port->buffer].released[port->reader] += timeline->graph->buffers[port->buffer].take_tokens;
    count_buffer(timeline, port->buffer, time->finish);
  }
  for (uint32_t i = 0; i < engine->output_count && (ends || engine->holds_input); i++) {
    timeline->buffers[engine->outputs[i].buffer].written++;
    count_buffer(timeline, engine->outputs[i].buffer, time->finish);
  }
}

/* A frame's first token in an engine: the flow passes through the middle of its slice. */
static void flow(em_timeline *timeline, const em_token_time *time) {
  uint32_t tokens = timeline->graph->engines[time->engine].tokens_per_frame;
  if (time->token % tokens != 0 || time->finish == time->start) {
    return;
  }
  bool first = time->engine == 0, last = time->engine == timeline->graph->engine_count - 1;
  FILE *file = timeline->file.stream;
  fprintf(file, ",\n{\"ph\": \"%s\", \"pid\": 1, \"tid\": %u, \"cat\": \"frame\", \"name\": \"frame %" PRIu64 "\", ",
          first  ? "s"
          : last ? "f"
                 : "t",
          time->engine, time->token / tokens);
  print_time(file, "ts", (edge(timeline, time->start) + edge(timeline, time->finish)) / 2);
  fprintf(file, "%s\"id\": %" PRIu64 "}", last ? "\"bp\": \"e\", " : "", time->token / tokens);
}

static bool past_the_end(em_timeline *timeline, uint64_t finish) {
  timeline->cut |= timeline->full && finish > timeline->last_cycle;
  return timeline->cut;
}

void em_timeline_token(em_timeline *timeline, const em_token_time *time) {
  if (past_the_end(timeline, time->finish)) {
    return;
  }
  uint64_t waits = time->start - time->starved_cycles - time->blocked_cycles;
  char name[32];
  snprintf(name, sizeof name, "token %" PRIu64, time->token);
  slice(timeline, time->engine, "starved", waits, time->starved_cycles);
  slice(timeline, time->engine, "blocked", waits + time->starved_cycles, time->blocked_cycles);
  slice(timeline, time->engine, name, time->start, time->finish - time->start);
  flow(timeline, time);
  count_buffers(timeline, time);
  if (timeline->slices >= timeline->most_slices) {
    timeline->full = true;
    timeline->last_cycle = time->finish;
  }
}

/* An idle engine is starved first and blocked afterwards: inputs that have arrived stay. */
static void finished_token(em_timeline *timeline, const em_core *core, const em_state *state, uint32_t engine) {
  em_engine_state es = em_core_counters(core, state, engine);
  em_token_time time = {.engine = engine,
                        .token = es.tokens - 1,
                        .starved_cycles = es.starved - timeline->last[engine].starved,
                        .blocked_cycles = es.blocked - timeline->last[engine].blocked,
                        .finish = state->cycle};
  time.start = timeline->last[engine].finish + time.starved_cycles + time.blocked_cycles;
  em_timeline_token(timeline, &time);
  timeline->last[engine].finish = state->cycle;
  timeline->last[engine].starved = es.starved;
  timeline->last[engine].blocked = es.blocked;
}

void em_timeline_step(em_timeline *timeline, const em_core *core, const em_state *state, const em_step *step) {
  for (uint32_t word = 0; word < EM_ENGINE_WORDS && !timeline->cut; word++) {
    for (uint64_t set = step->finished[word]; set != 0; set &= set - 1) {
      finished_token(timeline, core, state, word * 64 + (uint32_t)__builtin_ctzll(set));
    }
  }
}

/* The run's failure as an event of its own, which also says that the timeline ends there. */
static void write_failure(em_timeline *timeline, const char *failure, uint64_t cycle) {
  cJSON *text = cJSON_CreateString(failure);
  char *quoted = text != NULL ? cJSON_PrintUnformatted(text) : NULL;
  fprintf(timeline->file.stream, ",\n{\"ph\": \"i\", \"s\": \"g\", \"pid\": 1, \"tid\": 0, \"name\": %s, \"ts\": %.6f}",
          quoted != NULL ? quoted : "\"the run failed\"", (double)cycle / timeline->clock_mhz);
  cJSON_free(quoted);
  cJSON_Delete(text);
}

em_status em_timeline_commit(em_timeline *timeline, const char *failure, uint64_t cycle, em_error *error) {
  FILE *file = timeline->file.stream;
  if (failure != NULL) {
    write_failure(timeline, failure, cycle);
  }
  if (timeline->cut) {
    char label[80];
    snprintf(label, sizeof label, "\"cut after cycle %" PRIu64 "\"", timeline->last_cycle);
    metadata(file, 0, "process_labels", "labels", label);
    fprintf(file,
            "\n], \"otherData\": {\"complete\": \"no: cut after cycle %" PRIu64 ", where %" PRIu64
            " slices were reached; a greater --timeline-slices writes more\"}}\n",
            timeline->last_cycle, timeline->most_slices);
  } else {
    fputs(failure == NULL ? "\n], \"otherData\": {\"complete\": \"yes\"}}\n"
                          : "\n], \"otherData\": {\"complete\": \"no: the run failed\"}}\n",
          file);
  }
  return em_atomic_file_commit(&timeline->file, error);
}

void em_timeline_discard(em_timeline *timeline) {
  em_atomic_file_discard(&timeline->file);
}
