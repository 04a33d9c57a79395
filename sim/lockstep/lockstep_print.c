/* What a failing lock-step run shows: the difference, the history, both sides' records, who waits for whom. */
#include <inttypes.h>

#include "sim/lockstep/lockstep.h"

enum { PRINTED_LANES = 16 };

static const char *const status_names[] = {"starved", "blocked", "busy", "?"};

void em_lockstep_print_divergence(const em_lockstep *ls, FILE *file) {
  const em_divergence *d = &ls->divergence;
  fprintf(file, "first divergence: cycle %" PRIu64 ", %s, %s, token %" PRIu64, d->cycle, d->place.unit, d->signal,
          d->token);
  if (d->element >= 0) {
    fprintf(file, ", element %" PRId64, d->element);
  }
  fprintf(file, ": model %" PRId64 ", RTL %" PRId64 ", XOR 0x%" PRIx64 "\n", d->model, d->rtl,
          (uint64_t)(d->model ^ d->rtl) & (~UINT64_C(0) >> (64 - d->bits)));
  uint64_t count = ls->history_count < EM_HISTORY ? ls->history_count : EM_HISTORY;
  fprintf(file, "last accepted transactions (both sides agreed on them):\n");
  for (uint64_t i = ls->history_count - count; i < ls->history_count; i++) {
    const em_transaction *t = &ls->history[i % EM_HISTORY];
    char name[EM_NAME_CHARS];
    em_engine_name(&ls->core->graph, t->engine, name);
    fprintf(file, "  cycle %8" PRIu64 "  %-24s finished token %" PRIu64 "\n", t->cycle, name, t->number);
  }
}

static void print_engine(const em_lockstep *ls, uint32_t index, const char *side, uint64_t record, FILE *file) {
  char name[EM_NAME_CHARS];
  em_engine_name(&ls->core->graph, index, name);
  fprintf(file, "    %-5s engine %-24s %-7s%s", side, name, status_names[record & 3],
          (record >> EM_RECORD_LAST_BIT & 1) != 0 ? " last" : "");
  for (uint32_t i = 0; i < EM_STROBES; i++) {
    const char *strobe = em_strobe_name(ls->core->graph.engines[index].kind, i);
    if ((record >> (EM_RECORD_STROBE_BIT + i) & 1) != 0) {
      fprintf(file, " %s", strobe != NULL ? strobe : "?");
    }
  }
  fprintf(file, "\n");
}

static void print_buffer(const em_lockstep *ls, uint32_t index, const char *side, uint64_t record, FILE *file) {
  char name[EM_NAME_CHARS];
  em_buffer_name(&ls->core->graph, index, name);
  fprintf(file, "    %-5s buffer %-24s count %u %u%s%s%s\n", side, name, (unsigned)(record >> 8 & 0xffff),
          (unsigned)(record >> 24 & 0xffff), (record & 1) != 0 ? " commit" : "", (record & 2) != 0 ? " release_0" : "",
          (record & 4) != 0 ? " release_1" : "");
}

static void print_memory(const em_lockstep *ls, uint32_t index, const char *side, uint64_t record, FILE *file) {
  char name[EM_NAME_CHARS];
  em_memory_name(&ls->core->graph, index, name);
  fprintf(file, "    %-5s memory %-24s", side, name);
  if ((record >> EM_RECORD_WRITE_BIT & 1) != 0) {
    fprintf(file, " write word %u", (unsigned)(record & 0xfffff));
  }
  for (uint32_t port = 0; port < 2; port++) {
    if ((record >> (EM_RECORD_READ_BIT + port) & 1) != 0) {
      fprintf(file, " read%u word %u", port, (unsigned)(record >> (20 + 20 * port) & 0xfffff));
    }
  }
  fprintf(file, "\n");
}

