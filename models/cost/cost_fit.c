#include "models/cost/cost_fit.h"

const char *em_cost_quantity_name(em_cost_quantity quantity) {
  static const char *const names[] = {"gates", "flops", "switching", "depth"};
  return names[quantity];
}

const char *em_cost_feature_name(em_cost_kind kind, em_cost_quantity quantity, uint32_t feature) {
  if (feature >= EM_COST_FEATURES) {
    return NULL;
  }
  switch (quantity) {
    case EM_COST_GATES: return em_size_feature_name(kind, EM_SIZE_GATES, feature);
    case EM_COST_FLOPS: return em_size_feature_name(kind, EM_SIZE_FLOPS, feature);
    case EM_COST_SWITCHING: return em_work_feature_name(kind, feature);
    case EM_COST_DEPTH: return em_depth_feature_name(kind, feature);
    case EM_COST_QUANTITIES: break;
  }
  return NULL;
}

void em_cost_features(const em_graph *graph, const em_run_activity *activity, em_part part, em_cost_quantity quantity,
                      double features[EM_COST_FEATURES]) {
  switch (quantity) {
    case EM_COST_GATES: em_size_features(graph, part, EM_SIZE_GATES, features); break;
    case EM_COST_FLOPS: em_size_features(graph, part, EM_SIZE_FLOPS, features); break;
    case EM_COST_SWITCHING: em_work_features(graph, activity, part, features); break;
    case EM_COST_DEPTH: em_depth_features(graph, part, features); break;
    case EM_COST_QUANTITIES: break;
  }
}

/* A part, its coefficients and, for its switching, the run. */
typedef struct {
  const em_graph *graph;
  const em_run_activity *activity;
  em_part part;
  const double (*coefficients)[EM_COST_FEATURES]; /* [EM_COST_QUANTITIES] */
} subject;

static subject subject_of(const em_cost_fit *fit, const em_graph *graph, const em_run_activity *activity,
                          uint32_t part) {
  em_part p = em_part_at(graph, part);
  return (subject){graph, activity, p, fit->coefficients[em_part_cost_kind(graph, p)]};
}

/* Sum of coefficient times feature. */
static double estimate(const subject *s, em_cost_quantity quantity) {
  double features[EM_COST_FEATURES], sum = 0;
  const double *coefficients = s->coefficients[quantity];
  em_cost_features(s->graph, s->activity, s->part, quantity, features);
  for (uint32_t i = 0; i < EM_COST_FEATURES; i++) {
    sum += coefficients[i] * features[i];
  }
  return sum;
}

/* The memory that is an SRAM macro; NULL when the part is made of gates. */
static const em_memory *macro_of(const em_graph *graph, em_part part) {
  const em_memory *memory = part.kind == EM_PART_MEMORY ? &graph->memories[part.index] : NULL;
  return memory != NULL && memory->macro ? memory : NULL;
}

static void size_of(const subject *s, em_part_size *size) {
  const em_memory *macro = macro_of(s->graph, s->part);
  *size = (em_part_size){0};
  if (macro != NULL) {
    size->macros = macro->readers;
    size->macro_words = macro->words;
    size->macro_word_bits = macro->lanes * macro->lane_bits;
    size->macro_two_ports = !macro->loaded;
  } else {
    size->gates_ge = estimate(s, EM_COST_GATES);
    size->flops = estimate(s, EM_COST_FLOPS);
  }
}

/* Flip-flops in no group, or in one that is too small for a gate, are clocked in every cycle. */
static void gate_clocks(const subject *s, double gate_min_flops, double flops, em_part_work *work) {
  em_clock_group groups[EM_CLOCK_GROUPS];
  uint32_t count = em_clock_groups(s->graph, s->activity, s->part, groups);
  double cycles = (double)s->activity->cycles, free = flops, enabled = 0, gates = 0;
  for (uint32_t i = 0; i < count; i++) {
    const em_clock_group *group = &groups[i];
    if (group->flops >= gate_min_flops) {
      free -= group->gates * group->flops;
      enabled += group->flops * group->cycles;
      gates += group->gates;
    }
  }
  work->enabled_cycles = enabled;
  work->free_flops = free > 0 ? free : 0;
  double clocked = enabled + work->free_flops * cycles;
  work->flop_cycles_gated = clocked < work->flop_cycles ? clocked : work->flop_cycles;
  work->gate_cycles = gates * cycles;
}

static void work_of(const subject *s, double gate_min_flops, const em_part_size *size, em_part_work *work) {
  const em_run_activity *activity = s->activity;
  *work = (em_part_work){0};
  if (size->macros > 0) {
    const em_memory_activity *a = &activity->memories[s->part.index];
    work->macro_reads = (double)(a->reads[0] + a->reads[1]);
    work->macro_writes = (double)a->writes * size->macros;
  } else {
    work->switching_mac = estimate(s, EM_COST_SWITCHING);
    work->flop_cycles = size->flops * (double)activity->cycles;
    gate_clocks(s, gate_min_flops, size->flops, work);
  }
}

double em_fit_depth(const em_cost_fit *fit, const em_graph *graph, uint32_t engine) {
  subject s = subject_of(fit, graph, NULL, engine); /* the first parts are the engines */
  return estimate(&s, EM_COST_DEPTH);
}

void em_fit_size(const em_cost_fit *fit, const em_graph *graph, uint32_t part, em_part_size *size) {
  subject s = subject_of(fit, graph, NULL, part);
  size_of(&s, size);
}

void em_fit_use(const em_cost_fit *fit, const em_graph *graph, const em_run_activity *activity, double gate_min_flops,
                uint32_t part, em_part_use *use) {
  subject s = subject_of(fit, graph, activity, part);
  size_of(&s, &use->size);
  work_of(&s, gate_min_flops, &use->size, &use->work);
}