/* The first lanes of a word that both sides write. */
static void print_write(const em_lockstep *ls, uint32_t index, FILE *file) {
  const em_write *write = &ls->expected.writes[index];
  for (int side = 0; side < 2; side++) {
    fprintf(file, "          %-5s writes", side == 0 ? "model" : "RTL");
    for (uint32_t lane = 0; lane < write->lanes && lane < PRINTED_LANES; lane++) {
      fprintf(file, " %d",
              side == 0 ? em_write_value(write, lane) : em_lockstep_written(ls, index, write->first_lane + lane));
    }
    fprintf(file, "%s\n", write->lanes > PRINTED_LANES ? " ..." : "");
  }
}

void em_lockstep_print_records(const em_lockstep *ls, FILE *file) {
  const em_graph *graph = &ls->core->graph;
  const em_records *model = &ls->expected;
  fprintf(file, "cycle %" PRIu64 "\n", ls->state->cycle);
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    uint64_t rtl = *ls->engine_records[e];
    print_engine(ls, e, rtl == model->engines[e] ? "both" : "model", model->engines[e], file);
    if (rtl != model->engines[e]) {
      print_engine(ls, e, "RTL", rtl, file);
    }
  }
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    uint64_t rtl = *ls->buffer_records[b];
    print_buffer(ls, b, rtl == model->buffers[b] ? "both" : "model", model->buffers[b], file);
    if (rtl != model->buffers[b]) {
      print_buffer(ls, b, "RTL", rtl, file);
    }
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    uint64_t rtl = *ls->memory_records[m];
    if (rtl != 0 || model->memories[m] != 0) {
      print_memory(ls, m, rtl == model->memories[m] ? "both" : "model", model->memories[m], file);
    }
    if (rtl != model->memories[m]) {
      print_memory(ls, m, "RTL", rtl, file);
    }
    if ((rtl & model->memories[m]) >> EM_RECORD_WRITE_BIT & 1) {
      print_write(ls, m, file);
    }
  }
}

void em_lockstep_print_waits(const em_lockstep *ls, FILE *file) {
  const em_graph *graph = &ls->core->graph;
  const em_engine_state *engines = em_state_engines(ls->core, ls->state);
  const em_buffer_state *buffers = em_state_buffers(ls->core, ls->state);
  uint32_t last = graph->engine_count - 1;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine *engine = &graph->engines[e];
    char name[EM_NAME_CHARS], buffer_name[EM_NAME_CHARS], other[EM_NAME_CHARS];
    em_engine_name(graph, e, name);
    if (engines[e].status == EM_BUSY) {
      continue;
    }
    if (e == last && ls->state->out_valid != 0) {
      fprintf(file, "  %s waits for the sink: tvalid is high, tready low%s\n", name,
              ls->stimulus.stall_out < 1 ? "" : " for ever (--stall-out 1)");
    }
    if (e == 0 && engines[e].status == EM_STARVED) {
      fprintf(file, "  %s waits for the source: tready is high, tvalid low%s\n", name,
              ls->stimulus.stall_in < 1 ? "" : " for ever (--stall-in 1)");
    }
    for (uint32_t i = 0; i < engine->input_count; i++) {
      const em_buffer *buffer = &graph->buffers[engine->inputs[i].buffer];
      if (buffers[engine->inputs[i].buffer].count[engine->inputs[i].reader] < buffer->take_tokens) {
        em_buffer_name(graph, engine->inputs[i].buffer, buffer_name);
        em_engine_name(graph, buffer->writer, other);
        fprintf(file, "  %s waits for a token in %s, which %s writes\n", name, buffer_name, other);
      }
    }
    for (uint32_t i = 0; i < engine->output_count; i++) {
      const em_buffer *buffer = &graph->buffers[engine->outputs[i].buffer];
      em_buffer_name(graph, engine->outputs[i].buffer, buffer_name);
      for (uint32_t r = 0; r < buffer->reader_count; r++) {
        if (buffers[engine->outputs[i].buffer].count[r] >= buffer->depth_tokens) {
          em_engine_name(graph, buffer->readers[r], other);
          fprintf(file, "  %s waits for a free slot in %s, which %s has not released\n", name, buffer_name, other);
        }
      }
    }
  }
}
